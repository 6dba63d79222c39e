"""The further persons of the access matrix at schools A and B: acting, moved, disabled, shared."""

from __future__ import annotations

from datetime import timedelta

from eoffice.sample.people import serve_schools
from eoffice.sample.scene import Scene
from eoffice.sample.staffing import Staff
from eoffice.users.accounts import Account
from eoffice.users.models import Holding, Person
from eoffice.users.rules import HoldingKind
from eoffice.users.services import accounts, people

ACTING = (
    ("acting_a_yesterday", "รักษาราชการแทน ผอ.โรงเรียน A ถึงเมื่อวาน", -5, -1, 301),
    ("acting_a_today", "รักษาราชการแทน ผอ.โรงเรียน A วันนี้", 0, 0, 302),
    ("acting_a_tomorrow", "รักษาราชการแทน ผอ.โรงเรียน A ตั้งแต่พรุ่งนี้", 1, 7, 303),
)


def staff_matrix(staff: Staff) -> None:
    """Teachers of school A who act for its director, its administrator, the clerk of A and B."""
    cast = staff.cast
    a, b = cast.a, cast.b
    for number, (key, note, start, end, order) in enumerate(ACTING, 3):
        hired = staff.fill(a, "ครู", ("officer",), f"teacher{number}.{a}", key=key, note=note)
        seat = staff.act_for(
            hired,
            cast.posts[a],
            HoldingKind.ACTING_FOR,
            start=start,
            end=end,
            order_no=staff.order(order),
        )
        cast.members[key].seat = seat
    serve_schools(
        staff,
        staff.hire("clerk.ab", "clerk_ab", "ธุรการของโรงเรียน A และ B"),
        [a, b],
        " (ช่วยราชการสองแห่ง)",
    )
    note = "ผู้ดูแลระบบของโรงเรียน A"
    staff.fill(a, "ผู้ดูแลระบบของโรงเรียน", ("office_admin",), f"admin.{a}", key="admin_a", note=note)
    note = "ครูโรงเรียน A บัญชีถูกระงับ"
    staff.fill(a, "ครู", ("officer",), f"teacher6.{a}", key="disabled", note=note)
    note = "ย้ายจากโรงเรียน A ไปโรงเรียน B เมื่อวาน"
    staff.fill(a, "ครู", ("officer",), f"teacher7.{a}", key="moved", note=note)


def plan_changes(scene: Scene, staff: Staff) -> None:
    """Yesterday's changes: one account disabled, one teacher moved."""
    scene.agenda.put(scene.timetable.at(1, 15, 40), lambda: disable(scene))
    scene.agenda.put(scene.timetable.at(1, 15, 50), lambda: move(scene, staff))


def disable(scene: Scene) -> None:
    """School A's administrator disables an account."""
    account = scene.session.get_one(Account, scene.cast.member("disabled").account_id)
    actor = scene.actor(scene.cast.member("admin_a").seat)
    accounts.disable_account(scene.session, actor, account)


def move(scene: Scene, staff: Staff) -> None:
    """The district's administrator moves a teacher: the last day at A is yesterday."""
    cast, session = scene.cast, scene.session
    member = cast.member("moved")
    actor = scene.actor(cast.member("district_admin").seat)
    old = session.get_one(Holding, member.seat.holding_id)
    yesterday = cast.today - timedelta(days=1)
    people.end_holding(session, actor, old, ends_on=yesterday)
    post = staff.post(cast.offices[cast.b], "ครู (ย้ายมาใหม่)", ("officer",))
    person = session.get_one(Person, member.person_id)
    people.assign_post(session, actor, person, post, starts_on=cast.today, is_main=True)
