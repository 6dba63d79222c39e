"""The limits of files: one small page for the district's administrator."""

from __future__ import annotations

from flask import Response, render_template, url_for

from eoffice.users.auth import Act, actor, file_ceiling, file_limits, reading
from eoffice.users.forms.limits import LimitsForm
from eoffice.users.permissions import require
from eoffice.users.queries import limits_version
from eoffice.users.routes.room import blueprint, save
from eoffice.users.services.limits import set_limits
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy


@blueprint.get("/settings/files", endpoint="limits")
@policy(Verb.SET_LIMITS)
def limits() -> str:
    """What is allowed now, and what the installation would take at most."""
    require(actor(), Verb.SET_LIMITS)
    now = file_limits()
    form = LimitsForm(formdata=None, megabytes=now.megabytes, files=now.files)
    return _page(form, limits_version(reading()))


@blueprint.post("/settings/files", endpoint="set_limits")
@policy(Verb.SET_LIMITS, kind="act")
def change_limits() -> Response:
    """Set the limits."""
    require(actor(), Verb.SET_LIMITS)
    form, ceiling, version = LimitsForm(), file_ceiling(), shown_version()

    def write(a: Act) -> None:
        set_limits(
            a.session,
            a.actor,
            version=version,
            megabytes=form.megabytes.data or 0,
            files=form.files.data or 0,
            ceiling=ceiling,
        )
        a.answer(url_for("users.limits"), "บันทึกขนาดไฟล์แล้ว ใช้กับไฟล์ที่แนบต่อจากนี้")

    return save(form, lambda form: _page(form, version), write)


def _page(form: LimitsForm, version: int) -> str:
    return render_template("users/limits.html", form=form, version=version, ceiling=file_ceiling())
