"""Who is who in the sample district: offices, groups, seats, and the members that have a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from eoffice.users.models import Group, Network, Office, Post

DISTRICT = "district"
GROUP_NAMES = (
    "กลุ่มอำนวยการ",
    "กลุ่มนโยบายและแผน",
    "กลุ่มส่งเสริมการศึกษาทางไกล เทคโนโลยีสารสนเทศและการสื่อสาร",
    "กลุ่มบริหารงานการเงินและสินทรัพย์",
    "กลุ่มบริหารงานบุคคล",
    "กลุ่มพัฒนาครูและบุคลากรทางการศึกษา",
    "กลุ่มนิเทศ ติดตามและประเมินผลการจัดการศึกษา",
    "กลุ่มส่งเสริมการจัดการศึกษา",
    "หน่วยตรวจสอบภายใน",
    "กลุ่มกฎหมายและคดี",
)
AGENCIES = (
    "จังหวัดตัวอย่าง",
    "สำนักงานศึกษาธิการจังหวัดตัวอย่าง",
    "องค์การบริหารส่วนตำบลตัวอย่าง",
    "สำนักงานสาธารณสุขจังหวัดตัวอย่าง",
    "โรงพยาบาลตัวอย่าง",
    "วัดตัวอย่างวนาราม",
)
PILOT_SCHOOLS = 12
PILOT_ROUNDS = (3, 2, 2, 2, 1, 1, 1)
"""How many schools each of the seven clerks of the pilot network serves."""


@dataclass(frozen=True)
class Seat:
    """A person at a holding: the desk from which an act is done."""

    person_id: int
    holding_id: int
    account_id: int


@dataclass
class Member:
    """A person who plays a part by name; ``note`` says which."""

    key: str
    person_id: int
    account_id: int
    username: str
    name: str
    seat: Seat
    note: str = ""


@dataclass
class Cast:
    """The district as it was set up. Offices are known by code, seats by office code and role."""

    today: date
    acting_since: date
    offices: dict[str, Office] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    agencies: list[Office] = field(default_factory=list)
    posts: dict[str, Post] = field(default_factory=dict)
    seats: dict[tuple[str, str], list[Seat]] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)

    @property
    def school_codes(self) -> list[str]:
        """Codes of the schools, in order."""
        return [code for code in self.offices if code != DISTRICT]

    @property
    def pilot_codes(self) -> list[str]:
        """Codes of the schools in the pilot network (twelve, fewer in a small district)."""
        return self.school_codes[: pilot_size(len(self.school_codes))]

    @property
    def a(self) -> str:
        """School A of the access matrix: the first school outside the pilot network."""
        return self.school_codes[len(self.pilot_codes)]

    @property
    def b(self) -> str:
        """School B of the access matrix."""
        return self.school_codes[len(self.pilot_codes) + 1]

    def seat(self, code: str, role: str, turn: int = 0) -> Seat:
        """A seat of an office that carries a role; ``turn`` alternates between several."""
        seats = self.seats[code, role]
        return seats[turn % len(seats)]

    def member(self, key: str) -> Member:
        """The member with a key of the access matrix."""
        return self.members[key]


def pilot_size(schools: int) -> int:
    """Twelve schools; in a district of less than fifteen all but three."""
    return min(PILOT_SCHOOLS, schools - 3)
