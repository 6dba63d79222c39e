"""Texts that hurt, in every field and address, on both databases: refused with words or kept whole.

Never an error of the machine; what is kept is shown as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from eoffice.documents.models import Letter
from eoffice.routing.models import Delivery
from tests.plugins.web import Browser, location, on_sqlite, said
from tests.stage import Stage
from tests.web.matrix import LISTS
from tests.world import PASSWORD

STACKED = "ก" + "\u0e48" * 60
BIDI = "ปกติ\u202eกลับด้าน\u202c"
HOSTILE = {
    "nul": "ก\x00ข",
    "escape": "\x1b[2Jก",
    "surrogate": "\udced\udca0\udc80",
    "bad utf-8": "\udcff\udcfe",
    "long": "ก" * 100_000,
    "stacked": STACKED,
    "bidi": BIDI,
    "script": "<script>document.title='PWNED'</script>",
    "template": "{{7*7}}${7*7}#{7*7}{%print(7*7)%}",
    "sql": "'; DROP TABLE letters; --",
    "format": "%s%n{0}{actor}",
    "crlf": "ก\r\nX-Injected: 1\r\n\r\nข",
    "emoji": "หนังสือ 🙂 𠮷",
    "formula": '=1+1@SUM("x")',
}
ARGUMENTS = ("q", "state", "network", "keys", "before", "office", "from", "next", "text", "after")
DISLIKED = ("nul", "surrogate", "bad utf-8", "sql", "long")
KEPT = ("stacked", "bidi", "script", "template", "sql", "format", "emoji", "formula")
"""What may stand in a text: kept whole, shown harmlessly."""

EACH = [("sqlite", kind) for kind in HOSTILE] + [
    pytest.param("postgresql", kind, marks=pytest.mark.postgres) for kind in DISLIKED
]


def as_sent(text: str) -> bytes | str:
    """The text as a browser or a forger puts it on the wire."""
    return text.encode("utf-8", "surrogateescape") if "\udc80" <= max(text) <= "\udcff" else text


@dataclass
class Place:
    """A form with free text fields, and how its subject is made."""

    url: str
    fields: tuple[str, ...]
    by: str = "registrar"
    given: dict[str, str] = field(default_factory=dict)
    make: Callable[[Stage], Any] | None = None
    office: str = "school_a"


def _letter(state: str, **details: Any) -> Callable[[Stage], Any]:
    return lambda stage: stage.make(getattr(stage.world, state), **details)


def _delivery(by: str = "registrar", to: str = "school_a") -> Callable[[Stage], Any]:
    def build(stage: Stage) -> Any:
        letter = stage.make(stage.world.sent_letter, by, to=(to,))
        return stage.make(stage.world.delivery, letter, to)

    return build


DRAFT = {"kind": "external", "subject": "เรื่อง", "urgency": "normal", "secrecy": "normal"}
OUTSIDE = DRAFT | {"origin": "paper", "sender": "ผู้ส่ง"}
PLACES = (
    Place(
        "/letters/new",
        ("subject", "addressee", "body", "closing", "contact", "remark", "cite_1-number",
         "cite_1-office", "cite_2-cited_on", "deliver_on", "deliver_time", "kind", "urgency",
         "secrecy", "to_groups", "to_offices", "cc_offices", "to_find", "_do"),
        given=DRAFT,
    ),
    Place(
        "/letters/outside/new",
        ("sender", "letter_no", "letter_date", "addressee", "subject", "remark", "origin"),
        given=OUTSIDE,
    ),
    Place("/letters/{id}/propose", ("note", "version"), make=_letter("draft_letter")),
    Place("/letters/{id}/sign", ("note", "shown"), "director", make=_letter("proposed_letter")),
    Place(
        "/letters/{id}/sign-on-paper",
        ("signer_name", "signer_position"),
        given={"signer_name": "ก", "signer_position": "ข"},
        make=_letter("draft_letter"),
    ),
    Place("/letters/{id}/send-back", ("reason",), "director", make=_letter("proposed_letter")),
    Place(
        "/letters/{id}/issue-number",
        ("letter_date", "reason", "reserved", "and_send"),
        make=_letter("signed_letter"),
    ),
    Place("/letters/{id}/recall", ("reason", "picked"), given={"reason": "ก"},
          make=_letter("sent_letter")),
    Place("/letters/{id}/cancel", ("reason",), make=_letter("draft_letter")),
    Place("/letters/{id}/recipients", ("to_groups", "to_offices"), make=_letter("draft_letter")),
    Place("/letters/{id}/edit", ("subject", "body"), given=DRAFT, make=_letter("draft_letter")),
    Place("/deliveries/{id}/reject", ("reason",), "a_registrar", make=_delivery()),
    Place("/deliveries/{id}/receive", ("back",), "a_registrar", make=_delivery()),
    Place("/deliveries/{id}/failed", ("reason",), make=_delivery(to="agency")),
    Place(
        "/deliveries/{id}/delivered",
        ("delivered_on", "delivered_to", "proof"),
        make=_delivery(to="agency"),
    ),
    Place("/inbox/receive", ("picked",), "a_registrar"),
    Place("/desk", ("desk", "_desk", "_once"), "a_registrar"),
    Place("/account/password", ("current", "new", "again"),
          given={"current": PASSWORD, "new": "x", "again": "x"}),
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.url)
def test_no_text_in_a_form_is_an_error_of_the_machine(
    stage: Stage, client: Callable[..., Browser], backend: str, place: Place
) -> None:
    person = client(place.by)
    subject = place.make(stage) if place.make else None
    for kind, name in _tries(place, backend):
        url = place.url.format(id=subject.public_id if subject else "")
        version = {"version": str(subject.version)} if subject else {}
        names = (name,) if name else place.fields
        sent = place.given | version | dict.fromkeys(names, as_sent(HOSTILE[kind]))
        answer = person.post(url, **sent)
        assert answer.status_code < 500, f"{name} {kind}: {answer.status}"
        assert "X-Injected" not in answer.headers
        assert "document.title='PWNED'</script>" not in answer.text
        if answer.status_code == 303 and place.make is not None:
            subject = place.make(stage)


def _tries(place: Place, backend: str) -> list[tuple[str, str]]:
    """Every text in all fields at once, and what databases dislike in each field by itself."""
    kinds = HOSTILE if backend == "sqlite" else DISLIKED
    together = [(kind, "") for kind in kinds]
    return together + [(kind, name) for kind in ("nul", "surrogate") for name in place.fields]


@on_sqlite
@pytest.mark.parametrize("kind", KEPT)
def test_what_is_kept_is_kept_whole_and_shown_as_text(
    stage: Stage, client: Callable[..., Browser], kind: str
) -> None:
    officer, hostile = client("officer"), HOSTILE[kind]
    fields = dict.fromkeys(("subject", "body", "contact", "addressee", "remark"), hostile)
    page = officer.get(location(officer.post("/letters/new", **DRAFT | fields)))
    with stage.database.reading() as session:
        letter = session.scalars(select(Letter)).one()
    assert (letter.body, letter.contact) == (hostile, hostile)
    assert page.status_code == 200
    shown = said(page)
    assert hostile.split("\u202e")[0] in shown.replace("๗", "7").replace("๐", "0")
    assert "<script>document" not in page.text
    for url in ("/drafts", f"/letters/{letter.public_id}/edit", "/drafts?q=" + hostile[:1]):
        other = officer.get(url)
        assert other.status_code == 200
        assert "<script>document" not in other.text


@pytest.mark.parametrize(("backend", "kind"), EACH, indirect=["backend"])
def test_no_text_in_an_address_is_an_error_of_the_machine(
    stage: Stage, client: Callable[..., Browser], kind: str
) -> None:
    text = as_sent(HOSTILE[kind][:2_000])
    clerk = client("a_registrar")
    letter = stage.make(stage.world.sent_letter)
    page = f"/letters/{letter.public_id}/deliveries"
    bases = {url.partition("?")[0] for url in LISTS}
    for base in sorted({*bases, page, "/inbox/received", "/dates/understood", "/sign-in"}):
        answer = clerk.get(base, query_string=dict.fromkeys(ARGUMENTS, text))
        assert answer.status_code < 500, f"{base}: {answer.status}"
    for path in (f"/letters/{_quoted(text)}", f"/files/{_quoted(text)}"):
        assert clerk.get(path).status_code in (400, 404), path
    for path in ("receive", "open"):
        answer = clerk.post(f"/deliveries/{_quoted(text)}/{path}")
        assert answer.status_code in (400, 404)


@pytest.mark.parametrize(("backend", "kind"), EACH, indirect=["backend"])
def test_no_text_at_the_door_is_an_error_of_the_machine(app: Any, kind: str) -> None:
    text = as_sent(HOSTILE[kind])
    for fields in ({"username": text, "password": "x"}, {"username": "x", "password": text}):
        browser = Browser(app)
        answer = browser.post("/sign-in", **fields)
        assert answer.status_code in (400, 401, 413, 422), f"{kind}: {answer.status}"
    activation = {"username": text, "code": text, "password": text, "again": text}
    assert Browser(app).post("/activate", **activation).status_code in (400, 413, 422)


@on_sqlite
def test_a_text_beyond_its_limit_says_so_and_stays_on_the_page(
    stage: Stage, client: Callable[..., Browser], nothing_written: Any
) -> None:
    officer = client("officer")
    officer.token()
    long = "ข้อความยาวมาก " * 4_000
    with nothing_written():
        answer = officer.post("/letters/new", **DRAFT | {"body": long})
    assert answer.status_code == 422
    assert "50" in said(answer)
    assert long.strip() in answer.text


@on_sqlite
def test_a_body_of_ten_mebibytes_is_refused_early(
    client: Callable[..., Browser], nothing_written: Any
) -> None:
    officer = client("officer")
    officer.token()
    with nothing_written():
        answer = officer.post("/letters/new", **DRAFT | {"body": "x" * (10 << 20)})
        assert answer.status_code == 413
        many = {f"field{n}": "x" for n in range(10_000)} | officer.hidden() | DRAFT
        answer = officer.open("/letters/new", "POST", data=many, content_type="multipart/form-data")
        assert answer.status_code == 413


@on_sqlite
def test_reasons_are_shown_to_the_sender_as_text(
    stage: Stage, client: Callable[..., Browser]
) -> None:
    letter = stage.make(stage.world.sent_letter)
    delivery: Delivery = stage.make(stage.world.delivery, letter)
    clerk, registrar = client("a_registrar"), client("registrar")
    reason = HOSTILE["script"] + BIDI
    location(clerk.post(f"/deliveries/{delivery.public_id}/reject", reason=reason))
    page = registrar.page(f"/letters/{letter.public_id}/deliveries")
    assert "<script>document" not in page
    assert "&lt;script&gt;document" in page


def _quoted(text: bytes | str) -> str:
    return quote(text, safe="")
