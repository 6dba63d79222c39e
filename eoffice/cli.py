"""The command line. Commands of the rooms are loaded when they are asked for."""

from __future__ import annotations

import importlib
import json

import click

from eoffice.config import Settings
from eoffice.errors import EofficeError

COMMANDS = {
    "demo": "eoffice.sample.command:demo",
    "init": "eoffice.installing:init",
    "import": "eoffice.imports.command:import_command",
    "migrate": "eoffice.backups.migrate_command:migrate",
    "check": "eoffice.checks.command:check",
    "backup": "eoffice.backups.command:backup",
    "restore": "eoffice.backups.command:restore",
    "audit": "eoffice.activity.audit_command:audit",
    "search": "eoffice.search.command:search",
    "extract": "eoffice.documents.extract_command:extract",
}


class Lazy(click.Group):
    """Loads a command's module only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in order."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a refusal is one Thai sentence and exit status 1."""
        try:
            return super().invoke(ctx)
        except EofficeError as refusal:
            click.echo(str(refusal), err=True)
            ctx.exit(1)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = COMMANDS[cmd_name].split(":")
        return getattr(importlib.import_module(module), name)


@click.group(cls=Lazy, help="ระบบสารบรรณอิเล็กทรอนิกส์")
@click.version_option(package_name="eoffice")
def main() -> None:
    """Entry point of ``eoffice``."""


@main.command(help="เปิดเว็บพร้อมตัวทำงานเบื้องหลัง")
@click.option("--host", default=None, help="ที่อยู่ที่รับ เช่น 127.0.0.1")
@click.option("--port", default=None, type=int, help="พอร์ต")
@click.option("--no-worker", is_flag=True, help="ไม่เปิดตัวทำงานเบื้องหลังในตัวเดียวกัน")
def serve(host: str | None, port: int | None, no_worker: bool) -> None:
    """Serve pages by waitress, with the worker beside it (embedded mode)."""
    from eoffice.serve import run

    run(Settings.from_environment(), host=host, port=port, with_worker=not no_worker)


@main.command(help="ทำงานเบื้องหลัง: แจ้งเตือน อ่านข้อความในไฟล์ ทำดัชนี")
def worker() -> None:
    """Run the worker alone, in the foreground."""
    from eoffice.db import Database
    from eoffice.worker import Shop, serve_worker

    settings = Settings.from_environment()
    serve_worker(Shop(Database(settings), settings))


@main.command(help="รายการเส้นทางของเว็บ")
@click.option("--json", "as_json", is_flag=True, help="พิมพ์เป็น JSON")
def routes(as_json: bool) -> None:
    """Print every route with its policy."""
    from eoffice import create_app
    from eoffice.web.guard import route_table

    table = route_table(create_app())
    if as_json:
        click.echo(json.dumps(table, ensure_ascii=False, indent=1))
        return
    for row in table:
        methods = row["methods"]
        words = ",".join(methods) if isinstance(methods, list) else ""
        click.echo(f"{words:12} {row['rule']:50} {row['kind']:8} {row['verb']}")


@main.command(help="ตารางสิทธิ: บทบาท × รายการ × สถานะ")
@click.option("--json", "as_json", is_flag=True, help="พิมพ์เป็น JSON")
def policy(as_json: bool) -> None:
    """Print the permission table and the step tables that the code itself uses."""
    from eoffice.policy import policy_table

    table = policy_table()
    if as_json:
        click.echo(json.dumps(table, ensure_ascii=False, indent=1))
        return
    for row in table["verbs"]:
        click.echo(f"{row['verb']:22} {row['label']:30} {', '.join(row['roles'])}")
