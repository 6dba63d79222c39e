"""The rules of who may do what, printed from the tables that the code itself uses."""

from __future__ import annotations

from typing import Any

from eoffice.documents.rules import LETTER_STEPS
from eoffice.routing.rules import CASE_STEPS, DELIVERY_STEPS, TASK_STEPS
from eoffice.users.permissions import PERMISSIONS
from eoffice.users.rules import Role
from eoffice.verbs import Verb

STEP_TABLES: dict[str, dict[tuple[Verb, Any], Any]] = {
    "letter": LETTER_STEPS,
    "delivery": DELIVERY_STEPS,
    "case": CASE_STEPS,
    "task": TASK_STEPS,
}


def policy_table() -> dict[str, Any]:
    """Role × verb × state: ``verbs`` with roles and steps, ``roles`` with their labels."""
    return {
        "roles": [{"role": role.value, "label": role.label} for role in Role],
        "verbs": [
            {
                "verb": verb.value,
                "label": verb.label,
                "roles": sorted(role.value for role in PERMISSIONS[verb]),
                "steps": _steps(verb),
            }
            for verb in Verb
        ],
    }


def _steps(verb: Verb) -> list[dict[str, str]]:
    return [
        {"object": kind, "from": str(state.value), "to": str(target.value)}
        for kind, table in STEP_TABLES.items()
        for (step, state), target in table.items()
        if step is verb
    ]
