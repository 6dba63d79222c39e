"""From a request to an actor, and from a form to one act: sign-in, desks, once-keys.

The cookie holds a random token; the row behind it can be listed and ended. ``reading`` is the
request's session for queries, ``act`` the one way a route changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, flash, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from eoffice import clock
from eoffice.activity.services import record
from eoffice.actor import Actor, Desk
from eoffice.config import Settings
from eoffice.db import Database, DatabaseBusy
from eoffice.errors import EofficeError
from eoffice.marks import ANNOUNCEMENTS, ORGANISATION
from eoffice.users.accounts import Account, OnceKey, SignInSession
from eoffice.users.desks import actor_of
from eoffice.users.queries import FileLimits, LiveSession
from eoffice.users.queries import file_limits as stored_limits
from eoffice.users.rules import DeskChanged, NoDesk, OnceKeyMissing, OnceKeyUsed
from eoffice.users.services.accounts import live_session, session_seen
from eoffice.verbs import Verb
from eoffice.web.guard import policy_of
from eoffice.web.headers import request_id

SEEN_EVERY_S = 60
ROUTE_LIMIT = 80
LOADERS: dict[str, Callable[[Session, Actor, str], object]] = {}
"""Kind of object → how a room loads one through visibility; what a route is about is loaded so."""
login_manager = LoginManager()


class SignedIn(UserMixin):
    """Flask-Login's user: the token of a live session and what is known of it."""

    def __init__(self, token: str, live: LiveSession) -> None:
        self.token, self.live = token, live

    def get_id(self) -> str:
        """What Flask-Login keeps in the signed cookie."""
        return self.token


class AlreadyAnswered(EofficeError):
    """The once-key was used: the same answer is given again."""

    status = 303

    def __init__(self, location: str) -> None:
        super().__init__()
        self.location = location


@dataclass
class Act:
    """One act under way: its session, who acts, and where the answer leads."""

    session: Session
    actor: Actor
    location: str = ""
    message: str = ""

    def answer(self, location: str, message: str = "") -> None:
        """Say where to go after the commit, with a sentence to show there."""
        self.location, self.message = location, message


def install(app: Flask, settings: Settings, database: Database) -> None:
    """Give the application its database, its sign-in and the actor of every request."""
    app.extensions["eoffice"] = {
        "settings": settings,
        "database": database,
    }
    login_manager.init_app(app)
    login_manager.session_protection = None
    login_manager.user_loader(_load)
    app.before_request(_set_actor)
    app.teardown_request(_end_reading)
    app.register_error_handler(AlreadyAnswered, lambda known: redirect(known.location, 303))


def settings() -> Settings:
    """The application's settings."""
    return current_app.extensions["eoffice"]["settings"]


def file_ceiling() -> FileLimits:
    """The largest files that the installation takes, whatever is set on the page."""
    return FileLimits(settings().max_file_bytes, settings().max_files_per_letter)


def file_limits() -> FileLimits:
    """How large files may be and how many a letter has. Ask before an act begins."""
    return stored_limits(reading(), file_ceiling())


def database() -> Database:
    """The application's database."""
    return current_app.extensions["eoffice"]["database"]


def reading() -> Session:
    """The request's reading session; it ends before any act begins."""
    if "reading" not in g:
        g.reading = database().reading(link())
    return g.reading


def link() -> Connection:
    """The connection under ``reading``, for statements that need no objects."""
    if "link" not in g:
        g.link = database().engine.connect()
    return g.link


def actor() -> Actor:
    """The signed-in person at the chosen desk. Only behind the guard."""
    return g.actor


def kept_under(mark: str) -> str | None:
    """The mark as this request read it when it began; none once it has begun an act."""
    return g.get("marks", {}).get(mark)


def desk_actor() -> tuple[Actor, Desk]:
    """The actor and the desk in use; raises ``NoDesk`` when there is none today."""
    if g.actor.desk is None:
        raise NoDesk
    return g.actor, g.actor.desk


@contextmanager
def act(*, needs_desk: bool = True) -> Iterator[Act]:
    """One state-changing request: desk checked, once-key claimed, one transaction, one answer.

    The actor is made anew inside the transaction, so that rights are those at the commit. The
    same once-key again gives the first answer and no second effect. What the route is about is
    loaded before anything else is judged: absent and unseen are the same 404 to everybody. Raises
    ``DeskChanged``, ``OnceKeyMissing``, ``OnceKeyUsed``, ``NoDesk`` and what the verb raises.
    """
    shown = actor()
    key = _checked_key(shown, needs_desk)
    _end_reading()
    g.pop("marks", None)
    with database().transaction() as session:
        _claim(session, shown.person_id or 0, key)
        current = _fresh(session, shown)
        if current is not None:
            _load_subject(session, current)
        if current is None or (needs_desk and current.desk is None):
            raise NoDesk
        under_way = Act(session, current)
        yield under_way
        session.execute(
            update(OnceKey)
            .where(OnceKey.person_id == shown.person_id, OnceKey.key == key)
            .values(status=303, location=under_way.location)
        )
    if under_way.message:
        flash(under_way.message)


def done(under_way: Act) -> Response:
    """Redirect to where an act's answer leads (303, so that a reload repeats nothing)."""
    return redirect(under_way.location or url_for("routing.desk"), 303)  # type: ignore[return-value]


def note_refusal(shown: Actor, verb: Verb, **facts: Any) -> None:
    """Write the one activity row that a refused ลับที่สุด makes, in its own transaction."""
    _end_reading()
    with database().transaction() as session:
        record(session, shown, verb, None, **facts)


def sign_in_as(token: str, row: SignInSession, account: Account) -> None:
    """Make this browser signed in: a fresh cookie with a fresh token."""
    cookie.clear()
    login_user(SignedIn(token, _live(row, account)))


def sign_out_here() -> None:
    """Forget the sign-in of this browser."""
    logout_user()
    cookie.clear()


def stranger() -> Actor:
    """Who asks while nobody is signed in: only an address and a request id."""
    return Actor(
        person_id=None,
        name="",
        request_id=request_id(),
        address=request.remote_addr or "",
    )


def _load(token: str) -> SignedIn | None:
    live = live_session(link(), token, idle_minutes=settings().session_idle_minutes)
    if live is None:
        return None
    g.marks = {ORGANISATION: live.organisation, ANNOUNCEMENTS: live.announcements}
    return SignedIn(token, live)


def _live(row: SignInSession, account: Account) -> LiveSession:
    return LiveSession(row.id, row.holding_id, row.seen_at, account.id, account.person_id)


def _set_actor() -> None:
    g.actor = None
    if request.endpoint in ("static", "healthz", "readyz"):
        return
    user = current_user
    if not user.is_authenticated:
        return
    g.actor = _actor_from(reading(), user.live)
    _touch(user.live)


def _actor_from(session: Session, live: LiveSession) -> Actor:
    return actor_of(
        session,
        live.person_id,
        holding_id=live.holding_id,
        mark=live.organisation,
        session_id=live.id,
        account_id=live.account_id,
        request_id=request_id(),
        address=request.remote_addr or "",
    )


def _fresh(session: Session, shown: Actor) -> Actor | None:
    row = session.scalars(
        select(SignInSession).where(
            SignInSession.id == shown.session_id, SignInSession.ended_at.is_(None)
        )
    ).one_or_none()
    account = session.get(Account, shown.account_id)
    if row is None or account is None or account.disabled_at is not None:
        return None
    current = _actor_from(session, _live(row, account))
    if shown.desk is not None and current.desk is not None:
        chosen = [desk for desk in current.desks if desk.holding_id == shown.desk.holding_id]
        return current.at(chosen[0]) if chosen else None
    return current


def _touch(row: LiveSession) -> None:
    at = clock.now()
    if (at - row.seen_at).total_seconds() < SEEN_EVERY_S or request.method != "GET":
        return
    _end_reading()
    try:
        with database().transaction() as session:
            session_seen(session, row.id, at)
    except DatabaseBusy:
        current_app.logger.warning("session %s: last use not noted, database busy", row.id)


def _checked_key(shown: Actor, needs_desk: bool) -> str:
    try:
        _check_desk(needs_desk)
        return _once_key()
    except EofficeError:
        _load_subject(reading(), shown)
        raise


def _load_subject(session: Session, current: Actor) -> None:
    """Load what the route is about, if it names one; raises the room's ``NotFound``."""
    public_id = (request.view_args or {}).get("public_id")
    declared = policy_of(current_app, request.url_rule) if request.url_rule else None
    if declared is not None and public_id is not None and declared.on in LOADERS:
        LOADERS[declared.on](session, current, public_id)


def _check_desk(needs_desk: bool) -> None:
    began = request.form.get("_desk", "")
    current = actor().desk
    if current is None or not (began or needs_desk):
        return
    if began != str(current.public_id):
        names = {desk.public_id: desk.office_name for desk in actor().desks}
        raise DeskChanged(began=names.get(began, "โต๊ะอื่น"), current=current.office_name)


def _once_key() -> str:
    key = request.form.get("_once", "") or request.headers.get("Idempotency-Key", "")
    if not 16 <= len(key) <= 64 or not key.isascii() or not key.isalnum():
        raise OnceKeyMissing
    return key


def _claim(session: Session, person_id: int, key: str) -> None:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    route = request.path[:ROUTE_LIMIT]
    claimed = session.scalar(
        insert(OnceKey)
        .values(person_id=person_id, key=key, route=route, status=0, location="", at=clock.now())
        .on_conflict_do_nothing()
        .returning(OnceKey.key)
    )
    if claimed is not None:
        return
    known = session.get_one(OnceKey, (person_id, key))
    if known.route != route:
        raise OnceKeyUsed
    raise AlreadyAnswered(known.location)


def _end_reading(_error: BaseException | None = None) -> None:
    for each in (g.pop("reading", None), g.pop("link", None)):
        if each is not None:
            each.close()
