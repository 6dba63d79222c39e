"""Rows of cases and tasks as the shared list components draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from eoffice.actor import Actor, Desk
from eoffice.documents.rules import Secrecy, Urgency
from eoffice.routing.case_queries import CaseRow, TaskRow, queue, reported_to
from eoffice.routing.list_rows import ListRow, signing_rows
from eoffice.routing.queries import PAGE, signing_queue
from eoffice.routing.rules import CaseState, TaskKind, TaskState
from eoffice.verbs import Verb

UrlFor = Callable[..., str]


def queue_rows(
    session: Session, actor: Actor, desk: Desk, url_for: UrlFor, limit: int = PAGE
) -> list[ListRow]:
    """What waits for the desk's post: to sign, to decide, to do, to check; urgent first."""
    found = signing_rows(signing_queue(session, actor, desk, limit), url_for)
    found += [_task_row(row, url_for) for row in queue(session, actor, desk, limit=limit)]
    found += [
        _task_row(row, url_for, label=Verb.CLOSE_CASE.label)
        for row in reported_to(session, actor, desk, limit=limit)
    ]
    return sorted(found, key=lambda row: row.urgent_first)[:limit]


def case_list_rows(rows: Iterable[CaseRow], url_for: UrlFor) -> list[ListRow]:
    """Rows of the office's cases."""
    return [
        ListRow(
            id=row.case.public_id,
            url=url_for("routing.case", public_id=row.case.public_id),
            subject=row.letter.subject,
            no=row.receive_no,
            on=row.case.opened_at,
            office=row.sender,
            state=row.case.state,
            state_label=CaseState(row.case.state).label,
            urgency=row.letter.urgency,
            urgency_label=Urgency(row.letter.urgency).label,
            secrecy=row.letter.secrecy,
            secrecy_label=Secrecy(row.letter.secrecy).label,
            note=row.case.folder or row.group,
            due_at=row.letter.deliver_by,
            is_done=row.case.closed_at is not None,
        )
        for row in rows
    ]


def _task_row(row: TaskRow, url_for: UrlFor, label: str = "") -> ListRow:
    task, letter = row.task, row.letter
    return ListRow(
        id=task.public_id,
        url=url_for("routing.case", public_id=row.case.public_id),
        subject=letter.subject,
        no=row.receive_no,
        on=task.created_at,
        office=row.sender,
        state=task.state,
        state_label=TaskState(task.state).label if label else TaskKind(task.kind).label,
        urgency=letter.urgency,
        urgency_label=Urgency(letter.urgency).label,
        secrecy=letter.secrecy,
        secrecy_label=Secrecy(letter.secrecy).label,
        due_at=task.due_at or letter.deliver_by,
        is_new=task.state == TaskState.OPEN.value,
        open_label=label or TaskKind(task.kind).label,
    )
