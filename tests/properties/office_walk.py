"""Doing the model's acts to the product: each answer must be the one foretold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from eoffice import clock
from eoffice.documents.models import Letter
from eoffice.documents.rules import LETTER_STEPS, LetterState
from eoffice.documents.services.drafting import LetterFields, draft, edit, take_over
from eoffice.errors import EofficeError
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.services.numbering import cancel_number, issue_number, reserve_number
from eoffice.routing.folders import folder_counts
from eoffice.routing.models import Case, Delivery
from eoffice.routing.rules import DELIVERY_STEPS, DeliveryState
from eoffice.routing.services.addressing import address
from eoffice.routing.services.approving import (
    cancel,
    close_letter,
    document_hash,
    propose,
    send_back,
    sign,
    sign_on_paper,
    withdraw,
)
from eoffice.routing.services.casework import close_case
from eoffice.routing.services.receiving import (
    OutsideLetter,
    open_delivery,
    receive,
    register_outside,
    reject,
    reply,
    void,
)
from eoffice.routing.services.sending import (
    recall,
    record_delivered,
    record_failed,
    remind,
    send,
)
from eoffice.verbs import Verb
from tests.properties.case_walk import end_tasks
from tests.properties.office_model import (
    NEXT,
    OK,
    RIGHTS,
    STEPS,
    DeliveryModel,
    LetterModel,
    Model,
    directors_post,
    office_of,
    post_of,
    registrar_of,
    roles_of,
)
from tests.properties.work_walk import WorkWalk
from tests.stage import Stage, assert_chains_whole

FIELDS = LetterFields(subject="แก้แล้ว", body="ข้อความ")
WHY = {"reason": "เหตุผล"}
SIGNER = {"signer_name": "นาย ก", "signer_position": "ผู้อำนวยการ"}
LETTER_VERBS: dict[str, Callable[..., Any]] = {
    "edit": lambda s, a, key, **at: edit(s, a, key, FIELDS, **at),
    "take_over": take_over,
    "propose": propose,
    "withdraw": withdraw,
    "sign": lambda s, a, key, **at: sign(s, a, key, shown_hash=_shown(s, key), **at),
    "sign_on_paper": lambda s, a, key, **at: sign_on_paper(s, a, key, **SIGNER, **at),
    "send_back": lambda s, a, key, **at: send_back(s, a, key, **WHY, **at),
    "issue_number": issue_number,
    "send": send,
    "recall": lambda s, a, key, **at: recall(s, a, key, **WHY, **at),
    "remind": lambda s, a, key, version: remind(s, a, key),
    "cancel": lambda s, a, key, **at: cancel(s, a, key, **WHY, **at),
    "close_letter": close_letter,
}
DELIVERY_VERBS: dict[str, Callable[..., Any]] = {
    "open": open_delivery,
    "receive": receive,
    "reject": lambda s, a, key: reject(s, a, key, **WHY),
    "void": lambda s, a, key: void(s, a, key, **WHY),
    "record_delivered": lambda s, a, key: record_delivered(s, a, key, delivered_on=clock.today()),
    "record_failed": lambda s, a, key: record_failed(s, a, key, **WHY),
}
WANTED = {
    "record_delivered": "sent",
    "record_failed": "sent",
    "void": "registered",
    "close_case": "registered",
    "reply": "registered",
}
"""The state of a delivery or case in which a verb may succeed, where it is not ``arrived``."""
RECIPIENTS = ("district", "school_a", "school_b", "school_c", "agency")
DESKS = (
    *("registrar", "director", "acting_director", "officer", "admin"),
    *("a_registrar", "a_director", "a_teacher", "b_registrar", "b_director", "c_registrar"),
)


def _shown(session: Any, public_id: str) -> str:
    letter = session.scalars(select(Letter).where(Letter.public_id == public_id)).one()
    return document_hash(session, letter)


def _waits(letter: LetterModel) -> bool:
    return any(delivery.state == "arrived" for delivery in letter.deliveries)


class Walk(WorkWalk):
    """The model and the product, side by side."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.model = Model()
        self.desks_seen: dict[str, list[tuple[Any, str]]] = {}

    def begin(self, desk: str) -> None:
        """Draft a letter from a desk."""
        answer, letter = self._do(desk, draft, FIELDS)
        self._expect("draft", desk, answer, OK if roles_of(desk) & RIGHTS["draft"] else 403)
        if letter is not None:
            self._add(letter, desk)

    def from_outside(self, desk: str) -> None:
        """Register a paper letter at a desk."""
        paper = OutsideLetter(sender="อบต.ตัวอย่าง", subject="ทั่วไป")
        answer, done = self._do(desk, register_outside, paper)
        foretold = OK if "registrar" in roles_of(desk) else 403
        self._expect("register_outside", desk, answer, foretold)
        if done is None:
            return
        letter, delivery, _ = done
        office = office_of(desk)
        number = self.model.take(office, "receive")
        kept = DeliveryModel(office, "received", delivery.public_id, number=number)
        kept.case = "registered"
        added = LetterModel("", "", letter.public_id, "sent", registered_by=office)
        added.deliveries.append(kept)
        self.model.letters.append(added)
        self._find_cases(added)

    def reserve(self, desk: str) -> None:
        """Reserve the next number of the send book."""
        answer, held = self._do(desk, reserve_number, series="send", **WHY)
        foretold = OK if "registrar" in roles_of(desk) else 403
        self._expect("reserve_number", desk, answer, foretold)
        if held is not None:
            number = self.model.take(office_of(desk), "send", "reserved")
            self.model.reserved.append((office_of(desk), number, held[0].public_id))

    def burn(self, desk: str, pick: int) -> None:
        """Cancel a reserved number."""
        if not self.model.reserved:
            return
        chosen = self.model.reserved[pick % len(self.model.reserved)]
        office, number, key = chosen
        answer, _ = self._do(desk, cancel_number, key, **WHY)
        foretold = OK if office == office_of(desk) else 404
        foretold = foretold if "registrar" in roles_of(desk) else 403
        self._expect("cancel_number", desk, answer, foretold)
        if answer == OK:
            self.model.reserved.remove(chosen)
            self.model.books[office, "send"][number] = "cancelled"

    def go_on(self, pick: int, recipients: int, times: int) -> None:
        """Address a letter and let those who may take it so many steps towards its receivers."""
        drafts = [letter for letter in self.model.letters if letter.state == "draft"]
        if not drafts:
            return
        letter = drafts[pick % len(drafts)]
        self._address(self._right_desk("address", letter), letter, recipients)
        if not letter.has_text:
            self._try("edit", letter.owner, letter)
        for _ in range(times):
            if letter.state in NEXT:
                self._try(NEXT[letter.state], self._right_desk(NEXT[letter.state], letter), letter)

    def on_letter(self, verb: str, desk: str, pick: int, recipients: int = 0) -> None:
        """Try a verb on a letter; ``next`` and ``right`` go on with it from where it may be."""
        letters = [letter for letter in self.model.letters if letter.office]
        if verb == "next":
            letters = [letter for letter in letters if letter.state in NEXT]
        elif desk == "right":
            letters = [one for one in letters if one.state in STEPS[verb]] or letters
        if verb in ("recall", "remind"):
            letters = [one for one in letters if _waits(one)] or letters
        if not letters:
            return
        letter = letters[pick % len(letters)]
        verb = NEXT[letter.state] if verb == "next" else verb
        if desk in ("right", "twin"):
            desk = self._right_desk(verb, letter)
        if verb == "address":
            return self._address(desk, letter, recipients)
        return self._try(verb, desk, letter)

    def _try(self, verb: str, desk: str, letter: LetterModel) -> None:
        foretold = self.model.on_letter(verb, desk, letter)
        before = letter.state
        answer, _ = self._do(desk, LETTER_VERBS[verb], letter.public_id, version=letter.version)
        self._expect(verb, desk, answer, foretold)
        if answer == OK:
            self.model.move(verb, desk, letter)
            table = LETTER_STEPS[Verb(verb), LetterState(before)]
            assert table.value == letter.state
            self._find_deliveries(letter)

    def on_delivery(self, verb: str, desk: str, pick: int) -> None:
        """Try a verb on a delivery or its case; ``twin`` is the clerk of two schools, who sits at
        the desk of the other one."""
        pairs = [(one, d) for one in self.model.letters for d in one.deliveries]
        if desk in ("right", "twin"):
            wanted = WANTED.get(verb, "arrived")
            pairs = [pair for pair in pairs if wanted in (pair[1].state, pair[1].case)] or pairs
        if not pairs:
            return
        letter, delivery = pairs[pick % len(pairs)]
        if desk == "twin":
            desk = {"school_a": "c_registrar"}.get(delivery.office, "a_registrar")
        if desk == "right":
            sender = verb in ("record_delivered", "record_failed")
            office = letter.office if sender and letter.office else delivery.office
            desk = registrar_of(office if office != "agency" else letter.office)
        if verb in ("close_case", "reply"):
            return self._on_case(verb, desk, letter, delivery)
        foretold = self.model.on_delivery(verb, desk, letter, delivery)
        before = delivery.state
        answer, _ = self._do(desk, DELIVERY_VERBS[verb], delivery.public_id)
        self._expect(verb, desk, answer, foretold)
        if answer == OK:
            self.model.settle(verb, delivery)
            if verb == "void":
                end_tasks(verb, delivery)
            if before != delivery.state:
                table = DELIVERY_STEPS[Verb(verb), DeliveryState(before)]
                assert table.value == delivery.state
            self._find_cases(letter)

    def agree(self) -> None:
        """States, versions, numbers, books, counts and chains are those of the model."""
        with self.stage.database.reading() as session:
            rows = {row.public_id: row for row in session.scalars(select(Letter))}
            for letter in self.model.letters:
                row = rows.pop(letter.public_id)
                assert row.state == letter.state
                assert not letter.office or row.version == letter.version
                ending = f"/{letter.number}" if letter.number else ""
                assert row.letter_no.endswith(ending) if letter.number else not row.letter_no
                self._agree_on_deliveries(session, letter, row)
            assert rows == {}
            self._agree_on_books(session)
            ids = self.stage.world.offices
            kept = folder_counts(session, list(ids.values()))
            for name, office_id in ids.items():
                count = kept.get((office_id, "arrived"))
                assert (count.count if count else 0) == self.model.waiting(name), name
            assert_chains_whole(session)

    def _agree_on_deliveries(self, session: Any, letter: LetterModel, row: Letter) -> None:
        query = select(Delivery).where(Delivery.letter_id == row.id)
        stored = {one.public_id: one for one in session.scalars(query)}
        assert {d.public_id: d.state for d in letter.deliveries} == {
            key: one.state for key, one in stored.items()
        }
        for delivery in letter.deliveries:
            self.agree_on_work(session, delivery)
            if delivery.number:
                number = stored[delivery.public_id].receive_no
                assert number == f"{delivery.number}/{self.stage.world.year}"

    def _agree_on_books(self, session: Any) -> None:
        names = {office_id: name for name, office_id in self.stage.world.offices.items()}
        found: dict[tuple[str, str], dict[int, str]] = {}
        query = select(RegisterEntry, Book).join(Book, Book.id == RegisterEntry.book_id)
        for entry, book in session.execute(query.order_by(RegisterEntry.number)):
            key = names[book.office_id], book.series
            found.setdefault(key, {})[entry.number] = entry.state
            assert book.last_no >= entry.number
        assert found == self.model.books

    def _address(self, desk: str, letter: LetterModel, recipients: int) -> None:
        others = [name for name in RECIPIENTS if name != letter.office]
        chosen = tuple(name for bit, name in enumerate(others) if recipients >> bit & 1)
        foretold = self.model.on_letter("address", desk, letter)
        choice = self.stage.world.addressing(to=chosen)
        answer, _ = self._do(desk, address, letter.public_id, choice, version=letter.version)
        self._expect("address", desk, answer, foretold)
        if answer == OK:
            letter.to = chosen
            self.model.move("address", desk, letter)

    def _on_case(self, verb: str, desk: str, letter: LetterModel, delivery: DeliveryModel) -> None:
        foretold = self.model.on_delivery(verb, desk, letter, delivery)
        key = delivery.case_id or "0" * 20
        done: Any = reply
        if verb == "close_case":
            done = lambda s, a, key: close_case(s, a, key, version=delivery.case_version)  # noqa: E731
        answer, made = self._do(desk, done, key)
        self._expect(verb, desk, answer, foretold)
        if answer == OK and verb == "close_case":
            self.model.settle(verb, delivery)
            end_tasks(verb, delivery)
        elif answer == OK:
            to = (letter.office,) if letter.office else ()
            self._add(made, desk, to=to, version=1 + bool(to))
            self.model.letters[-1].has_text = False

    def _add(self, letter: Letter, desk: str, to: tuple[str, ...] = (), version: int = 1) -> None:
        post = post_of(desk)
        added = LetterModel(office_of(desk), post, letter.public_id, version=version, to=to)
        added.posts.add(post)
        self.model.letters.append(added)

    def _right_desk(self, verb: str, letter: LetterModel) -> str:
        registrar = registrar_of(letter.office)
        if verb in ("edit", "propose"):
            return letter.owner
        if verb == "sign" or (verb == "send_back" and letter.state == "proposed"):
            return directors_post(letter.office)
        return registrar

    def _do(self, desk: str, verb: Callable[..., Any], *args: Any, **kw: Any) -> tuple[int, Any]:
        try:
            return OK, self.stage.act(desk, verb, *args, **kw)
        except EofficeError as refused:
            return refused.status, None

    def _expect(self, verb: str, desk: str, answer: int, foretold: int) -> None:
        assert answer == foretold, f"{verb} from {desk}: {answer}, foretold {foretold}"

    def _find_deliveries(self, letter: LetterModel) -> None:
        """Learn the public ids of deliveries that a sending just made."""
        unknown = [delivery for delivery in letter.deliveries if not delivery.public_id]
        if not unknown:
            return
        with self.stage.database.reading() as session:
            for delivery in unknown:
                row = session.scalars(select(Letter).where(Letter.public_id == letter.public_id))
                found = self.stage.world.delivery(session, row.one(), delivery.office)
                delivery.public_id = found.public_id

    def _find_cases(self, letter: LetterModel) -> None:
        """Learn the public ids of cases that a registration just opened."""
        unknown = [d for d in letter.deliveries if d.case and not d.case_id]
        if not unknown:
            return
        with self.stage.database.reading() as session:
            for delivery in unknown:
                query = select(Case.public_id).join(Delivery, Delivery.id == Case.delivery_id)
                key = query.where(Delivery.public_id == delivery.public_id)
                delivery.case_id = session.scalars(key).one()
