"""What every verb on a letter, delivery or case is asked, the same for all of them.

A test file lists its acts and inherits the questions:

    @pytest.mark.parametrize("act", ACTS, ids=str)
    class TestEveryAct(EveryAct): ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.db import new_public_id
from eoffice.documents.rules import LetterNotFound, StaleVersion, WrongState
from eoffice.errors import Conflict, EofficeError
from eoffice.users.rules import NoDesk, RoleMissing
from eoffice.verbs import Verb
from tests.stage import Stage
from tests.world import World

Prepare = Callable[[World, Session], Any]
Do = Callable[[Session, Actor, str, int], Any]


@dataclass(frozen=True)
class Act:
    """A verb with a subject it may be done to, and with desks and states that are refused.

    ``prepare`` makes a subject in the right state, ``wrong_state`` one in another; ``do`` calls
    the service with the subject's public id and version. ``outsider`` has the role elsewhere.
    """

    verb: Verb
    prepare: Prepare
    do: Do
    by: str
    wrong_role: str
    outsider: str
    wrong_state: Prepare | None
    text: str = ""
    kind: str = "letter"
    absent: type[EofficeError] = LetterNotFound
    conflict: type[EofficeError] = WrongState
    is_versioned: bool = True
    again: type[EofficeError] | None = Conflict

    def __str__(self) -> str:
        return self.verb.value


class EveryAct:
    """The questions."""

    def test_it_leaves_exactly_its_trace_and_refuses_the_second_click(
        self, stage: Stage, act: Act
    ) -> None:
        subject = stage.row(stage.make(lambda session: act.prepare(stage.world, session)))
        with stage.leaves(act.verb, act.by, act.kind, text=act.text) as trace:
            stage.act(act.by, act.do, subject.public_id, subject.version)
        if act.kind == subject.object_kind:
            after = stage.row(subject)
            assert trace["row"].object_id == after.id
            assert trace["row"].object_version == after.version
            assert after.version == subject.version + 1 or not act.is_versioned
        if act.again is not None:
            before = stage.everything()
            try:
                stage.act(act.by, act.do, subject.public_id, subject.version)
            except act.again:
                assert stage.everything() == before
            else:
                raise AssertionError(f"{act} was done twice")

    def test_it_hides_from_outsiders(self, stage: Stage, act: Act) -> None:
        subject = stage.row(stage.make(lambda session: act.prepare(stage.world, session)))
        hidden = stage.refuses(act.absent, act.outsider, act.do, subject.public_id, subject.version)
        absent = stage.refuses(act.absent, act.by, act.do, new_public_id(), subject.version)
        assert str(hidden) == str(absent)
        assert hidden.status == absent.status == 404

    def test_it_refuses_the_wrong_role(self, stage: Stage, act: Act) -> None:
        subject = stage.row(stage.make(lambda session: act.prepare(stage.world, session)))
        refused = stage.refuses(
            RoleMissing, act.wrong_role, act.do, subject.public_id, subject.version
        )
        assert refused.status == 403
        stage.refuses(
            act.absent if act.verb is Verb.OPEN else NoDesk,
            "visitor",
            act.do,
            subject.public_id,
            subject.version,
        )

    def test_it_refuses_the_wrong_state_and_a_stale_page(self, stage: Stage, act: Act) -> None:
        if act.wrong_state is not None:
            prepare = act.wrong_state
            other = stage.row(stage.make(lambda session: prepare(stage.world, session)))
            refused = stage.refuses(act.conflict, act.by, act.do, other.public_id, other.version)
            assert refused.status == 409
        if act.is_versioned:
            subject = stage.row(stage.make(lambda session: act.prepare(stage.world, session)))
            for stale in (subject.version - 1, subject.version + 1):
                stage.refuses(StaleVersion, act.by, act.do, subject.public_id, stale)
