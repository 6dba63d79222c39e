"""Nothing appears anywhere that the acts done so far do not allow, and nothing allowed is missing.

After a random course of acts, everybody of the cast looks at everything.
"""

from __future__ import annotations

import random

import pytest

from tests.properties.case_walk import CASE_VERBS
from tests.properties.looking import look
from tests.properties.office_walk import DELIVERY_VERBS, DESKS, LETTER_VERBS, Walk
from tests.stage import Stage
from tests.world import CAST

ACTS = [pytest.param(180), pytest.param(1500, marks=pytest.mark.long)]
EVERYBODY = (*CAST, "acting_director")


ON_LETTERS = ["recall"] * 4 + ["next"] * 3 + ["address", *sorted(LETTER_VERBS)]
ON_DELIVERIES = ["receive", "reject"] * 4 + ["close_case", "reply"] * 2 + sorted(DELIVERY_VERBS)
WHO = ["right"] * 16 + ["twin"] * 4 + list(DESKS)


def wander(walk: Walk, chance: random.Random, acts: int) -> None:
    """So many acts, most of them from the right desk, so that letters really travel."""
    drafting = ["registrar", "officer", "a_registrar", "c_registrar", *DESKS]
    for _ in range(acts):
        pick, kind = chance.randrange(1000), chance.random()
        if kind < 0.12:
            walk.begin(chance.choice(drafting))
        elif kind < 0.15:
            walk.from_outside(chance.choice(DESKS))
        elif kind < 0.4:
            walk.go_on(pick, chance.randrange(1, 16), chance.choice((2, 4, 4)))
        elif kind < 0.6:
            verb, desk = chance.choice(ON_LETTERS), chance.choice(WHO)
            walk.on_letter(verb, desk, pick, chance.randrange(16))
        elif kind < 0.8:
            walk.on_work(chance.choice(CASE_VERBS), chance.choice(WHO), pick)
        else:
            walk.on_delivery(chance.choice(ON_DELIVERIES), chance.choice(WHO), pick)


@pytest.mark.parametrize("acts", ACTS)
@pytest.mark.parametrize("seed", [3])
def test_everybody_sees_what_the_acts_allow_and_no_more(stage: Stage, seed: int, acts: int) -> None:
    walk = Walk(stage)
    chance = random.Random(seed)
    for part in range(3):
        wander(walk, chance, acts // 3)
        walk.agree()
        for desk in EVERYBODY if part == 2 else chance.sample(EVERYBODY, 4):
            look(walk, desk)
    states = {d.state for letter in walk.model.letters for d in letter.deliveries}
    assert {"arrived", "received", "rejected", "recalled"} <= states
    cases = {d.case for letter in walk.model.letters for d in letter.deliveries}
    assert {"registered", "ordered", "done"} <= cases
