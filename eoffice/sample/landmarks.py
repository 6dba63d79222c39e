"""Letters that stand in every state the product knows, by the keys of the access matrix."""

from __future__ import annotations

from eoffice.documents.rules import LetterKind
from eoffice.routing.services.addressing import Addressing
from eoffice.sample import acts, texts
from eoffice.sample import files as f
from eoffice.sample.bookwork import addressed, plan_bookwork, put
from eoffice.sample.cast import DISTRICT, Seat
from eoffice.sample.course import Course, begin
from eoffice.sample.month import fields_of, officer
from eoffice.sample.scene import Scene
from eoffice.sample.texts import CONSIDER, KNOW, Text

DMC = Text(
    "การจัดเก็บข้อมูลนักเรียนรายบุคคล (DMC) รอบที่ 2",
    f"ให้โรงเรียนบันทึก ตรวจสอบ และยืนยันข้อมูลนักเรียนภายในกำหนด {KNOW}",
    1,
    texts.MOST,
    (f.SURVEY, f.REPORT),
    answer="โรงเรียนได้ยืนยันข้อมูลนักเรียนครบถ้วนแล้ว จึงเรียนมาเพื่อทราบ",
)
LAW = Text(
    "ซักซ้อมแนวปฏิบัติงานสารบรรณและการใช้ระบบสารบรรณอิเล็กทรอนิกส์",
    f"ขอส่งระเบียบงานสารบรรณฉบับเต็มและฉบับแก้ไขเพิ่มเติมเพื่อถือปฏิบัติ {KNOW}",
    0,
    files=(f.REGULATION, f.SECOND),
)


def plan_landmarks(scene: Scene) -> None:
    """Put them on the agenda, so late that nothing that follows is cut off by now."""
    _plan_circulars(scene)
    _plan_waiting(scene)
    _plan_of_schools(scene)
    _plan_to_school_a(scene)
    plan_bookwork(scene)


def _plan_circulars(scene: Scene) -> None:
    """The month's first letter goes to every school; many answer it, some must be reminded."""
    everyone = "ผู้อำนวยการโรงเรียนทุกแห่ง"
    first = Course(
        DISTRICT,
        officer(scene, 1),
        fields_of(DMC, to=everyone, is_circular=True),
        Addressing(all_schools=True),
        DMC.files,
        key="circular",
        note="เห็นควรแจ้งโรงเรียนทุกแห่งดำเนินการภายในกำหนด",
        is_quick=True,
        answer=DMC.answer,
        answer_chance=0.1,
    )
    begin(scene, 22, 8, 50, first)
    registrar = scene.cast.member("registrar").seat
    put(scene, 18, 14, 5, lambda: acts.remind(scene, registrar, scene.kept["circular"]))
    fields = fields_of(LAW, to=everyone, is_circular=True)
    last = Course(
        DISTRICT,
        officer(scene, LAW.group),
        fields,
        Addressing(all_schools=True),
        LAW.files,
        key="circular_recent",
        is_quick=True,
        sent_back="ขอให้แนบระเบียบฉบับเต็มเป็นสิ่งที่ส่งมาด้วย และตรวจทานคำผิด",
    )
    begin(scene, 1, 10, 10, last)


def _plan_waiting(scene: Scene) -> None:
    """Drafts, letters that wait for a signature, a number, or to be sent."""
    g1 = scene.cast.member("officer_g1").seat
    stops = (
        ("draft", "ขอข้อมูลผลการประเมินคุณภาพการศึกษา", 9),
        ("proposed", "ขอเชิญอบรมการใช้ระบบสารบรรณอิเล็กทรอนิกส์", 10),
        ("signed", "การสำรวจความต้องการครุภัณฑ์", 11),
        ("numbered", "แจ้งกำหนดการตรวจเยี่ยมโรงเรียน", 13),
    )
    for stop, subject, hour in stops:
        text = Text(subject, f"รายละเอียดตามสิ่งที่ส่งมาด้วย {CONSIDER}", 1)
        course = Course(
            DISTRICT,
            g1,
            fields_of(text, to="ผู้อำนวยการโรงเรียน"),
            addressed(scene, scene.cast.a, scene.cast.b),
            (f.SURVEY,),
            key=stop,
            stop=stop,
            is_quick=True,
        )
        begin(scene, 1, hour, 15, course)
    for turn, subject in enumerate(("แผนปฏิบัติการประจำปี", "งบประมาณโครงการพัฒนาครู", "การจัดงานวันครู")):
        text = Text(f"ขออนุมัติ{subject}", f"ขออนุมัติ{subject} {CONSIDER}", 3 + turn)
        course = Course(
            DISTRICT,
            officer(scene, text.group),
            fields_of(text, to="ผู้อำนวยการโรงเรียน"),
            Addressing(networks=(scene.cast.networks[0].public_id,)),
            stop="proposed",
            is_quick=True,
        )
        begin(scene, 1, 11, 20 + turn, course)


def _plan_of_schools(scene: Scene) -> None:
    """A draft and a memo inside school A; A to B, A to the district, B rejects, B to A."""
    cast, a, b = scene.cast, scene.cast.a, scene.cast.b
    teacher = cast.member("teacher_a").seat
    memo = Text("ขออนุญาตไปราชการ", f"ข้าพเจ้าขออนุญาตไปราชการ {CONSIDER}", kind=LetterKind.MEMO.value)
    own = f"ผู้อำนวยการ{cast.offices[a].name}"
    visit = texts.TO_DISTRICT[0]
    clerk_a, clerk_b = cast.member("clerk_a").seat, cast.member("clerk_b").seat
    loan, sports = texts.BETWEEN_SCHOOLS[2], texts.BETWEEN_SCHOOLS[1]
    at = (
        _school(a, teacher, visit, None, "draft_a", "draft"),
        _school(a, teacher, memo, None, "memo_a", "signed", own),
        _school(a, clerk_a, loan, addressed(scene, b), "a_to_b", "received"),
        _school(a, teacher, visit, addressed(scene, DISTRICT), "a_to_district", "received"),
        _school(a, clerk_a, sports, addressed(scene, b), "rejected", "sent"),
        _school(b, clerk_b, sports, addressed(scene, a), "b_to_a", "received"),
    )
    for turn, course in enumerate(at):
        begin(scene, 3, 9 + turn, 20, course)
    put(scene, 2, 9, 40, lambda: _reject(scene, clerk_b))


def _school(
    code: str,
    seat: Seat,
    text: Text,
    to: Addressing | None,
    key: str,
    stop: str,
    addressee: str = "ผู้อำนวยการ",
) -> Course:
    answer = f"พิจารณาแล้วไม่ขัดข้อง {KNOW}" if key in ("a_to_district", "a_to_b") else ""
    return Course(
        code,
        seat,
        fields_of(text, to=addressee),
        to,
        (f.REPORT,),
        key=key,
        stop=stop,
        is_quick=True,
        answer=answer,
        answer_chance=1.0,
    )


def _reject(scene: Scene, seat: Seat) -> None:
    delivery_id, _ = acts.arrived(scene, scene.kept["rejected"])[0]
    acts.reject(scene, seat, delivery_id, "ส่งผิดโรงเรียน กรุณาตรวจสอบผู้รับแล้วส่งใหม่")


def _plan_to_school_a(scene: Scene) -> None:
    """From the district to A: received and answered, waiting, recalled, cancelled."""
    cast = scene.cast
    addressee = f"ผู้อำนวยการ{cast.offices[cast.a].name}"
    words = (
        ("district_to_a", "อนุญาตให้พานักเรียนไปทัศนศึกษา", "received"),
        ("arrived_a", "ขอให้ส่งเอกสารเพิ่มเติม", "sent"),
        ("recalled", "แจ้งกำหนดการประชุม (ฉบับคลาดเคลื่อน)", "sent"),
        ("cancelled", "แจ้งการจัดสรรอัตรากำลัง", "numbered"),
    )
    for turn, (key, subject, stop) in enumerate(words):
        text = Text(subject, f"รายละเอียดตามที่แจ้ง {KNOW}", 1)
        course = Course(
            DISTRICT,
            officer(scene, 1),
            fields_of(text, to=addressee),
            addressed(scene, cast.a),
            key=key,
            stop=stop,
            is_quick=True,
            answer="โรงเรียนรับทราบและจะดำเนินการตามที่แจ้ง จึงเรียนมาเพื่อทราบ",
            answer_chance=1.0,
        )
        begin(scene, 3, 9 + turn, 5, course)
    registrar = cast.member("registrar").seat
    reason = "กำหนดการคลาดเคลื่อน จะส่งฉบับใหม่แทน"
    put(scene, 2, 10, 5, lambda: acts.recall(scene, registrar, scene.kept["recalled"], reason))
    reason = "อัตรากำลังยังไม่ได้รับอนุมัติ"
    put(scene, 2, 10, 9, lambda: acts.cancel(scene, registrar, scene.kept["cancelled"], reason))
