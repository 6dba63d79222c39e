"""The embedded server: waitress (buffers slow uploads) with the worker beside it."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

import waitress

from eoffice import create_app
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.errors import Conflict
from eoffice.migrate import require_current
from eoffice.worker import Shop, work

log = logging.getLogger(__name__)


class AlreadyServed(Conflict):
    """Two servers on one store would each believe to be the only one."""

    message = "มีโปรแกรมอีกชุดเปิดใช้ที่จัดเก็บนี้อยู่แล้ว กรุณาปิดชุดนั้นก่อน"


def run(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    with_worker: bool = True,
) -> None:
    """Serve until stopped. Raises ``AlreadyServed`` when another server holds the store."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    database = Database(settings)
    with _sole_server(settings):
        require_current(database)
        app = create_app(settings, database)
        stop = threading.Event()
        shop = Shop(database, settings)
        if with_worker:
            threading.Thread(target=work, args=(shop, stop), daemon=True, name="worker").start()
        options = server_options(settings)
        options |= {"host": host or settings.host, "port": port or settings.port}
        log.info("http://%s:%s/", options["host"], options["port"])
        try:
            waitress.serve(app, **options, _quiet=True)
        finally:
            stop.set()


def server_options(settings: Settings) -> dict[str, Any]:
    """How waitress serves, but for its place: threads, limits, many slow connections."""
    return {
        "threads": settings.threads,
        "ident": None,
        "max_request_body_size": settings.max_request_bytes + (1 << 20),
        "channel_timeout": 120,
        "connection_limit": 2000,
    }


@contextlib.contextmanager
def _sole_server(settings: Settings) -> Iterator[None]:
    settings.storage.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(settings.storage / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise AlreadyServed from error
    try:
        yield
    finally:
        os.close(handle)
