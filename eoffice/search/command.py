"""``eoffice search``: making the index anew, comparing it with the archive, telling its state."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from eoffice.config import Settings
from eoffice.db import Database
from eoffice.search import services


@click.group("search", help="ดัชนีค้นหา: สร้างใหม่ ตรวจ ดูสถานะ")
def search() -> None:
    """Commands about the search index."""


@search.command("rebuild", help="สร้างดัชนีใหม่ทั้งหมด ระหว่างนี้ยังค้นหาได้ตามปกติ")
def rebuild() -> None:
    """Fill a new generation with a progress bar, then switch to it."""
    settings = Settings.from_environment()
    database = Database(settings)
    with click.progressbar(length=1, label="สร้างดัชนี", file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        count = services.rebuild(database, settings, tell)
    click.echo(f"ดัชนีใหม่มี {count} รายการ")


@search.command("check", help="เทียบดัชนีกับฐานข้อมูล")
@click.option("--json", "as_json", is_flag=True, help="พิมพ์เป็น JSON")
def check(as_json: bool) -> None:
    """Compare versions and readers of every document; exit 1 when something differs."""
    settings = Settings.from_environment()
    found = services.differences(Database(settings), settings)
    figures = {
        "missing": len(found.missing),
        "stale": len(found.stale),
        "surplus": len(found.surplus),
        "access": len(found.access),
    }
    if as_json:
        click.echo(json.dumps(figures))
    elif found:
        click.echo(
            "ดัชนีไม่ตรงกับฐานข้อมูล: ขาด {missing} เก่า {stale} เกิน {surplus} สิทธิไม่ตรง {access} "
            "รายการ ให้สร้างใหม่ด้วย eoffice search rebuild".format(**figures)
        )
    else:
        click.echo("ดัชนีตรงกับฐานข้อมูล")
    sys.exit(1 if found else 0)


@search.command("status", help="สถานะของดัชนี")
@click.option("--json", "as_json", is_flag=True, help="พิมพ์เป็น JSON")
def status(as_json: bool) -> None:
    """Tell engine, generation, size, and what waits to be indexed."""
    settings = Settings.from_environment()
    state = services.state(Database(settings), settings)
    if as_json:
        waiting = {"waiting": state.waiting, "parked": state.parked}
        click.echo(json.dumps(asdict(state.status) | waiting | {"outdated": state.is_outdated}))
        return
    shown = state.status
    click.echo(
        f"{shown.backend} ชุดที่ {shown.generation}: {shown.documents} รายการ "
        f"{shown.size_bytes / 1e6:.1f} MB รอทำดัชนี {state.waiting} ทำไม่สำเร็จ {state.parked}"
    )
    if shown.is_building:
        click.echo("กำลังสร้างชุดใหม่")
    if state.is_outdated:
        click.echo("ดัชนีทำด้วยโปรแกรมรุ่นก่อน ให้สร้างใหม่ด้วย eoffice search rebuild")
