"""Form of an activity row: canonical JSON and the chain's hash (version 1)."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

GENESIS = "0" * 64
ROW_VERSION = 1
HASHED = (
    "chain",
    "seq",
    "at",
    "is_late",
    "person_id",
    "post_id",
    "holding_kind",
    "order_no",
    "office_id",
    "session_id",
    "request_id",
    "verb",
    "object_kind",
    "object_id",
    "object_version",
    "facts",
    "files",
    "text_hash",
)
"""The columns under the hash, all but the row's own id and the two hashes."""


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no spaces, UTF-8 as it is; dates in ISO form, enums by value."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )


def chain_hash(previous: str, columns: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of the row's columns."""
    row = {name: columns[name] for name in HASHED} | {"v": ROW_VERSION}
    return hashlib.sha256((previous + canonical_json(row)).encode()).hexdigest()


def salted_hash(text: str, salt: str) -> str:
    """The hash under which a free text stands in the chain."""
    return hashlib.sha256((salt + text).encode()).hexdigest()


def new_salt() -> str:
    """128 random bits in hex."""
    return secrets.token_hex(16)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no canonical form")
