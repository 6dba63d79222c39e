"""What happens inside school A after a receipt: proposing, ordering, acknowledging, reporting."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from eoffice import clock
from eoffice.routing.models import Case, Delivery, Task
from eoffice.routing.services import casework, ordering, reporting
from eoffice.routing.services.ordering import Order
from eoffice.sample.cast import Seat
from eoffice.sample.scene import Scene
from eoffice.users.models import Holding, Post

OPINION = "เห็นควรมอบผู้เกี่ยวข้องดำเนินการ"
ORDER = "มอบดำเนินการตามเสนอ และรายงานภายในกำหนด"
REPORT = "ดำเนินการเรียบร้อยแล้ว"
PROPOSED, ORDERED, REPORTED, INFORMED = range(4)
"""How far the cases go, one after the other."""


def plan_handling(scene: Scene, code: str, delivery_id: str) -> None:
    """Let the registrar propose a case; it goes as far as its turn says and waits there."""
    at = scene.timetable.after(clock.now(), 45)
    scene.agenda.put(at, lambda: _propose(scene, code, delivery_id))


def _propose(scene: Scene, code: str, delivery_id: str) -> None:
    case = _case(scene, delivery_id)
    if case is None or case.state != "registered":
        return
    casework.propose_case(
        scene.session,
        scene.actor(scene.registrar(code)),
        case.public_id,
        version=case.version,
        to=_post_of(scene, scene.director(code)),
        opinion=OPINION,
    )
    scene.follow()
    if case.id % 4 != PROPOSED:
        at = scene.timetable.after(clock.now(), 90)
        scene.agenda.put(at, lambda: _order(scene, code, delivery_id))


def _order(scene: Scene, code: str, delivery_id: str) -> None:
    case = _case(scene, delivery_id)
    if case is None or case.state != "proposed":
        return
    teacher = [_post_of(scene, scene.cast.seat(code, "officer"))]
    order = Order(ORDER, teacher, due_at=clock.now() + timedelta(days=3))
    if case.id % 4 == INFORMED:
        order = Order("แจ้งเพื่อทราบ", informed=teacher)
    actor = scene.actor(scene.director(code))
    ordering.give_order(scene.session, actor, case.public_id, order, version=case.version)
    scene.follow()
    if case.id % 4 != ORDERED:
        at = scene.timetable.after(clock.now(), 120)
        scene.agenda.put(at, lambda: _answer(scene, code, case.id))


def _answer(scene: Scene, code: str, case_id: int) -> None:
    query = select(Task).where(Task.case_id == case_id, Task.state == "open", Task.kind != "order")
    task = scene.session.scalars(query).first()
    if task is None:
        return
    actor = scene.actor(scene.cast.seat(code, "officer"))
    session, key, version = scene.session, task.public_id, task.version
    if case_id % 4 == INFORMED:
        reporting.acknowledge(session, actor, key, version=version)
    else:
        reporting.report(session, actor, key, version=version, text=REPORT)
    scene.follow()


def _case(scene: Scene, delivery_id: str) -> Case | None:
    query = select(Case).join(Delivery, Delivery.id == Case.delivery_id)
    return scene.session.scalars(query.where(Delivery.public_id == delivery_id)).one_or_none()


def _post_of(scene: Scene, seat: Seat) -> str:
    query = select(Post.public_id).join(Holding, Holding.post_id == Post.id)
    return scene.session.scalars(query.where(Holding.id == seat.holding_id)).one()
