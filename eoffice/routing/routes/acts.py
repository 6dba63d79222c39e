"""The acts on a letter: each a POST, a verb, and back to where the reader was."""

from __future__ import annotations

from flask import Response, request, url_for

from eoffice.documents.services.drafting import take_over as take_over_draft
from eoffice.registers.services.numbering import issue_number as issue
from eoffice.routing.case_page import next_waiting
from eoffice.routing.forms import day_of
from eoffice.routing.routes.room import blueprint, does, typed
from eoffice.routing.services import agreeing, approving, casework, receiving, sending
from eoffice.users.auth import Act, act, done
from eoffice.verbs import Verb
from eoffice.web.fields import shown_version
from eoffice.web.guard import policy


def _page(public_id: str) -> str:
    return url_for("routing.letter", public_id=public_id)


def _stay(a: Act, public_id: str, said: str) -> None:
    a.answer(_page(public_id), said)


@blueprint.post("/letters/<public_id>/take-over")
@policy(Verb.TAKE_OVER, kind="act", on="letter")
def take_over(public_id: str) -> Response:
    """The registrar takes a draft over."""
    with act() as a:
        take_over_draft(a.session, a.actor, public_id, version=shown_version())
        a.answer(url_for("routing.edit_letter", public_id=public_id), "รับช่วงร่างแล้ว")
    return done(a)


@blueprint.post("/letters/<public_id>/propose")
@policy(Verb.PROPOSE, kind="act", on="letter")
def propose(public_id: str) -> Response:
    """Propose a draft for signing."""
    return does(
        approving.propose,
        public_id,
        _stay,
        "เสนอลงนามแล้ว",
        note=typed("note"),
        signer_id=typed("signer"),
    )


@blueprint.post("/letters/<public_id>/withdraw")
@policy(Verb.WITHDRAW, kind="act", on="letter")
def withdraw(public_id: str) -> Response:
    """Take a proposed draft back."""
    return does(approving.withdraw, public_id, _stay, "ดึงเรื่องเสนอกลับมาเป็นร่างแล้ว")


@blueprint.post("/letters/<public_id>/sign")
@policy(Verb.SIGN, kind="act", on="letter")
def sign(public_id: str) -> Response:
    """Sign what was shown; then the next letter that waits."""
    return does(
        approving.sign, public_id, _stay, "ลงนามแล้ว", shown_hash=typed("shown"), note=typed("note")
    )


@blueprint.post("/letters/<public_id>/agree")
@policy(Verb.AGREE, kind="act", on="letter")
def agree(public_id: str) -> Response:
    """Agree to what was shown; it goes on to the next level."""
    with act() as a:
        agreeing.agree(a.session, a.actor, public_id, shown_hash=typed("shown"), note=typed("note"))
        a.answer(url_for("routing.queue"), "เห็นชอบแล้ว")
    return done(a)


@blueprint.post("/letters/<public_id>/sign-on-paper")
@policy(Verb.SIGN_ON_PAPER, kind="act", on="letter")
def sign_on_paper(public_id: str) -> Response:
    """Record a signature on paper."""
    return does(
        approving.sign_on_paper,
        public_id,
        _stay,
        "บันทึกการลงนามในกระดาษแล้ว",
        signer_name=typed("signer_name"),
        signer_position=typed("signer_position"),
    )


@blueprint.post("/letters/<public_id>/send-back")
@policy(Verb.SEND_BACK, kind="act", on="letter")
def send_back(public_id: str) -> Response:
    """Send a letter back to its drafter."""
    return does(approving.send_back, public_id, _stay, "ส่งคืนแก้ไขแล้ว", reason=typed("reason"))


@blueprint.post("/letters/<public_id>/issue-number")
@policy(Verb.ISSUE_NUMBER, kind="act", on="letter")
def issue_number(public_id: str) -> Response:
    """Give the number; with ``and_send`` the letter goes out in the same act."""
    with act() as a:
        letter = issue(
            a.session,
            a.actor,
            public_id,
            version=shown_version(),
            reserved=typed("reserved"),
            letter_date=day_of(typed("letter_date")),
            reason=typed("reason"),
        )
        said = f"ออกเลข {letter.letter_no} แล้ว"
        if typed("and_send"):
            count = sending.send(a.session, a.actor, public_id, version=letter.version)
            said = f"ออกเลข {letter.letter_no} และส่งถึง {count} แห่งแล้ว"
        a.answer(_page(public_id), said)
    return done(a)


@blueprint.post("/letters/<public_id>/send")
@policy(Verb.SEND, kind="act", on="letter")
def send(public_id: str) -> Response:
    """Send a numbered letter, or send again to those without a live delivery."""
    with act() as a:
        count = sending.send(a.session, a.actor, public_id, version=shown_version())
        a.answer(_page(public_id), f"ส่งถึง {count} แห่งแล้ว")
    return done(a)


@blueprint.post("/letters/<public_id>/recall")
@policy(Verb.RECALL, kind="act", on="letter")
def recall(public_id: str) -> Response:
    """Recall from all who have not received, or from the chosen ones."""
    with act() as a:
        count = sending.recall(
            a.session,
            a.actor,
            public_id,
            version=shown_version(),
            reason=typed("reason"),
            deliveries=request.form.getlist("picked"),
        )
        a.answer(_page(public_id), f"ดึงกลับจาก {count} แห่งแล้ว")
    return done(a)


@blueprint.post("/letters/<public_id>/remind")
@policy(Verb.REMIND, kind="act", on="letter")
def remind(public_id: str) -> Response:
    """Remind those who have not received, of one network if it is named."""
    with act() as a:
        network = typed("network")[:40]
        count = sending.remind(a.session, a.actor, public_id, network=network)
        target = _page(public_id)
        if typed("back") == "tracking":
            target = url_for("routing.tracking", public_id=public_id, network=network or None)
        a.answer(target, f"เตือนแล้ว {count} แห่ง")
    return done(a)


@blueprint.post("/letters/<public_id>/cancel")
@policy(Verb.CANCEL, kind="act", on="letter")
def cancel(public_id: str) -> Response:
    """Cancel before sending; a number is burned."""
    return does(approving.cancel, public_id, _stay, "ยกเลิกหนังสือแล้ว", reason=typed("reason"))


@blueprint.post("/letters/<public_id>/close", endpoint="close_letter")
@policy(Verb.CLOSE_LETTER, kind="act", on="letter")
def close_letter(public_id: str) -> Response:
    """Close a sent letter."""
    return does(approving.close_letter, public_id, _stay, "ปิดเรื่องแล้ว")


@blueprint.post("/cases/<public_id>/reply")
@policy(Verb.REPLY, kind="act", on="case")
def reply(public_id: str) -> Response:
    """Begin a reply to a received letter."""
    with act() as a:
        letter = receiving.reply(a.session, a.actor, public_id)
        a.answer(
            url_for("routing.edit_letter", public_id=letter.public_id),
            "เริ่มร่างหนังสือตอบแล้ว อ้างถึงและผู้รับกรอกไว้ให้แล้ว",
        )
    return done(a)


@blueprint.post("/cases/<public_id>/close")
@policy(Verb.CLOSE_CASE, kind="act", on="case")
def close_case(public_id: str) -> Response:
    """Close a case that needs no further act."""
    with act() as a:
        casework.close_case(a.session, a.actor, public_id, version=shown_version())
        a.answer(_after_closing(a, public_id), "ปิดเรื่องแล้ว")
    return done(a)


def _after_closing(a: Act, public_id: str) -> str:
    """Back to where it was closed: the next case of the queue, the case's page, or the inbox."""
    back = request.args.get("back", "")
    key = next_waiting(a.session, a.actor, public_id) if back == "queue" else public_id
    if back not in ("queue", "cases"):
        return url_for("routing.inbox", state="received")
    return url_for("routing.case", public_id=key) if key else url_for("routing.queue")
