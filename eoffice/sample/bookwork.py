"""Work on the books: letters to agencies, reserved numbers, a list, letters from outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from eoffice import clock
from eoffice.registers.services.numbering import cancel_number, reserve_number
from eoffice.routing.services import receiving, sending
from eoffice.routing.services.addressing import Addressing, set_recipient_list
from eoffice.sample import acts
from eoffice.sample.cast import DISTRICT
from eoffice.sample.course import Course, begin
from eoffice.sample.month import fields_of, officer
from eoffice.sample.scene import Scene
from eoffice.sample.texts import CONSIDER, KNOW, Text


def plan_bookwork(scene: Scene) -> None:
    """Put it on the agenda."""
    _plan_agencies(scene)
    _plan_numbers(scene)
    _plan_outside(scene)


def addressed(scene: Scene, *codes: str) -> Addressing:
    """Single offices as recipients, by code."""
    return Addressing(offices=tuple(scene.cast.offices[code].public_id for code in codes))


def put(scene: Scene, days_ago: int, hour: int, minute: int, act: Callable[[], None]) -> None:
    """Put an act on the agenda, so many working days ago."""
    scene.agenda.put(scene.timetable.at(days_ago, hour, minute), act)


def _plan_agencies(scene: Scene) -> None:
    """Letters that leave the system: one reached its agency, one did not."""
    text = Text("ขอความอนุเคราะห์วิทยากร", f"ขอความอนุเคราะห์วิทยากรให้ความรู้แก่ครู {CONSIDER}", 5)
    for key, agency in zip(("to_agency", "to_agency_failed"), scene.cast.agencies, strict=False):
        course = Course(
            DISTRICT,
            officer(scene, 5),
            fields_of(text, to=agency.name),
            Addressing(offices=(agency.public_id,)),
            key=key,
            is_quick=True,
        )
        begin(scene, 9, 9, 30, course)
    put(scene, 6, 15, 0, lambda: _record_outcomes(scene))


def _record_outcomes(scene: Scene) -> None:
    actor = scene.actor(scene.cast.member("registrar").seat)
    reached = acts.deliveries(scene, scene.kept["to_agency"])[0]
    sending.record_delivered(
        scene.session,
        actor,
        reached,
        delivered_on=clock.today() - timedelta(days=1),
        delivered_to="งานสารบรรณ จังหวัดตัวอย่าง",
        proof="ใบตอบรับไปรษณีย์ EX 0000 9999 0 TH",
    )
    missed = acts.deliveries(scene, scene.kept["to_agency_failed"])[0]
    sending.record_failed(scene.session, actor, missed, reason="ไปรษณีย์ส่งคืน ไม่พบผู้รับตามจ่าหน้า")


def _plan_numbers(scene: Scene) -> None:
    """Three numbers reserved: one used, one cancelled, one still waiting; a recipient list."""
    seat = scene.cast.member("registrar").seat

    def reserve() -> None:
        entries = reserve_number(
            scene.session,
            scene.actor(seat),
            series="send",
            count=3,
            reason="รอหนังสือจากกลุ่มบริหารงานบุคคล",
        )
        names = ("reserved_used", "reserved_cancelled", "reserved")
        scene.kept |= {f"entry_{n}": e.public_id for n, e in zip(names, entries, strict=True)}

    def give_up() -> None:
        cancel_number(
            scene.session,
            scene.actor(seat),
            scene.kept["entry_reserved_cancelled"],
            reason="กลุ่มแจ้งว่าไม่ใช้เลขที่จอง",
        )

    def make_list() -> None:
        codes = [*scene.cast.pilot_codes[:2], scene.cast.a]
        offices = [scene.cast.offices[code].public_id for code in codes]
        row = set_recipient_list(
            scene.session, scene.actor(seat), name="โรงเรียนแกนนำ", offices=offices
        )
        scene.kept["list"] = row.public_id

    put(scene, 12, 15, 30, reserve)
    put(scene, 8, 15, 30, give_up)
    put(scene, 20, 15, 10, make_list)
    text = Text("แจ้งผลการพิจารณาย้ายข้าราชการครู", f"แจ้งผลการพิจารณาย้าย {KNOW}", 4)
    fields = fields_of(text, to="ผู้อำนวยการโรงเรียน")
    course = Course(
        DISTRICT,
        officer(scene, 4),
        fields,
        addressed(scene, scene.cast.b),
        key="on_reserved_number",
        reserved="entry_reserved_used",
        is_quick=True,
    )
    begin(scene, 11, 9, 10, course)


def _plan_outside(scene: Scene) -> None:
    """A paper letter registered with its scan, and one registered by mistake and voided."""
    seat = scene.cast.member("registrar").seat

    def register(key: str, subject: str, number: str) -> None:
        scan = scene.folder.take(scene.cast.offices[DISTRICT].id, "สแกนหนังสือจังหวัด.jpg")
        outside = receiving.OutsideLetter(
            sender="จังหวัดตัวอย่าง",
            subject=subject,
            letter_no=number,
            letter_date=clock.today() - timedelta(days=1),
            files=(scan,),
        )
        letter, delivery, _ = receiving.register_outside(
            scene.session, scene.actor(seat), outside, is_confirmed=True
        )
        scene.kept[key], scene.kept[f"delivery_{key}"] = letter.public_id, delivery.public_id

    def void() -> None:
        receiving.void(
            scene.session,
            scene.actor(seat),
            scene.kept["delivery_voided"],
            reason="ลงรับซ้ำกับเลขก่อนหน้า",
        )

    put(scene, 3, 14, 0, lambda: register("outside", "แจ้งแผนเผชิญเหตุอุทกภัย", "ตย 0017/2290"))
    put(scene, 3, 14, 9, lambda: register("voided", "แจ้งแผนเผชิญเหตุอุทกภัย", "ตย 0017/2290"))
    put(scene, 3, 15, 2, void)
