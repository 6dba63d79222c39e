"""People from Excel: person, account, post with roles, holding; several rows, several posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor
from eoffice.errors import EofficeError
from eoffice.imports.columns import PEOPLE
from eoffice.imports.posts import Posts, PostWanted
from eoffice.imports.reading import RowReader, Taking, vocabulary
from eoffice.imports.rules import IssuedCode, Report
from eoffice.imports.sheets import Row
from eoffice.thai import thai_datetime
from eoffice.users.accounts import Account
from eoffice.users.models import Office, Person
from eoffice.users.rules import (
    DatesReversed,
    HoldingKind,
    NameMissing,
    OfficeClosed,
    OrderNumberMissing,
    PostOccupied,
    Role,
    UsernameUnusable,
    check_username,
)
from eoffice.users.services import accounts, organisation, people

ROLES = vocabulary(
    Role,
    more={
        "สารบรรณกลาง": "registrar",
        "ธุรการโรงเรียน": "registrar",
        "ธุรการ": "registrar",
        "สารบรรณ": "registrar",
        "เจ้าหน้าที่": "officer",
        "ครู": "officer",
        "ผู้อำนวยการโรงเรียน": "director",
        "ผอ.": "director",
        "ผอ.โรงเรียน": "director",
        "รองผู้อำนวยการโรงเรียน": "deputy",
        "ผอ.กลุ่ม": "group_head",
        "ผู้ดูแลระบบ": "office_admin",
        "ผู้ดูแลระบบโรงเรียน": "office_admin",
    },
)
ROLES_SHOWN = ", ".join(role.label for role in Role)
KINDS = vocabulary(HoldingKind, more={"ตัวจริง": "substantive", "จริง": "substantive"})
KINDS_SHOWN = ", ".join(kind.label for kind in HoldingKind)
FACTS = ("prefix", "first_name", "last_name", "email", "phone")
BLAME: dict[type[EofficeError], str] = {
    NameMissing: "first_name",
    UsernameUnusable: "username",
    OrderNumberMissing: "order_no",
    DatesReversed: "ends_on",
    PostOccupied: "title",
    OfficeClosed: "office",
}
NO_OFFICE = "ไม่พบหน่วยงานรหัส “{code}” กรุณาตรวจสอบรหัส หรือนำเข้าหน่วยงานก่อน"
AGENCY = "หน่วยงานภายนอกไม่มีบุคลากรในระบบ กรุณาใช้รหัสโรงเรียนหรือสำนักงานเขต"
OTHER_NAME = "ชื่อผู้ใช้นี้เป็นของ “{name}” ในแถว {row} กรุณาใช้ชื่อผู้ใช้อื่น หรือแก้ชื่อให้ตรงกัน"
DISTRICT_ROLE = "บทบาทนี้ให้ได้เฉพาะตำแหน่งในสำนักงานเขตพื้นที่ กรุณาเลือกบทบาทอื่น"
DISTRICT_ROLES = {Role.DISTRICT_ADMIN.value, Role.AUDITOR.value}


@dataclass
class PeopleImport:
    """Takes rows of people in; a person is known by the username."""

    session: Session
    actor: Actor
    report: Report
    code_hours: int
    renews_codes: bool = False
    _seen: dict[str, tuple[int, str]] = field(default_factory=dict)
    _coded: set[int] = field(default_factory=set)

    def take(self, rows: list[Row]) -> None:
        """Take every row; problems, changes and activation codes go into the report."""
        taking = Taking(self.session, self.report, PEOPLE, BLAME)
        for row in rows:
            with taking.row(row) as reader:
                self._take(reader, taking)

    def _take(self, reader: RowReader, taking: Taking) -> None:
        office = self._office(reader)
        wanted = self._wanted(reader, office)
        username = self._username(reader)
        for name in ("first_name", "last_name"):
            reader.required(name)
        reader.mail("email")
        reader.check()
        person, account, is_new = self._person(reader, taking, username)
        first_of_file = self._seen[username][0] == reader.row.number
        assert office is not None and wanted is not None  # noqa: S101 - checked above
        Posts(self.session, self.actor, taking).hold(
            person, office, wanted, is_main=is_new and first_of_file
        )
        needs_code = is_new or (self.renews_codes and not account.password_hash)
        if needs_code and account.id not in self._coded:
            self._issue(taking, person, account, office)

    def _office(self, reader: RowReader) -> Office | None:
        code = reader.required("office")
        office = self.session.scalars(select(Office).where(Office.code == code)).one_or_none()
        if code and office is None:
            reader.refuse("office", NO_OFFICE.format(code=code))
        if office is not None:
            organisation.require_open(office)
            if office.kind == "agency":
                reader.refuse("office", AGENCY)
        return office

    def _wanted(self, reader: RowReader, office: Office | None) -> PostWanted | None:
        title = reader.required("title")
        roles = self._roles(reader, office)
        kind = reader.word("kind", KINDS, KINDS_SHOWN) or HoldingKind.SUBSTANTIVE.value
        starts_on, ends_on = reader.day("starts_on"), reader.day("ends_on")
        return PostWanted(
            title=title,
            group=reader.text("group"),
            roles=roles,
            kind=kind,
            starts_on=starts_on,
            ends_on=ends_on,
            order_no=reader.text("order_no"),
        )

    def _roles(self, reader: RowReader, office: Office | None) -> tuple[str, ...]:
        roles = []
        for part in reader.text("roles").replace(";", ",").replace("|", ",").split(","):
            if part.strip():
                single = Row(reader.row.number, {"roles": part.strip()})
                one = RowReader(single, PEOPLE)
                roles.append(one.word("roles", ROLES, ROLES_SHOWN))
                reader.problems += one.problems
        is_school = office is not None and office.kind != "district"
        if is_school and DISTRICT_ROLES.intersection(roles):
            reader.refuse("roles", DISTRICT_ROLE)
        return tuple(dict.fromkeys(role for role in roles if role))

    def _username(self, reader: RowReader) -> str:
        typed = reader.required("username")
        if not typed:
            return ""
        try:
            username = check_username(typed)
        except UsernameUnusable as error:
            reader.refuse("username", str(error))
            return ""
        name = f"{reader.text('first_name')} {reader.text('last_name')}"
        row, known = self._seen.setdefault(username, (reader.row.number, name))
        if known != name:
            reader.refuse("username", OTHER_NAME.format(name=known, row=row))
        return username

    def _person(
        self, reader: RowReader, taking: Taking, username: str
    ) -> tuple[Person, Account, bool]:
        """The person with this username, made or changed as the row says."""
        facts = {name: reader.text(name) for name in FACTS if reader.text(name)}
        account = self.session.scalars(
            select(Account).where(Account.username == username)
        ).one_or_none()
        if account is None:
            person = people.add_person(self.session, self.actor, **facts)
            account = accounts.add_account(self.session, self.actor, person, username=username)
            taking.added(f"{person.full_name} ({username})")
            return person, account, True
        person = self.session.get_one(Person, account.person_id)
        changes = {name: value for name, value in facts.items() if value != getattr(person, name)}
        if changes:
            before = person.full_name
            people.change_person(
                self.session, self.actor, person, version=person.version, **changes
            )
            headings = {column.name: column.heading for column in PEOPLE}
            what = ", ".join(headings[name] for name in changes)
            taking.changed(f"{before} ({username}): {what}")
        return person, account, False

    def _issue(self, taking: Taking, person: Person, account: Account, office: Office) -> None:
        code = accounts.issue_code(self.session, self.actor, account, hours=self.code_hours)
        until = clock.now() + timedelta(hours=self.code_hours)
        self._coded.add(account.id)
        taking.issued(
            IssuedCode(
                office=office.name,
                name=person.full_name,
                username=account.username,
                code=code,
                until=thai_datetime(until),
            )
        )
