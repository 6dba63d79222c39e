"""Accounts, single-use codes, passwords, sessions: Argon2 hashes, attempts throttled in the
database, uniform answers for unknown name, wrong password and disabled account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.users.accounts import Account, AccountCode, SignInAttempt, SignInSession
from eoffice.users.models import Person
from eoffice.users.queries import LIVE_SESSION, LiveSession
from eoffice.users.rules import (
    AccountDisabled,
    AccountEnabled,
    AccountExists,
    AccountNotFound,
    CodeKind,
    CodeRefused,
    OwnAccount,
    PersonNotFound,
    SignInRefused,
    TooManyAttempts,
    UsernameTaken,
    check_password,
    check_username,
)
from eoffice.users.services.people import require_person
from eoffice.verbs import Verb

WINDOW = timedelta(minutes=15)
MAX_PER_NAME = 8
MAX_PER_ADDRESS = 60
MAX_IN_ALL = 1_500
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 12


@cache
def hasher(*, light: bool = False) -> PasswordHasher:
    """Argon2id with 19 MiB, t=2, p=1 (OWASP); ``light`` is the minimum, for tests only."""
    if light:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def common_passwords() -> frozenset[str]:
    """Passwords and words that everybody tries first."""
    text = (files("eoffice.users") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().casefold() for line in text.splitlines() if line.strip())


def token_hash(token: str) -> str:
    """What the database keeps of a session token or a code."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_account(session: Session, actor: Actor, person: Person, *, username: str) -> Account:
    """Give a person an account that waits for its activation code. Raises ``UsernameTaken``,
    ``AccountExists`` and what ``require_person`` raises."""
    require_person(session, actor, Verb.ADD_PERSON, person)
    username = check_username(username)
    if session.scalars(select(Account.id).where(Account.person_id == person.id)).first():
        raise AccountExists(name=person.full_name)
    taken = session.scalars(select(Account.id).where(Account.username == username)).first()
    if taken is not None:
        raise UsernameTaken(username=username)
    account = Account(person_id=person.id, username=username, created_at=clock.now())
    session.add(account)
    session.flush()
    record(
        session,
        actor,
        Verb.ADD_PERSON,
        account,
        chain=DISTRICT_CHAIN,
        username=username,
        name=person.full_name,
    )
    return account


def issue_code(
    session: Session,
    actor: Actor,
    account: Account,
    *,
    kind: str = CodeKind.ACTIVATION.value,
    hours: int = 24,
) -> str:
    """A new single-use code, shown once and stored as its hash; older ones of the account end.

    Raises ``AccountDisabled`` and what ``require_person`` raises.
    """
    person = session.get_one(Person, account.person_id)
    require_person(session, actor, Verb.ISSUE_CODE, person)
    if account.disabled_at is not None:
        raise AccountDisabled(username=account.username)
    at = clock.now()
    _end_codes(session, account, at)
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    session.add(
        AccountCode(
            account_id=account.id,
            kind=CodeKind(kind).value,
            code_hash=token_hash(code),
            created_at=at,
            expires_at=at + timedelta(hours=hours),
        )
    )
    record(
        session,
        actor,
        Verb.ISSUE_CODE,
        account,
        chain=DISTRICT_CHAIN,
        kind=kind,
        person=person.full_name,
    )
    return code


def activate(
    session: Session,
    actor: Actor,
    *,
    username: str,
    code: str,
    password: str,
    light: bool = False,
) -> Account:
    """Set the password by a single-use code. Raises ``CodeRefused``, ``PasswordTooWeak``,
    ``TooManyAttempts``. All sessions of the account end."""
    require_attempt(session, username, actor.address)
    at = clock.now()
    account = _account_named(session, username)
    row = session.scalars(
        select(AccountCode)
        .where(
            AccountCode.code_hash == token_hash(code.strip().upper().replace("-", "")),
            AccountCode.ended_at.is_(None),
            AccountCode.used_at.is_(None),
            AccountCode.expires_at > at,
        )
        .with_for_update()
    ).one_or_none()
    if account is None or row is None or row.account_id != account.id or account.disabled_at:
        raise CodeRefused
    _set_password(session, account, password, light=light)
    row.used_at = at
    end_sessions(session, account.id)
    record(session, actor, Verb.ACTIVATE, account, chain=DISTRICT_CHAIN, kind=row.kind)
    return account


def set_password(session: Session, account: Account, password: str, *, light: bool = False) -> None:
    """Set a password without a code: for the set-up and the sample district only."""
    _set_password(session, account, password, light=light)


def change_password(
    session: Session,
    actor: Actor,
    *,
    current: str,
    new: str,
    light: bool = False,
) -> None:
    """Change one's own password; other sessions end. Raises ``SignInRefused``,
    ``PasswordTooWeak``."""
    account = session.get_one(Account, actor.account_id)
    if not _matches(account, current):
        raise SignInRefused
    _set_password(session, account, new, light=light)
    end_sessions(session, account.id, keep=actor.session_id)
    record(session, actor, Verb.CHANGE_PASSWORD, account, chain=DISTRICT_CHAIN)


def require_attempt(session: Session, username: str, address: str) -> None:
    """Throttle: failures of the last 15 minutes per name, per address and in all.

    Raises ``TooManyAttempts`` (429). A name is throttled only together with the address it is
    tried from, unless it fails from everywhere, so that strangers cannot lock a person out.
    """
    since = clock.now() - WINDOW
    failed = select(func.count()).where(
        SignInAttempt.at > since, SignInAttempt.succeeded.is_(False)
    )
    name = _name_hash(username)
    here = SignInAttempt.address == address
    checks = (
        (failed.where(SignInAttempt.name_hash == name, here), MAX_PER_NAME),
        (failed.where(SignInAttempt.name_hash == name), MAX_PER_NAME * 5),
        (failed.where(here), MAX_PER_ADDRESS),
        (failed, MAX_IN_ALL),
    )
    for query, limit in checks:
        if (session.scalar(query) or 0) >= limit:
            raise TooManyAttempts


def check_credentials(session: Session, username: str, password: str) -> Account | None:
    """The account when name and password match and it is not disabled, else none. One Argon2
    verification is done in every case, so that the answer takes the same time."""
    account = _account_named(session, username)
    matches = _matches(account, password)
    if account is None or not matches or account.disabled_at is not None:
        return None
    return account


def note_attempt(session: Session, username: str, address: str, *, succeeded: bool) -> None:
    """Remember an attempt; old ones are swept."""
    at = clock.now()
    session.add(
        SignInAttempt(
            name_hash=_name_hash(username), address=address[:64], at=at, succeeded=succeeded
        )
    )


def start_session(
    session: Session,
    actor: Actor,
    account: Account,
    *,
    user_agent: str,
    hours: int,
) -> tuple[SignInSession, str]:
    """A new signed-in session with a fresh random token (never one the browser brought)."""
    at = clock.now()
    token = secrets.token_urlsafe(32)
    row = SignInSession(
        account_id=account.id,
        token_hash=token_hash(token),
        created_at=at,
        seen_at=at,
        expires_at=at + timedelta(hours=hours),
        address=actor.address[:64],
        user_agent=user_agent[:200],
    )
    session.add(row)
    session.flush()
    return row, token


def live_session(connection: Connection, token: str, *, idle_minutes: int) -> LiveSession | None:
    """The session of a token and whose it is: not ended, expired or idle, account enabled."""
    at = clock.now()
    given = {
        "token": token_hash(token),
        "at": at,
        "seen_after": at - timedelta(minutes=idle_minutes),
    }
    row = LIVE_SESSION.first(connection, given)
    return LiveSession(*row) if row is not None else None


def end_sessions(session: Session, account_id: int, *, keep: int | None = None) -> int:
    """End every session of an account, but one to keep; returns how many ended."""
    query = update(SignInSession).where(
        SignInSession.account_id == account_id, SignInSession.ended_at.is_(None)
    )
    if keep is not None:
        query = query.where(SignInSession.id != keep)
    changed = session.execute(query.values(ended_at=clock.now()))
    return changed.rowcount  # type: ignore[attr-defined]


def end_session(session: Session, actor: Actor, public_id: str) -> None:
    """End one of one's own sessions. Raises ``PersonNotFound`` when it is not one's own."""
    row = session.scalars(
        select(SignInSession).where(
            SignInSession.public_id == public_id, SignInSession.account_id == actor.account_id
        )
    ).one_or_none()
    if row is None:
        raise PersonNotFound("ไม่พบการเข้าใช้งานนี้")
    if row.ended_at is None:
        row.ended_at = clock.now()
        record(session, actor, Verb.END_SESSION, row, chain=DISTRICT_CHAIN)


def end_all_sessions(session: Session, actor: Actor) -> int:
    """End every other session of one's own account."""
    count = end_sessions(session, actor.account_id or 0, keep=actor.session_id)
    record(session, actor, Verb.END_SESSION, None, chain=DISTRICT_CHAIN, count=count)
    return count


def disable_account(session: Session, actor: Actor, account: Account) -> None:
    """Disable an account: its sessions and its code end at once. Raises ``AccountDisabled``,
    ``OwnAccount`` and what ``require_person`` raises."""
    person = session.get_one(Person, account.person_id)
    require_person(session, actor, Verb.DISABLE_ACCOUNT, person)
    if person.id == actor.person_id:
        raise OwnAccount
    if account.disabled_at is not None:
        raise AccountDisabled(username=account.username)
    account.disabled_at = clock.now()
    _end_codes(session, account, account.disabled_at)
    end_sessions(session, account.id)
    record(
        session,
        actor,
        Verb.DISABLE_ACCOUNT,
        account,
        chain=DISTRICT_CHAIN,
        username=account.username,
    )


def enable_account(session: Session, actor: Actor, account: Account) -> None:
    """Enable a disabled account again. Raises ``AccountEnabled`` and what ``require_person``
    raises."""
    person = session.get_one(Person, account.person_id)
    require_person(session, actor, Verb.ENABLE_ACCOUNT, person)
    if account.disabled_at is None:
        raise AccountEnabled(username=account.username)
    account.disabled_at = None
    record(
        session,
        actor,
        Verb.ENABLE_ACCOUNT,
        account,
        chain=DISTRICT_CHAIN,
        username=account.username,
    )


def session_seen(session: Session, row_id: int, at: datetime) -> None:
    """Note that a session is in use (at most once a minute, by the caller)."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == row_id, or_(SignInSession.seen_at < at))
        .values(seen_at=at)
    )


def account_of(session: Session, public_id: str) -> Account:
    """The account with a public id, locked. Raises ``AccountNotFound``."""
    account = session.scalars(
        select(Account).where(Account.public_id == public_id).with_for_update()
    ).one_or_none()
    if account is None:
        raise AccountNotFound
    return account


def _end_codes(session: Session, account: Account, at: datetime) -> None:
    session.execute(
        update(AccountCode)
        .where(AccountCode.account_id == account.id, AccountCode.ended_at.is_(None))
        .values(ended_at=at)
    )


def _account_named(session: Session, username: str) -> Account | None:
    return session.scalars(
        select(Account).where(Account.username == username.strip().lower())
    ).one_or_none()


def _name_hash(username: str) -> str:
    return hashlib.sha256(username.strip().lower().encode()).hexdigest()


@cache
def _decoy_hash() -> str:
    return hasher().hash(secrets.token_hex(16))


def _matches(account: Account | None, password: str) -> bool:
    stored = account.password_hash if account and account.password_hash else _decoy_hash()
    try:
        return hasher().verify(stored, password[:1024]) and account is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def _set_password(session: Session, account: Account, password: str, *, light: bool) -> None:
    person = session.get_one(Person, account.person_id)
    personal = (account.username, person.first_name, person.last_name, person.phone)
    check_password(password, personal, common_passwords())
    account.password_hash = hasher(light=light).hash(password)
    account.password_changed_at = clock.now()
