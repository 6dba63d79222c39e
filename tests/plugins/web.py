"""The whole application over a copy of the world, and people who use it with a browser.

registrar = client("registrar")
answer = registrar.submit(f"/letters/{letter.public_id}", "/send")   a form of a page, as shown
answer = outsider.post(f"/letters/{letter.public_id}/send")          valid hidden fields, no page
with nothing_written(): …                                            no row of any table changed
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from eoffice import clock, create_app
from eoffice.actor import Actor
from eoffice.config import Settings
from eoffice.users.accounts import Account
from eoffice.users.services.accounts import start_session
from tests.stage import Stage

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""For questions whose answer does not depend on the database."""
HOST = "http://localhost"
SECURE_HOST = "https://localhost"


@dataclass
class Browser:
    """The browser of one person (or of a stranger): cookies, and forms filled in as shown."""

    app: Flask
    desk: str = ""
    base: str = HOST
    headers: dict[str, str] = field(default_factory=dict)
    address: str = ""
    at: datetime | None = None
    _token: str = ""

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, url: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self.open(url, "GET", **options)

    def head(self, url: str, **options: Any) -> TestResponse:
        """Ask for the headers of a page."""
        return self.open(url, "HEAD", **options)

    def page(self, url: str) -> str:
        """The text of a page that must open."""
        answer = self.get(url)
        assert answer.status_code == 200, f"{url}: {answer.status}"
        return answer.text

    def form(self, url: str, action: str) -> MultiDict[str, str]:
        """The fields of the first form of a page whose action ends so, as a browser sends them."""
        return self._shown(url, action)[1]

    def submit(self, url: str, action: str, **typed: Any) -> TestResponse:
        """Fill in a form of a page and send it to where it leads."""
        target, fields = self._shown(url, action)
        for name, value in typed.items():
            fields.setlist(name, value if isinstance(value, list) else [value])
        return self.open(target, "POST", data=fields)

    def post(self, url: str, **fields: Any) -> TestResponse:
        """Send a form with valid hidden fields, also to where no page of this person leads.

        A field given as ``None`` is left out.
        """
        options = {name: fields.pop(name) for name in ("headers", "buffered") if name in fields}
        sent = self.hidden() | fields
        return self.open(
            url,
            "POST",
            data={name: value for name, value in sent.items() if value is not None},
            **options,
        )

    def hidden(self) -> dict[str, str]:
        """Fresh hidden fields of a form begun at this desk."""
        found = {"csrf_token": self.token(), "_once": secrets.token_hex(16)}
        return found | ({"_desk": self.desk} if self.desk else {})

    def token(self) -> str:
        """The token of this browser's session, read from a page once."""
        if not self._token:
            text = self.get("/account").text if self.is_signed_in() else self.get("/sign-in").text
            found = lxml.html.fromstring(text).xpath("//input[@name='csrf_token']/@value")
            self._token = str(found[0])
        return self._token

    def is_signed_in(self) -> bool:
        """Whether a page of one's own opens."""
        return self.get("/account").status_code == 200

    def sign_in(self, username: str, password: str, **fields: Any) -> TestResponse:
        """Fill in the sign-in page as a stranger does."""
        given = {"username": username, "password": password} | fields
        self._token = ""
        answer = self.submit("/sign-in", "/sign-in", **given)
        self._token = ""
        return answer

    def _shown(self, url: str, action: str) -> tuple[str, MultiDict[str, Any]]:
        for form in lxml.html.fromstring(self.page(url)).forms:
            target = form.get("action") or url
            if urlsplit(target).path.endswith(action):
                return target, MultiDict(form.form_values())
        raise AssertionError(f"{url} shows no form that leads to {action}")

    def open(self, url: str, method: str, **options: Any) -> TestResponse:
        """Send any request, at the instant and from the address of this browser if it has one."""
        headers = {**self.headers, **options.pop("headers", {})}
        if self.base == SECURE_HOST and method == "POST":
            headers.setdefault("Referer", f"{SECURE_HOST}/")
        options.setdefault("base_url", self.base)
        if self.address:
            options.setdefault("environ_overrides", {"REMOTE_ADDR": self.address})
        with clock.travelling(self.at) if self.at else nullcontext():
            return self.client.open(url, method=method, headers=headers, **options)


@dataclass
class Apps:
    """One application a backend in this process: its templates stay compiled between tests."""

    folder: Path
    made: dict[str, Flask] = field(default_factory=dict)


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Apps:
    """The applications made so far by this process; they share a folder for the access log."""
    return Apps(tmp_path_factory.mktemp("web"))


@pytest.fixture
def app(apps: Apps, backend: str, settings: Settings, stage: Stage) -> Flask:
    """The application over this test's copy of the world and its own storage."""
    if backend not in apps.made:
        apps.made[backend] = create_app(replace(settings, storage=apps.folder), stage.database)
    found = apps.made[backend]
    found.extensions["eoffice"] = {"settings": settings, "database": stage.database}
    return found


@pytest.fixture
def make_app(settings: Settings, stage: Stage) -> Callable[..., Flask]:
    """An application of its own with other settings over the same world."""
    return lambda **changes: create_app(replace(settings, **changes), stage.database)


@pytest.fixture
def set_settings(app: Flask) -> Callable[..., Settings]:
    """``set_settings(max_file_bytes=…)``: the application goes on with other settings."""

    def change(**changes: Any) -> Settings:
        held = app.extensions["eoffice"]
        held["settings"] = replace(held["settings"], **changes)
        return held["settings"]

    return change


@pytest.fixture
def client(app: Flask, stage: Stage) -> Callable[..., Browser]:
    """``client("registrar")``: a person of the cast, signed in at that desk."""

    def signed_in(desk: str, at: Flask | None = None, **options: Any) -> Browser:
        return sign_in_at(at or app, stage, desk, **options)

    return signed_in


def sign_in_at(app: Flask, stage: Stage, desk: str, **options: Any) -> Browser:
    """Begin a session for the person of a desk as the sign-in does, without the password."""
    with stage.database.transaction() as session:
        actor: Actor = stage.world.actor(session, desk)
        account = session.scalars(select(Account).where(Account.person_id == actor.person_id)).one()
        row, token = start_session(session, actor, account, user_agent="test", hours=12)
        row.holding_id = stage.world.holdings.get(desk)
    browser = Browser(app, desk=actor.desk.public_id if actor.desk else "", **options)
    with browser.client.session_transaction(base_url=browser.base) as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return browser


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(app)


@pytest.fixture
def nothing_written(stage: Stage) -> Callable[[], AbstractContextManager[None]]:
    """``with nothing_written(): …``: afterwards every row of every table is as it was."""

    @contextmanager
    def unchanged() -> Iterator[None]:
        before = stage.everything()
        yield
        assert changes(before, stage.everything()) == {}

    return unchanged


def upload(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    """A file as a form sends it."""
    return io.BytesIO(content), name


def stored_files(settings: Settings) -> list[str]:
    """Every file that lies in the store, whole or begun."""
    folder = settings.storage / "files"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def changes(
    before: Mapping[str, list[Any]], after: Mapping[str, list[Any]]
) -> dict[str, tuple[list[Any], list[Any]]]:
    """Table → rows gone and rows new, for the tables that are not as they were."""
    return {
        table: (
            [row for row in before[table] if row not in after[table]],
            [row for row in after[table] if row not in before[table]],
        )
        for table in after
        if before[table] != after[table]
    }


def location(answer: TestResponse) -> str:
    """Where an answer that succeeded leads: a 303 to a path of this site."""
    assert answer.status_code == 303, f"{answer.status}: {said(answer)}"
    return answer.headers["Location"]


def said(answer: TestResponse) -> str:
    """The words of an answer, without marks and with single spaces."""
    if answer.mimetype != "text/html" or not answer.data:
        return answer.text
    shown = lxml.html.fromstring(answer.text)
    return " ".join(shown.text_content().replace("\u200b", "").split())
