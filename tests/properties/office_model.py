"""A small model of letters between offices: who reads what and which act must succeed.

It is written from the rules, not from the product's tables: rights, states, access, numbers and
counts are kept in plain Python. ``Model.attempt`` foretells the answer of every act from every
desk; ``looking.py`` compares what each desk is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.world import CAST, SAME_PERSON

WRITERS = frozenset({"registrar", "group_clerk", "group_head", "deputy", "director", "officer"})
REGISTRY = frozenset({"registrar", "director", "deputy"})
CLERK = frozenset({"registrar"})
HEAD = frozenset({"director"})
RIGHTS = {
    "draft": WRITERS,
    "edit": WRITERS,
    "address": WRITERS,
    "propose": WRITERS,
    "withdraw": WRITERS,
    "cancel": WRITERS,
    "reply": WRITERS,
    "open": WRITERS,
    "take_over": CLERK,
    "sign": HEAD,
    "sign_on_paper": CLERK,
    "send_back": HEAD | CLERK,
    "issue_number": CLERK,
    "send": CLERK,
    "recall": CLERK,
    "remind": CLERK,
    "close_letter": CLERK | HEAD,
    "receive": CLERK,
    "reject": CLERK,
    "record_delivered": CLERK,
    "record_failed": CLERK,
    "register_outside": CLERK,
    "void": CLERK,
    "close_case": CLERK | HEAD,
    "reserve_number": CLERK,
    "cancel_number": CLERK,
}
STEPS = {
    "edit": {"draft": "draft"},
    "address": {"draft": "draft", "signed": "signed", "numbered": "numbered", "sent": "sent"},
    "propose": {"draft": "proposed"},
    "withdraw": {"proposed": "draft"},
    "take_over": {"draft": "draft"},
    "sign": {"proposed": "signed"},
    "sign_on_paper": {"draft": "signed"},
    "send_back": {"proposed": "draft", "signed": "draft"},
    "issue_number": {"signed": "numbered"},
    "send": {"numbered": "sent", "sent": "sent"},
    "recall": {"sent": "sent"},
    "remind": {"sent": "sent"},
    "close_letter": {"sent": "closed"},
    "cancel": dict.fromkeys(("draft", "proposed", "signed", "numbered"), "cancelled"),
}
NEXT = {"draft": "propose", "proposed": "sign", "signed": "issue_number", "numbered": "send"}
LIVE = frozenset({"arrived", "received", "sent", "delivered"})
OK, FORBIDDEN, ABSENT, CONFLICT, INVALID = 200, 403, 404, 409, 422


@dataclass
class DeliveryModel:
    """A letter's way to one office."""

    office: str
    state: str
    public_id: str = ""
    is_reminded: bool = False
    number: int = 0
    case: str = ""
    case_id: str = ""
    case_version: int = 1
    case_posts: set[str] = field(default_factory=set)
    tasks: list[Any] = field(default_factory=list)


@dataclass
class LetterModel:
    """A letter; ``office`` is empty for one from outside the system."""

    office: str
    owner: str
    public_id: str = ""
    state: str = "draft"
    version: int = 1
    number: int = 0
    to: tuple[str, ...] = ()
    posts: set[str] = field(default_factory=set)
    registered_by: str = ""
    has_text: bool = True
    deliveries: list[DeliveryModel] = field(default_factory=list)

    def live(self, office: str) -> bool:
        """Whether a delivery to this office is under way or done."""
        return any(d.office == office and d.state in LIVE for d in self.deliveries)

    def registries(self) -> set[str]:
        """The offices whose registry reads it, by the acts that were done."""
        holding = {d.office for d in self.deliveries if d.state in ("arrived", "received")}
        return holding | {self.office, self.registered_by} - {""}


def office_of(desk: str) -> str:
    """The office of a desk."""
    return "district" if desk == "acting_director" else CAST[desk][0]


def roles_of(desk: str) -> frozenset[str]:
    """The roles of a desk's post."""
    return frozenset(CAST["director" if desk == "acting_director" else desk][2])


def post_of(desk: str) -> str:
    """The post of a desk: who acts for the director sits at the director's."""
    return "director" if desk == "acting_director" else desk


def desks_of(desk: str) -> list[str]:
    """Every desk of the person at a desk."""
    person = SAME_PERSON.get(desk, desk)
    return [name for name in (*CAST, "acting_director") if SAME_PERSON.get(name, name) == person]


def offices_of(desk: str) -> set[str]:
    """The offices in which the person at a desk serves."""
    return {office_of(name) for name in desks_of(desk)}


def registries_of(desk: str) -> set[str]:
    """The registries through which the person at a desk reads."""
    return {office_of(name) for name in desks_of(desk) if roles_of(name) & REGISTRY}


def directors_post(office: str) -> str:
    """The post that signs for an office."""
    return "director" if office == "district" else f"{office.removeprefix('school_')}_director"


def registrar_of(office: str) -> str:
    """The desk of an office's registrar."""
    return "registrar" if office == "district" else f"{office.removeprefix('school_')}_registrar"


@dataclass
class Model:
    """All letters and books."""

    letters: list[LetterModel] = field(default_factory=list)
    books: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)
    reserved: list[tuple[str, int, str]] = field(default_factory=list)

    def take(self, office: str, series: str, state: str = "issued") -> int:
        """The next number of a book."""
        book = self.books.setdefault((office, series), {})
        number = len(book) + 1
        book[number] = state
        return number

    def waiting(self, office: str) -> int:
        """How many letters wait to be received."""
        return sum(
            d.office == office and d.state == "arrived"
            for letter in self.letters
            for d in letter.deliveries
        )

    def reads(self, desk: str, letter: LetterModel) -> bool:
        """Whether the person at a desk may read a letter."""
        posts = {post_of(name) for name in desks_of(desk)}
        return bool(registries_of(desk) & letter.registries() or posts & letter.posts)

    def reads_delivery(self, desk: str, letter: LetterModel, delivery: DeliveryModel) -> bool:
        """A delivery is seen from its two ends, while its letter is."""
        ends = {letter.office, delivery.office}
        return self.reads(desk, letter) and bool(ends & offices_of(desk))

    def reads_case(self, desk: str, delivery: DeliveryModel) -> bool:
        """A case is seen by the registry of its own office and by posts that work on it."""
        posts = {post_of(name) for name in desks_of(desk)}
        is_seen = delivery.office in registries_of(desk) or posts & delivery.case_posts
        return bool(delivery.case and is_seen)

    def on_letter(self, verb: str, desk: str, letter: LetterModel) -> int:
        """The answer to a verb on a letter: right, sight, office, state, post, content."""
        if not roles_of(desk) & RIGHTS[verb]:
            return FORBIDDEN
        if not self.reads(desk, letter):
            return ABSENT
        if letter.office != office_of(desk):
            return FORBIDDEN
        if letter.state not in STEPS[verb]:
            return CONFLICT
        if not self._owns(verb, desk, letter):
            return FORBIDDEN
        return self._content(verb, letter)

    def _owns(self, verb: str, desk: str, letter: LetterModel) -> bool:
        owner, clerk = post_of(desk) == letter.owner, "registrar" in roles_of(desk)
        if verb in ("edit", "propose"):
            return owner
        if verb in ("address", "cancel"):
            return clerk or (owner and letter.state == "draft")
        if verb == "withdraw":
            return clerk or owner
        signer = post_of(desk) == directors_post(letter.office)
        if verb == "sign" or (verb == "send_back" and letter.state == "proposed"):
            return signer
        return clerk if verb == "send_back" else True

    def _content(self, verb: str, letter: LetterModel) -> int:
        waiting = [d for d in letter.deliveries if d.state == "arrived"]
        if verb == "send" and all(letter.live(office) for office in letter.to):
            return INVALID
        if verb in ("propose", "sign_on_paper") and not letter.has_text:
            return INVALID
        if verb == "recall" and not waiting:
            return CONFLICT
        if verb == "remind" and all(d.is_reminded for d in waiting):
            return CONFLICT
        return OK

    def on_delivery(
        self, verb: str, desk: str, letter: LetterModel, delivery: DeliveryModel
    ) -> int:
        """The answer to a verb on a delivery or its case."""
        if not roles_of(desk) & RIGHTS[verb] and verb != "open":
            return FORBIDDEN
        if verb in ("close_case", "reply"):
            return self._on_case(verb, desk, delivery)
        if verb in ("record_delivered", "record_failed"):
            if letter.office != office_of(desk):
                return ABSENT
            return OK if delivery.state == "sent" else CONFLICT
        if not self.reads_delivery(desk, letter, delivery):
            return ABSENT
        if not roles_of(desk) & RIGHTS[verb] or delivery.office != office_of(desk):
            return FORBIDDEN
        if verb == "open":
            return OK
        if verb == "void":
            outside = not letter.office
            is_open = delivery.state == "received" and delivery.case != "filed"
            return OK if outside and is_open else CONFLICT
        return OK if delivery.state == "arrived" else CONFLICT

    def _on_case(self, verb: str, desk: str, delivery: DeliveryModel) -> int:
        if not self.reads_case(desk, delivery):
            return ABSENT
        if delivery.office != office_of(desk):
            return FORBIDDEN
        if verb == "reply":
            return OK
        waits = any(t.kind == "act" and t.state in ("open", "acknowledged") for t in delivery.tasks)
        is_open = delivery.case in ("registered", "proposed", "ordered")
        return OK if is_open and (not waits or roles_of(desk) & HEAD) else CONFLICT

    def move(self, verb: str, desk: str, letter: LetterModel) -> None:
        """What a verb on a letter does when it succeeds."""
        if verb == "cancel" and letter.number:
            self.books[letter.office, "send"][letter.number] = "cancelled"
        letter.state = STEPS[verb][letter.state]
        letter.version += verb != "remind"
        if verb == "propose":
            letter.posts.add(directors_post(letter.office))
        letter.has_text = letter.has_text or verb == "edit"
        if verb == "take_over":
            letter.owner = post_of(desk)
            letter.posts.add(letter.owner)
        if verb == "issue_number":
            letter.number = self.take(letter.office, "send")
        if verb == "send":
            letter.deliveries += [
                DeliveryModel(office, "sent" if office == "agency" else "arrived")
                for office in letter.to
                if not letter.live(office)
            ]
        for delivery in letter.deliveries:
            if delivery.state == "arrived" and verb == "recall":
                delivery.state = "recalled"
            if delivery.state == "arrived" and verb == "remind":
                delivery.is_reminded = True

    def settle(self, verb: str, delivery: DeliveryModel) -> None:
        """What a verb on a delivery or its case does when it succeeds."""
        ends = {
            "receive": "received",
            "reject": "rejected",
            "record_delivered": "delivered",
            "record_failed": "failed",
            "void": "voided",
        }
        delivery.state = ends.get(verb, delivery.state)
        if verb == "receive":
            delivery.number = self.take(delivery.office, "receive")
            delivery.case = "registered"
        if verb == "void":
            self.books[delivery.office, "receive"][delivery.number] = "cancelled"
            delivery.case = "voided"
        if verb == "close_case":
            delivery.case = "done"
        delivery.case_version += verb == "close_case"
