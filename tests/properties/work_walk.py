"""Doing the model's acts on cases and tasks to the product, as a part of ``Walk``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from eoffice.routing.models import Case
from tests.properties.case_walk import (
    ON_TASKS,
    TaskModel,
    deed,
    foretell,
    move,
    move_task,
    stored_tasks,
    task_deed,
    worker_of,
)
from tests.properties.case_walk import STEPS as CASE_STATES
from tests.properties.office_model import (
    OK,
    DeliveryModel,
    Model,
    directors_post,
    registrar_of,
)
from tests.stage import Stage


class WorkWalk:
    """What a walk does to cases; the walk itself says how an act is done and judged."""

    stage: Stage
    model: Model
    _do: Callable[..., tuple[int, Any]]
    _expect: Callable[..., None]

    def on_work(self, verb: str, desk: str, pick: int) -> None:
        """Try a verb on a case or on a task; ``right`` is the desk whose turn it is, if any."""
        pairs = [(one, d) for one in self.model.letters for d in one.deliveries if d.case_id]
        if verb in CASE_STATES:
            pairs = [pair for pair in pairs if pair[1].case in CASE_STATES[verb]] or pairs
        else:
            pairs = [pair for pair in pairs if pair[1].tasks]
        if not pairs:
            return
        letter, delivery = pairs[pick % len(pairs)]
        task = delivery.tasks[pick % len(delivery.tasks)] if delivery.tasks else None
        if desk in ("right", "twin"):
            desk = self._whose_turn(verb, delivery, task)
        foretold = foretell(self.model, verb, desk, delivery, task)
        if verb in ON_TASKS:
            assert task is not None
            with self.stage.database.reading() as session:
                row = stored_tasks(session, delivery)[delivery.tasks.index(task)]
            answer, _ = self._do(desk, task_deed(verb, task.version), row.public_id)
        else:
            done = deed(self.stage.world, verb, delivery)
            answer, _ = self._do(desk, done, delivery.case_id)
        self._expect(verb, desk, answer, foretold)
        if answer == OK and verb in ON_TASKS:
            move_task(verb, delivery, task)
        elif answer == OK:
            move(verb, desk, letter, delivery)

    def _whose_turn(self, verb: str, delivery: DeliveryModel, task: TaskModel | None) -> str:
        if verb in ON_TASKS and task is not None:
            return task.post
        if verb in ("give_order", "inform") or delivery.case == "proposed":
            return directors_post(delivery.office)
        if verb == "send_back_case":
            return worker_of(delivery.office)
        return registrar_of(delivery.office)

    def agree_on_work(self, session: Any, delivery: DeliveryModel) -> None:
        """State and tasks of a case are those of the model."""
        if not delivery.case_id:
            return
        case = session.scalars(select(Case).where(Case.public_id == delivery.case_id)).one()
        assert case.state == delivery.case
        posts = self.stage.world.posts
        assert [(t.post_id, t.kind, t.state) for t in stored_tasks(session, delivery)] == [
            (posts[t.post], t.kind, t.state) for t in delivery.tasks
        ]
