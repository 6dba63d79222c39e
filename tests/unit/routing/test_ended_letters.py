"""Letters without recipients end without being sent: they wait for nobody."""

from __future__ import annotations

from eoffice.documents.models import Letter
from eoffice.routing.queries import outbox
from tests.stage import Stage

WAITING = ("signed", "numbered")


def listed(stage: Stage, *states: str) -> set[int]:
    """Ids of the district registrar's letters in a list of states."""
    with stage.database.reading() as session:
        actor = stage.world.actor(session, "registrar")
        assert actor.desk is not None
        if states:
            rows = outbox(session, actor, actor.desk, states=states)
        else:
            rows = outbox(session, actor, actor.desk)
        return {row.letter.id for row in rows}


def test_a_numbered_order_stands_with_the_finished_letters(stage: Stage) -> None:
    """An order ends at its number: it does not wait to be sent."""
    order: Letter = stage.make(stage.world.numbered_letter, kind="order")
    assert order.id not in listed(stage, *WAITING)
    assert order.id in listed(stage)


def test_a_numbered_letter_still_waits_to_be_sent(stage: Stage) -> None:
    """A letter with recipients does wait."""
    letter: Letter = stage.make(stage.world.numbered_letter, to=("school_a",))
    assert letter.id in listed(stage, *WAITING)
    assert letter.id not in listed(stage)


def test_a_memo_without_recipients_ends_with_the_decision(stage: Stage) -> None:
    """A signed memo waits only when it is to be sent somewhere."""
    inside: Letter = stage.make(stage.world.signed_letter, kind="memo")
    outside: Letter = stage.make(stage.world.signed_letter, kind="memo", to=("school_a",))
    waiting = listed(stage, *WAITING)
    assert inside.id not in waiting
    assert outside.id in waiting


def test_an_announcement_ends_at_the_signature_unless_the_office_numbers_them(stage: Stage) -> None:
    """The regulation gives announcements no number (ข้อ 20)."""
    announcement: Letter = stage.make(stage.world.signed_letter, kind="announcement")
    assert (announcement.id in listed(stage)) is not (announcement.id in listed(stage, *WAITING))
