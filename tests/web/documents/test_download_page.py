"""The one download route: the very bytes, safe headers, parts, never wrong bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from eoffice.documents.intake import store_of
from eoffice.documents.models import Attachment, Blob, Letter
from tests.plugins.web import Browser, on_sqlite, said
from tests.stage import Stage
from tests.world import stored_file

BYTES = b"%PDF-1.4 " + bytes(range(256)) * 40
NAME = "หนังสือนำ ฉบับที่ ๑.pdf"


@pytest.fixture
def url(stage: Stage, settings: Any) -> str:
    """A file of a letter sent to school A."""
    file = stored_file(NAME, BYTES, store_of(settings.storage))
    stage.make(stage.world.sent_letter, files=(file,))
    with stage.database.reading() as session:
        return f"/files/{session.scalars(select(Attachment.public_id)).one()}"


def blob_path(stage: Stage, settings: Any):
    with stage.database.reading() as session:
        return store_of(settings.storage).path_of(session.scalars(select(Blob.key)).one())


@pytest.mark.parametrize("name", ["registrar", "director", "a_registrar", "a_director"])
def test_readers_get_the_very_bytes_as_a_closed_download(
    client: Callable[..., Browser], url: str, name: str
) -> None:
    answer = client(name).get(url)
    assert (answer.status_code, answer.data) == (200, BYTES)
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''%E0%B8%AB" in headers["Content-Disposition"]
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Length"] == str(len(BYTES))
    assert "ETag" not in headers


@on_sqlite
@pytest.mark.parametrize("name", ["b_registrar", "a_teacher", "admin", "auditor", "visitor"])
def test_a_copied_address_is_absent_for_another_person(
    client: Callable[..., Browser], stranger: Browser, url: str, name: str
) -> None:
    person = client(name)
    answer = person.get(url)
    assert (answer.status_code, answer.data) == (404, person.get("/files/" + "0" * 20).data)
    assert person.get(url, headers={"Range": "bytes=0-9"}).status_code == 404
    assert person.head(url).status_code == 404
    assert stranger.get(url).location.startswith("/sign-in")


@on_sqlite
def test_the_head_of_a_file_is_its_headers(client: Callable[..., Browser], url: str) -> None:
    answer = client("registrar").head(url)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(BYTES))


@on_sqlite
@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-9", 206, 0, 9),
        ("bytes=100-", 206, 100, len(BYTES) - 1),
        ("bytes=-7", 206, len(BYTES) - 7, len(BYTES) - 1),
        (f"bytes={len(BYTES) - 1}-{len(BYTES) + 99}", 206, len(BYTES) - 1, len(BYTES) - 1),
        (f"bytes={len(BYTES)}-", 200, 0, len(BYTES) - 1),
        ("bytes=9-3", 200, 0, len(BYTES) - 1),
        ("lines=0-1", 200, 0, len(BYTES) - 1),
        ("bytes=0-1,5-6", 200, 0, len(BYTES) - 1),
    ],
)
def test_a_part_is_that_part(
    client: Callable[..., Browser], url: str, asked: str, status: int, start: int, end: int
) -> None:
    answer = client("registrar").get(url, headers={"Range": asked})
    assert answer.status_code == status
    assert answer.data == BYTES[start : end + 1]
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {start}-{end}/{len(BYTES)}"


@on_sqlite
@pytest.mark.parametrize("harm", ["changed", "shortened", "lost"])
def test_wrong_bytes_never_leave_under_a_right_name(
    stage: Stage, client: Callable[..., Browser], settings: Any, url: str, harm: str
) -> None:
    path = blob_path(stage, settings)
    path.chmod(0o600)
    if harm == "lost":
        path.unlink()
    else:
        path.write_bytes(BYTES[:-1] if harm == "shortened" else b"X" + BYTES[1:])
    for headers in ({}, {"Range": "bytes=5-9"}):
        answer = client("registrar").get(url, headers=headers)
        assert answer.status_code == 500
        assert "ชุดสำรอง" in said(answer)
        assert BYTES[5:9] not in answer.data


@on_sqlite
def test_a_recalled_letter_takes_its_files_along(
    stage: Stage, client: Callable[..., Browser], url: str
) -> None:
    clerk, registrar = client("a_registrar"), client("registrar")
    assert clerk.get(url).status_code == 200
    with stage.database.reading() as session:
        letter = session.scalars(select(Letter.public_id)).one()
    assert registrar.submit(f"/letters/{letter}", "/recall", reason="ส่งผิด").status_code == 303
    assert clerk.get(url).status_code == 404
    assert registrar.get(url).status_code == 200
