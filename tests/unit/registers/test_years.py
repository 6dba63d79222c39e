"""The year of a number is the calendar year in Bangkok, at the instant of numbering."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from eoffice import clock
from eoffice.actor import SYSTEM
from eoffice.registers.models import OfficeYear
from eoffice.registers.queries import (
    year_settings,
)
from eoffice.registers.rules import (
    ReservedByOther,
    Series,
)
from eoffice.registers.services.numbering import (
    enter,
    issue_number,
    reserve_number,
    take_number,
)
from eoffice.registers.services.settings import set_numbering
from eoffice.routing.services.receiving import receive
from eoffice.users.models import Office


def settle(stage, office="district", **changes):
    """Change an office's numbering of this year."""

    def changed(session):
        row = session.get_one(OfficeYear, (stage.world.offices[office], stage.world.year))
        for name, value in changes.items():
            setattr(row, name, value)

    stage.make(changed)


def number(stage, **details):
    return stage.make(stage.world.numbered_letter, **details).letter_no


NEW_YEAR = datetime(2027, 1, 1, tzinfo=clock.BANGKOK).astimezone(UTC)


def test_the_year_changes_at_midnight_in_bangkok_whatever_the_host_says(stage):
    """31 Dec 23:59:59 Bangkok is 16:59:59 UTC; 1 Jan 06:59 Bangkok is still 31 Dec in UTC."""
    numbers = []
    for seconds in (-2, -1, 0, 1, 7 * 3600 - 60):
        with clock.travelling(NEW_YEAR + timedelta(seconds=seconds)):
            letter = stage.make(stage.world.sent_letter, kind="memo")
            delivery = stage.make(stage.world.delivery, letter)
            stage.act("a_registrar", receive, delivery.public_id)
            numbers.append((letter.letter_no, stage.row(delivery).receive_no))
            assert letter.letter_date == clock.today()
    assert [receive_no for _, receive_no in numbers] == [
        "1/2569",
        "2/2569",
        "1/2570",
        "2/2570",
        "3/2570",
    ]
    assert [int(no.split("/")[1]) for no, _ in numbers] == [1, 2, 1, 2, 3]
    assert clock.be_year(date(2026, 12, 31)) == 2569


def test_a_letter_begun_before_midnight_has_the_number_of_the_new_year_and_its_prefix(stage):
    with clock.travelling(NEW_YEAR - timedelta(minutes=1)):
        letter = stage.make(stage.world.signed_letter)
        office = stage.make(
            lambda session: session.get_one(Office, stage.world.offices["district"])
        )
        stage.make(set_numbering, SYSTEM, office, year=2570, prefix="ศธ 05000")
    with clock.travelling(NEW_YEAR + timedelta(minutes=1)):
        stage.act("registrar", issue_number, letter.public_id, version=letter.version)
    letter = stage.row(letter)
    assert (letter.letter_no, letter.letter_date) == ("ศธ 05000/1", date(2027, 1, 1))


def test_a_new_year_begins_with_the_settings_of_the_year_before(stage):
    settle(stage, circular_series="shared", numbers_announcements=True)
    with clock.travelling(NEW_YEAR + timedelta(days=1)):
        assert number(stage, is_circular=True) == "ศธ 04999/ว 1"
        assert number(stage) == "ศธ 04999/2"
    with stage.database.reading() as session:
        row = year_settings(session, stage.world.offices["district"], 2570)
        later = year_settings(session, stage.world.offices["district"], 2575)
    assert (row.year, row.prefix, row.numbers_announcements) == (2570, "ศธ 04999", True)
    assert later.year == 2570


def test_a_reserved_number_of_last_year_is_not_taken_this_year(stage):
    with clock.travelling(NEW_YEAR - timedelta(hours=1)):
        held = stage.act("registrar", reserve_number, series="send", reason="จองไว้")[0]
    with clock.travelling(NEW_YEAR + timedelta(hours=1)):
        letter = stage.make(stage.world.signed_letter)
        stage.refuses(
            ReservedByOther,
            "registrar",
            issue_number,
            letter.public_id,
            version=letter.version,
            reserved=held.public_id,
        )


def test_an_act_that_waited_over_midnight_is_the_last_of_the_old_year(stage):
    """It asked for its number in the old year: register, date and number stay of one year."""
    after_midnight = clock.travelling(NEW_YEAR + timedelta(seconds=3))
    with after_midnight, stage.database.transaction() as session:
        taken = take_number(session, stage.world.offices["school_b"], Series.RECEIVE, 2569)
        entry = enter(session, stage.world.actor(session, "b_registrar"), taken)
    assert (taken.number, taken.year) == (1, 2569)
    assert entry.entered_on == date(2026, 12, 31)
    assert entry.entered_at < NEW_YEAR
