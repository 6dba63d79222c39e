"""Reading people, offices and sign-ins for pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.actor import Actor
from eoffice.db import UtcDateTime
from eoffice.given import Standing, given
from eoffice.marks import ANNOUNCEMENTS, ORGANISATION, value_of
from eoffice.users.accounts import Account, SignInSession
from eoffice.users.models import Network, Office, Setting
from eoffice.users.rules import OfficeKind

MAX_FILE_MB = "max_file_mb"
MAX_FILES = "max_files_per_letter"
LIMITS_VERSION = "file_limits_version"


@dataclass(frozen=True)
class LiveSession:
    """A session in which somebody is signed in, whose it is, and the marks at that moment."""

    id: int
    holding_id: int | None
    seen_at: datetime
    account_id: int
    person_id: int
    organisation: str | None = None
    announcements: str | None = None


LIVE_SESSION = Standing(
    select(
        SignInSession.id,
        SignInSession.holding_id,
        SignInSession.seen_at,
        Account.id.label("account_id"),
        Account.person_id,
        value_of(ORGANISATION).label("organisation"),
        value_of(ANNOUNCEMENTS).label("announcements"),
    )
    .join(Account, Account.id == SignInSession.account_id)
    .where(
        SignInSession.token_hash == given("token"),
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > given("at", UtcDateTime()),
        SignInSession.seen_at > given("seen_after", UtcDateTime()),
        Account.disabled_at.is_(None),
    )
)
"""Asked by every request: made once, so that only its values change."""


@dataclass(frozen=True)
class FileLimits:
    """The largest file in bytes, and how many files a letter has at most."""

    largest: int
    files: int

    @property
    def megabytes(self) -> int:
        """The largest file in whole megabytes, as people say it."""
        return self.largest >> 20


def file_limits(session: Session, ceiling: FileLimits) -> FileLimits:
    """The limits that were set on the page, never above the ceiling of the installation."""
    names = (MAX_FILE_MB, MAX_FILES)
    stored = {
        row.name: int(row.value)
        for row in session.scalars(select(Setting).where(Setting.name.in_(names)))
    }
    return FileLimits(
        largest=min(stored.get(MAX_FILE_MB, 1 << 20) << 20, ceiling.largest),
        files=min(stored.get(MAX_FILES, ceiling.files), ceiling.files),
    )


def limits_version(session: Session) -> int:
    """How often the limits of files were set, from 1: what the page shows."""
    row = session.get(Setting, LIMITS_VERSION)
    return int(row.value) if row is not None else 1


def own_sessions(session: Session, actor: Actor) -> list[SignInSession]:
    """The live sessions of one's own account, newest first."""
    return list(
        session.scalars(
            select(SignInSession)
            .where(
                SignInSession.account_id == actor.account_id,
                SignInSession.ended_at.is_(None),
                SignInSession.expires_at > clock.now(),
            )
            .order_by(SignInSession.id.desc())
        )
    )


def district(session: Session) -> Office | None:
    """The district office, none before the set-up."""
    return session.scalars(
        select(Office).where(Office.kind == OfficeKind.DISTRICT.value)
    ).one_or_none()


def open_offices(session: Session, kinds: tuple[str, ...] = ()) -> list[Office]:
    """Offices that can be written to today, district first, then by code."""
    query = (
        select(Office)
        .where((Office.closed_on.is_(None)) | (Office.closed_on > clock.today()))
        .order_by(Office.kind != OfficeKind.DISTRICT.value, Office.kind.desc(), Office.code)
    )
    if kinds:
        query = query.where(Office.kind.in_(kinds))
    return list(session.scalars(query))


def networks_with_counts(session: Session) -> list[tuple[Network, int]]:
    """Networks with how many open schools are in each."""
    rows = session.execute(
        select(Network, func.count(Office.id))
        .outerjoin(
            Office,
            (Office.network_id == Network.id)
            & ((Office.closed_on.is_(None)) | (Office.closed_on > clock.today())),
        )
        .group_by(Network.id)
        .order_by(Network.name)
    )
    return [(network, count) for network, count in rows]
