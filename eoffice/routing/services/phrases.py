"""Frequent phrases: what a person writes again and again, to be tapped on a phone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from eoffice.activity.services import record
from eoffice.actor import Actor
from eoffice.documents.services.drafting import check_text
from eoffice.routing.models import Phrase
from eoffice.routing.rules import USUAL_PHRASES, TooManyPhrases
from eoffice.users.permissions import require
from eoffice.verbs import Verb

MOST = 12
LIMIT = 200


def phrases_of(session: Session, actor: Actor) -> list[str]:
    """A person's own phrases in their order; the usual ones until the person has set some."""
    own = list(
        session.scalars(
            select(Phrase.text)
            .where(Phrase.person_id == actor.person_id)
            .order_by(Phrase.position, Phrase.id)
        )
    )
    return own or list(USUAL_PHRASES)


def set_phrases(session: Session, actor: Actor, texts: Sequence[str]) -> list[str]:
    """Replace a person's phrases; none brings the usual ones back. Raises ``TooManyPhrases``."""
    require(actor, Verb.SET_PHRASES)
    kept = [check_text(Verb.SET_PHRASES.label, text, LIMIT) for text in texts]
    kept = list(dict.fromkeys(text for text in kept if text))
    if len(kept) > MOST:
        raise TooManyPhrases(limit=MOST)
    session.execute(delete(Phrase).where(Phrase.person_id == actor.person_id))
    session.add_all(
        Phrase(person_id=actor.person_id, position=position, text=text)
        for position, text in enumerate(kept)
    )
    record(session, actor, Verb.SET_PHRASES, None, count=len(kept))
    return kept
