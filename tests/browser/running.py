"""The application as people meet it: served by waitress, signed in to by its own form."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask
from waitress.server import create_server

from eoffice import create_app
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.serve import server_options
from eoffice.worker import Shop, run_all
from tests.world import PASSWORD, World

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True)
class Running:
    """A served application with its world."""

    url: str
    app: Flask
    settings: Settings
    database: Database
    world: World

    def work(self) -> int:
        """Do every waiting job, as the worker would."""
        return run_all(Shop(self.database, self.settings))

    def sign_in(self, page: Page, desk: str) -> Page:
        """Sign in as the person of a desk, by the form."""
        page.goto(f"{self.url}/sign-in")
        page.fill("[name=username]", self.world.username(desk))
        page.fill("[name=password]", PASSWORD)
        page.click("main button.main-act, form button[type=submit], form button")
        page.wait_for_url(f"{self.url}/")
        return page


@contextmanager
def running(settings: Settings, database: Database, world: World) -> Iterator[Running]:
    """Serve the application on a free port until the block ends."""
    app = create_app(settings, database)
    server = create_server(app, host="127.0.0.1", port=0, **server_options(settings))
    thread = threading.Thread(target=_serve, args=(server,), daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.effective_port}"
        yield Running(url, app, settings, database, world)
    finally:
        # Closing from another thread wakes the loop; browsers may still hold connections open.
        server.close()
        for channel in list(server.active_channels.values()):
            channel.will_close = True
        thread.join(timeout=5)


def _serve(server: object) -> None:
    try:
        server.run()  # type: ignore[attr-defined]
    except OSError:
        # The listening socket was closed between two rounds of the loop.
        return
