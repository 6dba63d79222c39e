"""Seals: signed statements of where every chain and every book stood, kept outside the database.

A hash chain alone is no evidence, because who owns the database can recompute it. A seal notes the
last row of each chain, the last number of each book and a root over the files of all registered
letters; it is signed by a key outside the database and copied elsewhere. From then on a deleted
end, a recomputed chain and an exchanged database contradict it (assurance IA-04, IA-05).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, column, select, table
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.models import Activity, ChainHead
from eoffice.activity.rules import canonical_json
from eoffice.activity.seal_keys import is_signed, load_or_make_key, public_hex
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.errors import Invalid
from eoffice.verbs import Verb

VERSION = 1
EVERY = timedelta(hours=24)
FILES_FIXED_BY = (Verb.ISSUE_NUMBER.value, Verb.REGISTER_OUTSIDE.value)

# Seals stand below the rooms whose tables they read, and look at what lies in the database.
_BOOKS = table(
    "books", *map(column, "public_id office_id group_key series year first_no last_no".split())
)
_OFFICES = table("offices", column("id"), column("public_id"), column("code"))


class SealUnreadable(Invalid):
    """A line of a seal file is not a seal of a known version."""

    message = "อ่านตราประทับใน {path} บรรทัดที่ {line} ไม่ได้ ไฟล์อาจเสียหายหรือถูกแก้ไข"


@dataclass(frozen=True)
class Seal:
    """A seal as it is written: its facts and the line in the file."""

    facts: dict[str, Any]
    line: str

    @property
    def made_at(self) -> datetime:
        """When it was made, by the clock of that moment."""
        return datetime.fromisoformat(self.facts["made_at"])

    @property
    def digest(self) -> str:
        """SHA-256 of the line; its first 16 characters are the short form for paper."""
        return hashlib.sha256(self.line.encode()).hexdigest()

    @property
    def public_key(self) -> str:
        """The public half of the key it claims to be signed with."""
        return str(self.facts["key"])

    @property
    def heads(self) -> dict[int, tuple[int, str]]:
        """Chain → last sequence and hash."""
        return {int(chain): (seq, hash_) for chain, (seq, hash_) in self.facts["chains"].items()}

    @property
    def is_signed(self) -> bool:
        """Whether the signature holds for the key named in it."""
        facts = dict(self.facts)
        signature = facts.pop("signature", "")
        return is_signed(canonical_json(facts).encode(), signature, self.public_key)


def folder_of(settings: Settings) -> Path:
    """Where an installation keeps its own seals."""
    return settings.storage / "seals"


def make_seal(
    database: Database, settings: Settings, copies: Sequence[Path] = ()
) -> tuple[Seal, list[Path]]:
    """Seal what stands now; returns the seal and the files it was appended to.

    Written to the storage's own folder, to the folder of ``EOFFICE_SEAL_COPIES`` and to
    ``copies``: JSON lines, one file a month, each synced.
    """
    key = load_or_make_key(settings)
    own = folder_of(settings)
    previous = read_seals(own)
    with database.snapshot() as session:
        facts = {
            "v": VERSION,
            "made_at": clock.now(),
            "previous": previous[-1].digest if previous else "",
            "key": public_hex(key),
        } | standing(session)
    signature = key.sign(canonical_json(facts).encode()).hex()
    line = canonical_json(facts | {"signature": signature})
    seal = Seal(json.loads(line), line)
    folders = [own, *copies]
    if settings.seal_copies:
        folders.append(Path(settings.seal_copies))
    return seal, [_append(folder, seal) for folder in dict.fromkeys(folders)]


def seal_if_due(database: Database, settings: Settings) -> Seal | None:
    """The daily seal (for the worker): nothing when the last one is younger than a day."""
    last = read_seals(folder_of(settings))[-1:]
    if last and clock.now() - last[0].made_at < EVERY:
        return None
    return make_seal(database, settings)[0]


def standing(session: Session) -> dict[str, Any]:
    """What a seal says of the database: installation, chains, books, files."""
    heads = session.scalars(
        select(ChainHead).where(ChainHead.last_seq > 0).order_by(ChainHead.chain)
    )
    ends = {head.chain: (head.last_seq, head.last_hash) for head in heads}
    return {
        "installation": installation_of(session),
        "chains": {str(chain): list(end) for chain, end in ends.items()},
        "books": [list(row) for row in session.execute(_books())],
        "files": files_root(session, {chain: end[0] for chain, end in ends.items()}),
    }


def installation_of(session: Session) -> str:
    """What tells one installation from another: the hash of the first act of chain 0. It stays
    through backup, restore and move; empty before the first act."""
    first = select(Activity.hash).where(Activity.chain == 0, Activity.seq == 1)
    return session.scalar(first) or ""


def files_root(session: Session, upto: dict[int, int]) -> dict[str, Any]:
    """Count and root of the files of all letters numbered or registered up to a sequence of each
    chain: SHA-256 over their sorted SHA-256, so that it can be made again at any later time."""
    rows = session.execute(
        select(Activity.chain, Activity.seq, Activity.files)
        .where(Activity.verb.in_(FILES_FIXED_BY), Activity.files != "[]")
        .execution_options(yield_per=2_000)
    )
    hashes: set[bytes] = set()
    for chain, seq, files in rows:
        if seq <= upto.get(chain, 0):
            hashes.update(bytes.fromhex(sha256) for sha256 in json.loads(files))
    root = hashlib.sha256(b"".join(sorted(hashes))).hexdigest()
    return {"count": len(hashes), "root": root}


def read_seals(*places: Path) -> list[Seal]:
    """Every seal in files and folders, oldest first, each once.

    Raises ``SealUnreadable`` for a line that is no seal.
    """
    found: dict[str, Seal] = {}
    for path in _files(places):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.strip():
                seal = _parsed(path, number, line)
                found[seal.digest] = seal
    return sorted(found.values(), key=lambda seal: seal.made_at)


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(place.glob("*.jsonl"))
        elif place.exists():
            yield place


def _parsed(path: Path, number: int, line: str) -> Seal:
    try:
        facts = json.loads(line)
        seal = Seal(facts, line)
        if facts["v"] != VERSION or seal.made_at.tzinfo is None or not seal.public_key:
            raise ValueError(line)
        _ = seal.heads, facts["books"], facts["files"]["root"], facts["installation"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SealUnreadable(path=path, line=number) from None
    return seal


def office_codes(session: Session) -> dict[str, str]:
    """The codes of the offices by the public ids by which seals name them: a code can change."""
    rows = session.execute(select(_OFFICES.c.public_id, _OFFICES.c.code))
    return {row.public_id: row.code for row in rows}


def _books() -> Select[Any]:
    columns = [_BOOKS.c[name] for name in ("series", "year", "group_key", "first_no", "last_no")]
    return (
        select(_OFFICES.c.public_id, *columns)
        .join(_OFFICES, _OFFICES.c.id == _BOOKS.c.office_id)
        .order_by(_OFFICES.c.public_id, _BOOKS.c.series, _BOOKS.c.year, _BOOKS.c.group_key)
    )


def _append(folder: Path, seal: Seal) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{clock.local(seal.made_at):%Y-%m}.jsonl"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(seal.line + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path
