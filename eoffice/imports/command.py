"""``eoffice import``: offices, people and recipient lists from Excel, and templates to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from eoffice.actor import SYSTEM
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.errors import EofficeError
from eoffice.imports.columns import ImportKind
from eoffice.imports.files import write_template
from eoffice.imports.rules import ADDED, CHANGED, SAME, Report, RowsRefused
from eoffice.imports.services import import_file
from eoffice.migrate import require_current

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(dir_okay=False, path_type=Path)
DRY_RUN = click.option("--dry-run", is_flag=True, help="ตรวจสอบอย่างเดียว ไม่บันทึก")


@click.group("import", help="นำเข้าข้อมูลจาก Excel (.xlsx)")
def import_command() -> None:
    """Entry point of ``eoffice import``."""


@import_command.command("offices", help="นำเข้าโรงเรียนและหน่วยงานภายนอก")
@click.argument("file", type=EXISTING)
@DRY_RUN
def offices(file: Path, dry_run: bool) -> None:
    """Take offices in."""
    _run(ImportKind.OFFICES, file, dry_run=dry_run)


@import_command.command("people", help="นำเข้าบุคลากรกับตำแหน่ง และออกรหัสเปิดใช้บัญชี")
@click.argument("file", type=EXISTING)
@DRY_RUN
@click.option("--codes", type=NEW, help="ไฟล์รหัสเปิดใช้ที่จะเขียน (.xlsx หรือ .csv)")
@click.option("--renew-codes", is_flag=True, help="ออกรหัสใหม่ให้บัญชีในไฟล์ที่ยังไม่ได้เปิดใช้ด้วย")
def people(file: Path, dry_run: bool, codes: Path | None, renew_codes: bool) -> None:
    """Take people, posts and holdings in."""
    _run(ImportKind.PEOPLE, file, dry_run=dry_run, codes=codes, renew_codes=renew_codes)


@import_command.command("recipients", help="นำเข้ากลุ่มผู้รับ")
@click.argument("file", type=EXISTING)
@DRY_RUN
def recipients(file: Path, dry_run: bool) -> None:
    """Take recipient lists in."""
    _run(ImportKind.RECIPIENTS, file, dry_run=dry_run)


@import_command.command("template", help="เขียนแบบฟอร์ม Excel สำหรับกรอก")
@click.argument("kind", type=click.Choice([kind.value for kind in ImportKind]))
@click.argument("file", type=NEW)
def template(kind: str, file: Path) -> None:
    """Write an example workbook."""
    try:
        write_template(ImportKind(kind), file)
    except EofficeError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"เขียนแบบฟอร์มไว้ที่ {file}")


def _run(
    kind: ImportKind,
    file: Path,
    *,
    dry_run: bool,
    codes: Path | None = None,
    renew_codes: bool = False,
) -> None:
    settings = Settings.from_environment()
    database = Database(settings)
    codes = codes or file.with_name(f"{file.stem}-activation-codes.xlsx")
    try:
        require_current(database)
        report = import_file(
            database,
            settings,
            SYSTEM,
            kind,
            file,
            dry_run=dry_run,
            codes_path=codes,
            renews_codes=renew_codes,
        )
    except RowsRefused as refusal:
        for problem in refusal.problems:
            click.echo(str(problem), err=True)
        raise click.ClickException(str(refusal)) from refusal
    except EofficeError as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.dispose()
    _say(report, codes)
    if report.problems:
        raise click.ClickException(f"พบแถวที่ต้องแก้ไข {len(report.problems)} รายการ")


def _say(report: Report, codes: Path) -> None:
    for note in report.notes:
        click.echo(note)
    for change in report.changes:
        if change.kind != SAME:
            click.echo(str(change))
    for problem in report.problems:
        click.echo(str(problem), err=True)
    verb = "บันทึกแล้ว" if report.is_stored else "ตรวจสอบแล้ว ยังไม่ได้บันทึก"
    click.echo(
        f"{verb}: เพิ่ม {report.count(ADDED)} แก้ไข {report.count(CHANGED)} คงเดิม {report.count(SAME)}"
    )
    if report.codes:
        click.echo(f"รหัสเปิดใช้ {len(report.codes)} บัญชีอยู่ที่ {codes} ส่งมอบแล้วให้ลบไฟล์นี้")
