"""Settings: the only place that reads the environment.

Every field is documented in README.md; a test compares the two lists.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

PREFIX = "EOFFICE_"
"""Prefix of the variables; ``DATABASE_URL`` and ``SECRET_KEY`` are also read without it."""

MIB = 1 << 20


@dataclass(frozen=True)
class Settings:
    """What an operator can set. Sizes are bytes, times seconds unless the name says otherwise."""

    storage: Path = Path("storage")
    database_url: str = ""
    migration_database_url: str = ""
    app_role: str = ""
    secret_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    is_secure: bool = False
    trusted_hosts: str = ""
    trusted_proxies: int = 0
    max_file_bytes: int = 50 * MIB
    max_request_bytes: int = 220 * MIB
    max_files_per_letter: int = 30
    session_idle_minutes: int = 30
    session_hours: int = 12
    code_hours: int = 24
    access_log_days: int = 90
    backup_recovery_key: str = ""
    seal_key: str = ""
    seal_copies: str = ""
    search: str = ""
    is_testing: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; an unreadable value raises ``ValueError`` naming the variable."""
        source = os.environ if environ is None else environ
        values: dict[str, object] = {}
        for field in fields(cls):
            raw = _raw(source, field.name)
            if raw is not None:
                values[field.name] = _convert(field.name, raw, getattr(cls, field.name))
        return cls(**values)  # type: ignore[arg-type]

    @property
    def resolved_database_url(self) -> str:
        """The database URL; without one, an SQLite file in the storage folder."""
        if not self.database_url:
            return f"sqlite:///{self.storage.resolve() / 'eoffice.sqlite3'}"
        url = self.database_url
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @property
    def resolved_secret_key(self) -> str:
        """The key that signs cookies; made once per storage and kept 0600 when not set."""
        if self.secret_key:
            return self.secret_key
        path = self.storage / "secret_key"
        if not path.exists():
            self.storage.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
        return path.read_text(encoding="ascii").strip()


def variable_of(field_name: str) -> str:
    """The environment variable of a settings field."""
    if field_name in ("database_url", "secret_key"):
        return field_name.upper()
    return PREFIX + field_name.upper()


def _raw(source: Mapping[str, str], name: str) -> str | None:
    value = source.get(variable_of(name))
    if value is None:
        value = source.get(PREFIX + name.upper())
    return value if value else None


def _convert(name: str, raw: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                raw.strip().lower()
            ]
        if isinstance(default, int):
            return int(raw)
        if isinstance(default, Path):
            return Path(raw)
    except (KeyError, ValueError):
        raise ValueError(f"{variable_of(name)}: cannot read {raw!r}") from None
    return raw
