"""Letters to look at: long and short, urgent and overdue, in every state, with real files."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.documents.services.attaching import StoredFile
from eoffice.documents.store import FileStore
from eoffice.routing.services.addressing import set_recipient_list
from eoffice.routing.services.receiving import open_delivery, receive, reject
from eoffice.routing.services.sending import recall, remind
from eoffice.users.models import Office, Person
from eoffice.users.services.organisation import add_office, add_post
from eoffice.users.services.people import assign_post
from tests.browser.case_scene import draw_cases
from tests.world import World, stored_file

LAW = Path(__file__).parents[2] / "eoffice" / "sample" / "law"
SUBJECT_200 = (
    "เร่งรัดการยืนยันและรับรองข้อมูลนักเรียนรายบุคคล (DMC) รอบที่ 1 ปีการศึกษา 2569 "
    "และการสำรวจความพร้อมของอุปกรณ์และสัญญาณอินเทอร์เน็ตของโรงเรียน ประจำปีงบประมาณ 2570 "
    "เพื่อใช้ประกอบการจัดสรรงบประมาณเงินอุดหนุน"
)
SCHOOL_60 = "โรงเรียนบ้านตัวอย่างสงเคราะห์ราษฎร์อนุสรณ์วิทยาคาร มิตรภาพที่ 58"
BODY = (
    "ตามหนังสือที่อ้างถึง สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต 2 แจ้งให้โรงเรียนในสังกัด"
    "บันทึก ตรวจสอบ และแก้ไขข้อมูลนักเรียนรายบุคคล รอบที่ 1 ปีการศึกษา 2569 ให้แล้วเสร็จ"
    "ภายในวันที่ 10 มิถุนายน 2569 นั้น\n"
    "บัดนี้ ปรากฏว่ายังมีโรงเรียนที่ไม่ได้ยืนยันข้อมูลจำนวน 23 โรงเรียน จึงขอให้โรงเรียนตรวจสอบ"
    "ความถูกต้องและความซ้ำซ้อนของข้อมูล แล้วให้เจ้าหน้าที่ยืนยันข้อมูล และผู้บริหารสถานศึกษารับรองข้อมูล "
    "หากพ้นกำหนดจะไม่สามารถนำข้อมูลไปใช้จัดสรรงบประมาณเงินอุดหนุนได้\n"
    "จึงเรียนมาเพื่อทราบและถือปฏิบัติ"
)
SUBJECTS = (
    "การเลื่อนเงินเดือนข้าราชการครูและบุคลากรทางการศึกษา ครั้งที่ 2",
    "แจ้งโอนเงินอุดหนุนรายหัว ภาคเรียนที่ 1/2569 และให้รายงานการรับเงิน",
    "ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ 3/2569",
    "การจัดทำแผนเผชิญเหตุอุทกภัยของสถานศึกษา ประจำปี 2569",
    "รับสมัครครูเข้ารับการอบรมเชิงปฏิบัติการการจัดการเรียนรู้เชิงรุก รุ่นที่ 2",
)


def seat(session: Session, world: World, desk: str, like: str, school: str) -> None:
    """Give the person of a desk a second post, the registrar's of a school."""
    since = date(clock.today().year - 1, 1, 1)
    office = session.get_one(Office, world.offices[school])
    post = add_post(
        session, SYSTEM, office, title="ธุรการโรงเรียน", roles=("registrar",), starts_on=since
    )
    person = session.get_one(Person, world.people[like])
    holding = assign_post(session, SYSTEM, person, post, starts_on=since)
    world.people[desk], world.posts[desk], world.holdings[desk] = person.id, post.id, holding.id


def add_long_named_school(session: Session, world: World) -> None:
    """A school whose name is as long as names get, with the same clerk."""
    since = date(clock.today().year - 1, 1, 1)
    office = add_office(session, SYSTEM, kind="school", code="158", name=SCHOOL_60, opened_on=since)
    world.offices["school_long"], world.public["school_long"] = office.id, office.public_id
    seat(session, world, "long_registrar", "a_registrar", "school_long")


def law(name: str, shown: str, store: FileStore) -> StoredFile:
    """A part of the regulation as an attachment."""
    return stored_file(shown, (LAW / name).read_bytes(), store)


def draw(session: Session, world: World, store: FileStore) -> dict[str, str]:
    """Make the letters; returns name → public id of those that pictures are taken of."""
    found = _outgoing(session, world, store)
    found |= _incoming(session, world)
    return found | _answers(session, world, found) | draw_cases(session, world)


def _outgoing(session: Session, world: World, store: FileStore) -> dict[str, str]:
    soon = clock.now() + timedelta(days=2)
    files = (
        law("amendment-3-2560.pdf", "หนังสือนำ.pdf", store),
        law("amendment-2-2548.pdf", "สิ่งที่ส่งมาด้วย 1 รายชื่อโรงเรียนที่ยังไม่ยืนยันข้อมูล.pdf", store),
    )
    circular = {"is_circular": True, "body": BODY, "addressee": "เรียน ผู้อำนวยการโรงเรียนทุกโรงเรียน"}
    schools = tuple(n for n in world.offices if n.startswith("school_"))
    made = {
        "draft": world.draft_letter(session, subject=SUBJECT_200, to=("network",), files=files),
        "empty_draft": world.draft_letter(session, subject="(ทดสอบร่างเปล่า)", body=""),
        "proposed": world.proposed_letter(
            session,
            "officer",
            subject=SUBJECT_200,
            to=schools,
            files=files,
            urgency="most_urgent",
            deliver_by=soon,
            contact="กลุ่มนโยบายและแผน โทร. 0 0000 0000 ต่อ 12",
            closing="ขอแสดงความนับถือ",
            **circular,
        ),
        "signed": world.signed_letter(
            session, subject=SUBJECTS[2], to=schools, urgency="urgent", **circular
        ),
        "numbered": world.numbered_letter(session, subject=SUBJECTS[3], to=("school_a", "agency")),
        "order": world.numbered_letter(
            session, kind="order", subject="แต่งตั้งคณะกรรมการทำลายหนังสือ ประจำปี 2569"
        ),
        "sent": world.sent_letter(
            session,
            subject=SUBJECT_200,
            to=schools,
            copies=("agency",),
            files=files,
            urgency="most_urgent",
            deliver_by=soon,
            contact="กลุ่มนโยบายและแผน โทร. 0 0000 0000 ต่อ 12",
            closing="ขอแสดงความนับถือ",
            **circular,
        ),
    }
    world.proposed_letter(session, "clerk", subject=SUBJECTS[0], to=("school_a",))
    members = [world.public[name] for name in schools[:5]]
    registrar = world.actor(session, "registrar")
    set_recipient_list(session, registrar, name="โรงเรียนขยายโอกาส", offices=members)
    return {name: letter.public_id for name, letter in made.items()}


def _incoming(session: Session, world: World) -> dict[str, str]:
    """What waits at schools A, C and the one with the long name."""
    to = ("school_a", "school_c", "school_long")
    passed = clock.now() - timedelta(days=4)
    for index in range(30):
        world.sent_letter(
            session,
            subject=SUBJECTS[index % len(SUBJECTS)],
            to=to if index % 2 else to[:1],
            urgency=("normal", "normal", "urgent", "very_urgent")[index % 4],
            deliver_by=passed if index % 7 == 3 else None,
        )
    from_school = world.sent_letter(
        session, "b_registrar", subject="ขอความอนุเคราะห์ใช้หอประชุม", to=("school_a",)
    )
    outside = world.outside_letter(session, "a_registrar", subject="ขอเชิญร่วมงานรัฐพิธี")
    return {"arrived": from_school.public_id, "outside": outside.letter.public_id}


def _answers(session: Session, world: World, made: dict[str, str]) -> dict[str, str]:
    """Some receive the circular, one rejects it, one is recalled, the rest is reminded."""
    from eoffice.documents.queries import load_visible

    sender = world.actor(session, "registrar")
    letter = load_visible(session, sender, made["sent"])
    numbered = [n for n in world.offices if n.removeprefix("school_").isdigit()]
    for name in numbered[: len(numbered) * 3 // 4]:
        desk = f"registrar_{name.removeprefix('school_')}"
        receive(
            session, world.actor(session, desk), world.delivery(session, letter, name).public_id
        )
    for name in numbered[len(numbered) * 3 // 4 :][:6]:
        desk = f"registrar_{name.removeprefix('school_')}"
        actor = world.actor(session, desk)
        open_delivery(session, actor, world.delivery(session, letter, name).public_id)
    b = world.delivery(session, letter, "school_b").public_id
    reject(session, world.actor(session, "b_registrar"), b, reason="ไฟล์แนบที่ 1 เปิดไม่ได้ ขอให้ส่งใหม่")
    at_long = world.delivery(session, letter, "school_long").public_id
    seen = load_visible(session, sender, made["sent"])
    recall(session, sender, made["sent"], version=seen.version, reason="ส่งผิด", deliveries=[at_long])
    remind(session, sender, made["sent"])
    received = world.received_letter(session, subject=SUBJECTS[1], to=("school_a", "school_c"))
    return {"received": received.letter.public_id}
