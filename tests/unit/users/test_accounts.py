"""Accounts, single-use codes, passwords, attempts, sessions."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from eoffice import clock
from eoffice.actor import SYSTEM, Actor
from eoffice.errors import EofficeError
from eoffice.users.accounts import Account, AccountCode, SignInSession
from eoffice.users.models import Person
from eoffice.users.rules import (
    AccountDisabled,
    AccountEnabled,
    AccountExists,
    CodeRefused,
    PasswordTooWeak,
    PersonNotFound,
    RoleMissing,
    ServesElsewhere,
    SignInRefused,
    TooManyAttempts,
    UsernameTaken,
    UsernameUnusable,
)
from eoffice.users.services.accounts import (
    CODE_ALPHABET,
    MAX_PER_NAME,
    WINDOW,
    activate,
    add_account,
    change_password,
    check_credentials,
    disable_account,
    enable_account,
    end_all_sessions,
    end_session,
    hasher,
    issue_code,
    live_session,
    note_attempt,
    require_attempt,
    start_session,
    token_hash,
)
from eoffice.users.services.people import add_person
from eoffice.verbs import Verb
from tests.world import PASSWORD

NEW = "gravel-orchid-77-tide"
STRANGER = Actor(person_id=None, name="", address="192.0.2.1")


def account(session, stage, name):
    username = stage.world.username(name)
    return session.scalars(select(Account).where(Account.username == username)).one()


def on(stage, verb, name):
    """A verb on somebody's account, to be done from a desk."""
    return lambda session, actor, **details: verb(
        session, actor, account(session, stage, name), **details
    )


def do_activate(session, actor, name, code, password=NEW):
    return activate(session, STRANGER, username=name, code=code, password=password, light=True)


def signed_in(stage, name, hours=12):
    """A session of a person: its row and token."""

    def start(session):
        row = account(session, stage, name)
        return start_session(session, STRANGER, row, user_agent="x" * 300, hours=hours)

    return stage.make(start)


def is_live(stage, token, minutes=30):
    with stage.database.reading() as session:
        return live_session(session.connection(), token, idle_minutes=minutes) is not None


def test_a_person_gets_one_account_with_a_name_of_its_own(stage):
    def add(session, actor, name, username):
        person = session.get_one(Person, stage.world.people[name])
        return add_account(session, actor, person, username=username)

    newcomer = stage.make(_newcomer)
    stage.world.people["newcomer"] = newcomer.id
    stage.refuses(AccountExists, "admin", add, "a_teacher", "somebody.else")
    stage.refuses(UsernameTaken, "admin", add, "newcomer", "A.TEACHER")
    for username in ("ab", "ชื่อไทย", "1103700000001", "a b c", "x" * 41, ".abc"):
        stage.refuses(UsernameUnusable, "admin", add, "newcomer", username)
    stage.refuses(PersonNotFound, "a_admin", add, "newcomer", "new.comer")
    stage.refuses(RoleMissing, "registrar", add, "newcomer", "new.comer")
    with stage.leaves(Verb.ADD_PERSON, "admin", "account", chain=0):
        added = stage.act("admin", add, "newcomer", "New.Comer")
    assert (added.username, added.password_hash) == ("new.comer", "")


def _newcomer(session):
    return add_person(session, SYSTEM, first_name="ใหม่", last_name="มา")


def test_a_code_opens_the_account_once(stage):
    with stage.leaves(Verb.ISSUE_CODE, "a_admin", "account", chain=0) as trace:
        code = stage.act("a_admin", on(stage, issue_code, "a_teacher"))
    assert len(code) == 12
    assert set(code) <= set(CODE_ALPHABET)
    assert code not in str(trace["facts"])
    with stage.database.reading() as session:
        stored = session.scalars(select(AccountCode)).one()
    assert stored.code_hash == token_hash(code)
    _, token = signed_in(stage, "a_teacher")
    written = f" {code[:4]}-{code[4:8]}-{code[8:]} ".lower()
    with stage.database.transaction() as session:
        do_activate(session, STRANGER, "A.Teacher", written)
    assert not is_live(stage, token)
    with stage.database.reading() as session:
        assert check_credentials(session, "a.teacher", NEW)
        assert check_credentials(session, "a.teacher", PASSWORD) is None
    stage.refuses(CodeRefused, "visitor", do_activate, "a.teacher", code)


def test_unknown_foreign_old_and_replaced_codes_are_refused_alike(stage):
    first = stage.act("a_admin", on(stage, issue_code, "a_teacher"), kind="reset")
    second = stage.act("a_admin", on(stage, issue_code, "a_teacher"), hours=1)
    answers = {
        str(stage.refuses(CodeRefused, "visitor", do_activate, name, code))
        for name, code in (
            ("a.teacher", first),
            ("a.teacher", "AAAABBBBCCCC"),
            ("b.registrar", second),
            ("nobody", second),
        )
    }
    with clock.travelling(clock.now() + timedelta(hours=1)):
        answers.add(str(stage.refuses(CodeRefused, "visitor", do_activate, "a.teacher", second)))
    stage.act("a_admin", on(stage, disable_account, "a_teacher"))
    answers.add(str(stage.refuses(CodeRefused, "visitor", do_activate, "a.teacher", second)))
    assert len(answers) == 1


def test_a_code_is_used_once_by_two_at_once(stage):
    code = stage.act("a_admin", on(stage, issue_code, "a_teacher"))
    start = threading.Barrier(2)
    outcomes = []

    def use(password):
        start.wait(20)
        try:
            with stage.database.transaction() as session:
                do_activate(session, STRANGER, "a.teacher", code, password)
            outcomes.append(password)
        except EofficeError as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=use, args=(f"{NEW}-{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(CodeRefused) == 1
    won = next(outcome for outcome in outcomes if outcome is not CodeRefused)
    with stage.database.reading() as session:
        assert check_credentials(session, "a.teacher", won)


@pytest.mark.parametrize(
    "password",
    [
        "short-1",
        "1234567890123",
        "password123!",
        "a.teacher-2569",
        "สมศรีรักโรงเรียน",
        "ครูผู้สอน-12345",
        "aaaaaaaaaabbbb",
        "x" * 257,
    ],
)
def test_weak_passwords_are_refused(stage, password):
    code = stage.act("a_admin", on(stage, issue_code, "a_teacher"))
    stage.refuses(PasswordTooWeak, "visitor", do_activate, "a.teacher", code, password)
    with stage.database.transaction() as session:
        do_activate(session, STRANGER, "a.teacher", code, "ต้นมะม่วงริมน้ำ 82")


def test_who_changes_the_password_knows_the_old_one_and_stays_signed_in(stage):
    (here, token), (_, elsewhere) = (signed_in(stage, "a_teacher") for _ in range(2))

    def change(session, actor, current, new=NEW):
        own = stage.world.actor(
            session,
            "a_teacher",
            account_id=account(session, stage, "a_teacher").id,
            session_id=here.id,
        )
        change_password(session, own, current=current, new=new, light=True)

    stage.refuses(SignInRefused, "a_teacher", change, "wrong-password-1")
    stage.refuses(PasswordTooWeak, "a_teacher", change, PASSWORD, "kru")
    stage.act("a_teacher", change, PASSWORD)
    assert (is_live(stage, token), is_live(stage, elsewhere)) == (True, False)


def test_name_password_and_enabled_account_together_open_the_door(stage):
    stage.act("a_admin", on(stage, disable_account, "a_teacher"))
    fresh = stage.make(_newcomer)
    stage.make(lambda s: add_account(s, SYSTEM, s.get_one(Person, fresh.id), username="fresh"))
    with stage.database.reading() as session:
        for username in ("registrar", " REGISTRAR "):
            assert check_credentials(session, username, PASSWORD).username == "registrar"
        for username, password in (
            ("registrar", PASSWORD + " "),
            ("registrar", ""),
            ("nobody", PASSWORD),
            ("a.teacher", PASSWORD),
            ("fresh", ""),
        ):
            assert check_credentials(session, username, password) is None


def test_passwords_are_argon2id_of_owasps_strength():
    stored = hasher().hash(NEW)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hasher().hash(NEW) != stored


def test_attempts_are_throttled_by_name_and_address_for_a_quarter_of_an_hour(stage):
    def fail(name, address, count=1, succeeded=False):
        def failed(session):
            for _ in range(count):
                note_attempt(session, name, address, succeeded=succeeded)

        stage.make(failed)

    def may(name, address):
        with stage.database.reading() as session:
            try:
                require_attempt(session, name, address)
            except TooManyAttempts as refused:
                assert refused.status == 429
                return False
            return True

    here, there = "192.0.2.1", "198.51.100.7"
    fail("officer", here, MAX_PER_NAME - 1)
    fail("officer", here, 50, succeeded=True)
    assert may("officer", here)
    fail(" OFFICER ", here)
    assert not may("officer", here)
    assert may("officer", there)
    assert may("clerk", here)
    with clock.travelling(clock.now() + WINDOW + timedelta(seconds=1)):
        assert may("officer", here)
    fail("officer", "203.0.113.1", MAX_PER_NAME * 4)
    assert not may("officer", there)
    for number in range(60):
        fail(f"guess{number}", "203.0.113.9")
    assert not may("clerk", "203.0.113.9")


def test_a_session_ends_by_idleness_by_age_and_by_disabling(stage):
    row, token = signed_in(stage, "a_teacher", hours=1)
    assert (row.token_hash, len(row.user_agent)) == (token_hash(token), 200)
    assert token not in row.token_hash
    assert is_live(stage, token)
    assert not is_live(stage, token + "x")
    with clock.travelling(clock.now() + timedelta(minutes=31)):
        assert not is_live(stage, token)
        assert is_live(stage, token, minutes=45)
    with clock.travelling(clock.now() + timedelta(hours=1)):
        assert not is_live(stage, token, minutes=600)
    stage.act("a_admin", on(stage, disable_account, "a_teacher"))
    assert not is_live(stage, token)


def test_a_person_ends_own_sessions_and_no_others(stage):
    (row, token), (other, second), (_, third) = (signed_in(stage, "a_teacher") for _ in range(3))
    foreign, kept = signed_in(stage, "b_registrar")

    def own(session, actor, verb, *args):
        key = account(session, stage, "a_teacher").id
        me = stage.world.actor(session, "a_teacher", account_id=key, session_id=row.id)
        return verb(session, me, *args)

    stage.refuses(PersonNotFound, "a_teacher", own, end_session, foreign.public_id)
    with stage.leaves(Verb.END_SESSION, "a_teacher", "session", chain=0):
        stage.act("a_teacher", own, end_session, other.public_id)
    before = stage.everything()
    stage.act("a_teacher", own, end_session, other.public_id)
    assert stage.everything() == before
    assert stage.act("a_teacher", own, end_all_sessions) == 1
    assert [is_live(stage, key) for key in (token, second, third, kept)] == [
        True,
        False,
        False,
        True,
    ]


def test_an_account_is_disabled_and_enabled_by_those_who_may_reach_the_person(stage):
    for desk, name, error in (
        ("b_director", "b_registrar", RoleMissing),
        ("a_admin", "b_registrar", PersonNotFound),
        ("a_admin", "a_registrar", ServesElsewhere),
        ("a_admin", "admin", PersonNotFound),
    ):
        for verb in (disable_account, enable_account, issue_code):
            stage.refuses(error, desk, on(stage, verb, name))
    stage.refuses(AccountEnabled, "a_admin", on(stage, enable_account, "a_teacher"))
    with stage.leaves(Verb.DISABLE_ACCOUNT, "a_admin", "account", chain=0):
        stage.act("a_admin", on(stage, disable_account, "a_teacher"))
    stage.refuses(AccountDisabled, "a_admin", on(stage, disable_account, "a_teacher"))
    stage.refuses(AccountDisabled, "a_admin", on(stage, issue_code, "a_teacher"))
    with stage.leaves(Verb.ENABLE_ACCOUNT, "a_admin", "account", chain=0):
        stage.act("a_admin", on(stage, enable_account, "a_teacher"))
    with stage.database.reading() as session:
        assert check_credentials(session, "a.teacher", PASSWORD)


def test_tokens_and_codes_are_nowhere_in_the_database(stage):
    _, token = signed_in(stage, "a_teacher")
    code = stage.act("a_admin", on(stage, issue_code, "a_teacher"))
    stored = repr(stage.everything())
    assert token not in stored
    assert code not in stored
    assert PASSWORD not in stored
    with stage.database.reading() as session:
        assert session.scalar(select(SignInSession.token_hash)) == token_hash(token)
