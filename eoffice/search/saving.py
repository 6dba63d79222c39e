"""Keeping searches: a person's own, under names; nobody else sees them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.errors import Conflict, Invalid
from eoffice.search.models import SavedSearch
from eoffice.search.queries import load_saved_search
from eoffice.users.permissions import require
from eoffice.verbs import Verb

MOST = 50
NAME_LIMIT, QUERY_LIMIT = 100, 2000


class SearchNameMissing(Invalid):
    """A kept search needs a name."""

    message = "กรุณาตั้งชื่อคำค้นก่อนบันทึก"


class SearchTooLong(Invalid):
    """A query this long cannot be kept."""

    message = "ชื่อหรือคำค้นยาวเกินไป กรุณาย่อแล้วบันทึกอีกครั้ง"


class TooManySearches(Conflict):
    """A person keeps at most 50 searches."""

    message = "บันทึกคำค้นไว้ครบ {most} รายการแล้ว กรุณาลบรายการที่ไม่ใช้ก่อน"


def save_search(session: Session, actor: Actor, *, name: str, query: str) -> SavedSearch:
    """Keep a search under a name; the same name again replaces its query.

    Raises ``SearchNameMissing``, ``SearchTooLong``, ``TooManySearches``.
    """
    require(actor, Verb.SAVE_SEARCH)
    name, query = " ".join(name.split()), query.lstrip("?")
    if not name:
        raise SearchNameMissing
    if len(name) > NAME_LIMIT or len(query) > QUERY_LIMIT:
        raise SearchTooLong
    mine = SavedSearch.person_id == actor.person_id
    row = session.scalars(select(SavedSearch).where(mine, SavedSearch.name == name)).one_or_none()
    if row is None:
        if (session.scalar(select(func.count()).select_from(SavedSearch).where(mine)) or 0) >= MOST:
            raise TooManySearches(most=MOST)
        row = SavedSearch(person_id=actor.person_id, name=name)
        session.add(row)
    row.query, row.saved_at = query, clock.now()
    session.flush()
    record(session, actor, Verb.SAVE_SEARCH, row, name=name)
    return row


def forget_search(session: Session, actor: Actor, public_id: str) -> None:
    """Forget a kept search. Raises ``SavedSearchNotFound``."""
    require(actor, Verb.FORGET_SEARCH)
    row = load_saved_search(session, actor, public_id, for_update=True)
    record(session, actor, Verb.FORGET_SEARCH, row, name=row.name)
    session.delete(row)
