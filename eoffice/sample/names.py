"""Invented names, plain to see as invented: schoolbook first names with surnames that say "sample".

None of them is meant to be anybody; telephone numbers and mail addresses lead nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

MEN = """มานะ ปิติ วีระ สมคิด เพชร จันทร ชัย กล้า ดวงดี เมธี สุธี ธานี ปรีดา นที ภูผา ขุนเขา ตะวัน
อรุณ พสุธา เมฆา สายชล ทองดี บุญมาก ใจดี ตั้งใจ มั่นคง ยืนยง อาจหาญ สุขุม แจ่มใส""".split()
WOMEN = """มานี ชูใจ ดวงแก้ว สีดา บุปผา มาลี กุหลาบ จำปี ราตรี พิกุล ลำดวน ชบา บัวแก้ว การะเกด
มะลิ สายรุ้ง น้ำฝน น้ำค้าง แสงดาว จันทร์เพ็ญ อรุณี ปราณี วารี นารี สุดา ดารา รุ่งทิวา สุขใจ ยินดี
อารี""".split()
SURNAMES = """ตัวอย่างดี สมมติวงศ์ จำลองกุล สาธิตวงศ์ ทดลองเรียน แบบอย่างไทย นามสมมติ ตัวอย่างพันธ์
สมมติสกุล จำลองศรี สาธิตการ ต้นแบบทอง ร่างทดลอง สมมติเทพ ตัวอย่างชัย จำลองสุข แบบฝึกดี ทดสอบระบบ
สมมุติรัตน์ ตัวอย่างทอง สาธิตผล ต้นฉบับงาม แบบอย่างสุข จำลองทรัพย์ ทดลองใช้ สมมติมั่น ตัวอย่างงาม
สาธิตกิจ""".split()
LONG_SCHOOL_ENDINGS = (
    "(ประชาสามัคคีราษฎร์อุปถัมภ์วิทยานุสรณ์)",
    "(มิตรภาพที่ ๙๙๙ ตัวอย่างประชานุเคราะห์)",
    "(ชุมชนร่วมใจพัฒนาการศึกษาเฉลิมประชา)",
)


@dataclass(frozen=True)
class Name:
    """Prefix, first and last name of an invented person."""

    prefix: str
    first: str
    last: str

    @property
    def full(self) -> str:
        """As it stands under a signature."""
        return f"{self.prefix}{self.first} {self.last}"


class Names:
    """Draws names without giving one twice."""

    def __init__(self, random: Random) -> None:
        pairs = [("นาย", first, last) for first in MEN for last in SURNAMES]
        pairs += [("", first, last) for first in WOMEN for last in SURNAMES]
        random.shuffle(pairs)
        self._left, self._random = pairs, random

    def draw(self) -> Name:
        """The next name; women are นาง or นางสาว."""
        prefix, first, last = self._left.pop()
        return Name(prefix or self._random.choice(("นาง", "นางสาว")), first, last)


def school_name(number: int) -> str:
    """โรงเรียนบ้านตัวอย่าง n; every thirteenth has a name of 60 letters or more."""
    name = f"โรงเรียนบ้านตัวอย่าง {number}"
    if number % 13 == 0:
        return f"{name} {LONG_SCHOOL_ENDINGS[number // 13 % len(LONG_SCHOOL_ENDINGS)]}"
    return name
