"""The acts of an office's administrator: facts, groups, posts, roles, people, accounts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.thai import thai_date
from eoffice.users.accounts import Account
from eoffice.users.models import Holding, Office, Person, Post
from eoffice.users.services.accounts import add_account, disable_account
from eoffice.users.services.organisation import add_post
from eoffice.users.services.people import add_person, assign_post
from eoffice.verbs import Verb
from tests.web.administration import AdminAct, EveryAdminAct

SINCE = date(2025, 1, 1)


class At:
    """A holding with the post whose page shows it."""

    def __init__(self, holding: Holding, post: Post) -> None:
        self.public_id, self.post_public_id = holding.public_id, post.public_id


def _office(world, session, office):
    return session.get_one(Office, world.offices[office])


def _post(world, session, office):
    row = _office(world, session, office)
    return add_post(
        session, SYSTEM, row, title="ครูผู้ช่วย", roles=("officer", "registrar"), starts_on=SINCE
    )


def _held(world, session, office):
    post = _post(world, session, office)
    person = add_person(session, SYSTEM, first_name="อารี", last_name=f"ทดลอง{post.id}")
    return person, post, assign_post(session, SYSTEM, person, post, starts_on=SINCE)


def _person(world, session, office):
    return _held(world, session, office)[0]


def _holding(world, session, office):
    _, post, holding = _held(world, session, office)
    return At(holding, post)


def _account(world, session, office):
    person = _person(world, session, office)
    account = add_account(session, SYSTEM, person, username=f"someone{person.id}")
    return _OfPerson(account, person)


def _disabled(world, session, office):
    found = _account(world, session, office)
    disable_account(session, SYSTEM, found.account)
    return found


class _OfPerson:
    def __init__(self, account: Account, person: Person) -> None:
        self.account = account
        self.public_id, self.post_public_id = account.public_id, person.public_id


def _teacher(world, session):
    return session.get_one(Person, world.people["a_teacher"]).public_id


ACTS = [
    AdminAct(
        Verb.CHANGE_OFFICE,
        "/offices/{id}/edit",
        _office,
        "office",
        fields={"phone": "0 7400 0000"},
        is_versioned=True,
    ),
    AdminAct(
        Verb.ADD_GROUP,
        "/offices/{id}/groups",
        _office,
        "group",
        page="/offices/{id}",
        fields={"name": "งานวิชาการ"},
    ),
    AdminAct(
        Verb.ADD_POST,
        "/offices/{id}/posts/new",
        _office,
        "post",
        fields={"title": "ครู", "roles": ["officer"], "order_no": "3/2569"},
        again=303,
    ),
    AdminAct(
        Verb.SET_ROLE,
        "/posts/{id}/roles",
        _post,
        "post_role",
        page="/posts/{id}",
        fields={"role": "deputy", "order_no": "4/2569", "ends_on": "31/12/2575"},
    ),
    AdminAct(
        Verb.SET_ROLE,
        "/posts/{id}/roles/registrar/end",
        _post,
        "post_role",
        page="/posts/{id}",
        again=404,
    ),
    AdminAct(
        Verb.CHANGE_POST,
        "/posts/{id}/edit",
        _post,
        "post",
        fields={"title": "ครูชำนาญการ"},
        is_versioned=True,
    ),
    AdminAct(Verb.CLOSE_POST, "/posts/{id}/close", _post, "post", page="/posts/{id}"),
    AdminAct(
        Verb.ASSIGN_POST,
        "/posts/{id}/assign",
        _post,
        "holding",
        page="/posts/{id}/assign?q=สมศรี",
        fields={"person": _teacher, "kind": "substantive"},
    ),
    AdminAct(Verb.END_HOLDING, "/holdings/{id}/end", _holding, "holding", page="/posts/{post}"),
    AdminAct(
        Verb.CHANGE_PERSON,
        "/people/{id}/edit",
        _person,
        "person",
        fields={"last_name": "เปลี่ยนแล้ว"},
        is_versioned=True,
    ),
    AdminAct(
        Verb.DISABLE_ACCOUNT, "/accounts/{id}/disable", _account, "account", page="/people/{post}"
    ),
    AdminAct(
        Verb.ENABLE_ACCOUNT, "/accounts/{id}/enable", _disabled, "account", page="/people/{post}"
    ),
]


@pytest.mark.parametrize("act", ACTS, ids=str)
class TestEveryAct(EveryAdminAct):
    pass


def _stored(stage, model, **wanted):
    with stage.database.reading() as session:
        return session.scalars(select(model).filter_by(**wanted).order_by(model.id.desc())).first()


def test_a_post_carries_what_was_typed(stage, client):
    office = stage.world.public["school_a"]
    answer = client("a_admin").submit(
        f"/offices/{office}/posts/new",
        "/posts/new",
        title="  เจ้าหน้าที่ธุรการ ",
        roles=["registrar", "officer"],
        order_no="คำสั่ง 5/2569",
        starts_on="๑ ม.ค. ๒๕๖๙",
    )
    assert answer.status_code == 303
    post = _stored(stage, Post, title="เจ้าหน้าที่ธุรการ")
    assert post.opened_on == date(2026, 1, 1)
    page = client("a_admin").page(f"/posts/{post.public_id}")
    assert "สารบรรณกลาง / ธุรการโรงเรียน" in page
    assert "คำสั่ง 5/2569" in page


@pytest.mark.parametrize(
    ("typed", "said_back"),
    [
        ({"kind": "acting_for", "ends_on": "", "order_no": ""}, "ต้องระบุเลขที่คำสั่ง"),
        ({"kind": "delegated", "order_no": "7/2569", "ends_on": ""}, "ต้องระบุวันสิ้นสุด"),
        ({"starts_on": "32 ม.ค. 2569"}, "ไม่เข้าใจ"),
        ({"starts_on": "2 ม.ค. 2569", "ends_on": "1 ม.ค. 2569"}, "วันสิ้นสุดต้องไม่มาก่อน"),
        ({"person": ""}, "กรุณาค้นหาและเลือกบุคลากร"),
        ({"order_no": "ก" * 81}, ""),
        ({"scope": "ก\x00ข"}, "อักขระที่มองไม่เห็น"),
    ],
)
def test_a_refused_appointment_keeps_what_was_typed(
    stage, client, nothing_written, typed, said_back
):
    with stage.database.transaction() as session:
        post = _post(stage.world, session, "school_a").public_id
        person = _teacher(stage.world, session)
    admin = client("a_admin")
    given = {"person": person, "kind": "substantive", "scope": "งานการเงิน", "q": "สมศรี"} | typed
    with nothing_written():
        answer = admin.post(f"/posts/{post}/assign", **given)
        assert answer.status_code == 422
        assert said_back in answer.text
        assert "นางสมศรี" in answer.text
        assert given["scope"].replace("\x00", "") in answer.text or "\x00" in given["scope"]


def test_acting_ends_by_itself_and_is_not_prolonged_by_ending_later(stage, client):
    admin, today = client("a_admin"), clock.today()
    with stage.database.transaction() as session:
        post = session.get_one(Post, stage.world.posts["a_director"]).public_id
        person = _teacher(stage.world, session)
    answer = admin.post(
        f"/posts/{post}/assign",
        person=person,
        kind="acting_for",
        order_no="9/2569",
        starts_on=thai_date(today),
        ends_on=thai_date(today + timedelta(days=5)),
    )
    assert answer.status_code == 303
    page = admin.page(f"/posts/{post}")
    assert "รักษาราชการแทน" in page
    holding = _stored(stage, Holding, order_no="9/2569")
    url = f"/holdings/{holding.public_id}/end"
    late = admin.post(url, ends_on=thai_date(today + timedelta(days=9)))
    assert late.status_code == 409
    assert "แต่งตั้งใหม่ตามคำสั่ง" in late.text
    assert admin.post(url, ends_on="เมื่อไรก็ได้").status_code == 422
    assert admin.post(url, ends_on=thai_date(today)).status_code == 303
    assert stage.row(holding).ends_on == today
