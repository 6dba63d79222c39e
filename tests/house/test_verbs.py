"""Every verb has its service, permission, label and steps; every setting its line in the README."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from eoffice.config import Settings, variable_of
from eoffice.documents.rules import LETTER_STEPS, LetterState
from eoffice.policy import STEP_TABLES
from eoffice.routing.rules import (
    CASE_STEPS,
    DELIVERY_STEPS,
    TASK_STEPS,
    CaseState,
    DeliveryState,
    TaskState,
)
from eoffice.users.permissions import PERMISSIONS
from eoffice.users.rules import Role
from eoffice.verbs import Verb

ROOT = Path(__file__).parents[2]
WITHOUT_STEP = {
    Verb.DRAFT: "begins a letter",
    Verb.REPLY: "begins a letter that answers a case",
    Verb.REGISTER_OUTSIDE: "begins letter, delivery and case in their last states",
    Verb.REFUSE_TOP_SECRET: "refuses before there is a letter",
}
"""Verbs on letters, deliveries and cases that move no state, and why."""
SUBJECT_VERBS = list(Verb)[: list(Verb).index(Verb.RESERVE_NUMBER)]
BY_THE_WORKER = {Verb.REMIND_TASK, Verb.OPEN_NEXT_LEVEL}
COMMAND_LINE_ONLY = {Verb.SET_UP, Verb.BACK_UP, Verb.RESTORE, *BY_THE_WORKER}
"""Done by nobody at a desk: on the command line, or by the worker."""


def deeds_text() -> str:
    """The source of everything that may do a verb: not the tables that only speak of verbs."""
    tables = ("permissions.py", "rules.py", "verbs.py")
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "eoffice").rglob("*.py"))
        if path.name not in tables
    )


@pytest.mark.parametrize("verb", Verb, ids=str)
def test_a_verb_has_a_thai_label_a_permission_and_a_plain_name(verb: Verb) -> None:
    assert re.search("[\u0e01-\u0e2e]", verb.label)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", verb.value)
    assert verb in PERMISSIONS
    assert PERMISSIONS[verb] <= set(Role)
    assert bool(PERMISSIONS[verb]) == (verb not in COMMAND_LINE_ONLY)


@pytest.mark.parametrize("verb", SUBJECT_VERBS, ids=str)
def test_a_verb_on_a_letter_delivery_or_case_has_a_step_or_a_reason(verb: Verb) -> None:
    steps = {step[0] for table in STEP_TABLES.values() for step in table}
    assert (verb in steps) != (verb in WITHOUT_STEP)


def test_labels_of_verbs_on_one_page_differ() -> None:
    labels = [verb.label for verb in SUBJECT_VERBS if verb is not Verb.CLOSE_CASE]
    assert len(labels) == len(set(labels))


def test_every_verb_is_done_somewhere() -> None:
    """A verb nobody records is a word without a deed."""
    done = set(re.findall(r"\bVerb\.([A-Z_]+)\b", deeds_text()))
    assert not {verb.name for verb in Verb} - done


def test_nobody_who_reads_no_letters_works_on_them() -> None:
    for verb in SUBJECT_VERBS:
        if verb is Verb.REFUSE_TOP_SECRET:
            continue
        assert PERMISSIONS[verb].isdisjoint(
            {Role.AUDITOR, Role.OFFICE_ADMIN, Role.DISTRICT_ADMIN}
        ), verb


@pytest.mark.parametrize(
    ("table", "states", "first", "last"),
    [
        (LETTER_STEPS, LetterState, {"draft"}, {"closed", "cancelled"}),
        (
            DELIVERY_STEPS,
            DeliveryState,
            {"arrived", "sent", "received"},
            {"rejected", "recalled", "delivered", "failed", "voided"},
        ),
        (CASE_STEPS, CaseState, {"registered"}, {"voided"}),
        (TASK_STEPS, TaskState, {"open"}, {"done", "sent_back", "withdrawn", "skipped"}),
    ],
    ids=["letter", "delivery", "case", "task"],
)
def test_every_state_is_reached_and_the_last_ones_are_left_by_no_step(
    table: dict, states: type, first: set[str], last: set[str]
) -> None:
    reached = first | {target.value for target in table.values()}
    left = {state.value for (_, state), target in table.items() if target is not state}
    assert left.isdisjoint(last)
    assert reached == {state.value for state in states}


def test_a_case_ends_filed_or_voided_only_by_a_step() -> None:
    assert {state for _, state in CASE_STEPS} <= set(CaseState)
    assert CaseState.VOIDED not in {state for _, state in CASE_STEPS}


def test_every_setting_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [
        variable_of(field.name)
        for field in fields(Settings)
        if field.name != "is_testing" and variable_of(field.name) not in readme
    ]
    assert not missing


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    known = {variable_of(field.name) for field in fields(Settings)} | {"EOFFICE_REQUIRE"}
    assert set(re.findall(r"\bEOFFICE_[A-Z_]+\b", readme)) <= known
