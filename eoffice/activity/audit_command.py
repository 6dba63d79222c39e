"""``eoffice audit seal|verify|export``: evidence about the log, made, tested and handed over."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TextIO

import click

from eoffice.activity.chain import breaks
from eoffice.activity.export import exported
from eoffice.activity.seal_checks import Verdict, compare_with_seals
from eoffice.activity.seal_keys import known_public_keys, public_keys_path
from eoffice.activity.seals import folder_of, make_seal, read_seals
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.thai import parse_thai_date

FOLDER = click.Path(path_type=Path)
CLEAN, FOUND, COULD_NOT_RUN = 0, 1, 2


@click.group(help="หลักฐานของประวัติการใช้งาน: ประทับตรา ตรวจสอบ ส่งออก")
def audit() -> None:
    """Seal, verify, export."""


@contextlib.contextmanager
def _opened() -> Iterator[tuple[Settings, Database]]:
    settings = Settings.from_environment()
    database = Database(settings)
    try:
        yield settings, database
    finally:
        database.dispose()


@audit.command(help="ประทับตราสถานะปัจจุบัน แล้วเขียนลงโฟลเดอร์ตราประทับและสำเนา")
@click.option("--to", "copies", multiple=True, type=FOLDER, help="โฟลเดอร์สำเนา (ระบุซ้ำได้)")
def seal(copies: tuple[Path, ...]) -> None:
    """Make a seal now and say its short form, which is printed with the daily register."""
    with _opened() as (settings, database):
        made, files = make_seal(database, settings, copies)
    click.echo(f"ประทับตราแล้ว {made.facts['made_at']} รูปย่อ {made.digest[:16]}")
    for path in files:
        click.echo(f"  {path}")


@audit.command(help="ตรวจลำดับประวัติและเทียบกับตราประทับ")
@click.option(
    "--seals", "places", multiple=True, type=FOLDER, help="โฟลเดอร์หรือไฟล์ตราประทับที่เก็บแยกไว้"
)
@click.option("--public-key", "keys", multiple=True, type=FOLDER, help="ไฟล์กุญแจสาธารณะที่เชื่อถือ")
@click.option("--json", "as_json", is_flag=True, help="พิมพ์เป็น JSON")
def verify(places: tuple[Path, ...], keys: tuple[Path, ...], as_json: bool) -> None:
    """Walk every chain, then hold the database against the seals; exit 0, 1 or 2."""
    try:
        lines, verdict = _verified(places, keys)
    except Exception as error:
        click.echo(f"ตรวจสอบไม่ได้: {error}", err=True)
        sys.exit(COULD_NOT_RUN)
    if as_json:
        click.echo(json.dumps({"findings": lines, "seals": asdict(verdict)}, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(" ".join(f"{line['label']}: {line['subject']} {line['detail']}".split()))
        until = verdict.sealed_until or "ยังไม่เคยประทับตรา"
        click.echo(f"ตราประทับที่ตรงกัน {verdict.seals} ฉบับ ถึง {until}")
        click.echo(f"ประวัติหลังจากนั้น {verdict.unsealed_acts} แถว")
    sys.exit(FOUND if lines else CLEAN)


def _verified(
    places: tuple[Path, ...], key_files: tuple[Path, ...]
) -> tuple[list[dict[str, str]], Verdict]:
    with _opened() as (settings, database), database.snapshot() as session:
        lines = [
            {
                "defect": found.defect.value,
                "label": found.defect.label,
                "subject": f"chain {found.chain} seq {found.seq}",
                "detail": found.detail,
            }
            for found in breaks(session)
        ]
        known = known_public_keys(*(key_files or (public_keys_path(settings),)))
        seals = read_seals(folder_of(settings), *places)
        verdict = compare_with_seals(session, seals, known)
        lines += [
            {
                "defect": wrong.defect.value,
                "label": wrong.defect.label,
                "subject": wrong.subject,
                "detail": f"{wrong.detail} ({wrong.sealed_at})",
            }
            for wrong in verdict.contradictions
        ]
        return lines, verdict


@audit.command(help="ส่งออกประวัติเป็น JSON บรรทัดละหนึ่งรายการ")
@click.option("--from", "first", default="", help="ตั้งแต่วันที่ เช่น 2026-11-01 หรือ 1/11/2569")
@click.option("--to", "last", default="", help="ถึงวันที่ (รวมวันนั้น)")
@click.option("--with-text", is_flag=True, help="รวมข้อความเกษียนและเหตุผล (อาจมีข้อมูลส่วนบุคคล)")
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="ไฟล์ปลายทาง")
def export(first: str, last: str, with_text: bool, output: TextIO) -> None:
    """Write the acts of a span of days as JSON lines."""
    with _opened() as (_, database), database.snapshot() as session:
        for line in exported(session, first=_day(first), last=_day(last), with_text=with_text):
            output.write(line + "\n")


def _day(typed: str) -> date | None:
    return parse_thai_date(typed) if typed else None
