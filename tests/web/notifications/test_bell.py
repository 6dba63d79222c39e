"""The bell: who is told what, read and unread, and nothing of what one may no longer see."""

from __future__ import annotations

from datetime import timedelta

import lxml.html
import pytest
from sqlalchemy import select

from eoffice import clock, worker
from eoffice.documents.queries import load_visible
from eoffice.documents.rules import LetterNotFound
from eoffice.documents.services.attaching import attach
from eoffice.notifications.models import Notification
from eoffice.notifications.queries import UNREAD, asked_by, bells
from eoffice.notifications.rules import Kind
from eoffice.notifications.services import read_letter, sweep, tell_due
from eoffice.routing.services.approving import propose, send_back
from eoffice.routing.services.receiving import receive, reject, reply
from eoffice.routing.services.sending import recall, remind, send
from eoffice.users.accounts import Account
from eoffice.users.models import Office, Person, Post
from eoffice.users.services.accounts import issue_code
from eoffice.users.services.organisation import add_group, change_post, set_code
from eoffice.users.services.people import assign_post
from eoffice.users.services.roles import end_role, set_role
from eoffice.verbs import Verb
from tests.plugins.web import location, said
from tests.world import stored_file

SUBJECT = "ขอเชิญประชุมผู้บริหารโรงเรียน"


@pytest.fixture
def work(stage, settings):
    """Do what follows every act so far, as the worker does."""
    return lambda: worker.run_all(worker.Shop(stage.database, settings))


def _kinds(stage, desk):
    rows = stage.ask(desk, bells)
    return [bell.notification.kind for bell in rows if bell.notification.kind != "sign"]


def _unread(stage, desk):
    return stage.ask(desk, lambda session, actor: session.scalar(UNREAD, asked_by(actor)))


def _count(browser):
    found = lxml.html.fromstring(browser.page("/account")).xpath("//*[@data-unread]")
    return found[0].text_content()


def test_a_letter_rings_at_its_receiving_registry_alone(stage, client, work):
    stage.make(stage.world.sent_letter, to=("school_a",))
    work()
    assert _kinds(stage, "a_registrar") == ["send"]
    for desk in ("a_director", "a_teacher", "b_registrar", "registrar", "admin", "visitor"):
        assert _unread(stage, desk) == 0, desk
        assert desk == "registrar" or SUBJECT not in client(desk).page("/notifications")
    page = client("a_registrar").page("/notifications")
    assert SUBJECT in page
    assert "หนังสือเข้าใหม่" in page
    assert _count(client("a_registrar")) == "1"
    assert _count(client("a_director")) == ""


def test_opening_leads_to_the_letter_and_is_read_by_oneself_alone(stage, client, work):
    letter = stage.make(stage.world.sent_letter, to=("school_a",))
    work()
    bell = stage.ask("a_registrar", bells)[0].notification
    url = f"/notifications/{bell.public_id}/open"
    before = stage.everything()["activity"]
    assert location(client("a_registrar").post(url)) == f"/letters/{letter.public_id}"
    assert stage.everything()["activity"] == before
    assert _unread(stage, "a_registrar") == 0
    assert not stage.ask("a_registrar", bells)[0].is_unread
    page = client("a_registrar").page("/notifications?unread=1")
    assert SUBJECT not in page
    for desk in ("a_director", "b_registrar"):
        assert client(desk).post(url).status_code == 404
    assert client("a_registrar").get(url).status_code == 405


def test_a_letter_that_is_opened_is_read_in_the_bell_by_oneself_alone(stage, client, work):
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    stage.make(stage.world.sent_letter, to=("school_a",), subject="อีกฉบับ")
    work()
    stage.act("registrar", remind, letter.public_id)
    work()
    assert _unread(stage, "a_registrar") == 3
    person, url = client("a_registrar"), f"/letters/{letter.public_id}/read"
    before = stage.everything()["activity"]
    form = person.form(f"/letters/{letter.public_id}", url).to_dict()
    assert _unread(stage, "a_registrar") == 3
    answer = person.post(url, **form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["X-Unread"]) == (204, "1")
    assert [bell.is_unread for bell in stage.ask("a_registrar", bells)] == [False, True, False]
    assert stage.everything()["activity"] == before
    assert location(person.post(url)) == f"/letters/{letter.public_id}"
    assert _unread(stage, "a_registrar") == 1
    assert _unread(stage, "b_registrar") == 2
    assert person.get(url).status_code == 405
    stage.refuses(LetterNotFound, "c_director", read_letter, letter.public_id)


def test_a_letter_is_told_to_be_read_only_where_something_is_unread(stage, client, work):
    letter = stage.make(stage.world.sent_letter, to=("school_a",))
    work()
    url = f"/letters/{letter.public_id}"
    assert f'action="{url}/read"' in client("a_registrar").page(url)
    assert f'action="{url}/read"' not in client("a_director").page(url)


def test_all_seen_leaves_unread_what_came_meanwhile(stage, client, work):
    stage.make(stage.world.sent_letter, to=("school_a",))
    work()
    person = client("a_registrar")
    form = person.form("/notifications", "/notifications/seen").to_dict()
    stage.make(stage.world.sent_letter, to=("school_a",), subject="มาทีหลัง")
    work()
    assert location(person.post("/notifications/seen", **form)) == "/notifications"
    assert [bell.is_unread for bell in stage.ask("a_registrar", bells)] == [True, False]
    assert _count(person) == "1"
    assert client("b_registrar").post("/notifications/seen", **form).status_code in (400, 404)
    assert _unread(stage, "a_registrar") == 1


def test_receiving_silences_the_bell_for_everybody(stage, work):
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"))
    work()
    stage.act("registrar", remind, letter.public_id)
    work()
    assert _kinds(stage, "a_registrar") == ["remind", "send"]
    delivery = stage.make(stage.world.delivery, letter)
    stage.act("a_registrar", receive, delivery.public_id)
    work()
    assert _unread(stage, "a_registrar") == 0
    assert _unread(stage, "b_registrar") == 2


def test_a_rejection_rings_at_the_sender_and_leads_to_its_row(stage, client, work):
    letter = stage.make(stage.world.sent_letter, to=("school_b",))
    delivery = stage.make(stage.world.delivery, letter, "school_b")
    work()
    stage.act("b_registrar", reject, delivery.public_id, reason="ส่งผิดแห่ง")
    work()
    assert _kinds(stage, "b_registrar") == []
    assert _kinds(stage, "registrar") == ["reject"]
    person = client("registrar")
    page = said(person.get("/notifications"))
    assert "หนังสือถูกตีกลับ" in page
    assert "บ้านตัวอย่างใต้" in page
    bell = stage.ask("registrar", bells)[0].notification
    target = location(person.post(f"/notifications/{bell.public_id}/open"))
    assert target == f"/letters/{letter.public_id}/deliveries?state=rejected"
    assert "บ้านตัวอย่างใต้" in person.page(target)


def test_of_a_recalled_letter_only_the_number_is_told(stage, client, work):
    letter = stage.make(stage.world.sent_letter, to=("school_a",))
    work()
    stage.act("registrar", recall, letter.public_id, version=letter.version, reason="ส่งผิด")
    work()
    assert _kinds(stage, "a_registrar") == ["recall"]
    page = client("a_registrar").page("/notifications")
    assert letter.letter_no in page
    assert SUBJECT not in page
    assert letter.public_id not in page
    bell = stage.ask("a_registrar", bells)[0].notification
    answer = client("a_registrar").post(f"/notifications/{bell.public_id}/open")
    assert location(answer) == "/notifications"
    seen = stage.ask("registrar", load_visible, letter.public_id)
    stage.act("registrar", send, letter.public_id, version=seen.version)
    work()
    assert SUBJECT in client("a_registrar").page("/notifications")


def test_an_answer_rings_as_an_answer(stage, work):
    made = stage.make(stage.world.received_letter)
    answer = stage.act("a_registrar", reply, made.case.public_id)
    with stage.database.transaction() as session:
        actor = stage.world.actor(session, "a_registrar")
        letter = load_visible(session, actor, answer.public_id)
        file = stored_file("ตอบ.pdf", b"%PDF-1.4 answer")
        attach(session, actor, letter.public_id, (file,), version=letter.version)
        propose(session, actor, letter.public_id, version=letter.version)
        stage.world.sign(session, letter)
    stage.make(_number_and_send, stage.world, answer.public_id)
    work()
    assert _kinds(stage, "registrar") == [Kind.ANSWER.value]


def _number_and_send(session, world, public_id):
    from eoffice.registers.services.numbering import issue_number

    actor = world.actor(session, "a_registrar")
    letter = load_visible(session, actor, public_id)
    letter = issue_number(session, actor, public_id, version=letter.version)
    send(session, actor, public_id, version=letter.version)


def test_proposing_calls_the_signer_and_sending_back_the_drafter(stage, work):
    letter = stage.make(stage.world.proposed_letter, "officer", to=("school_a",))
    work()
    assert _kinds(stage, "director") == ["propose"]
    seen = stage.ask("director", load_visible, letter.public_id)
    stage.act("director", send_back, letter.public_id, version=seen.version, reason="แก้คำผิด")
    work()
    assert _unread(stage, "director") == 0
    assert _kinds(stage, "officer") == ["send_back"]


def test_a_near_deadline_rings_once_a_delivery(stage, work):
    soon = clock.now() + timedelta(hours=30)
    letter = stage.make(stage.world.sent_letter, to=("school_a", "school_b"), deliver_by=soon)
    work()
    stage.make(tell_due)
    assert _kinds(stage, "b_registrar") == ["send"]
    delivery = stage.make(stage.world.delivery, letter)
    stage.act("a_registrar", receive, delivery.public_id)
    with clock.travelling(clock.now() + timedelta(hours=10)):
        stage.make(tell_due)
        stage.make(tell_due)
        assert _kinds(stage, "b_registrar") == ["due_soon", "send"]
        assert _kinds(stage, "a_registrar") == ["send"]


def test_what_is_older_than_half_a_year_is_forgotten(stage, work):
    stage.make(stage.world.sent_letter, to=("school_a",))
    work()
    with clock.travelling(clock.now() + timedelta(days=181)):
        stage.make(sweep)
    with stage.database.reading() as session:
        assert session.scalars(select(Notification)).all() == []


def test_a_kind_that_is_not_wanted_neither_shows_nor_counts(stage, client, work):
    letter = stage.make(stage.world.sent_letter, to=("school_a",))
    stage.act("registrar", remind, letter.public_id)
    work()
    person = client("a_registrar")
    form = person.form("/notifications/settings", "/notifications/settings")
    assert "grant" not in form.getlist("kind")
    form.setlist("kind", [kind for kind in form.getlist("kind") if kind != "send"])
    fields = {name: form.getlist(name) for name in form}
    with stage.leaves(Verb.SET_BELLS, "a_registrar", "person", chain=0) as seen:
        assert location(person.post("/notifications/settings", **fields)) == "/notifications"
    assert seen["facts"]["muted"] == ["send"]
    assert _kinds(stage, "a_registrar") == ["remind"]
    assert _count(person) == "1"
    assert "send" not in person.form("/notifications/settings", "/notifications/settings").getlist(
        "kind"
    )


def test_the_poll_of_the_desk_carries_the_count(stage, client, work):
    person = client("a_registrar")
    first = person.get("/", headers={"HX-Request": "true"})
    assert first.headers["X-Unread"] == ""
    tag = {"HX-Request": "true", "If-None-Match": first.headers["ETag"]}
    assert person.get("/", headers=tag).status_code == 304
    stage.make(stage.world.sent_letter, to=("school_a",))
    work()
    answer = person.get("/", headers=tag)
    assert (answer.status_code, answer.headers["X-Unread"]) == (200, "1")


def _grant_role(session, actor, world):
    post = session.get_one(Post, world.posts["a_teacher"])
    return set_role(session, actor, post, role="registrar", starts_on=clock.today())


def _grant_post(session, actor, world):
    person = session.get_one(Person, world.people["visitor"])
    post = session.get_one(Post, world.posts["a_teacher"])
    return assign_post(
        session,
        actor,
        person,
        post,
        kind="acting_for",
        order_no="คำสั่งที่ 9/2569",
        ends_on=clock.today(),
    )


def _give_code(session, actor, world):
    teacher = world.people["a_teacher"]
    account = session.scalars(select(Account).where(Account.person_id == teacher)).one()
    return issue_code(session, actor, account)


@pytest.mark.parametrize(
    ("grant", "words"),
    [
        (_grant_role, "มอบหน้าที่สารบรรณ"),
        (_grant_post, "แต่งตั้งนายไร้ ตำแหน่ง ดำรงตำแหน่งครู (รักษาราชการแทน) ตามคำสั่งที่ 9/2569"),
        (_give_code, "ออกรหัสครั้งเดียวให้บัญชีของนางสมศรี ครูผู้สอน"),
    ],
    ids=["role", "post", "code"],
)
@pytest.mark.parametrize("by", ["a_admin", "admin"])
def test_the_head_is_told_of_what_is_granted_in_the_office(stage, client, work, grant, words, by):
    """Assurance AC-15: whoever gives rights in an office, its head learns of it."""
    stage.act(by, grant, stage.world)
    work()
    assert _kinds(stage, "a_director") == ["grant"]
    for desk in ("b_director", "director", "a_registrar"):
        assert _kinds(stage, desk) == []
    page = said(client("a_director").get("/notifications"))
    assert words in page
    assert _count(client("a_director")) == "1"


def _rename(session, actor, world):
    post = session.get_one(Post, world.posts["a_teacher"])
    return change_post(session, actor, post, version=1, title="ครูชำนาญการ", group=None)


def _move(session, actor, world):
    office = session.get_one(Office, world.offices["school_a"])
    group = add_group(session, actor, office, name="งานวิชาการ")
    post = session.get_one(Post, world.posts["a_teacher"])
    return change_post(session, actor, post, version=1, title="ครู", group=group)


def _recode(session, actor, world):
    return set_code(session, actor, session.get_one(Office, world.offices["school_a"]), "901")


@pytest.mark.parametrize(
    ("change", "by", "words"),
    [
        (_rename, "a_admin", "เปลี่ยนชื่อตำแหน่งครู เป็นครูชำนาญการ"),
        (_move, "a_admin", "ย้ายตำแหน่งครู ไปงานวิชาการ"),
        (_recode, "admin", "เปลี่ยนรหัสของโรงเรียนบ้านตัวอย่างเหนือ จาก 001 เป็น 901"),
    ],
    ids=["rename", "move", "code"],
)
def test_the_head_is_told_of_what_changes_in_the_office(stage, client, work, change, by, words):
    """What stands under a signature, who reads a group's letters, how the office is known."""
    stage.act(by, change, stage.world)
    work()
    assert _kinds(stage, "a_director") == ["changed"]
    for desk in ("b_director", "director", "a_registrar"):
        assert _kinds(stage, desk) == []
    assert words in said(client("a_director").get("/notifications"))


def test_the_end_of_a_role_is_no_grant(stage, work):
    row = stage.act("a_admin", _grant_role, stage.world)
    work()
    with stage.database.transaction() as session:
        end_role(session, stage.world.actor(session, "a_admin"), session.merge(row),
                 ends_on=clock.today())  # fmt: skip
    work()
    assert _kinds(stage, "a_director") == ["grant"]


def test_telling_twice_is_telling_once(stage, settings):
    from eoffice.activity.models import Activity
    from eoffice.notifications.services import tell_receivers

    stage.make(stage.world.sent_letter, to=("school_a",))
    with stage.database.transaction() as session:
        sent = session.scalars(select(Activity).where(Activity.verb == "send")).one()
        tell_receivers(session, sent)
        tell_receivers(session, sent)
        assert len(session.scalars(select(Notification)).all()) == 1
