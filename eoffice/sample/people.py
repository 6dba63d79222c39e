"""The people of the sample district: the district office, the pilot network, the other schools."""

from __future__ import annotations

from random import Random

from eoffice.sample.cast import DISTRICT, GROUP_NAMES, PILOT_ROUNDS
from eoffice.sample.staffing import Hired, Staff
from eoffice.users.rules import HoldingKind

OFFICER_TITLES = (
    "นักจัดการงานทั่วไป",
    "นักวิเคราะห์นโยบายและแผน",
    "นักวิชาการคอมพิวเตอร์",
    "นักวิชาการเงินและบัญชี",
    "นักทรัพยากรบุคคล",
    "นักวิชาการศึกษา",
    "ศึกษานิเทศก์",
    "นักวิชาการศึกษา",
    "นักวิชาการตรวจสอบภายใน",
    "นิติกร",
)
CLERK = ("เจ้าหน้าที่ธุรการโรงเรียน", ("registrar",))
TEACHERS_A = ("teacher_a", "teacher_a_unnamed")
IT_GROUP, AUDIT_GROUP = 2, 8
VACANT_HEAD = 5
"""The group whose head's post is vacant: the head of the group before it acts there."""


def staff_district(staff: Staff) -> None:
    """Director, two deputies (one acting for the director today), registries, groups, admins."""
    title = "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต 2"
    staff.fill(
        DISTRICT, f"ผู้อำนวยการ{title}", ("director",), "director", key="director", note="ผอ.สพป."
    )
    deputy = staff.fill(
        DISTRICT,
        f"รองผู้อำนวยการ{title}",
        ("deputy",),
        "deputy1",
        key="acting_director",
        note="รอง ผอ.สพป. รักษาราชการแทน ผอ. วันนี้",
    )
    acting = staff.act_for(
        deputy,
        staff.cast.posts[DISTRICT],
        HoldingKind.ACTING_FOR,
        start=(staff.cast.acting_since - staff.cast.today).days,
        end=30,
        order_no=staff.order(231),
    )
    staff.cast.seats[DISTRICT, "acting_director"] = [acting]
    staff.fill(
        DISTRICT, f"รองผู้อำนวยการ{title}", ("deputy",), "deputy2", key="deputy", note="รอง ผอ.สพป."
    )
    for number in (1, 2):
        _registrar(staff, number)
    staff.fill(
        DISTRICT,
        "นายทะเบียนข้อมูลข่าวสารลับ",
        ("classified_registrar",),
        "secret.registrar",
        key="classified_registrar",
        note="นายทะเบียนข้อมูลข่าวสารลับ",
    )
    for number in range(len(GROUP_NAMES)):
        _staff_group(staff, number)
    _staff_administration(staff)


def _registrar(staff: Staff, number: int) -> None:
    group = staff.cast.groups[0]
    post = staff.post(
        staff.cast.offices[DISTRICT],
        f"นักจัดการงานทั่วไป (สารบรรณกลาง คนที่ {number})",
        ("registrar",),
        group,
    )
    key = "registrar" if number == 1 else ""
    hired = staff.hire(f"registrar{number}", key, "สารบรรณกลาง สพป.")
    staff.seat(hired, post, ("registrar",), DISTRICT)


def _staff_group(staff: Staff, number: int) -> None:
    name, code = GROUP_NAMES[number], f"g{number + 1:02d}"
    head_title = f"ผู้อำนวยการ{name}"
    if number == VACANT_HEAD:
        post = staff.post(
            staff.cast.offices[DISTRICT], head_title, ("group_head",), staff.cast.groups[number]
        )
        staff.act_for(
            staff.heads[-1],
            post,
            HoldingKind.IN_CHARGE,
            start=-60,
            end=120,
            order_no=staff.order(198),
        )
    else:
        key = {1: "head_g1", 4: "head_g2"}.get(number, "")
        head = staff.fill(
            DISTRICT, head_title, ("group_head",), f"head.{code}", group=number, key=key, note=name
        )
        staff.heads.append(head)
    clerk_key = "group_clerk_g1" if number == 1 else ""
    title = f"เจ้าพนักงานธุรการ {name}"
    staff.fill(
        DISTRICT, title, ("group_clerk",), f"clerk.{code}", group=number, key=clerk_key, note=name
    )
    for turn in (1, 2):
        key = "officer_g1" if number == 1 and turn == 1 else ""
        title = f"{OFFICER_TITLES[number]} (คนที่ {turn})"
        username = f"officer{turn}.{code}"
        staff.fill(DISTRICT, title, ("officer",), username, group=number, key=key, note=name)


def _staff_administration(staff: Staff) -> None:
    staff.fill(
        DISTRICT,
        "นักวิชาการคอมพิวเตอร์ (ผู้ดูแลระบบเขตพื้นที่)",
        ("district_admin",),
        "district.admin",
        group=IT_GROUP,
        key="district_admin",
        note="ผู้ดูแลระบบเขตพื้นที่",
    )
    staff.fill(
        DISTRICT,
        "นักวิชาการตรวจสอบภายใน (ผู้ตรวจสอบระบบ)",
        ("auditor",),
        "auditor",
        group=AUDIT_GROUP,
        key="auditor",
        note="ผู้ตรวจสอบ",
    )


def staff_pilot(staff: Staff) -> None:
    """The pilot network: a director and an administrator in each school, seven clerks in all."""
    codes = staff.cast.pilot_codes
    for code in codes:
        key = "director_pilot" if code == codes[0] else ""
        _director(staff, code, key)
        _fill_school(staff, code, "ผู้ดูแลระบบของโรงเรียน", ("office_admin",), f"admin.{code}")
        _fill_school(staff, code, "ครู", ("officer",), f"teacher1.{code}")
    first = 0
    for number, count in enumerate(PILOT_ROUNDS, 1):
        served = codes[first : first + count]
        if served:
            key = "clerk_pilot" if number == 1 else ""
            note = f"ธุรการ {len(served)} โรงเรียนในเครือข่ายนำร่อง"
            serve_schools(staff, staff.hire(f"clerk.p{number}", key, note), served)
        first += count


def serve_schools(staff: Staff, hired: Hired, codes: list[str], words: str = "") -> None:
    """One clerk with a registrar's post in each of several schools."""
    for code in codes:
        office = staff.cast.offices[code]
        post = staff.post(office, f"เจ้าหน้าที่ธุรการโรงเรียน{words}", ("registrar",))
        staff.seat(hired, post, ("registrar",), code, is_main=code == codes[0])


def staff_schools(staff: Staff, random: Random) -> None:
    """Every other school: director, clerk or teacher who is also registrar, one or two teachers."""
    cast = staff.cast
    for code in cast.school_codes[len(cast.pilot_codes) :]:
        part = {cast.a: "a", cast.b: "b"}.get(code, "")
        _director(staff, code, f"director_{part}" if part else "")
        title, roles = _clerk_post(random) if not part else CLERK
        key = f"clerk_{part}" if part else ""
        if code == cast.school_codes[-1]:
            key = "outsider"
        _fill_school(staff, code, title, roles, f"clerk.{code}", key=key)
        teachers = 2 if part or random.random() < 0.2 else 1
        for number in range(1, teachers + 1):
            key = TEACHERS_A[number - 1] if part == "a" else ""
            _fill_school(staff, code, "ครู", ("officer",), f"teacher{number}.{code}", key=key)


def _clerk_post(random: Random) -> tuple[str, tuple[str, ...]]:
    """Four schools in ten have no clerk: a teacher holds the registry role."""
    return CLERK if random.random() < 0.6 else ("ครู (งานสารบรรณ)", ("officer", "registrar"))


def _director(staff: Staff, code: str, key: str = "") -> None:
    title = f"ผู้อำนวยการ{staff.cast.offices[code].name}"
    staff.fill(
        code, title, ("director",), f"director.{code}", key=key, note=f"ผู้อำนวยการโรงเรียน {code}"
    )


def _fill_school(
    staff: Staff, code: str, title: str, roles: tuple[str, ...], username: str, *, key: str = ""
) -> Hired:
    return staff.fill(code, title, roles, username, key=key, note=f"{title} {code}")
