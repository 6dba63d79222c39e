"""How large files may be and how many a letter has: set on a page, under the machine's ceiling."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.users.models import Setting
from eoffice.users.queries import LIMITS_VERSION, MAX_FILE_MB, MAX_FILES, FileLimits, file_limits
from eoffice.users.rules import LimitBeyondCeiling, StaleLimits
from eoffice.users.services.organisation import require_admin
from eoffice.verbs import Verb


def set_limits(
    session: Session,
    actor: Actor,
    *,
    version: int,
    megabytes: int,
    files: int,
    ceiling: FileLimits,
) -> None:
    """Set the limits of files for everybody. Raises ``LimitBeyondCeiling``, ``StaleLimits``."""
    require_admin(actor, Verb.SET_LIMITS)
    if not (0 < megabytes <= ceiling.megabytes and 0 < files <= ceiling.files):
        raise LimitBeyondCeiling(megabytes=ceiling.megabytes, files=ceiling.files)
    old = file_limits(session, ceiling)
    if not _is_next(session, version):
        raise StaleLimits(megabytes=old.megabytes, files=old.files)
    for name, value in ((MAX_FILE_MB, megabytes), (MAX_FILES, files)):
        session.merge(Setting(name=name, value=str(value)))
    record(
        session,
        actor,
        Verb.SET_LIMITS,
        None,
        chain=DISTRICT_CHAIN,
        old={"megabytes": old.megabytes, "files": old.files},
        new={"megabytes": megabytes, "files": files},
    )


def _is_next(session: Session, version: int) -> bool:
    """Count one more setting if the version shown is still the one that stands."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    first = insert(Setting).values(name=LIMITS_VERSION, value="1")
    session.execute(first.on_conflict_do_nothing())
    done = session.execute(
        update(Setting)
        .where(Setting.name == LIMITS_VERSION, Setting.value == str(version))
        .values(value=str(version + 1))
        .returning(Setting.name)
    )
    return done.one_or_none() is not None
