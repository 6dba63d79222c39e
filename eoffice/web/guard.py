"""Every route declares what it is; everything requires sign-in except an explicit list.

``policy`` and ``public`` mark a view; ``install`` refuses to start an application with a route
that is not marked, and turns strangers away before any view runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, redirect, request, url_for
from werkzeug.routing import Rule

from eoffice.verbs import Verb

View = TypeVar("View", bound=Callable[..., Any])
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Policy:
    """What a route is: the verb it does (none for plain pages), on what, and of which kind
    (page, fragment, file, export, act, public)."""

    kind: str
    verb: Verb | None = None
    on: str = ""

    @property
    def is_public(self) -> bool:
        """Whether strangers may come in."""
        return self.kind == "public"


def policy(verb: Verb | None = None, *, kind: str = "page", on: str = "") -> Callable[[View], View]:
    """Declare a view for signed-in people."""

    def mark(view: View) -> View:
        view.policy = Policy(kind, verb, on)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Declare a view that needs no sign-in; this is the explicit list."""
    view.policy = Policy("public")  # type: ignore[attr-defined]
    return view


def policy_of(app: Flask, rule: Rule) -> Policy:
    """The declaration of a rule's view; raises ``RuntimeError`` when there is none."""
    if rule.endpoint == "static":
        return Policy("public")
    declared = getattr(app.view_functions[rule.endpoint], "policy", None)
    if declared is None:
        raise RuntimeError(f"{rule.rule} ({rule.endpoint}) declares no policy")
    return declared


def route_table(app: Flask) -> list[dict[str, object]]:
    """Every route with its methods and declaration, as ``eoffice routes --json`` prints it."""
    rows: list[dict[str, object]] = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        declared = policy_of(app, rule)
        rows.append(
            {
                "rule": rule.rule,
                "methods": sorted((rule.methods or set()) - {"OPTIONS"}),
                "endpoint": rule.endpoint,
                "kind": declared.kind,
                "verb": declared.verb.value if declared.verb else "",
                "object_kind": declared.on,
            }
        )
    return rows


def install(app: Flask) -> None:
    """Check every declaration and turn strangers away. Call it last."""
    route_table(app)

    @app.before_request
    def turn_away() -> Response | None:
        if request.method not in SAFE and _is_foreign():
            abort(403)
        if request.url_rule is None or policy_of(app, request.url_rule).is_public:
            return None
        if g.get("actor") is not None:
            return None
        return _to_sign_in()


def safe_next(target: str) -> str:
    """A path of this site, or empty: no scheme, host, backslash, control or double slash."""
    if not target.startswith("/") or any(ord(letter) < 33 for letter in target):
        return ""
    if target.startswith(("//", "/\\")) or "\\" in target:
        return ""
    parts = urlsplit(target)
    return "" if parts.scheme or parts.netloc else target


def _is_foreign() -> bool:
    """Whether a page of another site sent this: browsers say so in one of two headers."""
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).hostname != urlsplit(f"//{request.host}").hostname
    except ValueError:
        return True


def _to_sign_in() -> Response:
    if request.headers.get("HX-Request") == "true":
        answer = Response(status=401)
        answer.headers["HX-Redirect"] = url_for("users.sign_in")
        return answer
    wanted = request.full_path.rstrip("?") if request.method in SAFE else ""
    target = url_for("users.sign_in", next=safe_next(wanted) or None)
    return redirect(target)  # type: ignore[return-value]
