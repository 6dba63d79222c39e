"""``eoffice backup FILE``, ``backup verify FILE``, ``backup key FILE``, ``restore FILE --into``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import make_url

from eoffice import clock
from eoffice.activity.seals import Seal, read_seals
from eoffice.backups.archive import Contents, read_archive
from eoffice.backups.envelope import verify_outside
from eoffice.backups.recovery_keys import make_recovery_key, read_secret
from eoffice.backups.restoring import Restored, installation_at
from eoffice.backups.restoring import restore as restore_backup
from eoffice.backups.rules import KeyNeeded
from eoffice.backups.services import back_up
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.thai import file_size, thai_datetime

PATH = click.Path(path_type=Path)
THERE = click.Path(path_type=Path, exists=True)
FOUND = 1


class FileOrVerb(click.Group):
    """A group whose first word may be a file: ``backup FILE`` is ``backup to FILE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the verb in front of a file's name."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["to", *args]
        return super().parse_args(ctx, args)


@click.group(cls=FileOrVerb, help="สำรองข้อมูลลงไฟล์: backup ไฟล์ · verify · key")
def backup() -> None:
    """Back up, verify, make a recovery key."""


@backup.command("to", help="สำรองข้อมูลทั้งหมดลงไฟล์ใหม่ แล้วอ่านตรวจทาน")
@click.argument("path", metavar="FILE", type=PATH)
def to(path: Path) -> None:
    """Write a backup to a new file."""
    settings = Settings.from_environment()
    database = Database(settings)
    try:
        made = back_up(database, settings, path)
    finally:
        database.dispose()
    click.echo(f"สำรองข้อมูลแล้ว {made.path} ({file_size(made.size)}) SHA-256 {made.digest}")
    _tell(made.contents)
    if not made.is_encrypted:
        click.echo("ชุดสำรองนี้ไม่ได้เข้ารหัส ผู้ที่ได้ไฟล์ไปอ่านได้ทั้งหมด (ดู EOFFICE_BACKUP_RECOVERY_KEY)")
    _exit_if_damaged(made.contents)


@backup.command(help="ตรวจชุดสำรองทั้งไฟล์โดยไม่เขียนสิ่งใด")
@click.argument("path", metavar="FILE", type=THERE)
@click.option("--key", "key_file", type=THERE, help="ไฟล์กุญแจกู้คืน ถ้าชุดสำรองเข้ารหัสไว้")
def verify(path: Path, key_file: Path | None) -> None:
    """Read a backup from end to end; without its key, test the digest over the sealed bytes."""
    header = verify_outside(path)
    try:
        contents = read_archive(path, read_secret(key_file) if key_file else None)
    except KeyNeeded as refusal:
        click.echo(f"ไฟล์ครบถ้วนไม่เสียหาย ทำเมื่อ {header['made_at']} แต่ยังไม่ได้ตรวจเนื้อใน: {refusal}")
        return
    click.echo(f"ชุดสำรองครบถ้วน ทำเมื่อ {contents.about['made_at']}")
    _tell(contents)
    _exit_if_damaged(contents)


@backup.command(help="สร้างกุญแจกู้คืน: เก็บไฟล์ไว้ในที่ปลอดภัยนอกเครื่อง")
@click.argument("path", metavar="FILE", type=PATH)
def key(path: Path) -> None:
    """Make a recovery key; its public half goes into the settings."""
    public = make_recovery_key(path)
    click.echo(f"สร้างกุญแจลับไว้ที่ {path} แล้ว ให้ย้ายไปเก็บนอกเครื่องนี้ หากทำหายจะเปิดชุดสำรองไม่ได้")
    click.echo(f"EOFFICE_BACKUP_RECOVERY_KEY={public}")


@click.command(help="กู้คืนชุดสำรองลงในที่ว่าง")
@click.argument("path", metavar="FILE", type=THERE)
@click.option("--into", "place", required=True, help="โฟลเดอร์ว่าง (หรือ URL ของฐานข้อมูลว่าง)")
@click.option("--key", "key_file", type=THERE, help="ไฟล์กุญแจกู้คืน ถ้าชุดสำรองเข้ารหัสไว้")
@click.option("--seals", "places", multiple=True, type=THERE, help="ตราประทับที่เก็บแยกไว้")
@click.option("--allow-foreign", is_flag=True, help="ยอมกู้คืนชุดสำรองของระบบอื่น")
def restore(
    path: Path, place: str, key_file: Path | None, places: tuple[Path, ...], allow_foreign: bool
) -> None:
    """Verify a backup, write it into an empty place, say what is missing and what comes next."""
    settings = Settings.from_environment()
    seals = read_seals(*places)
    done = restore_backup(
        path,
        target_of(settings, place),
        secret=read_secret(key_file) if key_file else None,
        seals=seals,
        known_installations=() if allow_foreign else _known(settings, seals),
    )
    _tell_restored(done, seals)


def target_of(settings: Settings, place: str) -> Settings:
    """Where to restore to: a folder, with the PostgreSQL database of the settings if there is one;
    or a database, with the storage folder of the settings."""
    if "://" in place:
        return replace(settings, database_url=place, migration_database_url="")
    is_server = bool(settings.database_url) and (
        make_url(settings.resolved_database_url).get_backend_name() != "sqlite"
    )
    url = settings.database_url if is_server else ""
    owner = settings.migration_database_url if is_server else ""
    return replace(settings, storage=Path(place), database_url=url, migration_database_url=owner)


def _known(settings: Settings, seals: list[Seal]) -> set[str]:
    """The installations at hand: of the seals given, and of the database in the settings."""
    known = {str(seal.facts["installation"]) for seal in seals}
    return {name for name in (*known, installation_at(settings)) if name}


def _tell(contents: Contents) -> None:
    size = file_size(contents.file_bytes)
    click.echo(f"ข้อมูล {contents.rows} แถว ไฟล์ {contents.files} ไฟล์ ({size})")


def _exit_if_damaged(contents: Contents) -> None:
    if contents.damaged:
        click.echo("ไฟล์ต่อไปนี้เสียหายหรือหายไปก่อนสำรอง กรุณาสั่ง eoffice check --deep", err=True)
        for name in contents.damaged:
            click.echo(f"  {name}", err=True)
        sys.exit(FOUND)


def _tell_restored(done: Restored, seals: list[Seal]) -> None:
    click.echo(f"กู้คืนแล้วจากชุดสำรองเมื่อ {thai_datetime(clock.local(done.made_at))}")
    _tell(done.contents)
    if not seals:
        click.echo("ไม่ได้ระบุตราประทับที่เก็บแยกไว้ จึงบอกไม่ได้ว่ามีรายการใดหลังชุดสำรองหายไป (--seals)")
    for found in done.missing:
        click.echo(f"  {found.defect.label}: {found.subject} {found.detail}".rstrip())
    if not done.is_search_rebuilt:
        click.echo("ดัชนีค้นหาจะสร้างใหม่เมื่อเริ่มระบบ")
    click.echo("การออกเลขถูกล็อกไว้: ให้ผู้ดูแลระบบเขตพื้นที่ยืนยันเลขล่าสุดของทุกทะเบียนในหน้าทะเบียนก่อนใช้งาน")
    for name in done.contents.damaged:
        click.echo(f"ไฟล์ {name} เสียหายมาก่อนสำรอง", err=True)
