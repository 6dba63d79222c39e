"""Acting for somebody: the queue of the post, both names, and the end at midnight in Bangkok."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.actor import SYSTEM
from eoffice.notifications.models import Notification
from eoffice.routing.models import Endorsement, Task
from eoffice.users.models import Holding, Person, Post, Principal
from eoffice.users.services.people import assign_post
from eoffice.worker import Shop, run_all
from tests.casework import key, made, ordered, proposed, registered, tasks, up_the_line
from tests.plugins.web import location, said
from tests.unit.users.test_scope import delegate

KINDS = {
    "acting_for": "รักษาราชการแทน",
    "delegated": "ปฏิบัติราชการแทน",
    "in_charge": "รักษาการในตำแหน่ง",
}
ORDER_NO = "คำสั่งที่ 99/2569"


def appoint(stage, kind, starts_on, ends_on):
    """Let the teacher of school A act for its director between two days."""

    def appointed(session):
        row = assign_post(
            session,
            SYSTEM,
            session.get_one(Person, stage.world.people["a_teacher"]),
            session.get_one(Post, stage.world.posts["a_director"]),
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            order_no=ORDER_NO,
            scope="งานวิชาการ",
        )
        stage.world.people["acting_a"] = row.person_id
        stage.world.posts["acting_a"] = row.post_id
        stage.world.holdings["acting_a"] = row.id

    stage.make(appointed)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_acting_finds_the_queue_and_leaves_both_names(stage, client, kind):
    case = made(stage, proposed)
    appoint(stage, kind, clock.today(), clock.today())
    acting = client("acting_a")
    assert case.public_id in acting.page("/queue")
    page = said(acting.get(f"/cases/{case.public_id}"))
    assert ORDER_NO in page
    assert "งานวิชาการ" in page
    acting.submit(f"/cases/{case.public_id}", "/order", text="ดำเนินการ")
    with stage.database.reading() as session:
        note = session.scalars(select(Endorsement).order_by(Endorsement.id.desc()).limit(1)).one()
        trace = session.scalars(select(Activity).where(Activity.verb == "give_order")).one()
    person, post = stage.world.people["a_teacher"], stage.world.posts["a_director"]
    assert (note.person_id, note.post_id) == (trace.person_id, trace.post_id) == (person, post)
    assert (trace.holding_kind, trace.order_no) == (kind, ORDER_NO)
    assert note.position == f"ครู {KINDS[kind]}ผู้อำนวยการโรงเรียน"


def test_acting_ends_at_midnight_in_bangkok_without_a_new_sign_in(stage, client):
    last = date(2026, 12, 3)
    midnight = datetime(2026, 12, 4, tzinfo=clock.BANGKOK)
    with clock.travelling(midnight - timedelta(minutes=5)):
        cases = [made(stage, proposed) for _ in range(2)]
        appoint(stage, "acting_for", last, last)
        acting = client("acting_a")
    acting.at = midnight - timedelta(seconds=1)
    assert all(case.public_id in acting.page("/queue") for case in cases)
    answer = acting.submit(f"/cases/{cases[0].public_id}", "/order", text="ทันเวลา")
    assert answer.status_code == 303
    fields = acting.form(f"/cases/{cases[1].public_id}", "/order").to_dict()
    acting.at = midnight
    before = stage.everything()
    late = acting.open(f"/cases/{cases[1].public_id}/order", "POST", data=fields | {"text": "สาย"})
    assert late.status_code == 404, said(late)
    assert acting.get(f"/cases/{cases[1].public_id}").status_code == 404
    assert cases[1].public_id not in acting.page("/queue")
    after = stage.everything()
    assert {name for name in after if after[name] != before[name]} <= {"sign_in_sessions"}
    assert tasks(stage, cases[1]) == [("a_director", "order", "open")]


def test_it_begins_at_midnight_too(stage, client):
    first = date(2026, 12, 4)
    midnight = datetime(2026, 12, 4, tzinfo=clock.BANGKOK)
    with clock.travelling(midnight - timedelta(minutes=5)):
        case = made(stage, proposed)
        appoint(stage, "acting_for", first, first)
        acting = client("acting_a")
    acting.at = midnight - timedelta(seconds=1)
    assert case.public_id not in acting.page("/queue")
    with clock.travelling(midnight):
        acting = client("acting_a")
    acting.at = midnight
    assert case.public_id in acting.page("/queue")


def test_work_is_handed_to_a_colleague_before_an_absence(stage, client):
    cases = [made(stage, ordered) for _ in range(2)]
    decide = made(stage, up_the_line, "head")
    teacher = client("a_teacher")
    answer = teacher.submit(
        "/queue", "/queue/hand-over", to=key(stage, "a_registrar"), note="ลาป่วย"
    )
    assert location(answer) == "/queue"
    for case in cases:
        assert tasks(stage, case)[-2:] == [
            ("a_teacher", "act", "done"),
            ("a_registrar", "act", "open"),
        ]
    again = teacher.post("/queue/hand-over", to=key(stage, "a_registrar"))
    assert again.status_code == 409
    head = client("head")
    assert head.post("/queue/hand-over", to=key(stage, "officer")).status_code == 409
    assert tasks(stage, decide) == [("head", "order", "open")]


def test_a_successor_finds_the_queue_and_who_left_finds_nothing(stage, client):
    case = made(stage, ordered)
    teacher, successor = stage.world.people["a_teacher"], stage.world.people["visitor"]

    def moved(session):
        old = session.get_one(Holding, stage.world.holdings["a_teacher"])
        old.ends_on = clock.today() - timedelta(days=1)
        post = session.get_one(Post, stage.world.posts["a_teacher"])
        person = session.get_one(Person, successor)
        row = assign_post(session, SYSTEM, person, post, starts_on=clock.today())
        stage.world.holdings["visitor"], stage.world.posts["visitor"] = row.id, post.id

    stage.make(moved)
    assert teacher != successor
    assert case.public_id in client("visitor").page("/queue")
    assert client("a_teacher").get(f"/cases/{case.public_id}").status_code == 404


def test_posts_are_told_what_is_asked_of_them(stage, settings):
    made(stage, registered)
    run_all(Shop(stage.database, settings))
    case = made(stage, ordered, ("a_teacher",), ("a_registrar",))
    run_all(Shop(stage.database, settings))
    with stage.database.reading() as session:
        told = session.execute(
            select(Notification.kind, Principal.subject_id)
            .join(Principal, Principal.id == Notification.principal_id)
            .where(Principal.kind == "post", Notification.letter_id == case.letter_id)
            .order_by(Notification.id)
        ).all()
        posts = session.scalars(select(Task.post_id).where(Task.case_id == case.id)).all()
    assert [tuple(row) for row in told if row[0] == "propose_case"] == [("propose_case", posts[0])]
    assert {row[1] for row in told if row[0] == "give_order"} == set(posts[1:])


def test_outside_the_scope_nothing_is_offered_and_a_hand_made_form_is_refused(
    stage, client, nothing_written
):
    case = made(stage, proposed)
    delegate(stage, "a_director", "a_teacher", parts=["sign"])
    stage.world.posts["acting"] = stage.world.posts["a_director"]
    acting = client("acting")
    page = f"/cases/{case.public_id}"
    assert f"{page}/order" not in acting.page(page)
    with nothing_written():
        answer = acting.post(f"{page}/order", text="ทราบ", version=stage.row(case).version)
        assert answer.status_code == 403
        assert "อยู่นอกขอบเขต" in said(answer)


def test_the_administrator_limits_a_delegation_on_the_page(stage, client):
    with stage.database.reading() as session:
        post = session.get_one(Post, stage.world.posts["a_director"]).public_id
        person = session.get_one(Person, stage.world.people["a_teacher"]).public_id
    page = f"/posts/{post}/assign"
    fields = {"person": person, "order_no": "99/2569", "ends_on": "31 ธ.ค. 2599"}
    limits = {"parts": "sign", "letter_kinds": "memo"}
    admin = client("a_admin")
    assert "ลงนามหนังสือ" in admin.page(f"{page}?q=สมศรี")
    refused = admin.post(page, **fields | limits | {"kind": "acting_for"})
    assert refused.status_code == 422
    assert "มีอำนาจเต็มของตำแหน่ง" in said(refused)
    answer = admin.post(page, **fields | limits | {"kind": "delegated"})
    assert location(answer) == f"/posts/{post}"
    words = said(admin.get(f"/posts/{post}"))
    assert "เฉพาะลงนามหนังสือ" in words
    assert "เฉพาะหนังสือภายใน" in words
