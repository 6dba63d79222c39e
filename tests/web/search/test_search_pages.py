"""The search page: the address holds the query; kept searches; Excel; nothing that is not seen."""

from __future__ import annotations

import io

import openpyxl
import pytest

from eoffice.db import new_public_id
from eoffice.routing.services.sending import recall
from eoffice.search.models import SavedSearch
from eoffice.search.saving import MOST, TooManySearches, save_search
from eoffice.verbs import Verb
from tests.plugins.web import location, on_sqlite, said
from tests.searching import Searching

RARE = "ปลากัดสยาม"


@pytest.fixture
def searching(stage, database, settings):
    made = Searching(stage, database, settings)
    yield made
    made.index.close()


@pytest.fixture
def letter(stage, searching):
    """A letter that school A received and school B knows nothing of."""
    made = stage.make(
        stage.world.sent_letter, subject=f"การประกวด{RARE}", body=f"ขอเชิญส่ง{RARE}เข้าประกวด"
    )
    searching.drain()
    return made


def test_hits_say_where_the_words_stand(client, letter):
    page = client("a_director").page(f"/search?q={RARE}")
    assert 'พบ <span class="keep">1 ฉบับ</span>' in page
    assert f"การประกวด<mark>{RARE}</mark>" in page
    assert f"ขอเชิญส่ง<mark>{RARE}</mark>เข้าประกวด" in page
    assert "พบในเรื่อง" in page
    assert letter.letter_no in page


@pytest.mark.parametrize("name", ["b_registrar", "a_teacher", "admin", "auditor", "visitor"])
@on_sqlite
def test_nobody_else_learns_that_it_exists(client, letter, name):
    person = client(name)
    page = person.page(f"/search?q={RARE}")
    assert letter.public_id not in page
    assert "การประกวด" not in page
    assert ">0 ฉบับ<" in page
    assert "การประกวด" not in person.page("/search/suggestions?q=การประ")


def test_a_lagging_index_shows_and_counts_nothing_more(stage, client, letter):
    stage.act("registrar", recall, letter.public_id, version=letter.version, reason="ส่งผิด")
    page = client("a_registrar").page(f"/search?q={RARE}")
    assert letter.public_id not in page
    assert ">0 ฉบับ<" in page


def test_filters_live_in_the_address(stage, client, searching, letter):
    person = client("registrar")
    to = stage.world.public["school_a"]
    for arguments, is_found in (
        ("dir=out", True),
        ("dir=in", False),
        ("kind=external", True),
        ("kind=order", False),
        (f"to={to}", True),
        (f"to={stage.world.public['school_b']}", False),
        ("urgency=normal", True),
        ("state=sent", True),
        ("state=draft", False),
        ("files=1", False),
        ("since=1+ม.ค.+2550", True),
        ("until=1+ม.ค.+2550", False),
    ):
        page = person.page(f"/search?q={RARE}&{arguments}")
        assert (letter.public_id in page) == is_found, arguments


def test_who_else_received_a_letter_is_not_to_be_searched_out(stage, client, searching):
    letter = stage.make(
        stage.world.sent_letter, subject=RARE, to=("school_a", "school_b"), is_circular=True
    )
    searching.drain()
    b = stage.world.public["school_b"]
    assert letter.public_id in client("registrar").page(f"/search?q={RARE}&to={b}")
    assert letter.public_id not in client("a_registrar").page(f"/search?q={RARE}&to={b}")


@on_sqlite
def test_a_date_that_is_not_understood_stays_with_its_reason(client, letter):
    page = client("registrar").page(f"/search?q={RARE}&since=สามสิบกุมภา")
    assert 'value="สามสิบกุมภา"' in page
    assert "since-wrong" in page
    assert letter.public_id in page


@on_sqlite
def test_a_misspelt_word_is_put_right_from_what_one_sees(client, letter):
    page = client("registrar").page("/search?q=ปลากดสยาม")
    assert "หมายถึง" in page
    assert RARE in page
    assert "หมายถึง" not in client("b_registrar").page("/search?q=ปลากดสยาม")


@on_sqlite
def test_suggestions_are_continuations_of_visible_subjects(client, letter):
    assert "การประกวดปลากัด" in client("a_registrar").page("/search/suggestions?q=การประ")
    assert "option" not in client("a_registrar").page("/search/suggestions?q=ก")


def test_the_excel_file_holds_what_the_page_finds(client, letter):
    answer = client("registrar").get(f"/search.xlsx?q={RARE}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert [row[1] for row in rows[4:]] == [letter.letter_no]
    assert rows[4][4] == letter.subject
    foreign = client("b_registrar").get(f"/search.xlsx?q={RARE}")
    rows = list(openpyxl.load_workbook(io.BytesIO(foreign.data)).active.iter_rows(values_only=True))
    assert rows[4:] == []


def test_a_search_is_kept_once_and_only_for_its_person(stage, client, letter):
    person = client("registrar")
    url = f"/search?q={RARE}&dir=out"
    fields = person.form(url, "/search/saved").to_dict() | {"name": "ประกวด"}
    with stage.leaves(Verb.SAVE_SEARCH, "registrar", "saved_search") as left:
        answer = person.post("/search/saved", **fields)
        assert "dir=out" in location(answer)
    assert left["facts"]["name"] == "ประกวด"
    before = stage.everything()
    assert location(person.post("/search/saved", **fields)) == location(answer)
    assert stage.everything() == before
    assert "ประกวด</a>" in person.page("/search")
    assert "ประกวด</a>" not in client("director").page("/search")


@on_sqlite
def test_a_name_is_needed_and_the_same_name_replaces(stage, client, letter):
    person = client("registrar")
    assert person.post("/search/saved", name=" ", query="q=1").status_code == 422
    for words in ("q=1", "q=2"):
        assert person.post("/search/saved", name="ประกวด", query=words).status_code == 303
    with stage.database.reading() as session:
        kept = session.query(SavedSearch).all()
    assert [(row.name, row.query) for row in kept] == [("ประกวด", "q=2")]


def test_only_the_person_forgets_a_search(stage, client):
    kept = stage.act("registrar", save_search, name="ประกวด", query="q=1")
    url = f"/search/saved/{kept.public_id}/remove"
    foreign, absent = (
        client("director").post(url),
        client("director").post(f"/search/saved/{new_public_id()}/remove"),
    )
    assert (foreign.status_code, foreign.data) == (404, absent.data)
    with stage.leaves(Verb.FORGET_SEARCH, "registrar", "saved_search"):
        assert location(client("registrar").post(url)) == "/search"
    assert client("registrar").post(url).status_code == 404


@on_sqlite
def test_a_person_keeps_so_many_and_no_more(stage):
    for number in range(MOST):
        stage.act("registrar", save_search, name=f"คำค้น {number}", query="q=1")
    stage.refuses(TooManySearches, "registrar", save_search, name="อีกหนึ่ง", query="q=1")


@on_sqlite
def test_a_stranger_is_asked_to_sign_in(stranger, letter):
    assert stranger.get(f"/search?q={RARE}").status_code == 302
    assert said(stranger.get("/sign-in")) is not None
