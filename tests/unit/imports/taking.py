"""One import of some rows into a test's own copy of the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eoffice.actor import SYSTEM
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.imports.columns import ImportKind
from eoffice.imports.rules import Report
from eoffice.imports.services import import_file
from tests.unit.imports.workbooks import workbook


@dataclass
class Taking:
    """Imports rows as the system does on the command line."""

    database: Database
    settings: Settings
    folder: Path
    count: int = 0

    def take(
        self,
        kind: ImportKind,
        *rows: Sequence[object],
        dry_run: bool = False,
        renews_codes: bool = False,
        codes_path: Path | None = None,
    ) -> Report:
        """Write the rows into a workbook of their own and import it."""
        self.count += 1
        return import_file(
            self.database,
            self.settings,
            SYSTEM,
            kind,
            workbook(self.folder / f"{kind}{self.count}.xlsx", *rows),
            dry_run=dry_run,
            renews_codes=renews_codes,
            codes_path=codes_path,
        )
