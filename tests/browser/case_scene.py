"""Cases to look at: before the head, with work given, reported, filed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.routing.models import Case
from eoffice.routing.services import casework, ordering, reporting
from eoffice.routing.services.ordering import Order
from tests.casework import filed, seat, task_of, up_the_line
from tests.world import World

SUBJECTS = (
    "การจัดเก็บข้อมูลนักเรียนรายบุคคล (DMC) รอบที่ 1 ปีการศึกษา 2569",
    "ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569",
    "แจ้งโอนเงินอุดหนุนรายหัว ภาคเรียนที่ 1/2569",
    "ขอให้รายงานสถานศึกษาที่ประสบอุทกภัย",
)
BODY = (
    "ด้วยสำนักงานเขตพื้นที่การศึกษากำหนดให้สถานศึกษาตรวจสอบและยืนยันข้อมูลนักเรียนรายบุคคล\n"
    "จึงเรียนมาเพื่อทราบและดำเนินการ"
)


def draw_cases(session: Session, world: World) -> dict[str, str]:
    """Make the cases; returns name → path of those that pictures are taken of."""
    made = [
        _proposed(session, world, subject, urgency)
        for subject, urgency in zip(
            SUBJECTS, ("most_urgent", "urgent", "normal", "normal"), strict=True
        )
    ]
    registered = world.received_letter(session, subject=SUBJECTS[0], body=BODY).case
    head = world.actor(session, "a_director")
    people = [seat(world, session, desk) for desk in ("a_teacher", "a_registrar")]
    soon = clock.now() + timedelta(days=3)
    for case in made[2:]:
        order = Order("มอบดำเนินการตามเสนอ และรายงานภายในกำหนด", people[:1], people[1:], soon)
        ordering.give_order(session, head, case.public_id, order, version=case.version)
    task = task_of(world, session, made[3], "a_teacher")
    teacher = world.actor(session, "a_teacher")
    words = "สำรวจแล้ว มีอาคารเสียหาย 1 หลัง ประสานขอความช่วยเหลือแล้ว"
    reporting.report(session, teacher, task.public_id, version=task.version, text=words)
    district = up_the_line(world, session, "head")
    found = {
        "case_proposed": made[0],
        "case_ordered": made[2],
        "case_reported": made[3],
        "case_registered": registered,
        "case_district": district,
        "case_filed": filed(world, session),
    }
    return {name: f"/cases/{case.public_id}" for name, case in found.items()}


def _proposed(session: Session, world: World, subject: str, urgency: str) -> Case:
    case = world.received_letter(session, subject=subject, urgency=urgency, body=BODY).case
    casework.propose_case(
        session,
        world.actor(session, "a_registrar"),
        case.public_id,
        version=case.version,
        to=seat(world, session, "a_director"),
        summary="เขตพื้นที่ให้โรงเรียนยืนยันข้อมูลภายใน 10 มิ.ย.",
        opinion="เห็นควรมอบงานวิชาการดำเนินการ และแจ้งครูประจำชั้นทราบ",
    )
    return case
