"""What every verb of administration is asked at its page, the same for all of them.

A verb is done by school A's administrator to something of school A; the same kind of thing of
school B is what nobody but the district may know of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from eoffice.db import new_public_id
from eoffice.verbs import Verb
from tests.plugins.web import Browser, location, on_sqlite, said
from tests.stage import DISTRICT_CHAIN, Stage
from tests.world import World

Prepare = Callable[[World, Session, str], Any]
People = Callable[..., Browser]


@dataclass(frozen=True)
class AdminAct:
    """A verb with its address and the page that offers it.

    ``prepare`` makes a subject in the office it is told (``school_a``, ``school_b``); ``fields``
    are typed on the form of ``page``, values may be functions of world and session. ``again`` is
    the status of a second, fresh form. ``wrong_role`` sees the subject but may not do the verb.
    """

    verb: Verb
    path: str
    prepare: Prepare
    kind: str
    page: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    by: str = "a_admin"
    wrong_role: str = ""
    again: int = 409
    is_versioned: bool = False

    def __str__(self) -> str:
        return f"{self.verb.value} {self.path}"


class EveryAdminAct:
    """The questions."""

    def test_its_button_does_it_once_and_leaves_its_trace(
        self, stage: Stage, client: People, act: AdminAct
    ) -> None:
        _, url, page, fields = ready(stage, act)
        person = client(act.by)
        shown = person.form(page, url.partition("?")[0])
        sent = person.hidden() | {name: shown.getlist(name) for name in shown} | fields
        with stage.leaves(act.verb, act.by, act.kind, chain=DISTRICT_CHAIN):
            answer = person.post(url, **sent)
            assert location(answer), said(answer)
        before = stage.everything()
        again = person.post(url, **sent)
        assert location(again) == location(answer)
        assert stage.everything() == before
        assert person.get(location(answer)).status_code == 200

    @on_sqlite
    def test_a_second_form_and_a_stale_page_are_refused(
        self, stage: Stage, client: People, act: AdminAct, nothing_written: Any
    ) -> None:
        _, url, page, fields = ready(stage, act)
        person = client(act.by)
        shown = {k: v for k, v in person.form(page, url).items() if not k.startswith("_")}
        sent = shown | fields
        assert location(person.post(url, **sent))
        if act.again == 303:
            assert person.post(url, **sent).status_code == 303
            return
        with nothing_written():
            answer = person.post(url, **sent)
            assert answer.status_code == act.again, said(answer)
            if act.is_versioned:
                assert person.post(url, **sent | {"version": None}).status_code == 422
                assert person.post(url, **sent | {"version": "๑"}).status_code == 422

    @on_sqlite
    def test_it_is_closed_to_everybody_else(
        self, stage: Stage, client: People, stranger: Browser, act: AdminAct, nothing_written: Any
    ) -> None:
        subject, url, _, fields = ready(stage, act)
        _, foreign_url, _, _ = ready(stage, act, "school_b")
        absent = url.replace(subject, new_public_id())
        sent = {"version": "1"} | fields
        people = {desk: client(desk) for desk in ("a_teacher", "b_registrar", "registrar")}
        admin, refused = client("a_admin"), client(act.wrong_role) if act.wrong_role else None
        with nothing_written():
            answer = stranger.post(url, **sent)
            assert (answer.status_code, answer.location) == (302, "/sign-in")
            for desk, person in people.items():
                hidden = person.post(url, **sent)
                assert hidden.status_code == 404, f"{desk}: {said(hidden)}"
                assert hidden.data == person.post(absent, **sent).data
            assert admin.post(foreign_url, **sent).status_code == 404
            assert admin.post(absent, **sent).status_code == 404
            if refused is not None:
                answer = refused.post(url, **sent)
                assert answer.status_code == 403, said(answer)

    @on_sqlite
    def test_it_wants_a_whole_form_of_this_desk(
        self, stage: Stage, client: People, act: AdminAct, nothing_written: Any
    ) -> None:
        _, url, page, fields = ready(stage, act)
        person = client(act.by)
        shown = person.form(page, url)
        sent = {k: v for k, v in shown.items() if not k.startswith(("_", "csrf"))} | fields
        other = client("b_registrar").desk
        with nothing_written():
            shows_form = page.partition("?")[0] == url
            assert person.get(url).status_code == (200 if shows_form else 405)
            assert person.post(url, **sent | {"csrf_token": None}).status_code == 400
            assert person.post(url, **sent | {"_once": None}).status_code == 400
            assert person.post(url, **sent | {"_desk": other}).status_code == 409
            assert person.post(url, **sent | {"_desk": None}).status_code == 409


def ready(
    stage: Stage, act: AdminAct, office: str = "school_a"
) -> tuple[str, str, str, dict[str, Any]]:
    """A subject's public id, the act's address and page, and what is typed."""
    with stage.database.transaction() as session:
        subject = act.prepare(stage.world, session, office)
        fields = {
            name: value(stage.world, session) if callable(value) else value
            for name, value in act.fields.items()
        }
        ids = {"id": subject.public_id, "post": getattr(subject, "post_public_id", "")}
        url = act.path.format(**ids)
        return subject.public_id, url, (act.page or act.path).format(**ids), fields
