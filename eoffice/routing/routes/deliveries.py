"""The acts on deliveries: open, receive (one or many), reject, what became of those outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice import clock
from eoffice.documents.download import content_disposition
from eoffice.documents.intake import store_of, taken_in
from eoffice.documents.services.attaching import StoredFile
from eoffice.errors import Invalid
from eoffice.routing.forms import day_of
from eoffice.routing.models import Delivery
from eoffice.routing.proofs import load_proof
from eoffice.routing.queries import load_visible_delivery
from eoffice.routing.received import MOST_AT_ONCE, address_of, received_together
from eoffice.routing.routes.room import blueprint, typed
from eoffice.routing.services import receiving, sending
from eoffice.users.auth import act, actor, done, file_limits, reading, settings
from eoffice.verbs import Verb
from eoffice.web.downloads import as_download
from eoffice.web.guard import policy

CHUNK = 256 << 10
LISTS = {"desk": "routing.desk", "inbox": "routing.inbox"}
"""Where a receipt from a list leads back to; from the letter it stays there."""


@blueprint.post("/deliveries/<public_id>/open", endpoint="open_delivery")
@policy(Verb.OPEN, kind="act", on="delivery")
def open_delivery(public_id: str) -> ResponseReturnValue:
    """Note the first opening (sent by the letter page itself; no receipt)."""
    with act() as a:
        receiving.open_delivery(a.session, a.actor, public_id)
        _, letter = load_visible_delivery(a.session, a.actor, public_id)
        a.answer(url_for("routing.letter", public_id=letter.public_id))
    return done(a)


@blueprint.post("/deliveries/<public_id>/receive")
@policy(Verb.RECEIVE, kind="act", on="delivery")
def receive(public_id: str) -> Response:
    """ลงรับ under the office's own number."""
    with act() as a:
        delivery, _ = receiving.receive(a.session, a.actor, public_id)
        _, letter = load_visible_delivery(a.session, a.actor, public_id)
        a.answer(_back(letter.public_id), f"ลงรับแล้ว เลขรับ {delivery.receive_no}")
    return done(a)


@blueprint.post("/inbox/receive", endpoint="receive_many")
@policy(Verb.RECEIVE, kind="act", on="delivery")
def receive_many() -> Response:
    """ลงรับ several letters in order of arrival: all or none, one page of results to print."""
    picked = list(dict.fromkeys(request.form.getlist("picked")))[: MOST_AT_ONCE + 1]
    if not picked or len(picked) > MOST_AT_ONCE:
        raise Invalid(f"กรุณาเลือกหนังสืออย่างน้อย 1 ฉบับ และไม่เกิน {MOST_AT_ONCE} ฉบับ")
    with act() as a:
        found = [load_visible_delivery(a.session, a.actor, key)[0] for key in picked]
        found.sort(key=lambda delivery: (delivery.arrived_at or clock.now(), delivery.id))
        for delivery in found:
            receiving.receive(a.session, a.actor, delivery.public_id)
        a.answer(_result(found), f"ลงรับแล้ว {len(found)} ฉบับ")
    return done(a)


@blueprint.get("/inbox/received", endpoint="received")
@policy(Verb.READ, on="delivery")
def received() -> str:
    """The result of a bulk receipt: numbers in order, to print."""
    rows = received_together(reading(), actor(), request.args)
    return render_template("routing/received.html", rows=rows, address=request.args.to_dict())


@blueprint.post("/deliveries/<public_id>/reject")
@policy(Verb.REJECT, kind="act", on="delivery")
def reject(public_id: str) -> Response:
    """ตีกลับ with a reason."""
    with act() as a:
        receiving.reject(a.session, a.actor, public_id, reason=typed("reason"))
        a.answer(url_for("routing.inbox"), "ตีกลับแล้ว ผู้ส่งจะเห็นเหตุผล")
    return done(a)


@blueprint.post("/deliveries/<public_id>/void")
@policy(Verb.VOID, kind="act", on="delivery")
def void(public_id: str) -> Response:
    """Void a wrong registration of a letter from outside."""
    with act() as a:
        receiving.void(a.session, a.actor, public_id, reason=typed("reason"))
        a.answer(url_for("routing.inbox", state="received"), "ยกเลิกการลงทะเบียนแล้ว เลขรับนี้จะไม่ใช้อีก")
    return done(a)


@blueprint.post("/deliveries/<public_id>/delivered")
@policy(Verb.RECORD_DELIVERED, kind="act", on="delivery")
def delivered(public_id: str) -> Response:
    """A letter reached an external agency."""
    with _proof_file() as file, act() as a:
        sending.record_delivered(
            a.session,
            a.actor,
            public_id,
            delivered_on=day_of(typed("delivered_on")) or clock.today(),
            delivered_to=typed("delivered_to"),
            proof=typed("proof"),
            file=file,
        )
        a.answer(_tracking(a, public_id), "บันทึกว่าถึงผู้รับแล้ว")
    return done(a)


@blueprint.post("/deliveries/<public_id>/failed")
@policy(Verb.RECORD_FAILED, kind="act", on="delivery")
def failed(public_id: str) -> Response:
    """A letter did not reach an external agency."""
    with _proof_file() as file, act() as a:
        sending.record_failed(a.session, a.actor, public_id, reason=typed("reason"), file=file)
        a.answer(_tracking(a, public_id), "บันทึกว่าส่งไม่สำเร็จแล้ว ส่งอีกครั้งได้จากหน้าหนังสือ")
    return done(a)


@blueprint.get("/deliveries/<public_id>/proof")
@policy(Verb.DOWNLOAD, kind="file", on="proof")
def proof(public_id: str) -> Response:
    """The file that shows what became of a letter outside the system, for its sender."""
    found, blob = load_proof(reading(), actor(), public_id)
    store = store_of(settings().storage)
    store.verify(blob.key, blob.sha256, blob.size)
    return as_download(
        iter(partial(store.open(blob.key).read, CHUNK), b""),
        disposition=content_disposition(found.name),
        media_type=found.media_type,
        length=blob.size,
    )


@contextmanager
def _proof_file() -> Iterator[StoredFile | None]:
    """The uploaded proof, none without one; when the act is refused nothing of it is kept."""
    uploads = request.files.getlist("proof_file")[:1]
    store = store_of(settings().storage)
    with taken_in(store, uploads, max_bytes=file_limits().largest) as stored:
        yield stored[0] if stored else None


def _result(found: list[Delivery]) -> str:
    named: dict[str, Any] = address_of(found)
    return url_for("routing.received", **named)


def _back(letter_id: str) -> str:
    listed = LISTS.get(request.values.get("back", ""))
    return url_for(listed) if listed else url_for("routing.letter", public_id=letter_id)


def _tracking(a, public_id: str) -> str:  # type: ignore[no-untyped-def]
    _, letter = load_visible_delivery(a.session, a.actor, public_id)
    return url_for("routing.tracking", public_id=letter.public_id)
