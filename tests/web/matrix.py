"""Every route with what it is about: a new route without a row here turns the walls red.

A row names the things of the scene it is tried on (all of its kind when none are named), chosen in
a state in which the verb would be done for somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PUBLIC = "public"
"""Open to strangers: the explicit list."""
OWN = "own"
"""About nobody's letter: what it shows must be the person's own."""
CARRIED = "carried"
"""About things that the form or the address carries, not the path."""


@dataclass(frozen=True)
class Row:
    """One route and method."""

    method: str
    rule: str
    on: str
    things: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    carries: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


DRAFTS = ("d_draft", "a_draft", "officer_draft", "teacher_draft")
PROPOSED = ("d_proposed", "a_proposed")
SIGNED = ("d_signed", "a_signed")
NUMBERED = ("d_numbered", "a_numbered")
SENT = ("a_to_b", "circular", "outside")
PICTURED = (*DRAFTS[:2], *SENT)
DELIVERIES = ("atob@school_b", "circular@school_c", "outside@school_b", "atoagency@agency")
RECEIVED = ("circular@school_a", "circular@school_b", "outside@school_b")
PEOPLE = ("a_person",)
OFFICES = ("a_office",)
REASON = {"reason": "ทดสอบ"}
FILE = "/letters/<public_id>/files/<attachment_id>"

ROWS = (
    Row("GET", "/", OWN),
    Row("GET", "/account", OWN),
    Row("POST", "/account/password", OWN),
    Row("GET", "/account/signature", OWN),
    Row("POST", "/account/signature", OWN),
    Row("POST", "/account/signature/remove", OWN),
    Row("POST", "/account/sessions/<public_id>/end", "session"),
    Row("POST", "/account/sessions/end", OWN),
    Row("GET", "/activate", PUBLIC),
    Row("POST", "/activate", PUBLIC),
    Row("GET", "/board", OWN),
    Row("POST", "/board/check", CARRIED, OFFICES, carries="office"),
    Row("POST", "/board/receive", CARRIED, DELIVERIES, carries="picked"),
    Row("GET", "/calendar", OWN),
    Row("POST", "/calendar", OWN),
    Row("GET", "/case-files/<public_id>", "case_file"),
    Row("GET", "/cases", OWN),
    Row("GET", "/cases/<public_id>", "case"),
    Row("POST", "/cases/<public_id>/agree", "case"),
    Row("POST", "/cases/<public_id>/close", "case"),
    Row("POST", "/cases/<public_id>/consult", "case"),
    Row("POST", "/cases/<public_id>/file", "case"),
    Row("POST", "/cases/<public_id>/forward", "case"),
    Row("POST", "/cases/<public_id>/hold", "case"),
    Row("POST", "/cases/<public_id>/order", "case", (), {"text": "ทราบ"}),
    Row("POST", "/cases/<public_id>/pass-up", "case"),
    Row("POST", "/cases/<public_id>/propose", "case"),
    Row("POST", "/cases/<public_id>/reopen", "case", (), REASON),
    Row("POST", "/cases/<public_id>/reply", "case"),
    Row("POST", "/cases/<public_id>/route", "case"),
    Row("POST", "/cases/<public_id>/send-back", "case", (), REASON),
    Row("GET", "/cases/<public_id>/sheet", "case"),
    Row("POST", "/queue/propose", CARRIED, ("case@school_a", "case@ordered"), carries="picked"),
    Row("GET", "/dates/understood", OWN),
    Row("POST", "/deliveries/<public_id>/delivered", "delivery", DELIVERIES),
    Row("POST", "/deliveries/<public_id>/failed", "delivery", DELIVERIES, REASON),
    Row("GET", "/deliveries/<public_id>/proof", "proof"),
    Row("POST", "/deliveries/<public_id>/open", "delivery", DELIVERIES),
    Row("GET", "/deliveries/<public_id>/phone", "delivery", DELIVERIES[-1:]),
    Row("POST", "/deliveries/<public_id>/phone", "delivery", DELIVERIES, {"with_whom": "ธุรการ"}),
    Row("POST", "/deliveries/<public_id>/receive", "delivery", DELIVERIES),
    Row("POST", "/deliveries/<public_id>/reject", "delivery", DELIVERIES, REASON),
    Row("GET", "/deliveries/<public_id>/slip.pdf", "delivery", RECEIVED),
    Row("GET", "/deliveries/<public_id>/stamped.pdf", "delivery", RECEIVED),
    Row("POST", "/deliveries/<public_id>/void", "delivery", DELIVERIES, REASON),
    Row("POST", "/desk", OWN),
    Row("GET", "/drafts", OWN),
    Row("GET", "/due", OWN),
    Row("GET", "/endorsements/<public_id>/signature", "endorsement"),
    Row("GET", "/files/<public_id>", "attachment"),
    Row("GET", "/files/<public_id>/pages/<int:number>", "attachment"),
    Row("GET", "/files/<public_id>/pages/<int:number>/picture", "attachment"),
    Row("GET", "/healthz", PUBLIC),
    Row("GET", "/inbox", OWN),
    Row("POST", "/inbox/receive", CARRIED, carries="picked"),
    Row("GET", "/inbox/received", CARRIED, carries="keys"),
    Row("GET", "/inbox/received/slips.pdf", CARRIED, RECEIVED, carries="keys"),
    Row("GET", "/letters/<public_id>", "letter"),
    Row("POST", "/letters/<public_id>/agree", "letter", PROPOSED),
    Row("POST", "/letters/<public_id>/cancel", "letter", (*DRAFTS, *NUMBERED), REASON),
    Row("POST", "/letters/<public_id>/close", "letter", SENT),
    Row("POST", "/letters/<public_id>/copy", "letter", (*DRAFTS[:2], *SENT)),
    Row("GET", "/letters/<public_id>/deliveries", "letter", (*DRAFTS[:2], *SENT)),
    Row("GET", "/letters/<public_id>/deliveries.xlsx", "letter", (*DRAFTS[:2], *SENT)),
    Row("GET", "/letters/<public_id>/edit", "letter", (*DRAFTS[:2], *SENT)),
    Row("POST", "/letters/<public_id>/edit", "letter", DRAFTS, {"subject": "แก้", "kind": "memo"}),
    Row("POST", "/letters/<public_id>/files", "letter", DRAFTS),
    Row("POST", f"{FILE}/<step>", "letter", DRAFTS),
    Row("POST", f"{FILE}/remove", "letter", DRAFTS),
    Row("POST", "/letters/<public_id>/issue-number", "letter", SIGNED),
    Row("GET", "/letters/<public_id>/picture", "letter", PICTURED),
    Row("POST", "/letters/<public_id>/propose", "letter", DRAFTS),
    Row("POST", "/letters/<public_id>/read", "letter", (*DRAFTS[:2], *SENT)),
    Row("POST", "/letters/<public_id>/recall", "letter", SENT, REASON),
    Row("GET", "/letters/<public_id>/recipients", "letter", (*DRAFTS[:2], *SENT)),
    Row("POST", "/letters/<public_id>/recipients", "letter", DRAFTS, {"to_groups": "all"}),
    Row("POST", "/letters/<public_id>/remind", "letter", SENT),
    Row("POST", "/letters/<public_id>/send", "letter", NUMBERED),
    Row("POST", "/letters/<public_id>/send-back", "letter", PROPOSED, REASON),
    Row("POST", "/letters/<public_id>/sign", "letter", PROPOSED),
    Row("GET", "/letters/<public_id>/signature", "letter", ("a_signed", "a_numbered")),
    Row("POST", "/letters/<public_id>/sign-on-paper", "letter", DRAFTS),
    Row("POST", "/letters/<public_id>/take-over", "letter", DRAFTS),
    Row("POST", "/letters/<public_id>/withdraw", "letter", PROPOSED),
    Row("GET", "/letters/new", OWN),
    Row("POST", "/letters/new", OWN),
    Row("GET", "/letters/outside/new", OWN),
    Row("POST", "/letters/outside/new", OWN),
    Row("GET", "/outbox", OWN),
    Row("GET", "/paths", OWN),
    Row("POST", "/paths", OWN),
    Row("GET", "/phrases", OWN),
    Row("POST", "/phrases", OWN),
    Row("GET", "/queue", OWN),
    Row("POST", "/queue/hand-over", OWN),
    Row("GET", "/readyz", PUBLIC),
    Row("GET", "/search", OWN),
    Row("POST", "/search/saved", OWN),
    Row("POST", "/search/saved/<public_id>/remove", "saved_search"),
    Row("GET", "/search/suggestions", OWN),
    Row("GET", "/search.xlsx", OWN),
    Row("GET", "/sign-in", PUBLIC),
    Row("POST", "/sign-in", PUBLIC),
    Row("POST", "/sign-out", OWN),
    Row("GET", "/signing", OWN),
    Row("GET", "/signing-authority", OWN),
    Row("POST", "/signing-authority", OWN),
    Row("POST", "/signing-authority/<public_id>/end", "signing_authority"),
    Row("GET", "/static/<path:filename>", PUBLIC),
    Row("POST", "/tasks/<public_id>/acknowledge", "task"),
    Row("POST", "/tasks/<public_id>/opinion", "task", (), {"text": "พอ"}),
    Row("POST", "/tasks/<public_id>/progress", "task", (), {"text": "เริ่มแล้ว"}),
    Row("POST", "/tasks/<public_id>/report", "task", (), {"text": "เสร็จแล้ว"}),
    Row("POST", "/tasks/<public_id>/return", "task", (), REASON),
)
ADMINISTERED = (
    Row("GET", "/books", OWN),
    Row("POST", "/accounts/<public_id>/code", "account"),
    Row("POST", "/accounts/<public_id>/disable", "account"),
    Row("POST", "/accounts/<public_id>/enable", "account"),
    Row("GET", "/activity", CARRIED, ("a_work",), carries="office"),
    Row("GET", "/activity.xlsx", CARRIED, ("a_work",), carries="office"),
    Row("GET", "/activity/<public_id>/<act_code>", "person", ("a_line",)),
    Row("GET", "/groups/<public_id>/edit", "group"),
    Row("POST", "/groups/<public_id>/edit", "group", (), {"name": "กลุ่ม", "position": "1"}),
    Row("POST", "/groups/<public_id>/close", "group"),
    Row("GET", "/networks/<public_id>", "network"),
    Row("POST", "/networks/<public_id>", "network", (), {"name": "เครือข่าย"}),
    Row("POST", "/networks/<public_id>/members", "network"),
    Row("POST", "/networks/<public_id>/close", "network"),
    Row("POST", "/holdings/<public_id>/end", "holding"),
    Row("GET", "/networks", OWN),
    Row("POST", "/networks", OWN),
    Row("GET", "/announcements", OWN),
    Row("POST", "/announcements", OWN),
    Row("POST", "/announcements/<public_id>/dismiss", OWN),
    Row("POST", "/announcements/<public_id>/end", "announcement"),
    Row("GET", "/notifications", OWN),
    Row("POST", "/notifications/<public_id>/open", "notification"),
    Row("POST", "/notifications/seen", CARRIED, ("bell",), carries="upto"),
    Row("GET", "/notifications/settings", OWN),
    Row("POST", "/notifications/settings", OWN),
    Row("GET", "/offices", OWN),
    Row("GET", "/offices/new", OWN),
    Row("POST", "/offices/new", OWN),
    Row("GET", "/offices/<public_id>", "office", OFFICES),
    Row("GET", "/offices/<public_id>/close", "office", OFFICES),
    Row("POST", "/offices/<public_id>/close", "office", OFFICES),
    Row("GET", "/offices/<public_id>/edit", "office", OFFICES),
    Row("POST", "/offices/<public_id>/edit", "office", OFFICES, {"name": "แก้"}),
    Row("GET", "/offices/<public_id>/emblem", "office", OFFICES),
    Row("POST", "/offices/<public_id>/emblem", "office", OFFICES),
    Row("POST", "/offices/<public_id>/emblem/remove", "office", OFFICES),
    Row("POST", "/offices/<public_id>/groups", "office", OFFICES, {"name": "กลุ่มใหม่"}),
    Row("GET", "/offices/<public_id>/numbering/<int:year>", "numbering"),
    Row("POST", "/offices/<public_id>/numbering/<int:year>", "numbering"),
    Row("GET", "/offices/<public_id>/people/new", "office", OFFICES),
    Row("POST", "/offices/<public_id>/people/new", "office", OFFICES, {"first_name": "ก"}),
    Row("GET", "/offices/<public_id>/posts/new", "office", OFFICES),
    Row("POST", "/offices/<public_id>/posts/new", "office", OFFICES, {"title": "ครู"}),
    Row("GET", "/people", OWN),
    Row("GET", "/people/<public_id>", "person", PEOPLE),
    Row("POST", "/people/<public_id>/account", "person", PEOPLE, {"username": "someone"}),
    Row("GET", "/people/<public_id>/edit", "person", PEOPLE),
    Row("POST", "/people/<public_id>/edit", "person", PEOPLE, {"first_name": "ก"}),
    Row("GET", "/posts/<public_id>", "post"),
    Row("GET", "/posts/<public_id>/assign", "post"),
    Row("POST", "/posts/<public_id>/assign", "post"),
    Row("POST", "/posts/<public_id>/close", "post"),
    Row("GET", "/posts/<public_id>/edit", "post"),
    Row("POST", "/posts/<public_id>/edit", "post", (), {"title": "ครู"}),
    Row("POST", "/posts/<public_id>/roles", "post", (), {"role": "registrar"}),
    Row("POST", "/posts/<public_id>/roles/<role>/end", "post"),
    Row("GET", "/recipient-lists", OWN),
    Row("GET", "/recipient-lists/new", OWN),
    Row("POST", "/recipient-lists/new", OWN),
    Row("GET", "/recipient-lists/<public_id>", "recipient_list"),
    Row("POST", "/recipient-lists/<public_id>", "recipient_list", (), {"name": "กลุ่ม"}),
    Row("POST", "/recipient-lists/<public_id>/delete", "recipient_list"),
    Row("GET", "/registers/<path>", CARRIED, OFFICES, carries="office"),
    Row("GET", "/registers/<path>/<int:year>", CARRIED, OFFICES, carries="office"),
    Row("GET", "/registers/<path>/<int:year>.xlsx", CARRIED, OFFICES, carries="office"),
    Row("GET", "/settings/files", OWN),
    Row("POST", "/settings/files", OWN),
    Row("GET", "/registers/confirm", OWN),
    Row("POST", "/registers/confirm", OWN),
    Row("POST", "/registers/entries/<public_id>/cancel", "register_entry", (), REASON),
    Row("GET", "/registers/reserve", OWN),
    Row("POST", "/registers/reserve", OWN),
)
"""Registers, recipient lists and administration."""
ROWS += ADMINISTERED
LISTS = (
    *("/", "/account", "/drafts", "/drafts?state=cancelled", "/inbox", "/inbox?state=received"),
    *("/inbox?state=rejected", "/inbox?desks=all", "/inbox?q=zq", "/outbox", "/outbox?waiting=1"),
    *("/outbox?q=zq", "/drafts?q=zq", "/signing", "/letters/new", "/letters/outside/new"),
    *("/books", "/registers/incoming", "/registers/outgoing", "/registers/outgoing?print=1"),
    *("/registers/orders", "/registers/incoming?q=zq", "/registers/reserve", "/recipient-lists"),
    *(
        "/board",
        "/due",
        "/cases",
        "/cases?state=ordered",
        "/cases?state=held",
        "/queue",
        "/phrases",
        "/paths",
        "/signing-authority",
    ),
    *("/offices", "/people", "/people?q=สมศรี", "/networks", "/registers/confirm", "/activity"),
    *("/search?q=ขอความร่วมมือ", "/search?dir=in", "/search?dir=out&sort=oldest", "/search?q=99999"),
    *("/search?q=สมศรี+ประชุม", "/search/suggestions?q=ขอความ", "/search?q=หนังสือ&state=sent"),
    *(
        "/announcements",
        "/settings/files",
        "/notifications",
        "/notifications?unread=1",
        "/notifications/settings",
    ),
)
"""Pages that show many things at once, with their filters."""
