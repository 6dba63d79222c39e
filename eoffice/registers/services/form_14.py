"""A letter and its row of form 14."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Desk
from eoffice.documents.models import Letter
from eoffice.documents.numbers import number_key
from eoffice.documents.services.steps import advance
from eoffice.registers.models import OfficeYear, RegisterEntry
from eoffice.registers.rules import (
    EntryState,
    Series,
    written_number,
)
from eoffice.verbs import Verb


def columns_of_form_14(
    letter: Letter, desk: Desk, settings: OfficeYear, series: Series, number: int
) -> dict[str, Any]:
    """The columns of form 14 for a letter that takes a number (ข้อ 43)."""
    letter_no = written_number(
        series,
        number,
        prefix=settings.prefix,
        year=settings.year,
        is_circular=letter.is_circular,
    )
    return {
        "letter_id": letter.id,
        "ref_no": letter_no,
        "from_text": desk.group_name or desk.office_name,
        "to_text": letter.to_text,
        "subject": letter.subject,
    }


def take_reserved(session: Session, entry: RegisterEntry, columns: dict[str, Any]) -> RegisterEntry:
    """Let a letter take a reserved number: the reserved day stays, the real time stands beside."""
    for name, value in columns.items():
        setattr(entry, name, value or getattr(entry, name))
    entry.state, entry.issued_at = EntryState.ISSUED.value, clock.now()
    session.flush()
    return entry


def fix_number(
    session: Session, letter: Letter, entry: RegisterEntry, day: date, version: int
) -> None:
    """Write the number on the letter; from here it is fixed. Raises ``StaleVersion``."""
    advance(
        session,
        letter,
        Verb.ISSUE_NUMBER,
        version=version,
        letter_no=entry.ref_no,
        no_key=number_key(entry.ref_no),
        letter_date=day,
        entry_id=entry.id,
        numbered_at=clock.now(),
    )
