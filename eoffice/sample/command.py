"""``eoffice demo``: make the sample district where there is none, then serve it."""

from __future__ import annotations

import json
from typing import Any

import click

from eoffice.config import Settings
from eoffice.db import Database
from eoffice.errors import EofficeError
from eoffice.migrate import upgrade
from eoffice.sample.accounts import FILE_NAME, Login, Record, read_record
from eoffice.sample.building import Summary, build, district_of
from eoffice.sample.matrix import matrix
from eoffice.search import services as search


@click.command("demo", help="สร้างเขตพื้นที่ตัวอย่าง (ถ้ายังไม่มี) แล้วเปิดใช้")
@click.option("--no-serve", is_flag=True, help="สร้างอย่างเดียว ไม่เปิดเว็บ")
@click.option("--seed", default=1, show_default=True, help="เลขตั้งต้นของข้อมูลตัวอย่าง")
@click.option("--schools", default=117, show_default=True, help="จำนวนโรงเรียน")
@click.option("--matrix", "as_matrix", is_flag=True, help="พิมพ์บัญชีและรหัสเป็น JSON แล้วจบ")
@click.option("--host", default=None, help="ที่อยู่ที่รับ เช่น 127.0.0.1")
@click.option("--port", default=None, type=int, help="พอร์ต")
def demo(
    no_serve: bool, seed: int, schools: int, as_matrix: bool, host: str | None, port: int | None
) -> None:
    """Start what exists; what exists is never overwritten."""
    settings = Settings.from_environment()
    try:
        database = Database(settings)
        summary = ensure(database, settings, schools=schools, seed=seed)
        record, document = _read(database, settings, as_matrix=as_matrix)
        database.dispose()
    except EofficeError as error:
        raise click.ClickException(str(error)) from error
    if as_matrix:
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    _say(summary, record, settings)
    if not no_serve:
        from eoffice.serve import run  # the web, only when it is opened

        run(settings, host=host, port=port)


def ensure(database: Database, settings: Settings, *, schools: int, seed: int) -> Summary | None:
    """The schema, and the sample where there is no district yet; none when there was one."""
    settings.storage.mkdir(parents=True, exist_ok=True, mode=0o700)
    upgrade(settings)
    with database.reading() as session:
        if district_of(session) is not None:
            return None
    click.echo("กำลังสร้างเขตพื้นที่ตัวอย่าง…", err=True)
    summary = build(database, settings, schools=schools, seed=seed)
    search.rebuild(database, settings)
    return summary


def _read(
    database: Database, settings: Settings, *, as_matrix: bool
) -> tuple[Record, dict[str, Any]]:
    with database.reading() as session:
        district = district_of(session)
        record = read_record(settings.storage, district.public_id if district else "")
        return record, matrix(session, record) if as_matrix else {}


def _say(summary: Summary | None, record: Record, settings: Settings) -> None:
    if summary is None:
        click.echo("มีเขตพื้นที่ตัวอย่างอยู่แล้ว ใช้ข้อมูลเดิม")
    else:
        click.echo(
            f"สร้างแล้ว: {summary.offices} หน่วยงาน บุคลากร {summary.people} คน "
            f"หนังสือ {summary.letters} ฉบับ ส่ง {summary.deliveries} รายการ "
            f"ลงรับแล้ว {summary.received} ({summary.seconds:.0f} วินาที)"
        )
        for login in record.logins:
            click.echo(_line(login))
    click.echo(f"ชื่อผู้ใช้และรหัสผ่านเก็บไว้ที่ {settings.storage / FILE_NAME}")


def _line(login: Login) -> str:
    return f"  {login.username:20} {login.password:20} {login.note}"
