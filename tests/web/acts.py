"""What every verb is asked at its page, the same for all of them.

A test file lists its acts and inherits the questions:

    @pytest.mark.parametrize("act", ACTS, ids=str)
    class TestEveryAct(EveryWebAct): ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from eoffice.db import new_public_id
from eoffice.documents.models import Letter
from eoffice.routing.models import Case
from eoffice.verbs import Verb
from tests.plugins.web import Browser, location, on_sqlite, said
from tests.stage import Stage
from tests.world import World

Prepare = Callable[[World, Session], Any]
People = Callable[..., Browser]


@dataclass(frozen=True)
class WebAct:
    """A verb with its address, the page that offers it, and people and states that are refused.

    ``prepare`` makes a subject in the right state and ``wrong_state`` one in another; ``fields``
    are typed on the form of ``page``. ``wrong_role`` sees the subject but may not do the verb,
    ``outsider`` has the role elsewhere. ``again`` is the status of a second, fresh form.
    """

    verb: Verb
    path: str
    prepare: Prepare
    by: str
    outsider: str
    wrong_role: str = ""
    wrong_state: Prepare | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    kind: str = "letter"
    page: str = "/letters/{letter}"
    is_versioned: bool = True
    again: int = 409
    leads_to: str = "/letters/{letter}"

    def __str__(self) -> str:
        return self.verb.value


@dataclass(frozen=True)
class Ready:
    """A subject as an act is tried on it, with the letter it is about."""

    public_id: str
    letter_id: str
    version: int
    case_id: str = ""

    def filled(self, pattern: str) -> str:
        """An address with the ids filled in."""
        return pattern.format(id=self.public_id, letter=self.letter_id, case=self.case_id)


class EveryWebAct:
    """The questions."""

    def test_its_button_does_it_once_and_leaves_its_trace(
        self, stage: Stage, client: People, act: WebAct
    ) -> None:
        ready = make_ready(stage, act.prepare)
        person = client(act.by)
        shown = person.form(ready.filled(act.page), ready.filled(act.path))
        fields = shown.to_dict() | act.fields
        with stage.leaves(act.verb, act.by, act.kind, text=act.text):
            answer = person.post(ready.filled(act.path), **fields)
            assert location(answer).partition("#")[0] == ready.filled(act.leads_to)
        before = stage.everything()
        again = person.post(ready.filled(act.path), **fields)
        assert location(again) == location(answer)
        assert stage.everything() == before
        assert person.get(location(answer)).status_code == 200

    @on_sqlite
    def test_it_refuses_a_second_form_a_wrong_state_and_a_stale_page(
        self, stage: Stage, client: People, act: WebAct, nothing_written: Any
    ) -> None:
        ready = make_ready(stage, act.prepare)
        person = client(act.by)
        fields = {"version": str(ready.version)} | _shown(person, ready, act) | act.fields
        assert location(person.post(ready.filled(act.path), **_again(fields)))
        if act.again != 303:
            with nothing_written():
                answer = person.post(ready.filled(act.path), **_again(fields))
                assert answer.status_code == act.again, said(answer)
        if act.wrong_state is not None:
            other = make_ready(stage, act.wrong_state)
            with nothing_written():
                answer = person.post(
                    other.filled(act.path), **_again(fields | {"version": str(other.version)})
                )
                assert answer.status_code == 409, said(answer)
        if act.is_versioned:
            fresh = make_ready(stage, act.prepare)
            with nothing_written():
                for stale in (fresh.version - 1, fresh.version + 1):
                    answer = person.post(
                        fresh.filled(act.path), **_again(fields | {"version": str(stale)})
                    )
                    assert answer.status_code == 409, said(answer)
                    assert "แก้ไขเรื่องนี้หลังจากที่ท่านเปิดหน้านี้" in said(answer)

    @on_sqlite
    def test_it_is_closed_to_everybody_else(
        self, stage: Stage, client: People, stranger: Browser, act: WebAct, nothing_written: Any
    ) -> None:
        ready = make_ready(stage, act.prepare)
        url = ready.filled(act.path)
        absent = url.replace(ready.public_id, new_public_id())
        fields = {"version": str(ready.version)} | act.fields
        outsider = client(act.outsider)
        refused = client(act.wrong_role) if act.wrong_role else None
        with nothing_written():
            answer = stranger.post(url, **fields)
            assert answer.status_code == 302
            assert answer.location == "/sign-in"
            hidden = outsider.post(url, **fields)
            assert (hidden.status_code, hidden.data) == (404, outsider.post(absent, **fields).data)
            if refused is not None:
                answer = refused.post(url, **fields)
                assert answer.status_code == 403, said(answer)

    @on_sqlite
    def test_it_wants_a_whole_form_of_this_desk(
        self, stage: Stage, client: People, act: WebAct, nothing_written: Any
    ) -> None:
        ready = make_ready(stage, act.prepare)
        person = client(act.by)
        url = ready.filled(act.path)
        fields = {"version": str(ready.version)} | act.fields
        other_desk = client(act.outsider).desk
        with nothing_written():
            assert person.get(url).status_code == (200 if act.page == act.path else 405)
            assert person.post(url, **fields | {"csrf_token": None}).status_code == 400
            assert person.post(url, **fields | {"csrf_token": "x"}).status_code == 400
            assert person.post(url, **fields | {"_once": None}).status_code == 400
            assert person.post(url, **fields | {"_once": "short"}).status_code == 400
            assert person.post(url, **fields | {"_desk": other_desk}).status_code == 409
            assert person.post(url, **fields | {"_desk": None}).status_code == 409
            if act.is_versioned:
                assert person.post(url, **fields | {"version": None}).status_code == 422
                assert person.post(url, **fields | {"version": "๑x"}).status_code == 422


def make_ready(stage: Stage, prepare: Prepare) -> Ready:
    """Make a subject with its letter."""
    with stage.database.transaction() as session:
        subject = prepare(stage.world, session)
        letter = getattr(subject, "letter_id", None)
        letter_id = subject.public_id if letter is None else _letter_id(session, letter)
        return Ready(subject.public_id, letter_id, subject.version, _case_id(session, subject))


def _letter_id(session: Session, letter_id: int) -> str:
    return session.get_one(Letter, letter_id).public_id


def _case_id(session: Session, subject: Any) -> str:
    case_id = getattr(subject, "case_id", None)
    return subject.public_id if case_id is None else session.get_one(Case, case_id).public_id


def _shown(person: Browser, ready: Ready, act: WebAct) -> dict[str, str]:
    fields = person.form(ready.filled(act.page), ready.filled(act.path))
    return {name: value for name, value in fields.items() if not name.startswith(("_", "csrf"))}


def _again(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "_once"}
