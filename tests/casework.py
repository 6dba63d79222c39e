"""Cases of school A and of the district at every step, made through the services.

case = proposed(world, session)              waits before the director of school A
case = ordered(world, session, ("a_teacher",))
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.actor import Actor
from eoffice.routing.models import Case, Task
from eoffice.routing.services import casework, ordering, reporting
from eoffice.routing.services.ordering import Order
from eoffice.users.models import Group, Post
from eoffice.verbs import Verb
from tests.stage import Stage
from tests.world import World


def registered(world: World, session: Session, **details: Any) -> Case:
    """A case of school A that waits to be proposed."""
    return world.received_letter(session, **details).case


def at_district(world: World, session: Session, **details: Any) -> Case:
    """A case of the district that waits to be routed."""
    return world.received_letter(session, "a_registrar", at="registrar", **details).case


def group_key(world: World, session: Session) -> str:
    """The public id of the district's group."""
    return session.get_one(Group, world.group_id).public_id


def seat(world: World, session: Session, desk: str) -> str:
    """The public id of a desk's post."""
    return session.get_one(Post, world.posts[desk]).public_id


def routed(world: World, session: Session) -> Case:
    """A case of the district in its group."""
    case = at_district(world, session)
    return casework.route(
        session,
        world.actor(session, "registrar"),
        case.public_id,
        version=case.version,
        group_public_id=group_key(world, session),
    )


def proposed(world: World, session: Session, case: Case | None = None) -> Case:
    """A case of school A that waits before its director."""
    case = case or registered(world, session)
    casework.propose_case(
        session,
        world.actor(session, "a_registrar"),
        case.public_id,
        version=case.version,
        to=seat(world, session, "a_director"),
        opinion="เห็นควรมอบงานวิชาการ",
    )
    return case


def up_the_line(world: World, session: Session, level: str = "head") -> Case:
    """A case of the district that waits before a level: head, deputy or director."""
    case = routed(world, session)
    casework.propose_case(
        session,
        world.actor(session, "clerk"),
        case.public_id,
        version=case.version,
        to=seat(world, session, level),
        opinion="เห็นควรแจ้งโรงเรียน",
    )
    return case


def before_deputy(world: World, session: Session) -> Case:
    """A case of the district that its registrar put before the deputy: no group knows of it."""
    case = at_district(world, session)
    actor, deputy = world.actor(session, "registrar"), seat(world, session, "deputy")
    casework.propose_case(session, actor, case.public_id, version=case.version, to=deputy)
    return case


def ordered(
    world: World,
    session: Session,
    responsible: tuple[str, ...] = ("a_teacher",),
    informed: tuple[str, ...] = (),
    due_at: datetime | None = None,
) -> Case:
    """A case of school A on which its director gave an order."""
    case = proposed(world, session)
    order = Order(
        "มอบดำเนินการ",
        [seat(world, session, desk) for desk in responsible],
        [seat(world, session, desk) for desk in informed],
        due_at,
    )
    return ordering.give_order(
        session, world.actor(session, "a_director"), case.public_id, order, version=case.version
    )


def task_of(world: World, session: Session, case: Case, desk: str) -> Task:
    """The newest task of a desk's post on a case."""
    query = select(Task).where(Task.case_id == case.id, Task.post_id == world.posts[desk])
    return session.scalars(query.order_by(Task.id.desc()).limit(1)).one()


def work(world: World, session: Session) -> Task:
    """What the teacher was ordered to do."""
    return task_of(world, session, ordered(world, session), "a_teacher")


def reported(world: World, session: Session) -> Task:
    """What the teacher has reported on."""
    task = work(world, session)
    actor = world.actor(session, "a_teacher")
    return reporting.report(session, actor, task.public_id, version=task.version, text="ส่งแล้ว")


def asked(world: World, session: Session) -> Task:
    """An opinion that the director asked of the registrar."""
    case = proposed(world, session)
    return ordering.consult(
        session,
        world.actor(session, "a_director"),
        case.public_id,
        version=case.version,
        to=seat(world, session, "a_registrar"),
        question="งบประมาณพอหรือไม่",
    )


def closed(world: World, session: Session) -> Case:
    """A closed case of school A."""
    case = registered(world, session)
    actor = world.actor(session, "a_director")
    return casework.close_case(session, actor, case.public_id, version=case.version)


def filed(world: World, session: Session) -> Case:
    """A case of school A in its folder."""
    case = closed(world, session)
    actor = world.actor(session, "a_registrar")
    return casework.file_away(
        session, actor, case.public_id, version=case.version, folder="งานบุคคล"
    )


def agree(session: Session, actor: Actor, public_id: str, **details: Any) -> Task:
    """Agree and pass up."""
    return casework.pass_on(session, actor, public_id, Verb.AGREE, **details)


def pass_up(session: Session, actor: Actor, public_id: str, **details: Any) -> Task:
    """Only pass up."""
    return casework.pass_on(session, actor, public_id, Verb.PASS_UP, **details)


def give_order(session: Session, actor: Actor, public_id: str, version: int) -> Case:
    """Order that it be noted."""
    return ordering.give_order(session, actor, public_id, Order("ทราบ"), version=version)


def tasks(stage: Stage, case: Case) -> list[tuple[str, str, str]]:
    """Desk, kind and state of the tasks of a case, in order."""
    with stage.database.reading() as session:
        rows = session.scalars(select(Task).where(Task.case_id == case.id).order_by(Task.id))
        posts = {desk: post for desk, post in stage.world.posts.items() if "acting" not in desk}
        names = {post: desk for desk, post in posts.items()}
        return [(names[row.post_id], row.kind, row.state) for row in rows]


def key(stage: Stage, desk: str) -> str:
    """The public id of a desk's post."""
    return stage.make(lambda session: seat(stage.world, session, desk))


def made(stage: Stage, builder: Callable[..., Any], *args: Any) -> Any:
    """Call a builder of this file."""
    return stage.make(lambda session: builder(stage.world, session, *args))
