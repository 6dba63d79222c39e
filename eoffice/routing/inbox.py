"""The inbox: deliveries to one's offices, urgent first, in one statement that is made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, Select, bindparam, func, or_, select, union_all
from sqlalchemy.orm import Session

from eoffice.actor import Actor, Desk
from eoffice.documents.models import Letter
from eoffice.documents.queries import matches_words, visible_to_given
from eoffice.routing.folders import ARRIVED
from eoffice.routing.list_columns import DELIVERY, LETTER
from eoffice.routing.models import Delivery
from eoffice.routing.queries import PAGE, file_count
from eoffice.users.access import given_by
from eoffice.users.models import Office


@dataclass(frozen=True)
class InboxRow:
    """A row of the inbox: the delivery and what a register would show of its letter."""

    delivery: Delivery
    letter: Letter
    sender: str
    files: int


def inbox(
    session: Session,
    actor: Actor,
    desks: list[Desk],
    *,
    state: str = ARRIVED,
    words: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> list[InboxRow]:
    """Deliveries to the offices of the desks in one state, urgent first, newest first.

    ``before`` is the keyset (a ``sort_key``). One statement: a UNION ALL of limited branches, one
    an office. Returns up to ``limit + 1`` rows, the last telling that there is more.
    """
    offices = sorted({desk.office_id for desk in desks})
    if not offices:
        return []
    shape = (len(offices), bool(state), before is not None)
    statement = _built(*shape, words) if words.strip() else _made_once(*shape)
    given = {f"office{at}": office_id for at, office_id in enumerate(offices)}
    given |= {"state": state, "before": before, "most": limit + 1} | given_by(actor)
    rows: Any = session.execute(statement, given)
    return [InboxRow(*row) for row in rows]


@cache
def _made_once(offices: int, has_state: bool, is_continued: bool) -> Select[Any, Any]:
    """The page of an inbox of so many offices; made once for each shape, asked with its values."""
    return _built(offices, has_state, is_continued, "")


def _built(offices: int, has_state: bool, is_continued: bool, words: str) -> Select[Any, Any]:
    most: BindParameter[int] = bindparam("most", type_=Integer)
    branches = [_inbox_branch(at, has_state, is_continued, words) for at in range(offices)]
    keys: Any = branches[0] if offices == 1 else union_all(*map(_wrapped, branches))
    chosen = keys.subquery()
    return (
        select(DELIVERY, LETTER, _sender_name(), file_count())
        .select_from(Delivery)
        .join(chosen, chosen.c.id == Delivery.id)
        .join(Letter, Letter.id == Delivery.letter_id)
        .outerjoin(Office, Office.id == Letter.office_id)
        .order_by(Delivery.sort_key.desc())
        .limit(most)
    )


def _inbox_branch(at: int, has_state: bool, is_continued: bool, words: str) -> Select[Any, Any]:
    query: Select[Any, Any] = (
        select(Delivery.id, Delivery.sort_key)
        .where(Delivery.office_id == bindparam(f"office{at}"))
        .order_by(Delivery.sort_key.desc())
        .limit(bindparam("most", type_=Integer))
    )
    query = query.join(Letter, Letter.id == Delivery.letter_id).where(visible_to_given())
    if has_state:
        query = query.where(Delivery.state == bindparam("state"))
    if words.strip():
        query = query.where(or_(matches_words(words), Delivery.receive_no == words.strip()))
    if is_continued:
        query = query.where(Delivery.sort_key < bindparam("before"))
    return query


def _wrapped(branch: Select[Any, Any]) -> Select[Any, Any]:
    return select(branch.subquery())


def _sender_name() -> Any:
    own_name = func.coalesce(func.nullif(Office.short_name, ""), Office.name)
    return func.coalesce(func.nullif(Letter.sender_text, ""), own_name, "")
