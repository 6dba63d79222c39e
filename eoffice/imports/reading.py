"""One row on its way in: texts become days, numbers and words of the system, or problems."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from enum import Enum

from sqlalchemy.orm import Session

from eoffice.errors import EofficeError
from eoffice.imports.columns import Column, heading_key
from eoffice.imports.rules import ADDED, CHANGED, SAME, Change, IssuedCode, Problem, Report
from eoffice.imports.sheets import Row
from eoffice.thai import DateNotUnderstood, parse_thai_date, to_arabic_digits

MISSING = "ยังไม่ได้กรอก กรุณากรอกให้ครบ"
NOT_A_NUMBER = "“{text}” ไม่ใช่จำนวนเต็มตั้งแต่ 1 ขึ้นไป กรุณากรอกเป็นตัวเลข"
NOT_A_MAIL = "“{text}” ไม่ใช่ที่อยู่อีเมล กรุณาตรวจสอบ เช่น name@school.example"
NOT_A_WORD = "ไม่รู้จัก “{text}” ใช้ได้: {allowed}"
_MAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>().]{2,}")


class RowRefused(EofficeError):
    """A row's texts cannot be used; its problems are in the report already."""

    status = 422


class RowReader:
    """Reads one row; what is wrong is collected, so that all of it is told at once."""

    def __init__(self, row: Row, columns: Sequence[Column]) -> None:
        self.row = row
        self.problems: list[Problem] = []
        self._headings = {column.name: column.heading for column in columns}

    def refuse(self, name: str, what: str) -> None:
        """Note what is wrong with a cell."""
        self.problems.append(Problem(self.row.number, self._headings.get(name, ""), what))

    def text(self, name: str) -> str:
        """A text, empty when not filled in."""
        return self.row.get(name)

    def required(self, name: str) -> str:
        """A text that must be there."""
        if not self.text(name):
            self.refuse(name, MISSING)
        return self.text(name)

    def day(self, name: str) -> date | None:
        """A day in any way people write it, พ.ศ. or ค.ศ."""
        if not self.text(name):
            return None
        try:
            return parse_thai_date(self.text(name))
        except DateNotUnderstood as error:
            self.refuse(name, str(error))
            return None

    def number(self, name: str) -> int | None:
        """A whole number of one or more, in Thai or Arabic digits."""
        text = to_arabic_digits(self.text(name)).replace(",", "")
        if not text:
            return None
        if not re.fullmatch(r"\d{1,7}", text) or int(text) < 1:
            self.refuse(name, NOT_A_NUMBER.format(text=text[:30]))
            return None
        return int(text)

    def mail(self, name: str) -> str:
        """A mail address."""
        text = self.text(name)
        if text and not _MAIL.fullmatch(text):
            self.refuse(name, NOT_A_MAIL.format(text=text[:60]))
        return text

    def word(self, name: str, words: Mapping[str, str], shown: str) -> str:
        """A word of a closed list, by code or by any of its labels; empty when not filled in."""
        text = self.text(name)
        code = words.get(heading_key(text), "")
        if text and not code:
            self.refuse(name, NOT_A_WORD.format(text=text[:60], allowed=shown))
        return code

    def check(self) -> None:
        """Raises ``RowRefused`` when anything was wrong so far."""
        if self.problems:
            raise RowRefused


class Taking:
    """The rows of one import inside its transaction; each row is all or nothing."""

    def __init__(
        self,
        session: Session,
        report: Report,
        columns: Sequence[Column],
        blame: Mapping[type[EofficeError], str],
    ) -> None:
        self.session, self.report, self.columns = session, report, columns
        self._blame = blame
        self._changes: list[Change] = []
        self._codes: list[IssuedCode] = []
        self._row = 0

    @contextmanager
    def row(self, row: Row) -> Iterator[RowReader]:
        """Take one row in a savepoint; what the services refuse becomes a problem of the row."""
        reader = RowReader(row, self.columns)
        self._changes, self._codes, self._row = [], [], row.number
        try:
            with self.session.begin_nested():
                yield reader
                reader.check()
        except RowRefused:
            self.report.problems += reader.problems
        except EofficeError as error:
            name = next((n for kind, n in self._blame.items() if isinstance(error, kind)), "")
            reader.refuse(name, str(error))
            self.report.problems += reader.problems
        else:
            self.report.changes += self._changes or [Change(row.number, SAME, _named(row))]
            self.report.codes += self._codes

    def added(self, what: str) -> None:
        """Note that the row adds something."""
        self._changes.append(Change(self._row, ADDED, what))

    def changed(self, what: str) -> None:
        """Note that the row changes something."""
        self._changes.append(Change(self._row, CHANGED, what))

    def issued(self, code: IssuedCode) -> None:
        """Note a fresh activation code."""
        self._codes.append(code)


def vocabulary(*enums: type[Enum], more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Codes and labels of enums as keys of a closed list."""
    words = {
        heading_key(text): str(member.value)
        for enum in enums
        for member in enum
        for text in (str(member.value), str(getattr(member, "label", "")))
    }
    return words | {heading_key(text): code for text, code in (more or {}).items()}


def _named(row: Row) -> str:
    return " ".join(text for text in list(row.cells.values())[:4] if text)
