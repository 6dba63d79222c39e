"""Numbers under any order of taking, giving up, reserving, cancelling and voiding: always f … n."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.registers.models import Book, RegisterEntry
from eoffice.registers.services.numbering import cancel_number, issue_number, reserve_number
from eoffice.registers.services.settings import set_numbering
from eoffice.routing.services.approving import cancel
from eoffice.routing.services.receiving import OutsideLetter, register_outside, void
from eoffice.users.models import Office
from tests.stage import Stage

YEARS = count(2600)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["issue", "reserve", "take", "burn", "cancel", "register", "void"]),
        st.integers(0, 5),
        st.booleans(),
    ),
    max_size=14,
)


class GivenUp(Exception):
    """The act is rolled back after it took its number."""


@dataclass
class Course:
    """What was done in one year, and the numbers that must have come of it."""

    stage: Stage
    first: int
    reserved: list = field(default_factory=list)
    numbered: list = field(default_factory=list)
    registered: list = field(default_factory=list)
    send: dict[int, str] = field(default_factory=dict)
    receive: dict[int, str] = field(default_factory=dict)

    def do(self, step: str, choice: int, gives_up: bool) -> None:
        """One step, or nothing where there is nothing to do it to."""
        subjects = {"take": "reserved", "burn": "reserved", "cancel": "numbered"}
        subjects["void"] = "registered"
        pool = getattr(self, subjects[step]) if step in subjects else None
        if pool is not None and not pool:
            return
        subject = pool[choice % len(pool)] if pool else choice + 1
        try:
            with self.stage.database.transaction() as session:
                actor = self.stage.world.actor(session, "registrar")
                effect = getattr(self, f"_{step}")(session, actor, subject)
                if gives_up:
                    raise GivenUp
        except GivenUp:
            return
        effect()

    def _issue(self, session, actor, _choice):
        letter = self.stage.world.numbered_letter(session)

        def effect():
            self.numbered.append(letter)
            self._given(self.send, "issued")

        return effect

    def _reserve(self, session, actor, how_many):
        held = reserve_number(session, actor, series="send", count=how_many, reason="จอง")

        def effect():
            for entry in held:
                self.reserved.append(entry)
                self._given(self.send, "reserved")

        return effect

    def _take(self, session, actor, entry):
        letter = self.stage.world.signed_letter(session)
        issue_number(
            session, actor, letter.public_id, version=letter.version, reserved=entry.public_id
        )

        def effect():
            self.reserved.remove(entry)
            self.numbered.append(letter)
            self.send[entry.number] = "issued"

        return effect

    def _burn(self, session, actor, entry):
        cancel_number(session, actor, entry.public_id, reason="ไม่ใช้")

        def effect():
            self.reserved.remove(entry)
            self.send[entry.number] = "cancelled"

        return effect

    def _cancel(self, session, actor, letter):
        cancel(session, actor, letter.public_id, version=letter.version, reason="พิมพ์ผิด")
        number = int(letter.letter_no.split("/")[1])

        def effect():
            self.numbered.remove(letter)
            self.send[number] = "cancelled"

        return effect

    def _register(self, session, actor, _choice):
        letter = OutsideLetter(sender="อบต.ตัวอย่าง", subject="ทั่วไป")
        _, delivery, entry = register_outside(session, actor, letter)

        def effect():
            self.registered.append((delivery, entry.number))
            self._given(self.receive, "issued")

        return effect

    def _void(self, session, actor, pair):
        delivery, number = pair
        void(session, actor, delivery.public_id, reason="ลงผิด")

        def effect():
            self.registered.remove(pair)
            self.receive[number] = "cancelled"

        return effect

    def _given(self, book: dict[int, str], state: str) -> None:
        book[max(book, default=self.first - 1) + 1] = state


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(steps=STEPS, first=st.sampled_from([1, 7, 4000]))
def test_the_books_hold_every_number_once_and_no_other(stage, steps, first):
    year = next(YEARS)
    with clock.travelling(datetime(year - 543, 6, 1, tzinfo=UTC)):
        stage.make(_begin, stage, year, first)
        course = Course(stage, first)
        for step in steps:
            course.do(*step)
        assert _book(stage, "send", year) == course.send
        assert _book(stage, "receive", year) == course.receive


def _begin(session, stage, year, first):
    office = session.get_one(Office, stage.world.offices["district"])
    numbers = {"send": first, "receive": first}
    set_numbering(session, SYSTEM, office, year=year, prefix="ศธ 04999", first_numbers=numbers)


def _book(stage, series, year):
    with stage.database.reading() as session:
        query = (
            select(RegisterEntry, Book)
            .join(Book, Book.id == RegisterEntry.book_id)
            .where(Book.series == series, Book.year == year)
            .order_by(RegisterEntry.number)
        )
        rows = session.execute(query).all()
    numbers = [entry.number for entry, _ in rows]
    if rows:
        book = rows[0][1]
        assert numbers == list(range(book.first_no, book.last_no + 1))
        times = [entry.entered_at for entry, _ in rows]
        assert times == sorted(times)
    return {entry.number: entry.state for entry, _ in rows}
