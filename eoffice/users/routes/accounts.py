"""Accounts: codes, disabling, enabling. A code is shown on one answer and never again."""

from __future__ import annotations

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eoffice.users import directory
from eoffice.users.auth import act, actor, done, reading
from eoffice.users.routes.room import blueprint
from eoffice.users.rules import CodeKind
from eoffice.users.services import accounts
from eoffice.verbs import Verb
from eoffice.web.guard import policy


@blueprint.post("/accounts/<public_id>/code", endpoint="issue_code")
@policy(Verb.ISSUE_CODE, kind="act", on="account")
def issue_code(public_id: str) -> ResponseReturnValue:
    """Issue a single-use code: the first one activates, later ones set a new password."""
    _, person = directory.load_account(reading(), actor(), public_id)
    with act() as a:
        account = accounts.account_of(a.session, public_id)
        kind = CodeKind.RESET if account.password_hash else CodeKind.ACTIVATION
        code = accounts.issue_code(a.session, a.actor, account, kind=kind.value)
        a.answer(url_for("users.person", public_id=person.public_id))
    return code_page(person.public_id, code)


@blueprint.post("/accounts/<public_id>/disable", endpoint="disable_account")
@policy(Verb.DISABLE_ACCOUNT, kind="act", on="account")
def disable_account(public_id: str) -> Response:
    """Disable an account; its sessions end at once."""
    _, person = directory.load_account(reading(), actor(), public_id)
    with act() as a:
        account = accounts.account_of(a.session, public_id)
        accounts.disable_account(a.session, a.actor, account)
        said = f"ระงับบัญชี {account.username} แล้ว เครื่องที่เข้าใช้งานอยู่ถูกให้ออกทั้งหมด"
        a.answer(url_for("users.person", public_id=person.public_id), said)
    return done(a)


@blueprint.post("/accounts/<public_id>/enable", endpoint="enable_account")
@policy(Verb.ENABLE_ACCOUNT, kind="act", on="account")
def enable_account(public_id: str) -> Response:
    """Enable a disabled account again."""
    _, person = directory.load_account(reading(), actor(), public_id)
    with act() as a:
        account = accounts.account_of(a.session, public_id)
        accounts.enable_account(a.session, a.actor, account)
        said = f"เปิดบัญชี {account.username} อีกครั้งแล้ว"
        a.answer(url_for("users.person", public_id=person.public_id), said)
    return done(a)


def code_page(person_id: str, code: str) -> str:
    """The one page that shows a code; the address it stands at answers no GET."""
    person = directory.load_person(reading(), actor(), person_id)
    account = directory.account_of_person(reading(), person)
    return render_template(
        "users/code.html",
        person=person,
        account=account,
        expires_at=directory.code_expiry(reading(), account) if account else None,
        code="-".join(code[i : i + 4] for i in range(0, len(code), 4)),
        activate_url=request.host_url.rstrip("/") + url_for("users.activate"),
    )
