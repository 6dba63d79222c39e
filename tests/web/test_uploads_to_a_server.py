"""Uploads to the real server over a real socket: lies about length, chunks, floods, crowds."""

from __future__ import annotations

import http.client
import re
import resource
import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import lxml.html
import pytest
from sqlalchemy import func, select

from eoffice.documents.models import Attachment
from tests.browser.running import Running, running
from tests.plugins.web import on_sqlite
from tests.unit.documents.made_files import text_pdf
from tests.world import PASSWORD

MIB = 1 << 20
LIMIT = 2 * MIB
PDF = text_pdf("One page")
pytestmark = on_sqlite


@dataclass
class Visitor:
    """A signed-in person who speaks HTTP by hand."""

    office: Running
    cookie: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """Host and port of the server."""
        parts = urlsplit(self.office.url)
        return str(parts.hostname), int(parts.port or 0)

    def send(self, method: str, path: str, body=None, **headers: str) -> http.client.HTTPResponse:
        """One request over a connection of its own."""
        connection = http.client.HTTPConnection(*self.place, timeout=60)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        chunked = names.get("Transfer-Encoding") == "chunked"
        connection.request(
            method, path, body, names | {"Cookie": self.cookie}, encode_chunked=chunked
        )
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")  # type: ignore[attr-defined]
        found = SimpleCookie(answer.getheader("Set-Cookie") or "")
        for name, morsel in found.items():
            self.cookie = f"{name}={morsel.value}"
        return answer

    def fields(self, path: str, action: str) -> dict[str, str]:
        """The hidden fields of a form of a page."""
        page = lxml.html.fromstring(self.send("GET", path).text)  # type: ignore[attr-defined]
        form = next(form for form in page.forms if str(form.action or path).endswith(action))
        return {name: value or "" for name, value in form.form_values()}


@pytest.fixture
def office(settings, stage) -> Iterator[Running]:
    """The application behind the real server, with small limits."""
    small = replace(settings, max_file_bytes=LIMIT, max_request_bytes=3 * LIMIT)
    with running(small, stage.database, stage.world) as served:
        yield served


@pytest.fixture
def officer(office) -> Visitor:
    """The officer of the district, signed in."""
    visitor = Visitor(office)
    fields = visitor.fields("/sign-in", "/sign-in")
    fields |= {"username": "officer", "password": PASSWORD}
    kind = "application/x-www-form-urlencoded"
    assert visitor.send("POST", "/sign-in", urlencode(fields), Content_Type=kind).status == 303
    return visitor


@pytest.fixture
def draft(stage):
    """A draft of the officer's."""
    return stage.make(stage.world.draft_letter, "officer")


def form(fields: dict[str, str], *files: tuple[str, bytes]) -> tuple[str, bytes]:
    """A multipart form: its content type and its bytes."""
    border = secrets.token_hex(12)
    parts = [
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, content in files:
        head = f'--{border}\r\nContent-Disposition: form-data; name="files"; filename="{name}"'
        parts.append(
            f"{head}\r\nContent-Type: application/pdf\r\n\r\n".encode() + content + b"\r\n"
        )
    return f"multipart/form-data; boundary={border}", b"".join(parts) + f"--{border}--\r\n".encode()


def upload(officer: Visitor, draft, *files: tuple[str, bytes]) -> tuple[str, str, bytes]:
    """Path, content type and body of an upload to a draft."""
    fields = officer.fields(f"/letters/{draft.public_id}/edit", "/files")
    kind, body = form({n: v for n, v in fields.items() if n != "files"}, *files)
    return f"/letters/{draft.public_id}/files", kind, body


def attached(stage) -> int:
    """How many files are attached to letters."""
    with stage.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Attachment)) or 0


def stored(settings) -> list[Path]:
    """Every file under the storage's files, temporary ones included."""
    return [path for path in (settings.storage / "files").rglob("*") if path.is_file()]


def test_a_file_of_exactly_the_limit_is_kept_and_one_byte_more_is_refused(
    officer, draft, stage, settings
):
    exact = PDF + b"\n" * (LIMIT - len(PDF))
    for content, status in ((exact, 303), (exact + b"\n", 413), (b"", 422), (b"x", 422)):
        path, kind, body = upload(officer, draft, ("หนังสือ.pdf", content))
        answer = officer.send("POST", path, body, Content_Type=kind)
        assert answer.status == status, len(content)
        if status != 303:
            assert re.search("[\u0e01-\u0e2e]", answer.text)
    assert attached(stage) == len(stored(settings)) == 1


def test_a_body_over_the_limit_is_refused_before_it_is_stored(officer, draft, stage, settings):
    path, kind, _ = upload(officer, draft)
    with socket.create_connection(officer.place, timeout=30) as line:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {officer.cookie}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {200 * MIB}\r\n\r\n"
        )
        line.sendall(head.encode())
        assert b" 413 " in line.recv(4096).split(b"\r\n")[0]
    assert (attached(stage), stored(settings)) == (0, [])


def test_who_promises_more_than_he_sends_leaves_nothing(officer, draft, stage, settings):
    path, kind, body = upload(officer, draft, ("หนังสือ.pdf", PDF))
    with socket.create_connection(officer.place, timeout=30) as line:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {officer.cookie}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body) + 5000}\r\n\r\n"
        )
        line.sendall(head.encode() + body)
        line.shutdown(socket.SHUT_WR)
        line.recv(4096)
    assert officer.send("GET", "/healthz").status == 200
    assert (attached(stage), stored(settings)) == (0, [])


def test_a_body_in_chunks_without_a_length_is_taken_whole(officer, draft, stage):
    path, kind, body = upload(officer, draft, ("หนังสือ.pdf", PDF))
    chunks = iter([body[at : at + 700] for at in range(0, len(body), 700)])
    answer = officer.send("POST", path, chunks, Content_Type=kind, Transfer_Encoding="chunked")
    assert answer.status == 303
    assert attached(stage) == 1


def test_chunks_that_never_end_are_cut_at_the_limit(officer, draft, stage, settings):
    path, kind, _ = upload(officer, draft)
    endless = iter([b"x" * MIB] * 12)
    try:
        answer = officer.send("POST", path, endless, Content_Type=kind, Transfer_Encoding="chunked")
        assert answer.status in (400, 413)
    except (BrokenPipeError, ConnectionResetError):
        assert officer.send("GET", "/healthz").status == 200
    assert (attached(stage), stored(settings)) == (0, [])


def test_a_flood_of_parts_and_a_huge_field_are_refused(officer, draft, stage, settings):
    path, _, _ = upload(officer, draft)
    parts = {f"field{number}": "x" for number in range(10_000)}
    for fields in (parts, {"subject": "ก" * (4 * MIB // 3)}):
        kind, body = form(fields)
        assert officer.send("POST", path, body, Content_Type=kind).status == 413
    assert (attached(stage), stored(settings)) == (0, [])


def test_many_uploads_at_once_are_streamed_to_the_disk(officer, stage, settings):
    drafts = [stage.make(stage.world.draft_letter, "officer") for _ in range(6)]
    content = PDF + b"\n" * (LIMIT - len(PDF) - 1000)
    sent = [upload(officer, draft, ("ใหญ่.pdf", content)) for draft in drafts]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers: list[int] = []

    def post(path: str, kind: str, body: bytes) -> None:
        visitor = Visitor(officer.office, officer.cookie)
        answers.append(visitor.send("POST", path, body, Content_Type=kind).status)

    threads = [threading.Thread(target=post, args=each) for each in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * len(drafts)
    assert attached(stage) == len(drafts)
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 200 * 1024
