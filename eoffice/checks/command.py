"""``eoffice check``: exit 0 all is well, 1 something is wrong, 2 it could not run."""

from __future__ import annotations

import json
import sys

import click

from eoffice.checks.rules import Severity
from eoffice.checks.services import CHECKS, Report, run_checks, sweep_temporary
from eoffice.config import Settings
from eoffice.db import Database

CLEAN, FOUND, COULD_NOT_RUN = 0, 1, 2


@click.command(help="ตรวจว่าทะเบียน ประวัติ และไฟล์ตรงกันครบถ้วน")
@click.option("--deep", is_flag=True, help="อ่านทุกไฟล์และเทียบกับตราประทับ")
@click.option("--json", "as_json", is_flag=True, help="พิมพ์เป็น JSON")
@click.option("--repair-temp", is_flag=True, help="ลบไฟล์ชั่วคราวที่ค้างเกิน 24 ชั่วโมงก่อนตรวจ")
def check(deep: bool, as_json: bool, repair_temp: bool) -> None:
    """Run every check and say what was found."""
    try:
        settings = Settings.from_environment()
        swept = sweep_temporary(settings) if repair_temp else 0
        database = Database(settings)
        report = run_checks(database, settings, is_deep=deep)
        database.dispose()
    except Exception as error:
        click.echo(f"ตรวจไม่ได้: {error}", err=True)
        sys.exit(COULD_NOT_RUN)
    if as_json:
        click.echo(json.dumps(_as_json(report, deep, swept), ensure_ascii=False, indent=1))
    else:
        _tell(report, swept)
    if report.has_findings:
        sys.exit(FOUND)
    sys.exit(COULD_NOT_RUN if report.not_run else CLEAN)


def _as_json(report: Report, is_deep: bool, swept: int) -> dict[str, object]:
    rows = [result.as_json() for result in report.results]
    return {
        "clean": not report.has_findings and not report.not_run,
        "deep": is_deep,
        "checks": len(CHECKS),
        "findings": [row for row in rows if row["severity"] == Severity.FINDING.value],
        "warnings": [row for row in rows if row["severity"] == Severity.WARNING.value],
        "not_run": [{"check": invariant.value, "reason": why} for invariant, why in report.not_run],
        "temporary_files_removed": swept,
        "seconds": round(report.seconds, 2),
    }


def _tell(report: Report, swept: int) -> None:
    if swept:
        click.echo(f"ลบไฟล์ชั่วคราว {swept} ไฟล์")
    for result in report.results:
        click.echo(result.line)
    for invariant, why in report.not_run:
        click.echo(f"{invariant.value:4} [ตรวจไม่ได้] {invariant.label}: {why}")
    findings = sum(result.found.severity is Severity.FINDING for result in report.results)
    warnings = len(report.results) - findings
    click.echo(
        f"ตรวจ {len(CHECKS)} ข้อ ใน {report.seconds:.1f} วินาที: พบ {findings} ควรดูแล {warnings}"
    )
