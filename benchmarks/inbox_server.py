"""The server that the inbox benchmark asks: the application, and a bare Flask page beside it.

Started by ``benchmarks.inbox`` with the database in its environment; prints its port.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event
from waitress.server import create_server

from eoffice import create_app
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.serve import server_options

READY = "port "
BARE = "/bare"
_counts = threading.local()


def bare_app() -> Flask:
    """The reference: one route, one short answer."""
    app = Flask("bare")

    @app.get(BARE)
    def page() -> str:
        return "<!doctype html><title>.</title><p>."

    return app


def counting(app: Flask, database: Database) -> Flask:
    """Say in a header how many statements an answer took."""

    def note(*_: object) -> None:
        _counts.statements = getattr(_counts, "statements", 0) + 1

    event.listen(database.engine, "before_cursor_execute", note)

    @app.before_request
    def begin() -> None:
        _counts.statements = 0

    app.before_request_funcs[None].insert(0, app.before_request_funcs[None].pop())

    @app.after_request
    def tell(response: Any) -> Any:
        response.headers["X-Statements"] = str(getattr(_counts, "statements", 0))
        return response

    return app


def both(app: Flask, bare: Flask) -> Callable[..., Any]:
    """The bare page at its address, the application everywhere else."""

    def answer(environ: dict[str, Any], start: Any) -> Any:
        return (bare if environ["PATH_INFO"] == BARE else app)(environ, start)

    return answer


def main() -> None:
    """Serve until ended."""
    settings = Settings.from_environment()
    database = Database(settings)
    app = counting(create_app(settings, database), database)
    options = server_options(settings) | {"host": "127.0.0.1", "port": 0}
    server = create_server(both(app, bare_app()), **options)
    print(f"{READY}{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
