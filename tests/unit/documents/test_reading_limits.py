"""The limited child process: what it may not do, and that nothing of it remains."""

from __future__ import annotations

import io
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter

from eoffice.documents.reading import CannotBeRead, read_text, run_limited, sniff_limited
from eoffice.documents.reading import process as process_module
from eoffice.documents.refusals import ExtensionMismatch, MacrosFound
from tests.unit.documents import made_files as made

LAW = Path(process_module.__file__).parents[2] / "sample" / "law"
BOOK = LAW / "regulation-2526.pdf"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where children work; every test leaves it empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The children that were started."""
    children: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **options: Any) -> None:
            super().__init__(*words, **options)
            self.options = options
            children.append(self)

    monkeypatch.setattr(process_module.subprocess, "Popen", Recorded)
    return children


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server on this machine that nobody may call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


@pytest.fixture(scope="module")
def long_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book that no machine reads within a second."""
    writer = PdfWriter()
    for _ in range(8):
        writer.append(BOOK)
    path = tmp_path_factory.mktemp("book") / "long.pdf"
    writer.write(path)
    return path


def file_with(folder: Path, content: bytes, name: str = "blob") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def is_gone(child: subprocess.Popen[bytes]) -> bool:
    try:
        os.killpg(child.pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize(
    ("limits", "reason"),
    [({"timeout_s": 0.05}, "timeout"), ({"cpu_s": 1}, "cpu")],
)
def test_limits_end_the_child(
    temporary: Path,
    long_book: Path,
    started: list[subprocess.Popen[bytes]],
    limits: dict[str, Any],
    reason: str,
) -> None:
    with pytest.raises(CannotBeRead) as failure:
        run_limited("text", long_book, kind="pdf", **limits)
    assert failure.value.reason == reason
    assert failure.value.status == 422
    assert is_gone(started[0])
    assert not list(temporary.iterdir())


def test_memory_is_limited(temporary: Path, tmp_path: Path) -> None:
    path = file_with(tmp_path, b"x" * (60 << 20))
    with pytest.raises(CannotBeRead) as failure:
        run_limited("text", path, kind="txt", memory_bytes=120 << 20)
    assert failure.value.reason == "memory"


def test_a_child_that_dies_is_a_file_that_cannot_be_read(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(subprocess.Popen[bytes]):
        def communicate(self, *_: object, **__: object) -> tuple[bytes, bytes]:
            self.send_signal(signal.SIGSEGV)
            self.wait()
            return b"", b""

    monkeypatch.setattr(process_module.subprocess, "Popen", Dying)
    with pytest.raises(CannotBeRead) as failure:
        run_limited("inspect", BOOK, kind="pdf")
    assert failure.value.reason == "crashed"
    assert not list(temporary.iterdir())


def test_the_child_inherits_no_secrets_and_works_in_its_own_folder(
    temporary: Path, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "s3cret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://x:s3cret@db/x")
    assert run_limited("inspect", BOOK, kind="pdf")["page_count"] == 114
    options = started[0].options  # type: ignore[attr-defined]
    assert "s3cret" not in str(options["env"])
    assert Path(options["cwd"]).parent == temporary
    assert options["start_new_session"]
    assert is_gone(started[0])
    assert not list(temporary.iterdir())


def test_the_network_is_cut_from_inside(listener: socket.socket) -> None:
    code = (
        "import socket, sys\n"
        "from eoffice.documents.reading.limits import limit_this_process\n"
        "print(limit_this_process(10, 1 << 30))\n"
        "try:\n"
        "    socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)\n"
        "except OSError:\n"
        "    print('refused')\n"
    )
    port = str(listener.getsockname()[1])
    words = [sys.executable, "-c", code, port]
    root = str(Path(process_module.__file__).parents[3])
    done = subprocess.run(
        words, capture_output=True, text=True, env={"PYTHONPATH": root}, check=True
    )
    assert done.stdout.split() == ["True", "refused"]
    with pytest.raises(TimeoutError):
        listener.accept()


def test_remote_references_are_not_followed(listener: socket.socket, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    remote = (
        f'<o:d xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        f'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        f'xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:l="http://www.w3.org/1999/xlink">'
        f'<xi:include href="{address}"/><t:p l:href="{address}">เห็น</t:p></o:d>'
    )
    external = f'<!DOCTYPE x SYSTEM "{address}"><x/>'
    path = file_with(tmp_path, made.odt(**{"content.xml": remote}))
    assert read_text(path, "odt").pages[0]["text"] == "เห็น"
    with pytest.raises(CannotBeRead):
        read_text(file_with(tmp_path, made.odt(**{"content.xml": external})), "odt")
    with pytest.raises(TimeoutError):
        listener.accept()


def test_sniffing_happens_in_the_child(tmp_path: Path) -> None:
    kind = sniff_limited(file_with(tmp_path, made.text_pdf("x")), "ก.pdf")
    assert (kind.code, kind.media_type) == ("pdf", "application/pdf")
    with pytest.raises(ExtensionMismatch) as refusal:
        sniff_limited(file_with(tmp_path, made.picture()), "ก.pdf")
    assert "ภาพ PNG" in str(refusal.value)
    with pytest.raises(MacrosFound):
        sniff_limited(file_with(tmp_path, made.docx(**{"word/vbaProject.bin": b"x"})), "a.docx")


def test_mistakes_of_the_caller_are_not_blamed_on_the_file() -> None:
    with pytest.raises(TypeError, match="unexpected keyword"):
        run_limited("text", BOOK, kind="pdf", name="a.pdf")
    with pytest.raises(TypeError, match="translate"):
        run_limited("translate", BOOK)


def flate_bomb(size: int) -> bytes:
    """A page whose content unpacks to ``size`` spaces."""
    packer = zlib.compressobj(9)
    start = packer.compress(b" ") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = start + block * (size >> 20) + packer.flush()
    stream = b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed)
    return made.pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>",
        stream,
    )


def many_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (at + 3) for at in range(count))
    return made.pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 595 842]>>" % (count, kids),
        *[b"<</Type/Page/Parent 2 0 R>>"] * count,
    )


def huge_picture_pdf() -> bytes:
    """A page with a picture of 900 megapixels that is one byte long when packed twice."""
    packed = zlib.compress(zlib.compress(bytes(1 << 20), 9), 9)
    return made.pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length 27>>stream\nq 595 0 0 842 0 0 cm /I Do Q\nendstream",
        b"<</Type/XObject/Subtype/Image/Width 30000/Height 30000/BitsPerComponent 8"
        b"/ColorSpace/DeviceRGB/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream"
        % (len(packed), packed),
    )


def self_citing_xref() -> bytes:
    """A cross-reference table that names itself as the one before."""
    content = made.pdf(b"<</Type/Catalog>>", trailer=b"/Prev 0000000")
    start = int(content.rpartition(b"startxref\n")[2].split()[0])
    return content.replace(b"/Prev 0000000", b"/Prev %07d" % start)


HOSTILE_PDFS = {
    "flate": lambda: flate_bomb(2 << 30),
    "nested": lambda: made.pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"[" * 60_000 + b"]" * 60_000),
    "page-loop": lambda: made.pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[2 0 R]/MediaBox[0 0 595 842]>>",
    ),
    "xref-loop": self_citing_xref,
    "huge-picture": huge_picture_pdf,
    "cut": lambda: made.text_pdf("x")[:150],
    "header-only": lambda: b"%PDF-1.7\n",
}


@pytest.mark.parametrize("case", HOSTILE_PDFS)
@pytest.mark.parametrize("task", ["text", "render"])
def test_hostile_pdfs_give_an_answer_or_a_reason(
    temporary: Path, started: list[subprocess.Popen[bytes]], tmp_path: Path, case: str, task: str
) -> None:
    path = file_with(tmp_path, HOSTILE_PDFS[case]())
    try:
        assert isinstance(run_limited(task, path, timeout_s=30, kind="pdf"), dict)
    except CannotBeRead as failure:
        assert failure.reason in process_module.REASONS
        assert "ดาวน์โหลดไฟล์ต้นฉบับได้" in str(failure)
    assert is_gone(started[0])
    assert not list(temporary.iterdir())


def test_six_thousand_pages_are_counted_and_read_as_far_as_time_goes(tmp_path: Path) -> None:
    path = file_with(tmp_path, many_pages(6_000))
    assert run_limited("inspect", path, kind="pdf")["page_count"] == 6_000
    found = read_text(path, "pdf")
    assert found.page_count == 6_000
    assert len(found.pages) == 6_000 or "อ่านไว้ถึงหน้า" in found.warnings[0]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("png", made.png_header(30_000, 30_000)),
        ("tiff", struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", 1) + bytes(12)),
        ("jpg", made.picture(form="JPEG")[:80]),
        ("gif", b"GIF89a\xff\xff\xff\xff"),
        ("xls", made.compound({"Workbook": os.urandom(64)})),
        ("docx", made.zipped({"word/document.xml": b"<w:document>"})),
        ("xlsx", made.zipped({"xl/sharedStrings.xml": "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"})),
        ("docx", b"PK\x03\x04"),
        ("txt", b"\x00\x01"),
    ],
)
def test_hostile_contents_cannot_be_read(tmp_path: Path, kind: str, content: bytes) -> None:
    task = "render" if kind in ("png", "tiff", "jpg", "gif") else "text"
    with pytest.raises(CannotBeRead) as failure:
        run_limited(task, file_with(tmp_path, content), kind=kind)
    assert failure.value.reason in ("broken", "too_large", "memory")


def test_deep_and_repeated_elements_end(tmp_path: Path) -> None:
    deep = "<a>" * 200_000
    with pytest.raises(CannotBeRead):
        read_text(file_with(tmp_path, made.docx(**{"word/document.xml": deep})), "docx")
    letters = random.Random(1).choices("กขคงจ", k=6_000_000)
    long = made.docx("".join(letters))
    found = read_text(file_with(tmp_path, long), "docx")
    assert found.warnings == ["ข้อความยาวเกินกำหนด อ่านไว้เพียงส่วนต้น"]


def test_a_locked_pdf_says_so(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(io.BytesIO(made.text_pdf("secret")))
    writer.encrypt("user", owner_password="owner")
    writer.write(tmp_path / "blob")
    assert run_limited("inspect", tmp_path / "blob", kind="pdf")["is_encrypted"]
    with pytest.raises(CannotBeRead) as failure:
        read_text(tmp_path / "blob", "pdf")
    assert failure.value.reason == "password"
    assert "รหัสผ่าน" in str(failure.value)
