"""ลงรับ of several letters at once: all or none, in order of arrival, nothing foreign named."""

from __future__ import annotations

import pytest

from eoffice.db import new_public_id
from eoffice.routing.routes.deliveries import MOST_AT_ONCE
from eoffice.routing.services.receiving import receive
from tests.plugins.web import location, on_sqlite, said

URL = "/inbox/receive"


@pytest.fixture
def arrived(stage):
    """Five letters that came to school A, oldest first."""

    def build(session):
        letters = [
            stage.world.sent_letter(session, subject=f"ฉบับที่ {n}", urgency=urgency)
            for n, urgency in enumerate(
                ("normal", "most_urgent", "normal", "urgent", "normal"), start=1
            )
        ]
        return [stage.world.delivery(session, letter) for letter in letters]

    return stage.make(build)


def keys(deliveries):
    return [delivery.public_id for delivery in deliveries]


def test_all_are_received_in_the_order_of_arrival(stage, client, arrived):
    clerk = client("a_registrar")
    shuffled = keys(arrived[3:] + arrived[:3])
    answer = clerk.post(URL, picked=shuffled)
    result = clerk.get(location(answer))
    numbers = [stage.row(delivery).receive_no for delivery in arrived]
    assert numbers == [f"{n}/{stage.world.year}" for n in range(1, 6)]
    words = said(result)
    places = [words.index(f"ฉบับที่ {n}") for n in range(1, 6)]
    assert places == sorted(places)
    again = clerk.post(URL, picked=shuffled)
    assert again.status_code == 409


def test_one_foreign_thing_among_many_refuses_all(stage, client, arrived, nothing_written):
    elsewhere = stage.make(stage.world.sent_letter, to=("school_b",), subject="ของโรงเรียนอื่น")
    foreign = stage.make(stage.world.delivery, elsewhere, "school_b").public_id
    clerk = client("a_registrar")
    with nothing_written():
        answer = clerk.post(URL, picked=[*keys(arrived), foreign])
        absent = clerk.post(URL, picked=[*keys(arrived), new_public_id()])
    assert answer.status_code == 404
    assert answer.data == absent.data
    for word in (foreign, "ของโรงเรียนอื่น", "ฉบับที่ 1"):
        assert word not in answer.text


@on_sqlite
def test_one_received_meanwhile_refuses_all(stage, client, arrived, nothing_written):
    stage.act("a_registrar", receive, arrived[2].public_id)
    clerk = client("a_registrar")
    with nothing_written():
        answer = clerk.post(URL, picked=keys(arrived))
    assert answer.status_code == 409
    assert "ลงรับแล้วโดย" in said(answer)


@on_sqlite
def test_a_thing_named_twice_is_received_once(stage, client, arrived):
    clerk = client("a_registrar")
    location(clerk.post(URL, picked=[arrived[0].public_id] * 3))
    assert stage.row(arrived[0]).receive_no == f"1/{stage.world.year}"
    assert stage.row(arrived[1]).state == "arrived"


@on_sqlite
@pytest.mark.parametrize("picked", [[], [""], [new_public_id()] * 1], ids=["none", "empty", "one"])
def test_an_empty_choice_is_refused(client, nothing_written, picked):
    clerk = client("a_registrar")
    with nothing_written():
        assert clerk.post(URL, picked=picked).status_code in (404, 422)


@on_sqlite
def test_too_many_at_once_are_refused(client, nothing_written):
    clerk = client("a_registrar")
    with nothing_written():
        answer = clerk.post(URL, picked=[f"{n:020x}" for n in range(MOST_AT_ONCE + 1)])
    assert answer.status_code == 422
    assert str(MOST_AT_ONCE) in said(answer)


@on_sqlite
def test_only_the_registrar_at_the_right_desk(stage, client, stranger, arrived, nothing_written):
    director, other_desk, outsider = (
        client(name) for name in ("a_director", "c_registrar", "b_registrar")
    )
    with nothing_written():
        assert stranger.post(URL, picked=keys(arrived)).location == "/sign-in"
        assert director.post(URL, picked=keys(arrived)).status_code == 403
        assert other_desk.post(URL, picked=keys(arrived)).status_code == 403
        assert outsider.post(URL, picked=keys(arrived)).status_code == 404
    assert {stage.row(delivery).state for delivery in arrived} == {"arrived"}


@on_sqlite
def test_the_form_of_the_inbox_brings_what_was_ticked(stage, client, arrived):
    clerk = client("a_registrar")
    answer = clerk.submit("/inbox", "/inbox/receive", picked=keys(arrived)[:2])
    assert location(answer).startswith("/inbox/received?keys=")
    assert stage.row(arrived[1]).receive_no == f"2/{stage.world.year}"
