"""Recipient lists from Excel: a name and the codes of its offices, in one row or in many."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.errors import EofficeError
from eoffice.imports.columns import RECIPIENTS
from eoffice.imports.reading import RowReader, Taking
from eoffice.imports.rules import Report
from eoffice.imports.sheets import Row
from eoffice.routing.models import RecipientList, RecipientListMember
from eoffice.routing.rules import ListNameTaken
from eoffice.routing.services.addressing import set_recipient_list
from eoffice.users.models import Office
from eoffice.users.rules import OfficeKind

BLAME: dict[type[EofficeError], str] = {ListNameTaken: "list"}
NO_OFFICE = "ไม่พบหน่วยงานรหัส “{code}” กรุณาตรวจสอบรหัส หรือนำเข้าหน่วยงานก่อน"
CLOSED = "{name} ยุบเลิกแล้ว กรุณานำออกจากกลุ่มผู้รับ หรือใช้หน่วยงานที่รับช่วงต่อ"
OWN = "หน่วยงานเจ้าของอยู่ในกลุ่มผู้รับของตนเองไม่ได้ กรุณานำออก"
NO_OWNER = "หน่วยงานภายนอกมีกลุ่มผู้รับในระบบไม่ได้ กรุณาใช้รหัสสำนักงานเขตหรือโรงเรียน"
NOT_YOURS = "ท่านตั้งกลุ่มผู้รับได้เฉพาะของหน่วยงานที่ปฏิบัติงานอยู่ กรุณาแก้รหัสหน่วยงานเจ้าของ"


@dataclass
class Wanted:
    """One list as the file has it: its first row, owner and members so far."""

    row: Row
    owner: Office
    name: str
    members: dict[str, Office] = field(default_factory=dict)


@dataclass
class RecipientImport:
    """Takes rows of recipient lists in; a list is known by its owner and its name."""

    session: Session
    actor: Actor
    report: Report
    _wanted: dict[tuple[int, str], Wanted] = field(default_factory=dict)

    def take(self, rows: list[Row]) -> None:
        """Read every row, then set each list to exactly the members that the file names."""
        taking = Taking(self.session, self.report, RECIPIENTS, BLAME)
        for row in rows:
            reader = RowReader(row, RECIPIENTS)
            self._read(reader)
            self.report.problems += reader.problems
        for wanted in self._wanted.values():
            with taking.row(wanted.row):
                self._set(taking, wanted)

    def _read(self, reader: RowReader) -> None:
        owner = self._owner(reader)
        name = reader.required("list")
        codes = reader.required("offices").replace(";", ",").replace(" ", ",").split(",")
        offices = [self._office(reader, code.strip()) for code in codes if code.strip()]
        if owner is None or not name:
            return
        wanted = self._wanted.setdefault((owner.id, name), Wanted(reader.row, owner, name))
        for office in offices:
            if office is not None and office.id == owner.id:
                reader.refuse("offices", OWN)
            elif office is not None:
                wanted.members[office.public_id] = office

    def _owner(self, reader: RowReader) -> Office | None:
        code = reader.text("owner")
        query = select(Office).where(
            Office.code == code if code else Office.kind == OfficeKind.DISTRICT.value
        )
        owner = self.session.scalars(query).one_or_none()
        if owner is None:
            reader.refuse("owner", NO_OFFICE.format(code=code))
            return None
        if owner.closed_on is not None:
            reader.refuse("owner", CLOSED.format(name=owner.display_name))
        if owner.kind == OfficeKind.AGENCY.value:
            reader.refuse("owner", NO_OWNER)
        desk = self.actor.desk
        if self.actor.person_id is not None and (desk is None or desk.office_id != owner.id):
            reader.refuse("owner", NOT_YOURS)
        return owner

    def _office(self, reader: RowReader, code: str) -> Office | None:
        office = self.session.scalars(select(Office).where(Office.code == code)).one_or_none()
        if office is None:
            reader.refuse("offices", NO_OFFICE.format(code=code))
        elif office.closed_on is not None:
            reader.refuse("offices", CLOSED.format(name=office.display_name))
        return office

    def _set(self, taking: Taking, wanted: Wanted) -> None:
        known = self.session.scalars(
            select(RecipientList).where(
                RecipientList.office_id == wanted.owner.id, RecipientList.name == wanted.name
            )
        ).one_or_none()
        present = self._members(known) if known is not None else set()
        named = {office.id for office in wanted.members.values()}
        if known is not None and present == named:
            return
        set_recipient_list(
            self.session,
            self.actor,
            name=wanted.name,
            offices=list(wanted.members),
            public_id=known.public_id if known else "",
            owner_id=wanted.owner.id,
        )
        if known is None:
            taking.added(f"กลุ่มผู้รับ “{wanted.name}” {len(named)} แห่ง")
        else:
            added, removed = len(named - present), len(present - named)
            taking.changed(f"กลุ่มผู้รับ “{wanted.name}”: เพิ่ม {added} นำออก {removed} แห่ง")

    def _members(self, known: RecipientList) -> set[int]:
        return set(
            self.session.scalars(
                select(RecipientListMember.office_id).where(RecipientListMember.list_id == known.id)
            )
        )
