"""One clerk, several schools: the board, registering across schools, the check twice a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from eoffice import clock
from eoffice.activity.models import Activity
from eoffice.routing.board import board, checked_halves
from eoffice.routing.models import InboxCheck
from eoffice.routing.queries import load_visible_delivery
from eoffice.routing.services.several_schools import check_inboxes, receive_across
from eoffice.verbs import Verb
from tests.casework import made, registered
from tests.plugins.web import location, on_sqlite, said

MORNING = datetime(2026, 12, 3, 9, tzinfo=clock.BANGKOK)


def sent_to_both(stage, count=2):
    """Letters that arrived at schools A and C, whose clerk is one person."""
    letters = [
        stage.make(stage.world.sent_letter, to=("school_a", "school_c")) for _ in range(count)
    ]
    return [
        stage.make(stage.world.delivery, letter, office)
        for letter in letters
        for office in ("school_a", "school_c")
    ]


def row_of(stage, office, at=None):
    with clock.travelling(at or clock.now()):
        rows = stage.ask("a_registrar", board)
    return next(row for row in rows if row.desk.office_id == stage.world.offices[office])


def test_letters_of_several_schools_get_each_its_own_number(stage, client):
    arrived = sent_to_both(stage)
    clerk = client("a_registrar")
    keys = [delivery.public_id for delivery in arrived]
    answer = clerk.submit("/board", "/board/receive", picked=keys)
    assert location(answer) == "/board"
    numbers = [stage.row(delivery).receive_no.partition("/")[0] for delivery in arrived]
    assert numbers == ["1", "1", "2", "2"]
    with stage.database.reading() as session:
        acts = session.scalars(select(Activity).where(Activity.verb == "receive")).all()
    by_office = {row.office_id: row.post_id for row in acts}
    world = stage.world
    assert by_office == {
        world.offices["school_a"]: world.posts["a_registrar"],
        world.offices["school_c"]: world.posts["c_registrar"],
    }
    assert {row.chain for row in acts} == set(by_office)


@on_sqlite
def test_one_letter_that_is_gone_stops_all_and_strangers_get_nothing(
    stage, client, nothing_written
):
    arrived = sent_to_both(stage)
    keys = [delivery.public_id for delivery in arrived]
    stage.act("c_registrar", receive_across, keys[1:2])
    clerk, head, stranger = (client(name) for name in ("a_registrar", "a_director", "b_registrar"))
    with nothing_written():
        assert clerk.post("/board/receive", picked=keys).status_code == 409
        assert head.post("/board/receive", picked=keys[2:3]).status_code == 403
        assert stranger.post("/board/receive", picked=keys[2:]).status_code == 404
        assert clerk.post("/board/receive").status_code == 422
        assert head.get("/board").status_code == 403
    assert stage.ask("a_registrar", load_visible_delivery, keys[0])


def test_the_board_counts_what_waits_at_each_school(stage, client):
    sent_to_both(stage, 3)
    made(stage, registered)
    stage.make(stage.world.signed_letter, "c_registrar")
    a, c = row_of(stage, "school_a"), row_of(stage, "school_c")
    assert (a.arrived, a.to_propose, a.to_send) == (3, 1, 0)
    assert (c.arrived, c.to_propose, c.to_send) == (3, 0, 1)
    assert len(stage.ask("a_registrar", board)) == 2
    assert stage.ask("a_teacher", board) == []
    words = said(client("a_registrar").get("/board"))
    assert "โรงเรียนบ้านตัวอย่างเหนือ" in words
    assert "โรงเรียนบ้านตัวอย่างใต้" not in words


def test_the_box_is_checked_before_and_after_noon_by_saying_so_or_by_receiving(stage):
    a, c = (stage.world.offices[name] for name in ("school_a", "school_c"))
    public = stage.world.public["school_c"]
    day = MORNING.date()
    with clock.travelling(MORNING - timedelta(days=1)):
        arrived = sent_to_both(stage, 1)
    with clock.travelling(MORNING):
        with stage.leaves(Verb.CHECK_INBOX, "c_registrar", "office"):
            stage.act("c_registrar", check_inboxes, [public])
        stage.act("a_registrar", receive_across, [arrived[0].public_id])
    with stage.database.reading() as session:
        assert checked_halves(session, [a, c], day) == ({a, c}, set())
    noon = MORNING + timedelta(hours=3)
    for at, half in ((noon - timedelta(seconds=1), set()), (noon, {c})):
        with clock.travelling(at):
            stage.act("c_registrar", check_inboxes, [public])
        with stage.database.reading() as session:
            assert checked_halves(session, [a, c], day)[1] == half
    row = row_of(stage, "school_c", noon)
    assert (row.morning, row.afternoon) == (True, True)
    assert row_of(stage, "school_a", noon).afternoon is False


def test_the_check_is_an_act_at_every_chosen_school(stage, client):
    clerk = client("a_registrar")
    both = [stage.world.public[name] for name in ("school_a", "school_c")]
    answer = clerk.submit("/board", "/board/check", office=both)
    assert location(answer) == "/board"
    with stage.database.reading() as session:
        rows = session.scalars(select(InboxCheck).order_by(InboxCheck.id)).all()
    assert [row.office_id for row in rows] == sorted(
        stage.world.offices[name] for name in ("school_a", "school_c")
    )
    assert {row.person_id for row in rows} == {stage.world.people["a_registrar"]}
    foreign = clerk.post("/board/check", office=stage.world.public["school_b"])
    assert foreign.status_code == 404
    assert clerk.post("/board/check").status_code == 422
    assert client("a_director").post("/board/check", office=both[0]).status_code == 404
