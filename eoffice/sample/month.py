"""The everyday letters: circulars, letters of schools, letters from outside, orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from eoffice import clock
from eoffice.documents.rules import LetterKind, Origin
from eoffice.documents.services.drafting import LetterFields
from eoffice.routing.services.addressing import Addressing
from eoffice.routing.services.receiving import OutsideLetter, register_outside
from eoffice.sample import files as f
from eoffice.sample import texts
from eoffice.sample.cast import DISTRICT, Seat
from eoffice.sample.course import CLOSING, PACES, Course, begin
from eoffice.sample.scene import Scene
from eoffice.sample.texts import Text

WHOLE_DISTRICT = 117
LETTERS_TO_DISTRICT = 42
LETTERS_BETWEEN = 12
LETTERS_TO_NETWORKS = 10
LETTERS_TO_SCHOOLS = 10
OUTSIDE_OF_SCHOOLS = 14
SLOW = 14


def plan_month(scene: Scene) -> None:
    """Put the whole month on the agenda; a smaller district writes fewer letters."""
    codes = scene.cast.school_codes
    scene.paces = {code: scene.random.choice(PACES) for code in codes}
    scene.paces |= dict.fromkeys((*scene.cast.pilot_codes, scene.cast.a, scene.cast.b), 0)
    scene.paces[codes[1]] = SLOW
    _plan_circulars(scene)
    _plan_to_networks(scene)
    _plan_to_schools(scene)
    _plan_to_district(scene)
    _plan_between_schools(scene)
    _plan_from_outside(scene)
    _plan_orders(scene)


def officer(scene: Scene, group: int) -> Seat:
    """An officer or the clerk of a group of the district office."""
    role = scene.random.choice(("officer", "officer", "group_clerk"))
    return scene.cast.seat(f"{DISTRICT}.g{group:02d}", role, scene.random.randint(0, 1))


def fields_of(text: Text, *, to: str, is_circular: bool = False) -> LetterFields:
    """A draft's fields from a text."""
    return LetterFields(
        subject=text.subject,
        kind=text.kind,
        urgency=text.urgency,
        addressee=f"เรียน  {to}",
        body=text.body,
        closing=CLOSING if text.kind == LetterKind.EXTERNAL.value else "",
        is_circular=is_circular,
    )


def _scaled(scene: Scene, count: int) -> int:
    return max(2, round(count * len(scene.cast.school_codes) / WHOLE_DISTRICT))


def _hour(scene: Scene) -> tuple[int, int]:
    return scene.random.randint(9, 14), scene.random.randint(0, 55)


def _plan_circulars(scene: Scene) -> None:
    for days_ago, text in zip((19, 14, 9, 4), texts.CIRCULARS[:4], strict=True):
        fields = fields_of(text, to="ผู้อำนวยการโรงเรียนทุกแห่ง", is_circular=True)
        course = Course(
            DISTRICT,
            officer(scene, text.group),
            fields,
            Addressing(all_schools=True),
            text.files,
            note="เห็นควรแจ้งโรงเรียนทุกแห่ง",
            answer=text.answer,
            answer_chance=0.12,
        )
        begin(scene, days_ago, *_hour(scene), course)


def _plan_to_networks(scene: Scene) -> None:
    networks = scene.cast.networks
    for turn in range(_scaled(scene, LETTERS_TO_NETWORKS)):
        network = networks[turn % len(networks)]
        text = texts.CIRCULARS[4 + turn % (len(texts.CIRCULARS) - 4)]
        fields = fields_of(text, to=f"ผู้อำนวยการโรงเรียนใน{network.name}", is_circular=True)
        to = Addressing(networks=(network.public_id,))
        course = Course(DISTRICT, officer(scene, text.group), fields, to, text.files)
        begin(scene, scene.random.randint(2, 19), *_hour(scene), course)


def _plan_to_schools(scene: Scene) -> None:
    for _ in range(_scaled(scene, LETTERS_TO_SCHOOLS)):
        code = scene.random.choice(scene.cast.school_codes)
        school = scene.cast.offices[code]
        text = Text("ขอให้ชี้แจงข้อมูลเพิ่มเติม", f"ขอให้โรงเรียนชี้แจงข้อมูลตามที่รายงาน {texts.CONSIDER}")
        fields = fields_of(text, to=f"ผู้อำนวยการ{school.name}")
        course = Course(
            DISTRICT,
            officer(scene, scene.random.randint(0, 9)),
            fields,
            Addressing(offices=(school.public_id,)),
            answer="โรงเรียนขอชี้แจงข้อมูลตามรายละเอียดที่แนบ จึงเรียนมาเพื่อโปรดพิจารณา",
            answer_chance=0.6,
        )
        begin(scene, scene.random.randint(3, 19), *_hour(scene), course)


def _plan_to_district(scene: Scene) -> None:
    known = {"012": texts.TO_DISTRICT[0], "007": _FLOOD}
    for code, text in known.items():
        if code in scene.cast.school_codes:
            _plan_school_letter(scene, code, text, 21)
    for _ in range(_scaled(scene, LETTERS_TO_DISTRICT)):
        code = scene.random.choice(scene.cast.school_codes)
        text = scene.random.choice(texts.TO_DISTRICT)
        _plan_school_letter(scene, code, text, scene.random.randint(1, 19))


_FLOOD = Text(
    "รายงานสถานศึกษาประสบอุทกภัย",
    "น้ำท่วมอาคารเรียนชั้นล่าง ขอรายงานความเสียหายเบื้องต้น จึงเรียนมาเพื่อโปรดทราบ",
    urgency=texts.URGENT,
    files=("สแกนสิ่งที่ส่งมาด้วย.jpg",),
)


def _plan_school_letter(scene: Scene, code: str, text: Text, days_ago: int) -> None:
    district = scene.cast.offices[DISTRICT]
    role = "officer" if (code, "officer") in scene.cast.seats else "registrar"
    fields = fields_of(text, to="ผู้อำนวยการ สพป.ตัวอย่าง เขต 2")
    files = text.files or scene.random.choice(((), (), (f.REPORT,)))
    course = Course(
        code,
        scene.cast.seat(code, role),
        fields,
        Addressing(offices=(district.public_id,)),
        files,
        answer=f"สำนักงานเขตพื้นที่พิจารณาแล้ว ไม่ขัดข้อง {texts.KNOW}",
        answer_chance=0.35,
    )
    begin(scene, days_ago, *_hour(scene), course)


def _plan_between_schools(scene: Scene) -> None:
    codes = scene.cast.school_codes
    pairs = [(c, scene.random.choice([o for o in codes if o != c])) for c in codes]
    scene.random.shuffle(pairs)
    pairs = pairs[: _scaled(scene, LETTERS_BETWEEN)]
    if "031" in codes:
        pairs.append(("031", scene.cast.a))
    for sender, receiver in pairs:
        text = texts.BETWEEN_SCHOOLS[0 if sender == "031" else scene.random.randint(0, 3)]
        office = scene.cast.offices[receiver]
        course = Course(
            sender,
            scene.cast.seat(sender, "registrar"),
            fields_of(text, to=f"ผู้อำนวยการ{office.name}"),
            Addressing(offices=(office.public_id,)),
            answer="โรงเรียนยินดีให้ความอนุเคราะห์ จึงเรียนมาเพื่อทราบ",
            answer_chance=0.4,
        )
        days_ago = 21 if sender == "031" else scene.random.randint(2, 18)
        begin(scene, days_ago, *_hour(scene), course)


def _plan_from_outside(scene: Scene) -> None:
    scans = [name for name in f.SCANNED if name != "สแกนสิ่งที่ส่งมาด้วย.jpg"]
    for turn, row in enumerate(texts.FROM_OUTSIDE * 2):
        sender, number, subject, urgency = row
        if turn >= len(texts.FROM_OUTSIDE):
            number, subject = number + str(turn) if number else "", f"{subject} (ครั้งที่ 2)"
        again = (sender, number, subject, urgency)
        _plan_outside(scene, DISTRICT, again, scans[turn % len(scans)], turn)
    codes = scene.cast.school_codes
    for turn in range(_scaled(scene, OUTSIDE_OF_SCHOOLS)):
        row = texts.FROM_OUTSIDE[2 + turn % 5]
        _plan_outside(scene, scene.random.choice(codes), row, "สแกนหนังสือนำ.jpg", turn)


def _plan_outside(
    scene: Scene, code: str, row: tuple[str, str, str, str], scan: str, turn: int
) -> None:
    sender, number, subject, urgency = row
    at = scene.timetable.at(scene.random.randint(2, 20), *_hour(scene))
    office = scene.cast.offices[code]

    def act() -> None:
        actor = scene.actor(scene.registrar(code))
        outside = OutsideLetter(
            sender=sender,
            subject=subject,
            letter_no=number.removeprefix("ที่ "),
            letter_date=clock.today() - timedelta(days=2) if number else None,
            origin=Origin.EMAIL.value if turn % 3 == 1 else Origin.PAPER.value,
            urgency=urgency,
            addressee=f"เรียน  ผู้อำนวยการ{'โรงเรียน' if code != DISTRICT else ' สพป.ตัวอย่าง เขต 2'}",
            files=(scene.folder.take(office.id, scan),),
        )
        register_outside(scene.session, actor, outside, is_confirmed=True)

    scene.agenda.put(at, act)


def _plan_orders(scene: Scene) -> None:
    for turn, (subject, group) in enumerate(texts.ORDERS):
        text = Text(subject, "เพื่อให้การปฏิบัติราชการเป็นไปด้วยความเรียบร้อย จึงแต่งตั้งดังต่อไปนี้", group)
        fields = fields_of(replace(text, kind=LetterKind.ORDER.value), to="ผู้เกี่ยวข้อง")
        begin(scene, 17 - 4 * turn, 10, 5, Course(DISTRICT, officer(scene, group), fields))
    text = Text("รับสมัครพนักงานราชการ", "ด้วยประสงค์จะรับสมัครบุคคลเพื่อเลือกสรรเป็นพนักงานราชการ", 4)
    text = replace(text, kind=LetterKind.ANNOUNCEMENT.value)
    fields = fields_of(text, to="ผู้สนใจ")
    begin(scene, 12, 11, 0, Course(DISTRICT, officer(scene, 4), fields))
    for code in scene.random.sample(scene.cast.school_codes, _scaled(scene, 8)):
        text = Text("แต่งตั้งครูเวรประจำวัน", "ให้ครูปฏิบัติหน้าที่เวรประจำวันตามตารางแนบท้าย", kind="order")
        course = Course(code, scene.cast.seat(code, "registrar"), fields_of(text, to="ครูทุกคน"))
        begin(scene, scene.random.randint(2, 18), *_hour(scene), course)
