"""The access log: one JSON line a request, with the person, for at least 90 days.

Traffic is kept with the identity of its user (พ.ร.บ.คอมพิวเตอร์ ม.26). Paths stand without their
query, values are bounded and escaped by JSON; no subjects, passwords or tokens appear.
"""

from __future__ import annotations

import json
import logging
import os
import time
from datetime import date, timedelta
from pathlib import Path

from flask import Flask, Response, g, request

from eoffice import clock
from eoffice.web.headers import request_id

BOUND = 300
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
log = logging.getLogger(__name__)


def install(app: Flask, folder: Path) -> None:
    """Write a line after every answer but static files and health checks."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        if request.endpoint not in ("static", "healthz", "readyz"):
            _append(folder, _line(response))
        return response


def prune(folder: Path, today: date, days: int) -> int:
    """Remove files older than ``days``; returns how many."""
    limit, count = today - timedelta(days=days), 0
    for path in folder.glob("access-*.jsonl"):
        day = path.stem.removeprefix("access-")
        if day < limit.isoformat():
            path.unlink(missing_ok=True)
            count += 1
    return count


def _line(response: Response) -> dict[str, object]:
    actor = g.get("actor")
    return {
        "at": clock.now().isoformat(timespec="milliseconds"),
        "request": request_id(),
        "person": actor.person_id if actor else None,
        "office": actor.desk.office_id if actor and actor.desk else None,
        "session": actor.session_id if actor else None,
        "address": (request.remote_addr or "")[:64],
        "method": request.method,
        "path": request.path[:BOUND],
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000),
        "agent": request.user_agent.string[:BOUND],
    }


def _append(folder: Path, line: dict[str, object]) -> None:
    path = folder / f"access-{clock.today().isoformat()}.jsonl"
    data = (json.dumps(line, ensure_ascii=True) + "\n").encode()
    try:
        handle = _opened(path)
        try:
            os.write(handle, data)
        finally:
            os.close(handle)
    except OSError:
        log.exception("the access log cannot be written")


def _opened(path: Path) -> int:
    try:
        return os.open(path, _APPENDING, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, _APPENDING, 0o600)
