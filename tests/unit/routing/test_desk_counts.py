"""The tag of the desk: whatever changes what the desk shows changes it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from eoffice import clock
from eoffice.given import Standing
from eoffice.marks import ORGANISATION, Mark
from eoffice.routing.desk_counts import desk_etag
from eoffice.routing.desk_page import desk_page
from eoffice.routing.folders import folder_counts
from eoffice.routing.services.ordering import forward
from eoffice.routing.services.reporting import report
from eoffice.users.models import PostRole
from tests.casework import made, ordered, seat, task_of


def seen(stage, desk):
    """What the desk shows, and its tag."""
    with stage.database.reading() as session:
        mark = session.scalar(select(Mark.value).where(Mark.name == ORGANISATION))
        actor = stage.world.actor(session, desk)
        folders = folder_counts(session, [each.office_id for each in actor.desks])
        page = desk_page(session, actor, actor.desk, folders, lambda name, **_: name)
        connection = session.connection()
        ask = lambda query, given: Standing(query).one(connection, given)  # noqa: E731
        return page, desk_etag(actor, ask, mark)


def test_a_report_that_was_ordered_by_another_changes_the_heads_desk(stage):
    case = made(stage, ordered, ("a_teacher", "a_registrar"))
    own = made(stage, task_of, case, "a_teacher")
    stage.act("a_teacher", report, own.public_id, version=own.version, text="เสร็จ")
    to = stage.make(lambda session: seat(stage.world, session, "a_teacher"))
    version = stage.row(case).version
    stage.act("a_registrar", forward, case.public_id, version=version, to=to)
    before, tag = seen(stage, "a_director")
    passed_on = made(stage, task_of, case, "a_teacher")
    stage.act("a_teacher", report, passed_on.public_id, version=passed_on.version, text="เสร็จ")
    after, new_tag = seen(stage, "a_director")
    assert len(after.rows) == len(before.rows) + 1
    assert new_tag != tag


def test_a_role_that_is_taken_changes_it(stage):
    before, tag = seen(stage, "a_registrar")
    assert seen(stage, "a_registrar")[1] == tag
    own = PostRole.post_id == stage.world.posts["a_registrar"]
    stage.make(lambda session: session.execute(delete(PostRole).where(own)))
    after, new_tag = seen(stage, "a_registrar")
    assert after != before
    assert new_tag != tag


def test_it_stands_while_nothing_changes_but_not_past_the_quarter_of_the_hour(stage):
    start = clock.now().replace(minute=0, second=1)
    with clock.travelling(start):
        tag = seen(stage, "a_director")[1]
    with clock.travelling(start + timedelta(minutes=14)):
        assert seen(stage, "a_director")[1] == tag
    with clock.travelling(start + timedelta(minutes=15)):
        assert seen(stage, "a_director")[1] != tag
