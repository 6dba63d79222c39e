"""Running the checks: one table, one snapshot, one report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from eoffice import clock
from eoffice.checks import (
    deliveries,
    files,
    history,
    letters,
    machine,
    people,
    registers,
    search,
    tables,
)
from eoffice.checks.rules import Defect, Found, Invariant, Result, Severity
from eoffice.checks.scope import Scope
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.intake import store_of

Check = Callable[[Scope], Iterator[Found]]
NAMED_PER_CHECK = 50
TEMPORARY_KEPT = timedelta(hours=24)

CHECKS: tuple[tuple[Invariant, Check], ...] = (
    (Invariant.C19, tables.schema_is_current),
    (Invariant.C19, tables.guards_stand),
    (Invariant.C19, tables.rights_are_narrow),
    (Invariant.C19, tables.libraries_are_mended),
    (Invariant.C8, tables.database_is_sound),
    (Invariant.C8, tables.references_hold),
    (Invariant.C5, history.chains_are_whole),
    (Invariant.C5, history.seals_still_hold),
    (Invariant.C1, letters.numbered_letters_are_registered),
    (Invariant.C1, registers.rows_follow_their_acts),
    (Invariant.C1, deliveries.outside_letters_follow_their_acts),
    (Invariant.C2, registers.series_are_dense),
    (Invariant.C3, registers.times_do_not_run_back),
    (Invariant.C4, letters.letters_follow_their_acts),
    (Invariant.C4, letters.endorsements_follow_their_acts),
    (Invariant.C4, deliveries.deliveries_follow_their_acts),
    (Invariant.C6, letters.files_of_letters_follow_their_acts),
    (Invariant.C6, files.attachments_agree_with_files),
    (Invariant.C6, files.files_are_whole),
    (Invariant.C7, files.store_holds_nothing_else),
    (Invariant.C9, deliveries.letters_went_where_they_were_sent),
    (Invariant.C9, deliveries.folder_counts_are_real),
    (Invariant.C10, deliveries.received_letters_are_registered),
    (Invariant.C10, deliveries.access_agrees_with_deliveries),
    (Invariant.C11, search.index_agrees),
    (Invariant.C11, search.files_can_be_read),
    (Invariant.C12, letters.no_letter_is_top_secret),
    (Invariant.C14, machine.jobs_are_done),
    (Invariant.C15, people.offices_have_registrar_and_head),
    (Invariant.C15, people.acting_periods_do_not_overlap),
    (Invariant.C15, people.active_accounts_have_a_post),
    (Invariant.C16, history.clock_is_ahead_of_the_log),
    (Invariant.C17, machine.storage_has_room),
    (Invariant.C17, machine.nobody_else_reads_the_storage),
    (Invariant.C18, machine.backup_is_fresh),
)
"""Every check, in the order in which it runs: first what the others rest on."""


@dataclass
class Report:
    """What a run of the checks came to."""

    results: list[Result] = field(default_factory=list)
    not_run: list[tuple[Invariant, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def has_findings(self) -> bool:
        """Whether something is wrong; warnings do not count."""
        return any(result.found.severity is Severity.FINDING for result in self.results)


def run_checks(database: Database, settings: Settings, *, is_deep: bool = False) -> Report:
    """Run every check on one snapshot of the database; nothing is written.

    A check that cannot run (a table is missing, a page cannot be read) is reported as such and
    does not hinder the others.
    """
    began = time.monotonic()
    report = Report()
    for invariant, check in CHECKS:
        # Each check has its own snapshot: one that breaks must not take the next one with it.
        with database.snapshot() as session:
            scope = Scope(
                session, database, settings, store_of(settings.storage), is_deep, clock.now()
            )
            try:
                report.results += [Result(invariant, found) for found in _limited(check(scope))]
            except Exception as error:
                reason = f"{check.__name__}: {type(error).__name__}: {error}"
                report.not_run.append((invariant, reason[:500]))
    report.seconds = time.monotonic() - began
    return report


def sweep_temporary(settings: Settings) -> int:
    """Remove temporary files that interrupted uploads left a day ago; returns how many."""
    return store_of(settings.storage).sweep_temporary(TEMPORARY_KEPT)


def _limited(findings: Iterator[Found]) -> Iterator[Found]:
    rest = 0
    for number, found in enumerate(findings):
        if number < NAMED_PER_CHECK:
            yield found
        else:
            rest += 1
    if rest:
        yield Found(Defect.MORE, str(rest))
