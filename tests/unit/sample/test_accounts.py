"""Passwords of the sample: random, few, kept for the owner only."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import select

from eoffice.sample.accounts import (
    FILE_NAME,
    AccountsUnreadable,
    Record,
    new_password,
    read_record,
    write_record,
)
from eoffice.users.accounts import Account
from eoffice.users.services.accounts import check_credentials, common_passwords
from tests.unit.sample.conftest import Made


def test_named_members_sign_in_and_nobody_else(made: Made) -> None:
    logins = made.summary.logins
    with made.reading() as session:
        with_password = set(
            session.scalars(select(Account.username).where(Account.password_hash != ""))
        )
        for login in logins[:3]:
            assert check_credentials(session, login.username, login.password) is not None
        disabled = next(login for login in logins if login.key == "disabled")
        assert check_credentials(session, disabled.username, disabled.password) is None
    assert with_password == {login.username for login in logins}
    assert len({login.password for login in logins}) == len(logins) >= 12


def test_the_file_is_the_owners_alone(made: Made) -> None:
    path = made.summary.accounts_file
    assert path == made.settings.storage / FILE_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert made.record.logins == made.summary.logins


def test_a_password_is_random_and_good_enough() -> None:
    many = {new_password() for _ in range(50)}
    assert len(many) == 50
    assert all(len(password) == 17 for password in many)
    assert not many & common_passwords()


def test_a_record_of_another_district_is_refused(made: Made) -> None:
    with pytest.raises(AccountsUnreadable):
        read_record(made.settings.storage, "0" * 20)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"district": "x"}'])
def test_a_broken_record_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    with pytest.raises(AccountsUnreadable) as refusal:
        read_record(tmp_path, "x")
    assert FILE_NAME in str(refusal.value)


def test_a_record_is_read_as_it_was_written(made: Made, tmp_path: Path) -> None:
    record = dataclasses.replace(Record("d", 7, 5), logins=made.summary.logins, kept={"a": "b"})
    write_record(tmp_path, record)
    write_record(tmp_path, record)
    assert read_record(tmp_path, "d") == record
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
