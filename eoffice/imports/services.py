"""One import: read, try every row, and store all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.imports.columns import COLUMNS, ImportKind
from eoffice.imports.files import check_codes_kind, write_codes
from eoffice.imports.offices import OfficeImport
from eoffice.imports.people import PeopleImport
from eoffice.imports.recipients import RecipientImport
from eoffice.imports.rules import (
    ADDED,
    CHANGED,
    DistrictMissing,
    Report,
    RowsRefused,
)
from eoffice.imports.sheets import Row, Table, read_table
from eoffice.users.models import Office
from eoffice.users.services.organisation import require_admin
from eoffice.verbs import Verb

UNKNOWN = "ไม่ใช้คอลัมน์ “{heading}” เพราะไม่รู้จักหัวตาราง"
Take = Callable[[list[Row]], None]


class _Undo(Exception):
    """Ends a transaction whose effects are not to stay."""


def import_file(
    database: Database,
    settings: Settings,
    actor: Actor,
    kind: ImportKind,
    path: Path,
    *,
    dry_run: bool = False,
    codes_path: Path | None = None,
    renews_codes: bool = False,
) -> Report:
    """Take a workbook in. Every row goes through the services in one transaction.

    A dry run does the same and undoes it, so that it names every bad row and every change. With
    any bad row nothing is stored: ``RowsRefused`` (a dry run returns its report). Running the
    same file again changes nothing. Activation codes of new accounts are written to
    ``codes_path`` before the commit. Raises what ``read_table`` raises, ``DistrictMissing``,
    ``CodesFileExists``, ``CodesFileKind``.
    """
    codes_path = codes_path or path.with_name(f"{path.stem}-activation-codes.xlsx")
    check_codes_kind(codes_path)
    table = read_table(path, COLUMNS[kind])
    report = Report(problems=list(table.problems))
    report.notes += [UNKNOWN.format(heading=heading) for heading in table.unknown]
    written: Path | None = None
    try:
        with database.transaction() as session:
            _require(session, actor)
            take = _importer(session, settings, actor, kind, report, renews_codes=renews_codes)
            take(_sound(table))
            report.problems.sort(key=lambda problem: problem.row)
            if dry_run or report.problems:
                raise _Undo
            _note(session, actor, kind, path, report)
            if report.codes:
                write_codes(codes_path, report.codes)
                written = codes_path
        report.is_stored = True
    except _Undo:
        report.codes.clear()
    except BaseException:
        if written is not None:
            written.unlink(missing_ok=True)
        raise
    if report.problems and not dry_run:
        raise RowsRefused(report.problems)
    return report


def _require(session: Session, actor: Actor) -> None:
    require_admin(actor, Verb.IMPORT)
    if session.scalars(select(Office.id).where(Office.kind == "district")).first() is None:
        raise DistrictMissing


def _importer(
    session: Session,
    settings: Settings,
    actor: Actor,
    kind: ImportKind,
    report: Report,
    *,
    renews_codes: bool,
) -> Take:
    if kind is ImportKind.OFFICES:
        return OfficeImport(session, actor, report).take
    if kind is ImportKind.RECIPIENTS:
        return RecipientImport(session, actor, report).take
    return PeopleImport(
        session, actor, report, code_hours=settings.code_hours, renews_codes=renews_codes
    ).take


def _sound(table: Table) -> list[Row]:
    """Rows without a bad cell; the others are named already."""
    bad = {problem.row for problem in table.problems}
    return [row for row in table.rows if row.number not in bad]


def _note(session: Session, actor: Actor, kind: ImportKind, path: Path, report: Report) -> None:
    record(
        session,
        actor,
        Verb.IMPORT,
        None,
        chain=DISTRICT_CHAIN,
        files=[hashlib.sha256(path.read_bytes()).hexdigest()],
        name=path.name,
        kind=kind.value,
        added=report.count(ADDED),
        changed=report.count(CHANGED),
        codes=len(report.codes),
    )
