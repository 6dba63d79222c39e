"""Writing a letter: a new draft, its fields, recipients and files."""

from __future__ import annotations

from contextlib import AbstractContextManager

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice.documents.intake import store_of, taken_in
from eoffice.documents.kinds import ACCEPT
from eoffice.documents.models import Letter
from eoffice.documents.queries import (
    attachments_of,
    citations_of,
    frequent_subjects,
    load_visible,
)
from eoffice.documents.rules import (
    AttachmentNotFound,
    LetterState,
    StaleVersion,
    TopSecretRefused,
)
from eoffice.documents.services import attaching, drafting
from eoffice.errors import EofficeError
from eoffice.routing.forms import LetterForm
from eoffice.routing.recipients import chosen_of, count_of, groups_and_offices, posted_choice
from eoffice.routing.routes.room import blueprint, typed
from eoffice.routing.rules import Channel
from eoffice.routing.services.addressing import address
from eoffice.routing.services.approving import propose
from eoffice.routing.signers import choice_of_signers
from eoffice.users.auth import (
    Act,
    act,
    actor,
    desk_actor,
    done,
    file_limits,
    note_refusal,
    reading,
    settings,
)
from eoffice.users.permissions import may
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy

SHOWN_ON_FORM = (413, 422)
OUTSIDE_CHANNELS = [(c.value, c.label) for c in (Channel.POST, Channel.EMAIL, Channel.HAND)]


@blueprint.get("/letters/new", endpoint="new_letter")
@policy(Verb.DRAFT)
def new_page() -> str:
    """An empty form."""
    desk_actor()
    form = LetterForm()
    form.closing.process_data("ขอแสดงความนับถือ")
    return _page(form)


@blueprint.post("/letters/new", endpoint="draft")
@policy(Verb.DRAFT, kind="act", on="letter")
def draft() -> ResponseReturnValue:
    """Keep a new draft with its recipients and files; on an error nothing typed is lost."""
    form = LetterForm()
    if _is_looking(form):
        return _page(form)
    if not form.validate():
        return _page(form), 422
    try:
        return _save_new(form)
    except EofficeError as refusal:
        return _refused(form, refusal)


@blueprint.get("/letters/<public_id>/edit", endpoint="edit_letter")
@policy(Verb.EDIT, on="letter")
def edit_page(public_id: str) -> str:
    """The form of a stored draft."""
    letter = load_visible(reading(), actor(), public_id)
    form = LetterForm()
    form.show(letter, [row for row, _ in citations_of(reading(), actor(), letter.id)])
    return _page(form, public_id)


@blueprint.post("/letters/<public_id>/edit", endpoint="edit")
@policy(Verb.EDIT, kind="act", on="letter")
def edit(public_id: str) -> ResponseReturnValue:
    """Save a draft; ``_do`` says where to go on (stay, read, autosave)."""
    load_visible(reading(), actor(), public_id)
    form = LetterForm()
    if _is_looking(form):
        return _page(form, public_id)
    if not form.validate():
        return _page(form, public_id), 422
    try:
        with act() as under_way:
            letter = _edited(under_way, public_id, form)
            _address(under_way, letter)
            _go_on(under_way, letter)
    except EofficeError as refusal:
        return _refused(form, refusal, public_id)
    return done(under_way)


@blueprint.post("/letters/<public_id>/files", endpoint="attach")
@policy(Verb.ATTACH, kind="act", on="letter")
def attach(public_id: str) -> Response:
    """Add one or several files in one upload."""
    load_visible(reading(), actor(), public_id)
    limit = file_limits().files
    with _taken_in() as stored, act() as under_way:
        added = attaching.attach(
            under_way.session,
            under_way.actor,
            public_id,
            stored,
            version=None,
            limit=limit,
        )
        location = url_for("routing.edit_letter", public_id=public_id) + "#files"
        under_way.answer(location, f"แนบแล้ว {len(added)} ไฟล์" if added else "ยังไม่ได้เลือกไฟล์")
    return done(under_way)


@blueprint.post("/letters/<public_id>/files/<attachment_id>/remove", endpoint="detach")
@policy(Verb.DETACH, kind="act", on="letter")
def detach(public_id: str, attachment_id: str) -> Response:
    """Take a file off the draft."""
    with act() as under_way:
        letter = load_visible(under_way.session, under_way.actor, public_id)
        attaching.detach(
            under_way.session, under_way.actor, public_id, attachment_id, version=letter.version
        )
        under_way.answer(url_for("routing.edit_letter", public_id=public_id) + "#files")
    return done(under_way)


@blueprint.post("/letters/<public_id>/files/<attachment_id>/<step>", endpoint="arrange")
@policy(Verb.ARRANGE, kind="act", on="letter")
def arrange(public_id: str, attachment_id: str, step: str) -> Response:
    """Move a file up or down, or make it the main file."""
    with act() as under_way:
        letter = load_visible(under_way.session, under_way.actor, public_id)
        present = attachments_of(under_way.session, letter.id)
        order, main = _arranged(
            [item.public_id for item in present],
            next((item.public_id for item in present if item.is_main), ""),
            attachment_id,
            step,
        )
        attaching.arrange(
            under_way.session,
            under_way.actor,
            public_id,
            order,
            main=main,
            version=letter.version,
        )
        under_way.answer(url_for("routing.edit_letter", public_id=public_id) + "#files")
    return done(under_way)


def _arranged(order: list[str], main: str, moved: str, step: str) -> tuple[list[str], str]:
    """The new order and main file. Raises ``AttachmentNotFound`` for a file or step unknown."""
    if moved not in order or step not in ("main", "up", "down"):
        raise AttachmentNotFound
    at = order.index(moved)
    if step == "main":
        order.insert(0, order.pop(at))
        return order, moved
    order.insert(max(0, at - 1 if step == "up" else at + 1), order.pop(at))
    return order, main


def _save_new(form: LetterForm) -> Response:
    limit = file_limits().files
    with _taken_in() as stored, act() as under_way:
        letter = drafting.draft(under_way.session, under_way.actor, form.fields())
        _address(under_way, letter)
        if stored:
            attaching.attach(
                under_way.session,
                under_way.actor,
                letter.public_id,
                stored,
                version=None,
                limit=limit,
            )
        _go_on(under_way, letter)
    return done(under_way)


def _edited(under_way: Act, public_id: str, form: LetterForm) -> Letter:
    return drafting.edit(
        under_way.session,
        under_way.actor,
        public_id,
        form.fields(),
        version=shown_version(),
        unless_same=typed("_do") == "autosave",
    )


def _address(under_way, letter) -> None:  # type: ignore[no-untyped-def]
    choice = posted_choice(request.form)
    if choice.is_empty and not letter.to_text:
        return
    address(
        under_way.session, under_way.actor, letter.public_id, choice, version=None, unless_same=True
    )


def _go_on(under_way, letter) -> None:  # type: ignore[no-untyped-def]
    """``_do``: stay and autosave return to the form, propose goes on at once, else read it."""
    page = url_for("routing.letter", public_id=letter.public_id)
    form = url_for("routing.edit_letter", public_id=letter.public_id)
    match typed("_do"):
        case "propose":
            propose(
                under_way.session,
                under_way.actor,
                letter.public_id,
                version=letter.version,
                signer_id=typed("signer"),
            )
            under_way.answer(page, "เสนอลงนามแล้ว")
        case "autosave":
            under_way.answer(form)
        case "stay":
            under_way.answer(form, "บันทึกร่างแล้ว")
        case _:
            under_way.answer(page, "บันทึกร่างแล้ว")


def _taken_in() -> AbstractContextManager[list[attaching.StoredFile]]:
    uploads = request.files.getlist("files")
    return taken_in(store_of(settings().storage), uploads, max_bytes=file_limits().largest)


def _refused(form: LetterForm, refusal: EofficeError, public_id: str = "") -> ResponseReturnValue:
    """Show a refusal on the form that caused it; others go to the error page."""
    if isinstance(refusal, TopSecretRefused):
        note_refusal(actor(), Verb.REFUSE_TOP_SECRET, route=request.endpoint)
    if refusal.status not in SHOWN_ON_FORM and not (public_id and refusal.status == 409):
        raise refusal
    form.form_errors.append(str(refusal))
    is_stale = isinstance(refusal, StaleVersion)
    return _page(form, public_id, is_stale=is_stale), refusal.status


def _is_looking(form: LetterForm) -> bool:
    """Whether a button of the form only looks for a name or fills in a frequent subject."""
    if typed("_subject"):
        form.subject.process_data(typed("_subject"))
    return bool(typed("_subject")) or typed("_do") == "find"


def _page(form: LetterForm, public_id: str = "", *, is_stale: bool = False) -> str:
    session, me = reading(), actor()
    _, own_desk = desk_actor()
    letter = load_visible(session, me, public_id) if public_id else None
    chosen = posted_choice(request.form) if request.method == "POST" else None
    shown = chosen_of(session, letter) if letter and chosen is None else chosen
    groups, offices = groups_and_offices(session, own_desk, shown)
    copies = groups_and_offices(session, own_desk, shown, is_copy=True)[1]
    return render_template(
        "routing/compose.html",
        form=form,
        letter=letter,
        is_draft=letter is None or letter.state == LetterState.DRAFT.value,
        files=attachments_of(session, letter.id) if letter else [],
        groups=groups,
        offices=offices,
        copies=copies,
        count=count_of(groups, offices),
        copy_count=count_of([], copies),
        channels=OUTSIDE_CHANNELS,
        subjects=frequent_subjects(session, me, own_desk),
        is_stale=is_stale,
        version=typed("version") or (letter.version if letter else None),
        can_propose=may(me, Verb.PROPOSE),
        signers=choice_of_signers(session, own_desk.office_id) if may(me, Verb.PROPOSE) else [],
        signer=typed("signer"),
        limit_mb=file_limits().megabytes,
        accept=ACCEPT,
        is_finding=typed("_do") == "find",
        find_text=typed("to_find") if request.method == "POST" else "",
    )


@blueprint.get("/letters/<public_id>/recipients", endpoint="address_page")
@policy(Verb.ADDRESS, on="letter")
def address_page(public_id: str) -> str:
    """Recipients of a letter that is signed, numbered or sent already."""
    session = reading()
    letter = load_visible(session, actor(), public_id)
    _, own_desk = desk_actor()
    chosen = chosen_of(session, letter)
    groups, offices = groups_and_offices(session, own_desk, chosen)
    copies = groups_and_offices(session, own_desk, chosen, is_copy=True)[1]
    return render_template(
        "routing/address.html",
        letter=letter,
        groups=groups,
        offices=offices,
        copies=copies,
        count=count_of(groups, offices),
        copy_count=count_of([], copies),
        channels=OUTSIDE_CHANNELS,
    )


@blueprint.post("/letters/<public_id>/recipients", endpoint="address")
@policy(Verb.ADDRESS, kind="act", on="letter")
def set_recipients(public_id: str) -> Response:
    """Set the recipients."""
    with act() as under_way:
        count = address(
            under_way.session,
            under_way.actor,
            public_id,
            posted_choice(request.form),
            version=shown_version(),
        )
        under_way.answer(url_for("routing.letter", public_id=public_id), f"ผู้รับ {count} แห่ง")
    return done(under_way)
