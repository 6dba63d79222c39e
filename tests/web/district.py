"""The scene with its application and its people, for questions that may change nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from eoffice import clock, create_app
from eoffice.config import Settings
from eoffice.db import Database, new_public_id
from eoffice.documents.intake import store_of
from eoffice.search import indexer
from eoffice.search.services import backend_of, index_folder
from tests.plugins.web import Browser, sign_in_at
from tests.stage import Stage
from tests.web.matrix import Row
from tests.web.scene import DISABLED, PERSONS, Scene, build_scene

IN_PATHS = {
    "<step>": "up",
    "<role>": "registrar",
    "<act_code>": "sent",
    "<path>": "incoming",
    "<int:year>": str(clock.this_year()),
    "<int:number>": "1",
}
"""What stands in an address beside the thing."""


@dataclass
class District:
    """The scene with its application and its people, each with one browser.

    Their clocks stand: a session in use for a minute would be noted in the database.
    """

    stage: Stage
    app: Flask
    scene: Scene
    at: datetime
    people: dict[str, Browser] = field(default_factory=dict)

    def person(self, name: str) -> Browser:
        """The browser of a person; of nobody for ``anonymous``."""
        if name not in self.people:
            with clock.travelling(self.at):
                self.people[name] = (
                    Browser(self.app, at=self.at)
                    if name == "anonymous"
                    else sign_in_at(self.app, self.stage, name, at=self.at)
                )
        return self.people[name]

    def ask(
        self, row: Row, name: str, thing_id: str, version: int = 1, **options: Any
    ) -> TestResponse:
        """Send the request of a row about a thing as a person."""
        browser = self.person(name)
        url = address(row, thing_id)
        if row.method == "POST":
            carried = {row.carries: thing_id} if row.carries else {}
            return browser.post(url, version=str(version), **row.fields, **carried)
        if row.carries:
            url = f"{url}?{row.carries}={thing_id}"
        return browser.open(url, options.pop("method", "GET"), **options)


def address(row: Row, thing_id: str) -> str:
    """The address of a row about a thing."""
    url = row.rule.replace("<public_id>", thing_id).replace("<attachment_id>", new_public_id())
    for name, value in IN_PATHS.items():
        url = url.replace(name, value)
    return url


def index_now(database: Database, settings: Settings) -> None:
    """Let the search index hold everything that was done so far."""
    backend = backend_of(database, settings)
    indexer.drain(database, index_folder(settings), backend)
    backend.close()


def build_district(settings: Settings, stage: Stage) -> District:
    """Build the scene, and open a browser for everybody in it."""
    with stage.database.transaction() as session:
        scene = build_scene(session, stage.world, store_of(settings.storage))
    index_now(stage.database, settings)
    made = District(stage, create_app(settings, stage.database), scene, clock.now())
    for name in (*PERSONS, DISABLED, "anonymous"):
        made.person(name).token()
    return made
