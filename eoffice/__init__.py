"""eoffice: the electronic correspondence system of a district office and its schools."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from eoffice.config import Settings
    from eoffice.db import Database

__version__ = "0.1.0"


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """The application: settings, database, rooms, guard, error pages; nothing else.

    Everything is imported here, so that the limited child process and the migrations, which live
    in this package too, start without the web.
    """
    from flask import Flask
    from flask_wtf import CSRFProtect
    from werkzeug.middleware.proxy_fix import ProxyFix

    from eoffice import health
    from eoffice.config import Settings
    from eoffice.db import Database
    from eoffice.users import auth, frame
    from eoffice.web import access_log, guard
    from eoffice.web import install as install_web

    settings = settings or Settings.from_environment()
    database = database or Database(settings)
    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    _configure(app, settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0
        )
    access_log.install(app, settings.storage / "logs")
    install_web(app, trusts_proxy=settings.trusted_proxies > 0)
    CSRFProtect(app)
    auth.install(app, settings, database)
    frame.install(app)
    _open_rooms(app)
    health.install(app)
    guard.install(app)
    return app


def _open_rooms(app: Flask) -> None:
    from eoffice.activity import routes as activity
    from eoffice.documents import routes as documents
    from eoffice.notifications import routes as notifications
    from eoffice.printing import routes as printing
    from eoffice.registers import routes as registers
    from eoffice.routing import routes as routing
    from eoffice.search import routes as search
    from eoffice.users import routes as users

    lower = (users, documents, registers, routing)
    for room in (*lower, notifications, activity, search, printing):
        room.register(app)


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.resolved_secret_key,
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=2 << 20,
        MAX_FORM_PARTS=5_000,
        SESSION_COOKIE_NAME="__Host-eoffice" if settings.is_secure else "eoffice",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        TRUSTED_HOSTS=settings.trusted_hosts.split() or None,
        TESTING=settings.is_testing,
    )
