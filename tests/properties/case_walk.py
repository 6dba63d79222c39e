"""The verbs on cases and tasks in the random walks: foretold from the rules, then compared.

Written from the rules as ``office_model`` is: whose turn it is, one step back, who may close, and
who may read a case by the acts that were done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from eoffice.routing.models import Case, Task
from eoffice.routing.services import casework, ordering, reporting
from eoffice.routing.services.ordering import Order
from eoffice.users.models import Post
from tests.properties.office_model import (
    ABSENT,
    CONFLICT,
    FORBIDDEN,
    OK,
    WRITERS,
    DeliveryModel,
    LetterModel,
    Model,
    directors_post,
    office_of,
    post_of,
    registrar_of,
    roles_of,
)

RIGHTS = {
    "propose_case": frozenset({"registrar", "group_clerk", "group_head", "officer"}),
    "give_order": frozenset({"director", "deputy"}),
    "inform": frozenset({"director", "deputy"}),
    "send_back_case": WRITERS,
    "file_away": frozenset({"registrar", "group_clerk", "officer"}),
    "reopen": frozenset({"registrar", "director"}),
    "acknowledge": WRITERS,
    "report": WRITERS,
}
STEPS = {
    "propose_case": {"registered": "proposed"},
    "give_order": dict.fromkeys(("registered", "proposed", "ordered"), "ordered"),
    "inform": dict.fromkeys(("registered", "proposed", "ordered"), "ordered"),
    "send_back_case": {"registered": "registered", "proposed": "registered", "ordered": "ordered"},
    "file_away": {"done": "filed"},
    "reopen": {"done": "registered", "filed": "registered"},
}
UNSETTLED = ("open", "acknowledged")
ON_TASKS = ("acknowledge", "report")
CASE_VERBS = (*STEPS, *ON_TASKS)


@dataclass
class TaskModel:
    """What one post was asked to do, and who asked."""

    post: str
    kind: str
    giver: str
    state: str = "open"
    version: int = 1

    def settle(self, state: str) -> None:
        """Move it."""
        self.state, self.version = state, self.version + 1


def worker_of(office: str) -> str:
    """Who is given work in an office."""
    workers = {"district": "officer", "school_a": "a_teacher"}
    return workers.get(office, registrar_of(office))


def own_task(delivery: DeliveryModel, desk: str, kind: str) -> TaskModel | None:
    """The newest unsettled task of a kind at a desk's post."""
    found = [
        task
        for task in delivery.tasks
        if task.post == post_of(desk) and task.kind == kind and task.state in UNSETTLED
    ]
    return found[-1] if found else None


def foretell(
    model: Model, verb: str, desk: str, delivery: DeliveryModel, task: TaskModel | None
) -> int:
    """The answer to a verb on a case, or on one of its tasks."""
    if not roles_of(desk) & RIGHTS[verb]:
        return FORBIDDEN
    if not model.reads_case(desk, delivery):
        return ABSENT
    if verb in ON_TASKS:
        return _on_task(verb, desk, task)
    if delivery.office != office_of(desk):
        return FORBIDDEN
    if delivery.case not in STEPS[verb]:
        return CONFLICT
    return OK if _is_turn(verb, desk, delivery) else FORBIDDEN


def _on_task(verb: str, desk: str, task: TaskModel | None) -> int:
    if task is None:
        return ABSENT
    if task.post != post_of(desk):
        return FORBIDDEN
    begins = ("open",) if verb == "acknowledge" else UNSETTLED
    kinds = ("act", "for_information") if verb == "acknowledge" else ("act",)
    return OK if task.state in begins and task.kind in kinds else CONFLICT


def _is_turn(verb: str, desk: str, delivery: DeliveryModel) -> bool:
    is_registrar = "registrar" in roles_of(desk)
    if verb == "propose_case":
        return is_registrar or own_task(delivery, desk, "act") is not None
    if verb == "send_back_case":
        kind = "order" if delivery.case == "proposed" else "act"
        return own_task(delivery, desk, kind) is not None
    if verb == "file_away":
        worked = any(t.kind == "act" and t.post == post_of(desk) for t in delivery.tasks)
        return is_registrar or worked
    return True


def ask(letter: LetterModel, delivery: DeliveryModel, task: TaskModel) -> None:
    """Give a post something to do: it reads case and letter from now on."""
    delivery.tasks.append(task)
    delivery.case_posts.add(task.post)
    letter.posts.add(task.post)


def move(verb: str, desk: str, letter: LetterModel, delivery: DeliveryModel) -> None:
    """What a verb on a case does when it succeeds."""
    post, before = post_of(desk), delivery.case
    delivery.case, delivery.case_version = STEPS[verb][before], delivery.case_version + 1
    if verb == "propose_case":
        work = own_task(delivery, desk, "act")
        if work is not None:
            work.settle("done")
        ask(letter, delivery, TaskModel(directors_post(delivery.office), "order", post))
    elif verb in ("give_order", "inform"):
        for task in delivery.tasks:
            if task.kind == "order" and task.state in UNSETTLED:
                task.settle("done" if task.post == post else "withdrawn")
        worker, kind = worker_of(delivery.office), "act"
        kind = "for_information" if verb == "inform" else kind
        busy = [t for t in delivery.tasks if t.post == worker and t.kind == kind]
        if not any(task.state in UNSETTLED for task in busy):
            ask(letter, delivery, TaskModel(worker, kind, post))
    elif verb == "send_back_case":
        kind = "order" if before == "proposed" else "act"
        task = own_task(delivery, desk, kind)
        assert task is not None
        _step_back(letter, delivery, task)


def _step_back(letter: LetterModel, delivery: DeliveryModel, task: TaskModel) -> None:
    earlier = delivery.tasks[: delivery.tasks.index(task)]
    passed = [t for t in earlier if t.post == task.giver and t.state == "done"]
    passed = [t for t in passed if t.kind in ("order", "act")]
    task.settle("sent_back")
    kind = passed[-1].kind if passed else "act"
    if kind == "order" == task.kind:
        delivery.case = "proposed"
    if kind == "order" and any(t.kind == "order" and t.state == "open" for t in delivery.tasks):
        return
    giver = passed[-1].giver if passed else task.post
    ask(letter, delivery, TaskModel(task.giver, kind, giver))


def move_task(verb: str, delivery: DeliveryModel, task: TaskModel) -> None:
    """What a verb on a task does; the last acknowledgement ends a case for information."""
    task.settle("acknowledged" if verb == "acknowledge" else "reported")
    if verb != "acknowledge" or delivery.case != "ordered":
        return
    waits = any(
        t.state == "open" or (t.kind != "for_information" and t.state in (*UNSETTLED, "reported"))
        for t in delivery.tasks
    )
    if not waits:
        delivery.case, delivery.case_version = "done", delivery.case_version + 1


def end_tasks(verb: str, delivery: DeliveryModel) -> None:
    """What closing and voiding do to what was asked."""
    for task in delivery.tasks:
        if verb == "close_case" and task.kind == "for_information":
            continue
        if task.state in UNSETTLED:
            task.settle("withdrawn")
        elif task.state == "reported":
            task.settle("done" if verb == "close_case" else "withdrawn")


def deed(world: Any, verb: str, delivery: DeliveryModel) -> Callable[..., Any]:
    """The product's own act for a verb of the model, ready for ``stage.act``."""
    version = {"version": delivery.case_version}

    def key(session: Session, desk: str) -> str:
        return session.get_one(Post, world.posts[desk]).public_id

    def order(session: Session, actor: Any, public_id: str) -> Any:
        worker = [key(session, worker_of(delivery.office))]
        given = Order("ทราบ", informed=worker) if verb == "inform" else Order("ทำ", worker)
        return ordering.give_order(session, actor, public_id, given, **version)

    def propose(session: Session, actor: Any, public_id: str) -> Any:
        to = key(session, directors_post(delivery.office))
        return casework.propose_case(session, actor, public_id, to=to, **version)

    whys = {"reason": "เหตุผล"}
    simple: dict[str, Callable[..., Any]] = {
        "give_order": order,
        "inform": order,
        "propose_case": propose,
        "send_back_case": lambda s, a, k: casework.send_back_case(s, a, k, **whys, **version),
        "file_away": lambda s, a, k: casework.file_away(s, a, k, **version),
        "reopen": lambda s, a, k: casework.reopen(s, a, k, **whys, **version),
    }
    return simple[verb]


def task_deed(verb: str, version: int) -> Callable[..., Any]:
    """The product's own act on a task."""
    if verb == "acknowledge":
        return lambda s, a, k: reporting.acknowledge(s, a, k, version=version)
    return lambda s, a, k: reporting.report(s, a, k, version=version, text="เสร็จแล้ว")


def stored_tasks(session: Session, delivery: DeliveryModel) -> list[Task]:
    """The tasks of a case as they are stored, in order."""
    query = select(Task).join(Case, Case.id == Task.case_id)
    query = query.where(Case.public_id == delivery.case_id)
    return list(session.scalars(query.order_by(Task.id)))
