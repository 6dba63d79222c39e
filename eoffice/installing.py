"""``eoffice init``: an empty production system with its first administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import SYSTEM
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.errors import Conflict, EofficeError
from eoffice.migrate import upgrade
from eoffice.registers.rules import CircularSeries
from eoffice.registers.services.settings import set_numbering
from eoffice.users.models import Office
from eoffice.users.rules import OfficeKind, Role
from eoffice.users.services import accounts, organisation, people
from eoffice.verbs import Verb

GROUPS = (
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
"""The groups of a primary education area today; they are data and can be changed afterwards."""
ADMIN_TITLE = "ผู้ดูแลระบบเขตพื้นที่"


class AlreadySetUp(Conflict):
    """A database holds one district, set up once."""

    message = "ระบบนี้ติดตั้งแล้ว มีเขตพื้นที่ “{name}” อยู่ ไม่ได้เปลี่ยนแปลงข้อมูลใด ๆ"


@dataclass(frozen=True)
class Foundation:
    """What a new system begins with."""

    name: str
    code: str
    prefix: str
    username: str
    first_name: str
    last_name: str
    name_prefix: str = ""
    short_name: str = ""
    circular_series: str = CircularSeries.OWN.value
    numbers_announcements: bool = False
    has_groups: bool = True
    first_numbers: Mapping[str, int] = field(default_factory=dict)


def set_up(session: Session, foundation: Foundation, *, code_hours: int = 24) -> str:
    """Make the district office, its groups, its numbering and the first administrator.

    Returns the administrator's single-use activation code, shown once and kept as a hash. The
    administrator reads no letters by role. Raises ``AlreadySetUp``, ``NameMissing``,
    ``PrefixWrong``, ``FirstNumberWrong``, ``UsernameUnusable``.
    """
    known = session.scalars(select(Office).where(Office.kind == OfficeKind.DISTRICT.value)).first()
    if known is not None:
        raise AlreadySetUp(name=known.name)
    district = organisation.add_office(
        session,
        SYSTEM,
        kind=OfficeKind.DISTRICT.value,
        code=foundation.code,
        name=foundation.name,
        short_name=foundation.short_name,
    )
    for position, name in enumerate(GROUPS if foundation.has_groups else ()):
        organisation.add_group(session, SYSTEM, district, name=name, position=position)
    set_numbering(
        session,
        SYSTEM,
        district,
        year=clock.this_year(),
        prefix=foundation.prefix,
        circular_series=foundation.circular_series,
        numbers_announcements=foundation.numbers_announcements,
        first_numbers=foundation.first_numbers,
    )
    code = _add_administrator(session, district, foundation, code_hours)
    record(session, SYSTEM, Verb.SET_UP, district, chain=DISTRICT_CHAIN, name=district.name)
    return code


def _add_administrator(
    session: Session, district: Office, foundation: Foundation, code_hours: int
) -> str:
    person = people.add_person(
        session,
        SYSTEM,
        prefix=foundation.name_prefix,
        first_name=foundation.first_name,
        last_name=foundation.last_name,
    )
    roles = (Role.DISTRICT_ADMIN.value,)
    post = organisation.add_post(session, SYSTEM, district, title=ADMIN_TITLE, roles=roles)
    people.assign_post(session, SYSTEM, person, post, is_main=True)
    account = accounts.add_account(session, SYSTEM, person, username=foundation.username)
    return accounts.issue_code(session, SYSTEM, account, hours=code_hours)


@click.command("init", help="ติดตั้งระบบเปล่า: เขตพื้นที่ การออกเลข และผู้ดูแลระบบคนแรก")
@click.option("--name", prompt="ชื่อสำนักงานเขตพื้นที่", help="ชื่อเต็มของสำนักงานเขตพื้นที่")
@click.option("--short-name", prompt="ชื่อย่อ", default="", help="ชื่อย่อ เช่น สพป.ตัวอย่าง เขต 2")
@click.option("--code", prompt="รหัสหน่วยงาน", help="รหัสหน่วยงาน เช่น 04999")
@click.option("--prefix", prompt="รหัสหนังสือ", help="รหัสหนังสือ เช่น ศธ 04999")
@click.option("--admin-prefix", prompt="คำนำหน้าผู้ดูแลระบบ", default="", help="คำนำหน้าผู้ดูแลระบบ")
@click.option("--admin-first-name", prompt="ชื่อผู้ดูแลระบบ", help="ชื่อผู้ดูแลระบบคนแรก")
@click.option("--admin-last-name", prompt="นามสกุลผู้ดูแลระบบ", help="นามสกุลผู้ดูแลระบบคนแรก")
@click.option("--username", prompt="ชื่อผู้ใช้", help="ชื่อผู้ใช้ของผู้ดูแลระบบคนแรก")
@click.option(
    "--circular",
    type=click.Choice([series.value for series in CircularSeries]),
    default=CircularSeries.OWN.value,
    show_default=True,
    help="เลขหนังสือเวียน: own ชุดของตนเอง, shared ร่วมกับหนังสือส่ง",
)
@click.option("--number-announcements", is_flag=True, help="ออกเลขประกาศด้วย")
@click.option("--no-groups", is_flag=True, help="ไม่สร้างกลุ่มมาตรฐาน 10 กลุ่ม")
@click.option("--first-receive", type=int, help="เลขรับเริ่มต้นของปีนี้ (ถ้าเริ่มใช้กลางปี)")
@click.option("--first-send", type=int, help="เลขส่งเริ่มต้นของปีนี้")
@click.option("--first-circular", type=int, help="เลขหนังสือเวียนเริ่มต้นของปีนี้ (ชุดของตนเอง)")
@click.option("--first-order", type=int, help="เลขคำสั่งเริ่มต้นของปีนี้")
def init(**given: object) -> None:
    """Ask for what was not given, set up once, print the activation code."""
    settings = Settings.from_environment()
    try:
        foundation = _foundation(given)
        settings.storage.mkdir(parents=True, exist_ok=True, mode=0o700)
        upgrade(settings)
        database = Database(settings)
        with database.transaction() as session:
            code = set_up(session, foundation, code_hours=settings.code_hours)
        database.dispose()
    except EofficeError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"ติดตั้งแล้ว: {foundation.name}")
    click.echo(f"ชื่อผู้ใช้      {foundation.username.lower()}")
    click.echo(f"รหัสเปิดใช้    {code}")
    click.echo(f"รหัสใช้ได้ครั้งเดียวภายใน {settings.code_hours} ชั่วโมง เปิดหน้า “เปิดใช้บัญชี” แล้วตั้งรหัสผ่านเอง")


def _foundation(given: Mapping[str, object]) -> Foundation:
    firsts = {
        series: number
        for series in ("receive", "send", "circular", "order")
        if isinstance(number := given[f"first_{series}"], int)
    }
    words = {name: str(value or "").strip() for name, value in given.items()}
    return Foundation(
        name=words["name"],
        code=words["code"],
        prefix=words["prefix"],
        username=words["username"],
        first_name=words["admin_first_name"],
        last_name=words["admin_last_name"],
        name_prefix=words["admin_prefix"],
        short_name=words["short_name"],
        circular_series=words["circular"],
        numbers_announcements=bool(given["number_announcements"]),
        has_groups=not given["no_groups"],
        first_numbers=firsts,
    )
