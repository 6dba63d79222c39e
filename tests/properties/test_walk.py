"""Random walks of several offices over all verbs: product and model never part (CO-08, IA-12)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from eoffice.config import Settings
from eoffice.db import Database
from tests.plugins.world import Templates
from tests.properties.case_walk import CASE_VERBS
from tests.properties.looking import look, look_at_desk
from tests.properties.office_walk import DELIVERY_VERBS, DESKS, LETTER_VERBS, Walk
from tests.stage import Stage
from tests.world import World

FreshStage = Callable[[], Stage]
PICKS = st.integers(0, 30)
ANY_DESK = st.sampled_from(DESKS)
MOSTLY_RIGHT = st.sampled_from(["right"] * len(DESKS) + ["twin"] * 4 + list(DESKS))
ON_LETTERS = st.sampled_from(["next", "address", "recall", "remind", *sorted(LETTER_VERBS)])
ON_DELIVERIES = st.sampled_from(
    ["receive", "reject"] * 3 + ["reply", "close_case"] * 2 + sorted(DELIVERY_VERBS)
)


@pytest.fixture
def fresh_stage(
    settings: Settings, backend: str, templates: Templates, database: Database, world: World
) -> FreshStage:
    """Makes the world anew in the same place, for each example of a property."""

    def fresh() -> Stage:
        database.dispose()
        templates.copy(backend)
        return Stage(database, world)

    return fresh


class Offices(RuleBasedStateMachine):
    """Random acts of several offices; a subclass says where its fresh worlds come from."""

    fresh_stage: FreshStage

    @initialize(desks=st.lists(ANY_DESK, min_size=1, max_size=3))
    def begin(self, desks: list[str]) -> None:
        self.walk = Walk(self.fresh_stage())
        for desk in ["registrar", *desks]:
            self.walk.begin(desk)
        self.walk.go_on(0, 15, 4)

    @rule(desk=ANY_DESK)
    def draft(self, desk: str) -> None:
        self.walk.begin(desk)

    @rule(desk=ANY_DESK)
    def register_outside(self, desk: str) -> None:
        self.walk.from_outside(desk)

    @rule(desk=ANY_DESK)
    def reserve(self, desk: str) -> None:
        self.walk.reserve(desk)

    @rule(desk=ANY_DESK, pick=PICKS)
    def burn(self, desk: str, pick: int) -> None:
        self.walk.burn(desk, pick)

    @rule(verb=ON_LETTERS, desk=MOSTLY_RIGHT, pick=PICKS, recipients=PICKS)
    def act_on_letter(self, verb: str, desk: str, pick: int, recipients: int) -> None:
        self.walk.on_letter(verb, desk, pick, recipients)

    @rule(pick=PICKS, recipients=st.integers(1, 15), times=st.integers(2, 4))
    def go_on(self, pick: int, recipients: int, times: int) -> None:
        self.walk.go_on(pick, recipients, times)

    @rule(pick=PICKS, recipients=st.integers(1, 15))
    def go_on_to_the_end(self, pick: int, recipients: int) -> None:
        self.walk.go_on(pick, recipients, 4)

    @rule(verb=ON_DELIVERIES, desk=MOSTLY_RIGHT, pick=PICKS)
    def act_on_delivery(self, verb: str, desk: str, pick: int) -> None:
        self.walk.on_delivery(verb, desk, pick)

    @rule(verb=ON_DELIVERIES, picks=st.lists(PICKS, min_size=2, max_size=4))
    def act_on_deliveries(self, verb: str, picks: list[int]) -> None:
        for pick in picks:
            self.walk.on_delivery(verb, "right", pick)

    @rule(verb=st.sampled_from(CASE_VERBS), desk=MOSTLY_RIGHT, pick=PICKS)
    def act_on_case(self, verb: str, desk: str, pick: int) -> None:
        self.walk.on_work(verb, desk, pick)

    @rule(verbs=st.lists(st.sampled_from(CASE_VERBS), min_size=2, max_size=5), pick=PICKS)
    def act_on_cases(self, verbs: list[str], pick: int) -> None:
        for verb in verbs:
            self.walk.on_work(verb, "right", pick)

    @rule(desk=ANY_DESK)
    def look_around(self, desk: str) -> None:
        look(self.walk, desk)
        look_at_desk(self.walk, desk)

    @invariant()
    def agrees(self) -> None:
        if hasattr(self, "walk"):
            self.walk.agree()

    @invariant()
    def tells(self) -> None:
        if hasattr(self, "walk"):
            for desk in ("registrar", "a_registrar", "a_director"):
                look_at_desk(self.walk, desk)


def machine(source: FreshStage) -> type[RuleBasedStateMachine]:
    """A state machine over fresh worlds."""

    class Fresh(Offices):
        fresh_stage = staticmethod(source)

    return Fresh


def walked(fresh_stage: FreshStage, examples: int, steps: int, phases: list[Phase]) -> None:
    """Walk so often so far; what fails is printed with the way to it."""
    run_state_machine_as_test(
        machine(fresh_stage),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=phases,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_offices_never_part_from_the_model(fresh_stage: FreshStage) -> None:
    # To make a failing walk smaller takes minutes: that is for the long run.
    walked(fresh_stage, 6, 25, [Phase.explicit, Phase.reuse, Phase.generate])


@pytest.mark.long
def test_offices_never_part_from_the_model_in_long_walks(fresh_stage: FreshStage) -> None:
    walked(fresh_stage, 100, 100, list(Phase))
