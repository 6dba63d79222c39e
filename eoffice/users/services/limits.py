"""How large files may be and how many a letter has: set on a page, under the machine's ceiling."""

from __future__ import annotations

from sqlalchemy.orm import Session

from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.users.models import Setting
from eoffice.users.queries import MAX_FILE_MB, MAX_FILES, FileLimits, file_limits
from eoffice.users.rules import LimitBeyondCeiling
from eoffice.users.services.organisation import require_admin
from eoffice.verbs import Verb


def set_limits(
    session: Session, actor: Actor, *, megabytes: int, files: int, ceiling: FileLimits
) -> None:
    """Set the limits of files for everybody. Raises ``LimitBeyondCeiling``."""
    require_admin(actor, Verb.SET_LIMITS)
    if not (0 < megabytes <= ceiling.megabytes and 0 < files <= ceiling.files):
        raise LimitBeyondCeiling(megabytes=ceiling.megabytes, files=ceiling.files)
    old = file_limits(session, ceiling)
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
