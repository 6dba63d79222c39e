"""Offices from Excel: schools and agencies with network, letter prefix and first numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor
from eoffice.errors import EofficeError
from eoffice.imports.columns import OFFICES
from eoffice.imports.reading import RowReader, Taking, vocabulary
from eoffice.imports.rules import Report
from eoffice.imports.sheets import Row
from eoffice.registers.models import Book, OfficeYear
from eoffice.registers.rules import (
    CircularSeries,
    FirstNumberWrong,
    NumberingFixed,
    PrefixWrong,
    Series,
)
from eoffice.registers.services.settings import set_numbering
from eoffice.thai import to_arabic_digits
from eoffice.users.models import Network, Office
from eoffice.users.rules import CodeTaken, NameMissing, OfficeKind
from eoffice.users.services import organisation

KINDS = vocabulary(
    OfficeKind,
    more={"รร.": "school", "ภายนอก": "agency", "สพป.": "district", "หน่วยงานนอกระบบ": "agency"},
)
KINDS_SHOWN = "โรงเรียน, หน่วยงานภายนอก"
DETAILS = ("phone", "saraban_email", "address")
FACTS = ("name", "short_name", *DETAILS)
FIRSTS = {
    "first_receive": Series.RECEIVE,
    "first_send": Series.SEND,
    "first_order": Series.ORDER,
}
BLAME: dict[type[EofficeError], str] = {
    CodeTaken: "code",
    NameMissing: "name",
    PrefixWrong: "prefix",
    FirstNumberWrong: "first_send",
    NumberingFixed: "prefix",
}
TWICE = "รหัสนี้ซ้ำกับแถว {row} กรุณาเหลือไว้แถวเดียว"
OTHER_KIND = "หน่วยงานรหัสนี้มีอยู่แล้วเป็นประเภท “{kind}” เปลี่ยนประเภทไม่ได้ กรุณาใช้รหัสอื่น"
NO_DISTRICT = "เพิ่มสำนักงานเขตพื้นที่ด้วยการนำเข้าไม่ได้ มีได้แห่งเดียวและสร้างด้วย eoffice init"
NO_NUMBERS = "หน่วยงานภายนอกไม่ออกเลขในระบบนี้ กรุณาเว้นว่าง"


@dataclass
class OfficeImport:
    """Takes rows of offices in; an office is known by its code."""

    session: Session
    actor: Actor
    report: Report
    _seen: dict[str, int] = field(default_factory=dict)

    def take(self, rows: list[Row]) -> None:
        """Take every row; problems and changes go into the report."""
        taking = Taking(self.session, self.report, OFFICES, BLAME)
        for row in rows:
            with taking.row(row) as reader:
                self._take(reader, taking)

    def _take(self, reader: RowReader, taking: Taking) -> None:
        code, name = reader.required("code"), reader.required("name")
        kind = reader.word("kind", KINDS, KINDS_SHOWN)
        reader.mail("saraban_email")
        firsts = {name: reader.number(name) for name in FIRSTS}
        if code and code in self._seen:
            reader.refuse("code", TWICE.format(row=self._seen[code]))
        self._seen.setdefault(code, reader.row.number)
        office = self.session.scalars(select(Office).where(Office.code == code)).one_or_none()
        self._check_kind(reader, office, kind)
        if (
            office is None
            and kind == OfficeKind.AGENCY
            and (any(firsts.values()) or _prefix(reader))
        ):
            reader.refuse("prefix", NO_NUMBERS)
        reader.check()
        if office is None:
            office = self._add(reader, taking, kind or OfficeKind.SCHOOL.value)
            taking.added(f"{office.code} {name}")
            self._set_numbers(reader, office, firsts)
            return
        organisation.require_open(office)
        self._change(reader, taking, office)
        if self._set_numbers(reader, office, firsts):
            taking.changed(f"{office.code}: การออกเลขปี {clock.this_year()}")

    def _check_kind(self, reader: RowReader, office: Office | None, kind: str) -> None:
        if office is not None and kind and kind != office.kind:
            reader.refuse("kind", OTHER_KIND.format(kind=OfficeKind(office.kind).label))
        if office is None and kind == OfficeKind.DISTRICT:
            reader.refuse("kind", NO_DISTRICT)

    def _add(self, reader: RowReader, taking: Taking, kind: str) -> Office:
        network = self._network(reader, taking)
        return organisation.add_office(
            self.session,
            self.actor,
            kind=kind,
            code=reader.text("code"),
            name=reader.text("name"),
            short_name=reader.text("short_name"),
            network_id=network.id if network else None,
            opened_on=None,
            **{name: reader.text(name) for name in DETAILS},
        )

    def _change(self, reader: RowReader, taking: Taking, office: Office) -> None:
        """An empty cell leaves what is there as it is."""
        changes = {
            name: reader.text(name)
            for name in FACTS
            if reader.text(name) and reader.text(name) != getattr(office, name)
        }
        if changes:
            organisation.change_office(
                self.session, self.actor, office.public_id, version=office.version, **changes
            )
            headings = {column.name: column.heading for column in OFFICES}
            taking.changed(f"{office.code}: {', '.join(headings[name] for name in changes)}")
        network = self._network(reader, taking)
        if network is not None and network.id != office.network_id:
            organisation.set_network(self.session, self.actor, office, network.id)
            taking.changed(f"{office.code}: ย้ายเข้า{network.name}")

    def _network(self, reader: RowReader, taking: Taking) -> Network | None:
        name = reader.text("network")
        if not name:
            return None
        known = self.session.scalars(select(Network).where(Network.name == name)).one_or_none()
        if known is None:
            known = organisation.add_network(self.session, self.actor, name=name)
            taking.added(f"เครือข่าย “{name}”")
        return known

    def _set_numbers(
        self, reader: RowReader, office: Office, firsts: dict[str, int | None]
    ) -> bool:
        year = clock.this_year()
        row = self.session.get(OfficeYear, (office.id, year))
        prefix = _prefix(reader)
        wanted = {FIRSTS[name].value: first for name, first in firsts.items() if first}
        wanted = {
            series: first
            for series, first in wanted.items()
            if first != self._first(office, series)
        }
        if not wanted and (not prefix or (row is not None and row.prefix == prefix)):
            return False
        set_numbering(
            self.session,
            self.actor,
            office,
            year=year,
            prefix=prefix or (row.prefix if row else ""),
            circular_series=row.circular_series if row else CircularSeries.OWN.value,
            numbers_announcements=row.numbers_announcements if row else False,
            first_numbers=wanted,
        )
        return True

    def _first(self, office: Office, series: str) -> int | None:
        return self.session.scalar(
            select(Book.first_no).where(
                Book.office_id == office.id,
                Book.group_key == 0,
                Book.series == series,
                Book.year == clock.this_year(),
            )
        )


def _prefix(reader: RowReader) -> str:
    """The letter prefix in the form in which it is stored."""
    return to_arabic_digits(" ".join(reader.text("prefix").removeprefix("ที่").split()))
