"""ประกาศระบบ: on every page of everybody, from its day until its day, until each puts it away."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from eoffice import clock
from eoffice.notifications.announcements import announce, dismiss, end_announcement
from eoffice.notifications.models import Announcement
from eoffice.notifications.rules import (
    AnnouncementEmpty,
    AnnouncementEnded,
    AnnouncementNotFound,
    AnnouncementPast,
)
from eoffice.users.rules import DatesReversed, RoleMissing
from eoffice.verbs import Verb
from tests.plugins.web import location, said

TEXT = "ปิดปรับปรุงระบบวันเสาร์"


def _announce(stage, **details):
    given = {"text": TEXT, "starts_on": None, "ends_on": clock.today()}
    return stage.act("admin", announce, **given | details)


def test_the_administrator_announces_and_everybody_sees_it(stage, client, stranger):
    page = client("admin")
    form = page.form("/announcements", "/announcements").to_dict() | {"text": f" {TEXT}\n <b>x</b>"}
    with stage.leaves(Verb.ANNOUNCE, "admin", "announcement", chain=0) as seen:
        assert location(page.post("/announcements", **form)) == "/announcements"
    assert seen["facts"]["said"] == f"{TEXT} <b>x</b>"
    for desk in ("registrar", "a_teacher", "b_director", "visitor"):
        text = client(desk).page("/account")
        assert TEXT in text
        assert "<b>x</b>" not in text
    assert TEXT not in stranger.page("/sign-in")


def test_a_person_puts_it_away_and_stays_on_the_page(stage, client):
    row = _announce(stage)
    url = f"/announcements/{row.public_id}/dismiss"
    person = client("a_registrar")
    before = stage.everything()["activity"]
    answer = person.submit("/inbox?state=received", url)
    assert location(answer) == "/inbox?state=received"
    assert stage.everything()["activity"] == before
    assert TEXT not in person.page("/inbox")
    assert TEXT in client("a_director").page("/inbox")
    assert person.post(url).status_code == 404
    assert location(client("b_registrar").post(url, next="//evil.example/x")) == "/"


def test_it_is_shown_on_its_days_only(stage, client):
    tomorrow = clock.today() + timedelta(days=1)
    _announce(stage, starts_on=tomorrow, ends_on=tomorrow)
    assert TEXT not in client("a_registrar").page("/account")
    with clock.travelling(clock.now() + timedelta(days=1)):
        assert TEXT in client("a_registrar").page("/account")
    with clock.travelling(clock.now() + timedelta(days=2)):
        assert TEXT not in client("a_registrar").page("/account")


def test_ending_it_leaves_its_trace_and_is_done_once(stage, client, nothing_written):
    row = _announce(stage)
    page = client("admin")
    url = f"/announcements/{row.public_id}/end"
    with stage.leaves(Verb.END_ANNOUNCEMENT, "admin", "announcement", chain=0):
        assert location(page.submit("/announcements", url)) == "/announcements"
    assert TEXT not in client("a_registrar").page("/account")
    with nothing_written():
        assert page.post(url).status_code == 409


def test_nobody_else_announces_or_ends(stage, client, nothing_written):
    row = _announce(stage)
    people = {desk: client(desk) for desk in ("a_admin", "registrar", "director", "visitor")}
    with nothing_written():
        for desk, person in people.items():
            assert person.get("/announcements").status_code == 403, desk
            answer = person.post("/announcements", text="x", ends_on="")
            assert answer.status_code == 403, desk
            assert person.post(f"/announcements/{row.public_id}/end").status_code in (403, 404)
    stage.refuses(RoleMissing, "a_admin", announce, text="x", starts_on=None, ends_on=clock.today())


def test_a_wrong_form_keeps_what_was_typed(stage, client, nothing_written):
    page = client("admin")
    form = page.form("/announcements", "/announcements").to_dict()
    with nothing_written():
        for wrong in ({"text": ""}, {"text": "ก" * 501}, {"ends_on": "1 ม.ค. 2560"}):
            answer = page.post("/announcements", **form | {"text": TEXT} | wrong)
            assert answer.status_code == 422
            assert "ยังประกาศไม่ได้" in said(answer)


@pytest.mark.parametrize(
    ("fact", "details"),
    [
        (AnnouncementEmpty, {"text": "  "}),
        (DatesReversed, {"starts_on": date(2590, 1, 2), "ends_on": date(2590, 1, 1)}),
        (AnnouncementPast, {"starts_on": date(2020, 1, 1), "ends_on": date(2020, 1, 2)}),
    ],
)
def test_the_service_refuses(stage, fact, details):
    given = {"text": TEXT, "starts_on": None, "ends_on": clock.today()}
    stage.refuses(fact, "admin", announce, **given | details)


def test_what_is_over_or_absent_is_refused(stage):
    row: Announcement = _announce(stage)
    stage.act("admin", end_announcement, row.public_id)
    stage.refuses(AnnouncementEnded, "admin", end_announcement, row.public_id)
    stage.refuses(AnnouncementNotFound, "admin", end_announcement, "0" * 20)
    stage.refuses(AnnouncementNotFound, "registrar", dismiss, row.public_id)
