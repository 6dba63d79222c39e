"""A new letter from an earlier one: one button on the letter's page."""

from __future__ import annotations

from flask import Response, url_for

from eoffice.documents.intake import brought_over, store_of
from eoffice.documents.queries import files_with_blobs, load_visible
from eoffice.routing.routes.room import blueprint
from eoffice.routing.services.copying import copy_letter
from eoffice.users.auth import act, actor, desk_actor, done, file_limits, reading, settings
from eoffice.users.permissions import require
from eoffice.verbs import Verb
from eoffice.web.guard import policy


@blueprint.post("/letters/<public_id>/copy", endpoint="copy")
@policy(Verb.DRAFT, kind="act", on="letter")
def copy(public_id: str) -> Response:
    """Begin a draft with subject, text, recipients and files of a letter one may see."""
    letter = load_visible(reading(), actor(), public_id)
    me, desk = desk_actor()
    require(me, Verb.DRAFT)
    files = files_with_blobs(reading(), letter.id)
    store, most = store_of(settings().storage), file_limits().files
    with brought_over(store, files, office_id=desk.office_id) as brought, act() as under_way:
        made = copy_letter(
            under_way.session,
            under_way.actor,
            public_id,
            brought=brought,
            limit=most,
        )
        under_way.answer(
            url_for("routing.edit_letter", public_id=made.public_id),
            "ร่างฉบับใหม่จากหนังสือเดิมแล้ว ตรวจเรื่อง ผู้รับ และไฟล์ก่อนเสนอ",
        )
    return done(under_way)
