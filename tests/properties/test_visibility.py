"""Nothing appears anywhere that the acts done so far do not allow, and nothing allowed is missing.

After a random course of acts, everybody of the cast looks at everything.
"""

from __future__ import annotations

import random

import pytest

from tests.properties.looking import look
from tests.properties.office_walk import DELIVERY_VERBS, DESKS, LETTER_VERBS, Walk
from tests.stage import Stage
from tests.world import CAST

ACTS = [pytest.param(90), pytest.param(1500, marks=pytest.mark.long)]
EVERYBODY = (*CAST, "acting_director")


def wander(walk: Walk, chance: random.Random, acts: int) -> None:
    """So many acts, most of them from the right desk, so that letters really travel."""
    for _ in range(acts):
        desk = chance.choice(["right"] * 25 + list(DESKS))
        someone = chance.choice(DESKS)
        pick = chance.randrange(1000)
        kind = chance.random()
        if kind < 0.12:
            drafting = ["registrar", "officer", "a_registrar", "c_registrar", someone]
            walk.begin(chance.choice(drafting))
        elif kind < 0.17:
            walk.from_outside(someone)
        elif kind < 0.35:
            walk.go_on(pick, chance.randrange(1, 16), chance.randint(1, 4))
        elif kind < 0.55:
            verbs = ["next"] * 5 + ["address", "recall", "send_back", *sorted(LETTER_VERBS)]
            walk.on_letter(chance.choice(verbs), desk, pick, chance.randrange(16))
        else:
            verbs = ["receive"] * 5 + ["reply"] * 2 + ["close_case", *sorted(DELIVERY_VERBS)]
            walk.on_delivery(chance.choice(verbs), desk, pick)


@pytest.mark.parametrize("acts", ACTS)
@pytest.mark.parametrize("seed", [3, 4])
def test_everybody_sees_what_the_acts_allow_and_no_more(stage: Stage, seed: int, acts: int) -> None:
    walk = Walk(stage)
    chance = random.Random(seed)
    for part in range(3):
        wander(walk, chance, acts // 3)
        walk.agree()
        for desk in EVERYBODY if part == 2 else chance.sample(EVERYBODY, 4):
            look(walk, desk)
    reached = {letter.state for letter in walk.model.letters}
    assert "sent" in reached
    assert len(reached) > 2
    assert any(d.state == "received" for one in walk.model.letters for d in one.deliveries)
