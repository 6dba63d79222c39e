"""``eoffice migrate``: back up, then bring the schema to this program's revision."""

from __future__ import annotations

import click

from eoffice.backups.services import back_up_before_migration
from eoffice.config import Settings
from eoffice.migrate import current, head, make_place, owner_url, upgrade


@click.command(help="ปรับฐานข้อมูลให้ตรงกับรุ่นของโปรแกรม (สำรองข้อมูลให้ก่อน)")
@click.option("--no-backup", is_flag=True, help="ไม่สำรองข้อมูลก่อน (ใช้เมื่อเพิ่งสำรองเองแล้ว)")
def migrate(no_backup: bool) -> None:
    """Back up a database that holds acts, then bring its schema to this program's revision."""
    settings = Settings.from_environment()
    make_place(owner_url(settings))
    before = current(settings)
    if before == head():
        upgrade(settings)
        click.echo(f"ฐานข้อมูลเป็นรุ่นล่าสุดอยู่แล้ว ({before})")
        return
    if before and not no_backup:
        made = back_up_before_migration(settings, before)
        click.echo(f"สำรองข้อมูลไว้ที่ {made} แล้ว" if made else "ฐานข้อมูลยังไม่มีข้อมูล จึงไม่ต้องสำรอง")
    upgrade(settings)
    click.echo(f"ปรับฐานข้อมูลเป็นรุ่น {head()} แล้ว")
