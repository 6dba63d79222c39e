"""The columns of each import: heading, other ways people write it, whether it must be there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eoffice.thai import normalise


class ImportKind(StrEnum):
    """What can be imported."""

    OFFICES = "offices"
    PEOPLE = "people"
    RECIPIENTS = "recipients"


@dataclass(frozen=True)
class Column:
    """One column: ``name`` in code, ``heading`` in Excel, ``sample`` for the template."""

    name: str
    heading: str
    synonyms: tuple[str, ...] = ()
    is_required: bool = False
    samples: tuple[str, str] = ("", "")
    limit: int = 500

    def spellings(self) -> set[str]:
        """Every way to write the heading, without spaces, dots and marks."""
        return {heading_key(text) for text in (self.heading, self.name, *self.synonyms)}


def heading_key(text: str) -> str:
    """What is compared of a heading: letters and digits only."""
    return "".join(
        c for c in normalise(text).casefold() if c.isalnum() or "\u0e31" <= c <= "\u0e4e"
    )


OFFICES = (
    Column(
        "code",
        "รหัสหน่วยงาน",
        ("รหัส", "รหัสโรงเรียน"),
        True,
        ("001", "EXT01"),
        limit=20,
    ),
    Column(
        "name",
        "ชื่อหน่วยงาน",
        ("ชื่อ", "โรงเรียน", "ชื่อโรงเรียน"),
        True,
        ("โรงเรียนบ้านตัวอย่าง 1", "จังหวัดตัวอย่าง"),
        limit=200,
    ),
    Column(
        "short_name",
        "ชื่อย่อ",
        (),
        False,
        ("รร.บ้านตัวอย่าง 1", ""),
        limit=80,
    ),
    Column("kind", "ประเภท", ("ประเภทหน่วยงาน", "ชนิด"), False, ("โรงเรียน", "หน่วยงานภายนอก")),
    Column(
        "network",
        "เครือข่าย",
        ("ศูนย์เครือข่าย", "กลุ่มโรงเรียน"),
        False,
        ("เครือข่ายตัวอย่างที่ 1", ""),
        limit=200,
    ),
    Column(
        "prefix",
        "รหัสหนังสือ",
        ("เลขประจำหน่วยงาน", "ที่"),
        False,
        ("ศธ 04999.001", ""),
        limit=40,
    ),
    Column("first_receive", "เลขรับเริ่มต้น", ("เลขรับถัดไป",), False, ("1", "")),
    Column("first_send", "เลขส่งเริ่มต้น", ("เลขส่งถัดไป",), False, ("1", "")),
    Column("first_order", "เลขคำสั่งเริ่มต้น", ("เลขคำสั่งถัดไป",), False, ("1", "")),
    Column(
        "phone",
        "โทรศัพท์",
        ("โทร", "เบอร์โทรศัพท์", "เบอร์โทร"),
        False,
        ("0 0000 0001", ""),
        limit=60,
    ),
    Column(
        "saraban_email",
        "อีเมลสารบรรณกลาง",
        ("อีเมล", "email", "e-mail", "อีเมลสารบรรณ"),
        False,
        ("saraban_001@school.example", ""),
        limit=120,
    ),
    Column("address", "ที่อยู่", ("ที่ตั้ง",), False, ("หมู่ 1 ตำบลตัวอย่าง", "")),
)
PEOPLE = (
    Column(
        "prefix",
        "คำนำหน้า",
        ("คำนำหน้าชื่อ", "คำนำหน้านาม"),
        False,
        ("นาง", "นาย"),
        limit=40,
    ),
    Column(
        "first_name",
        "ชื่อ",
        ("ชื่อตัว",),
        True,
        ("มานี", "ปิติ"),
        limit=80,
    ),
    Column(
        "last_name",
        "นามสกุล",
        ("ชื่อสกุล", "สกุล"),
        True,
        ("ตัวอย่างดี", "สมมติวงศ์"),
        limit=80,
    ),
    Column(
        "username",
        "ชื่อผู้ใช้",
        ("ชื่อผู้ใช้งาน", "user"),
        True,
        ("manee.t", "piti.s"),
        limit=40,
    ),
    Column(
        "office",
        "รหัสหน่วยงาน",
        ("รหัสโรงเรียน", "หน่วยงาน"),
        True,
        ("001", "001"),
        limit=20,
    ),
    Column(
        "group",
        "กลุ่ม",
        ("กลุ่มงาน", "กลุ่ม/หน่วย"),
        False,
        ("", ""),
        limit=200,
    ),
    Column(
        "title",
        "ตำแหน่ง",
        ("ชื่อตำแหน่ง",),
        True,
        ("เจ้าหน้าที่ธุรการโรงเรียน", "ผู้อำนวยการโรงเรียน"),
        limit=200,
    ),
    Column(
        "roles",
        "บทบาท",
        ("หน้าที่", "หน้าที่ในระบบ", "สิทธิ"),
        False,
        ("ธุรการโรงเรียน", "ผู้อำนวยการ"),
    ),
    Column(
        "kind",
        "การดำรงตำแหน่ง",
        ("ลักษณะการดำรงตำแหน่ง", "สถานะการดำรงตำแหน่ง"),
        False,
        ("ดำรงตำแหน่ง", "รักษาการในตำแหน่ง"),
    ),
    Column("starts_on", "ตั้งแต่วันที่", ("วันเริ่มต้น", "วันที่เริ่ม"), False, ("1 ต.ค. 2569", "16/10/2569")),
    Column("ends_on", "ถึงวันที่", ("วันสิ้นสุด", "วันที่สิ้นสุด"), False, ("", "31/3/2570")),
    Column(
        "order_no",
        "เลขที่คำสั่ง",
        ("คำสั่งที่", "คำสั่ง"),
        False,
        ("", "12/2569"),
        limit=80,
    ),
    Column(
        "email",
        "อีเมล",
        ("email", "e-mail"),
        False,
        ("manee@people.example", ""),
        limit=120,
    ),
    Column(
        "phone",
        "โทรศัพท์",
        ("โทร", "เบอร์โทรศัพท์", "เบอร์โทร"),
        False,
        ("", ""),
        limit=60,
    ),
)
RECIPIENTS = (
    Column(
        "owner",
        "รหัสหน่วยงานเจ้าของ",
        ("หน่วยงานเจ้าของ", "เจ้าของ"),
        False,
        ("", ""),
        limit=20,
    ),
    Column(
        "list",
        "กลุ่มผู้รับ",
        ("ชื่อกลุ่มผู้รับ", "ชื่อกลุ่ม"),
        True,
        ("โรงเรียนขยายโอกาส", "โรงเรียนขยายโอกาส"),
        limit=200,
    ),
    Column("offices", "รหัสหน่วยงาน", ("รหัสโรงเรียน", "ผู้รับ"), True, ("001", "002, 003")),
)
COLUMNS: dict[ImportKind, tuple[Column, ...]] = {
    ImportKind.OFFICES: OFFICES,
    ImportKind.PEOPLE: PEOPLE,
    ImportKind.RECIPIENTS: RECIPIENTS,
}
