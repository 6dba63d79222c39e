"""What is due and what is overdue in the office, by group and by person."""

from __future__ import annotations

from flask import render_template, request

from eoffice.routing.deadlines import due_tasks, loads
from eoffice.routing.routes.room import blueprint
from eoffice.users.auth import desk_actor, reading
from eoffice.web.guard import policy


@blueprint.get("/due", endpoint="due")
@policy(on="case")
def due() -> str:
    """The survey of what waits (ข้อ 50), as far as one may read it."""
    me, own_desk = desk_actor()
    is_overdue = request.args.get("overdue") == "1"
    rows = due_tasks(reading(), me, own_desk, is_overdue=is_overdue)
    return render_template(
        "routing/due.html",
        rows=rows,
        is_overdue=is_overdue,
        people=loads(rows),
        groups=[load for load in loads(rows, by_group=True) if load.name],
    )
