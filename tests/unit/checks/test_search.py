"""An index that differs from the database is named; what still waits in the outbox is not."""

from __future__ import annotations

import pytest

from eoffice.checks import search as checks
from eoffice.checks.rules import Severity
from eoffice.checks.services import run_checks
from eoffice.search.services import rebuild
from tests.unit.checks.conftest import Scene


def test_an_index_made_of_the_database_is_clean(scene: Scene) -> None:
    assert scene.look("C11") == []  # nothing is indexed yet: everything waits
    rebuild(scene.database, scene.settings)
    assert scene.look("C11") == []


def test_who_sees_too_much_in_the_index_is_found(scene: Scene) -> None:
    rebuild(scene.database, scene.settings)
    scene.tamper("UPDATE access SET ends_at = since WHERE object_kind = 'letter' AND object_id = 1")
    assert scene.is_named("C11", "letter 1 access")


def test_a_lost_index_is_found(scene: Scene) -> None:
    scene.tamper("DELETE FROM search_outbox")
    assert scene.is_named("C11", "letter 1 missing")


def test_what_was_parked_is_found(scene: Scene) -> None:
    rebuild(scene.database, scene.settings)
    scene.tamper(
        "INSERT INTO search_outbox (object_kind, object_id, tries, last_error) "
        "VALUES ('letter', 1, 5, 'poison')"
    )
    assert scene.is_named("C11", "letter 1 poison")


def test_missing_programs_are_a_warning(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "missing_readers", lambda: ["ไม่มีโปรแกรมรู้จำตัวอักษร"])
    report = run_checks(scene.database, scene.settings)
    said = [r for r in report.results if r.found.detail == "ไม่มีโปรแกรมรู้จำตัวอักษร"]
    assert [result.found.severity for result in said] == [Severity.WARNING]
