"""Thai for people: labels, digits, Buddhist dates, sizes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eoffice.errors import Invalid
from eoffice.thai import (
    DateNotUnderstood,
    LabelledEnum,
    buddhist_year,
    file_size,
    parse_thai_date,
    thai_date,
    thai_datetime,
    thai_time,
    to_arabic_digits,
    to_thai_digits,
)

DAY = date(2026, 5, 18)
DAYS = st.dates(date(1858, 1, 1), date(2299, 12, 31))


class Colour(LabelledEnum):
    RED = "red", "แดง"
    BLUE = "blue", "น้ำเงิน"


def test_a_labelled_member_is_its_code() -> None:
    assert (str(Colour.RED), f"{Colour.RED:>5}", Colour.RED.value) == ("red", "  red", "red")
    assert Colour("blue") is Colour.BLUE
    assert Colour.RED == "red"
    assert json.dumps([Colour.RED]) == '["red"]'


def test_a_labelled_member_has_its_label() -> None:
    assert Colour.BLUE.label == "น้ำเงิน"
    assert Colour.choices() == [("red", "แดง"), ("blue", "น้ำเงิน")]


def test_digits_go_both_ways() -> None:
    assert to_thai_digits("ศธ 04999/ว 1284") == "ศธ ๐๔๙๙๙/ว ๑๒๘๔"
    assert to_arabic_digits("ศธ ๐๔๙๙๙/ว ๑๒๘๔") == "ศธ 04999/ว 1284"


def test_dates_are_buddhist() -> None:
    assert thai_date(DAY) == "18 พ.ค. 2569"
    assert thai_date(DAY, long=True) == "18 พฤษภาคม 2569"
    assert thai_date(DAY, long=True, digits="thai") == "๑๘ พฤษภาคม ๒๕๖๙"
    assert buddhist_year(DAY) == 2569


def test_instants_are_shown_in_bangkok() -> None:
    at = datetime(2026, 12, 31, 17, 5, tzinfo=UTC)
    assert thai_date(at) == "1 ม.ค. 2570"
    assert thai_time(at) == "00.05 น."
    assert thai_datetime(at) == "1 ม.ค. 2570 00.05 น."
    assert thai_datetime(at, long=True, digits="thai") == "๑ มกราคม ๒๕๗๐ ๐๐.๐๕ น."
    assert buddhist_year(at) == 2570
    elsewhere = at.astimezone(timezone(timedelta(hours=-8)))
    assert thai_datetime(elsewhere) == thai_datetime(at)


def test_wall_times_are_shown_as_they_are() -> None:
    assert thai_time(time(9, 41)) == "09.41 น."
    assert thai_datetime(datetime(2026, 5, 18, 9, 41)) == "18 พ.ค. 2569 09.41 น."


@pytest.mark.parametrize(
    "typed",
    [
        "18 พ.ค. 2569",
        "18 พค 69",
        "18พ.ค.69",
        "18 พ. ค. 2569",
        "18 พฤษภาคม 2569",
        "๑๘ พฤษภาคม ๒๕๖๙",
        "18 พฤษภาคม พ.ศ. 2569",
        "18 พ.ค. ค.ศ. 2026",
        "18 พ.ค. 2026",
        "วันที่ 18 พฤษภาคม 2569",
        "วันจันทร์ที่ 18 พฤษภาคม พ.ศ. ๒๕๖๙",
        "18/5/2569",
        "18/05/69",
        "18-5-2569",
        "18.5.2569",
        "18 / 5 / 2026",
        "2026-05-18",
        "2569-05-18",
        "  18  พ.ค.  2569 ",
    ],
)
def test_dates_are_read_as_people_type_them(typed: str) -> None:
    assert parse_thai_date(typed) == DAY


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "พรุ่งนี้",
        "18 พ.ค.",
        "31/2/2569",
        "0/5/2569",
        "18/13/2569",
        "18 อ.ค. 2569",
        "18/5/999",
        "18/5/2350",
        "18 พ.ค. ค.ศ. 2569",
        "18/5/2569 x",
        "2569",
        "9" * 10_000,
    ],
)
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(DateNotUnderstood) as refusal:
        parse_thai_date(typed)
    assert isinstance(refusal.value, Invalid)
    assert "18 พ.ค. 2569" in str(refusal.value)


@given(DAYS, st.booleans(), st.sampled_from(["arabic", "thai"]))
def test_a_written_date_is_read_back(day: date, long: bool, digits: str) -> None:
    assert parse_thai_date(thai_date(day, long=long, digits=digits)) == day  # type: ignore[arg-type]


@given(st.text(max_size=40))
def test_reading_any_text_gives_a_day_or_a_refusal(typed: str) -> None:
    try:
        assert isinstance(parse_thai_date(typed), date)
    except DateNotUnderstood as refusal:
        assert str(refusal)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 ไบต์"),
        (999, "999 ไบต์"),
        (1000, "1 KB"),
        (80 << 10, "80 KB"),
        (1023 << 10, "1.0 MB"),
        (4_300_000, "4.1 MB"),
        (20 << 20, "20 MB"),
        (3 << 30, "3.0 GB"),
        (1 << 60, "1048576 TB"),
    ],
)
def test_sizes_are_short(count: int, shown: str) -> None:
    assert file_size(count) == shown
