"""Pages of sign-in, activation, passwords, sessions and the desk switch."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from eoffice.activity.services import DISTRICT_CHAIN, record
from eoffice.actor import Actor
from eoffice.documents.queries import current_signature
from eoffice.errors import EofficeError
from eoffice.users.accounts import Account, SignInSession
from eoffice.users.auth import (
    act,
    actor,
    database,
    done,
    reading,
    settings,
    sign_in_as,
    sign_out_here,
    stranger,
)
from eoffice.users.desks import actor_of
from eoffice.users.forms.signing_in import ActivateForm, ChangePasswordForm, SignInForm
from eoffice.users.queries import own_sessions
from eoffice.users.routes.room import blueprint
from eoffice.users.rules import CodeRefused, NoDesk, SignInRefused
from eoffice.users.services import accounts
from eoffice.verbs import Verb
from eoffice.web.guard import policy, public, safe_next
from eoffice.web.headers import forget_on_client


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Sign in by name and password; the answer is the same for every kind of refusal."""
    form = SignInForm()
    if request.method == "GET":
        form.next.data = safe_next(request.args.get("next", ""))
        return render_template("users/sign_in.html", form=form)
    if not form.validate_on_submit():
        return render_template("users/sign_in.html", form=form), 422
    try:
        _try_sign_in(form.username.data or "", form.password.data or "")
    except EofficeError as refusal:
        form.form_errors.append(str(refusal))
        return render_template("users/sign_in.html", form=form), refusal.status
    return redirect(safe_next(form.next.data or "") or url_for("routing.desk"), 303)


@blueprint.post("/sign-out")
@policy(Verb.SIGN_OUT, kind="act")
def sign_out() -> ResponseReturnValue:
    """End this session; the browser forgets what it stored."""
    with act(needs_desk=False) as under_way:
        row = under_way.session.get_one(SignInSession, under_way.actor.session_id)
        accounts.end_session(under_way.session, under_way.actor, row.public_id)
        under_way.location = url_for("users.sign_in")
    answer = done(under_way)
    sign_out_here()
    flash("ออกจากระบบแล้ว")
    return forget_on_client(answer)


@blueprint.route("/activate", methods=["GET", "POST"])
@public
def activate() -> ResponseReturnValue:
    """Set a password by a single-use code."""
    form = ActivateForm()
    if request.method == "GET":
        return render_template("users/activate.html", form=form)
    if not form.validate_on_submit():
        return render_template("users/activate.html", form=form), 422
    try:
        _activate(form)
    except EofficeError as refusal:
        form.form_errors.append(str(refusal))
        return render_template("users/activate.html", form=form), refusal.status
    flash("ตั้งรหัสผ่านแล้ว เข้าสู่ระบบได้ทันที")
    return redirect(url_for("users.sign_in"), 303)


@blueprint.post("/desk")
@policy(Verb.SWITCH_DESK, kind="act")
def switch_desk() -> Response:
    """Choose the desk to act from; acting is always from one chosen desk."""
    with act(needs_desk=False) as under_way:
        wanted = request.form.get("desk", "")
        chosen = [desk for desk in under_way.actor.desks if desk.public_id == wanted]
        if not chosen:
            raise NoDesk
        row = under_way.session.get_one(SignInSession, under_way.actor.session_id)
        row.holding_id = chosen[0].holding_id
        under_way.answer(url_for("routing.desk"), f"ปฏิบัติงานในนาม{chosen[0].office_name}")
    return done(under_way)


@blueprint.get("/account")
@policy()
def account() -> str:
    """One's own account: password and sessions."""
    return _account_page(ChangePasswordForm())


@blueprint.post("/account/password")
@policy(Verb.CHANGE_PASSWORD, kind="act", on="account")
def change_password() -> ResponseReturnValue:
    """Change the own password; other sessions end."""
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _account_page(form), 422
    try:
        with act(needs_desk=False) as under_way:
            accounts.change_password(
                under_way.session,
                under_way.actor,
                current=form.current.data or "",
                new=form.new.data or "",
                light=settings().is_testing,
            )
            under_way.answer(url_for("users.account"), "เปลี่ยนรหัสผ่านแล้ว เครื่องอื่นต้องเข้าสู่ระบบใหม่")
    except EofficeError as refusal:
        if refusal.status not in (401, 422):
            raise
        form.form_errors.append(str(refusal))
        return _account_page(form), 422
    return done(under_way)


@blueprint.post("/account/sessions/<public_id>/end")
@policy(Verb.END_SESSION, kind="act", on="session")
def end_session(public_id: str) -> Response:
    """End one of the own sessions."""
    with act(needs_desk=False) as under_way:
        accounts.end_session(under_way.session, under_way.actor, public_id)
        under_way.answer(url_for("users.account"), "สิ้นสุดการเข้าใช้งานนั้นแล้ว")
    return done(under_way)


@blueprint.post("/account/sessions/end")
@policy(Verb.END_SESSION, kind="act")
def end_sessions() -> Response:
    """End every other session of the own account."""
    with act(needs_desk=False) as under_way:
        count = accounts.end_all_sessions(under_way.session, under_way.actor)
        under_way.answer(url_for("users.account"), f"สิ้นสุดการเข้าใช้งานเครื่องอื่นแล้ว {count} เครื่อง")
    return done(under_way)


def _account_page(form: ChangePasswordForm) -> str:
    return render_template(
        "users/account.html",
        form=form,
        sessions=own_sessions(reading(), actor()),
        current_id=actor().session_id,
        has_signature=current_signature(reading(), actor().person_id),
    )


def _try_sign_in(username: str, password: str) -> None:
    who = stranger()
    with database().reading() as session:
        accounts.require_attempt(session, username, who.address)
        found = accounts.check_credentials(session, username, password)
        account_id = found.id if found else None
    with database().transaction() as session:
        succeeded = account_id is not None
        accounts.note_attempt(session, username, who.address, succeeded=succeeded)
        if account_id is not None:
            _start(session, account_id, who)
        else:
            record(session, who, Verb.SIGN_IN_FAILED, None, chain=DISTRICT_CHAIN, follow=False)
    if not succeeded:
        raise SignInRefused


def _start(session: Session, account_id: int, who: Actor) -> None:
    account = session.get_one(Account, account_id)
    row, token = accounts.start_session(
        session,
        who,
        account,
        user_agent=request.user_agent.string,
        hours=settings().session_hours,
    )
    signed_in = actor_of(
        session,
        account.person_id,
        session_id=row.id,
        account_id=account.id,
        request_id=who.request_id,
        address=who.address,
    )
    record(session, signed_in, Verb.SIGN_IN, row, chain=DISTRICT_CHAIN, follow=False)
    session.flush()
    sign_in_as(token, row, account)


def _activate(form: ActivateForm) -> None:
    """Only a wrong name or code counts as an attempt; who waits does not wait longer for asking."""
    who, username = stranger(), form.username.data or ""
    try:
        with database().transaction() as session:
            accounts.activate(
                session,
                who,
                username=username,
                code=form.code.data or "",
                password=form.password.data or "",
                light=settings().is_testing,
            )
            accounts.note_attempt(session, username, who.address, succeeded=True)
    except CodeRefused:
        with database().transaction() as session:
            accounts.note_attempt(session, username, who.address, succeeded=False)
        raise
