"""The one way a letter's state moves: the step table and a guarded UPDATE."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from eoffice.documents.models import Letter
from eoffice.documents.rules import LETTER_STEPS, LetterState, StaleVersion, WrongState
from eoffice.verbs import Verb


def require_step(letter: Letter, verb: Verb) -> LetterState:
    """The state the verb leads to from here; raises ``WrongState`` (409)."""
    target = LETTER_STEPS.get((verb, LetterState(letter.state)))
    if target is None:
        raise WrongState(state=LetterState(letter.state).label, verb=verb.label)
    return target


def advance(
    session: Session, letter: Letter, verb: Verb, *, version: int | None = None, **changes: Any
) -> None:
    """Move a letter by a verb with a compare-and-set on state and version.

    ``version`` is the one the page showed; a stale page, a second click and a lost race end in
    ``StaleVersion`` or ``WrongState``. ``changes`` are written by the same UPDATE.
    """
    if version is not None and version != letter.version:
        require_step(letter, verb)
        raise StaleVersion
    target = require_step(letter, verb)
    values = {"state": target.value, "version": letter.version + 1} | changes
    changed = session.execute(
        update(Letter)
        .where(
            Letter.id == letter.id, Letter.state == letter.state, Letter.version == letter.version
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion
    for name, value in values.items():
        set_committed_value(letter, name, value)
