"""Passwords of the sample's members: random for each storage, kept in a file of mode 0600."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from eoffice.errors import Conflict
from eoffice.sample.cast import Cast
from eoffice.users.accounts import Account
from eoffice.users.services.accounts import set_password

FILE_NAME = "demo-accounts.json"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class AccountsUnreadable(Conflict):
    """The file of the sample's accounts is missing or broken."""

    message = (
        "อ่านไฟล์บัญชีตัวอย่าง {path} ไม่ได้ ฐานข้อมูลนี้อาจไม่ใช่ระบบตัวอย่าง "
        "ถ้าเป็นระบบจริงให้ใช้คำสั่ง eoffice serve ถ้าต้องการตัวอย่างใหม่ให้ตั้ง EOFFICE_STORAGE เป็นโฟลเดอร์ว่าง"
    )


@dataclass(frozen=True)
class Login:
    """An account of the sample that has a password."""

    key: str
    username: str
    password: str
    name: str
    note: str


@dataclass(frozen=True)
class Record:
    """What the sample remembers of itself: which district, who signs in how, which letters."""

    district: str
    seed: int
    schools: int
    logins: list[Login] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


def give_passwords(session: Session, cast: Cast, *, light: bool = False) -> list[Login]:
    """Set a fresh random password for every member; all other accounts wait for a code."""
    logins = []
    for member in cast.members.values():
        password = new_password()
        account = session.get_one(Account, member.account_id)
        set_password(session, account, password, light=light)
        logins.append(Login(member.key, member.username, password, member.name, member.note))
    return logins


def new_password() -> str:
    """Three groups of five: 74 random bits, easy to copy by hand."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))


def write_record(storage: Path, record: Record) -> Path:
    """Write the file (0600), whole or not at all."""
    storage.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, fresh = storage / FILE_NAME, storage / f"{FILE_NAME}.new"
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(record), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    return path


def read_record(storage: Path, district: str) -> Record:
    """The record of the sample in this storage, when it belongs to this district.

    Raises ``AccountsUnreadable`` when there is none: then the database is no sample.
    """
    path = storage / FILE_NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        record = Record(**found | {"logins": [Login(**login) for login in found["logins"]]})
    except (OSError, ValueError, TypeError, KeyError):
        raise AccountsUnreadable(path=path) from None
    if record.district != district:
        raise AccountsUnreadable(path=path)
    return record
