"""``eoffice import`` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eoffice.config import Settings
from eoffice.db import Database
from eoffice.imports.columns import COLUMNS, ImportKind
from eoffice.imports.command import import_command
from eoffice.imports.sheets import read_table
from eoffice.installing import Foundation, set_up
from eoffice.migrate import upgrade
from tests.unit.imports.workbooks import OFFICES, PEOPLE, workbook

FOUNDATION = Foundation(
    name="สพป.ตัวอย่าง",
    code="D",
    prefix="ศธ 04999",
    username="admin",
    first_name="มานะ",
    last_name="ตัวอย่างดี",
)


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that has just been set up."""
    settings = Settings(storage=tmp_path / "storage")
    monkeypatch.setenv("EOFFICE_STORAGE", str(settings.storage))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    upgrade(settings)
    database = Database(settings)
    with database.transaction() as session:
        set_up(session, FOUNDATION)
    database.dispose()
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(import_command, arguments)


def test_a_dry_run_says_every_change_and_every_problem(storage: Path) -> None:
    path = workbook(storage / "a.xlsx", OFFICES, ("001", "ก"), ("002", ""))
    result = run("offices", str(path), "--dry-run")
    assert result.exit_code == 1
    assert "แถว 2: เพิ่ม 001 ก" in result.output
    assert "แถว 3 ช่อง “ชื่อหน่วยงาน”: ยังไม่ได้กรอก" in result.output
    assert "ยังไม่ได้บันทึก" in result.output


def test_the_real_run_stores_and_tells_where_the_codes_are(storage: Path) -> None:
    offices = workbook(storage / "a.xlsx", OFFICES, ("001", "ก"))
    assert run("offices", str(offices)).exit_code == 0
    row = ("นาง", "มานี", "ตัวอย่างดี", "manee.t", "001", "ธุรการ", "ธุรการโรงเรียน")
    people = workbook(storage / "b.xlsx", PEOPLE, row)
    result = run("people", str(people), "--codes", str(storage / "codes.csv"))
    assert result.exit_code == 0
    assert "รหัสเปิดใช้ 1 บัญชี" in result.output
    assert "manee.t" in (storage / "codes.csv").read_text(encoding="utf-8-sig")
    again = run("people", str(people), "--codes", str(storage / "codes.csv"))
    assert again.exit_code == 0
    assert "เพิ่ม 0 แก้ไข 0 คงเดิม 1" in again.output


def test_bad_rows_end_in_one(storage: Path) -> None:
    path = workbook(storage / "a.xlsx", OFFICES, ("001", "ก"), ("001", "ข"))
    result = run("offices", str(path))
    assert result.exit_code == 1
    assert "แถว 3" in result.output
    assert "ยังไม่ได้บันทึกข้อมูลใด" in result.output
    assert "Traceback" not in result.output


def test_a_file_that_is_no_workbook_gets_a_sentence(storage: Path) -> None:
    path = storage / "a.xlsx"
    path.write_text("ไม่ใช่ Excel", encoding="utf-8")
    result = run("people", str(path))
    assert result.exit_code == 1
    assert "กรุณาบันทึกจาก Excel" in result.output


@pytest.mark.parametrize("kind", list(ImportKind))
def test_every_template_can_be_read_back(storage: Path, kind: ImportKind) -> None:
    path = storage / f"{kind}.xlsx"
    assert run("template", kind.value, str(path)).exit_code == 0
    table = read_table(path, COLUMNS[kind])
    assert len(table.rows) == 2
    assert table.unknown == []
    assert set(table.rows[0].cells) == {column.name for column in COLUMNS[kind]}


def test_the_templates_import_as_they_are(storage: Path) -> None:
    for kind in (ImportKind.OFFICES, ImportKind.PEOPLE):
        path = storage / f"{kind}.xlsx"
        run("template", kind.value, str(path))
        result = run(kind.value, str(path))
        assert result.exit_code == 0, result.output


def test_a_template_never_replaces_a_file(storage: Path) -> None:
    path = storage / "a.xlsx"
    path.write_text("mine", encoding="utf-8")
    result = run("template", "offices", str(path))
    assert result.exit_code == 1
    assert path.read_text(encoding="utf-8") == "mine"
