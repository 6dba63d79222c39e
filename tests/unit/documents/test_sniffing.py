"""What a file is: accepted kinds, and the reason of every refusal."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pypdf
import pytest

from eoffice.documents import refusals
from eoffice.documents.kinds import KINDS
from eoffice.documents.sniffing import sniff
from eoffice.errors import Invalid
from tests.unit.documents import made_files as made

THAI_LINE = "ที่ ศธ 04999/ว 1284\r\nเรื่อง การจัดเก็บข้อมูล\r\n"


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "โรงเรียน"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def locked_pdf(user_password: str) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(made.text_pdf("secret")))
    writer.encrypt(user_password, owner_password="owner")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def odf(kind: str) -> bytes:
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return made.zipped({"mimetype": mimetype, "content.xml": "<x/>"}, stored=("mimetype",))


def looked_at(folder: Path, name: str, content: bytes) -> object:
    path = folder / "blob"
    path.write_bytes(content)
    return sniff(path, name)


ACCEPTED = {
    "pdf": ("หนังสือ.pdf", made.text_pdf("x")),
    "pdf-upper": ("SCAN001.PDF", made.text_pdf("x")),
    "pdf-cut": ("a.pdf", b"%PDF-1.4\nbroken"),
    "docx": ("a.docx", made.docx()),
    "xlsx": ("a.xlsx", xlsx()),
    "pptx": ("a.pptx", made.pptx("สไลด์")),
    "doc": ("a.doc", made.word_document()),
    "xls": ("a.xls", made.workbook("โรงเรียน")),
    "ppt": ("a.ppt", made.compound({"PowerPoint Document": b"\x0f\x00"})),
    "odt": ("a.odt", made.odt()),
    "ods": ("a.ods", odf("spreadsheet")),
    "odp": ("a.odp", odf("presentation")),
    "txt": ("a.txt", THAI_LINE.encode()),
    "txt-one-byte": ("a.txt", b"x"),
    "txt-tis620": ("a.txt", THAI_LINE.encode("cp874")),
    "txt-utf16": ("a.txt", THAI_LINE.encode("utf-16")),
    "txt-utf16-without-mark": ("a.txt", THAI_LINE.encode("utf-16-le")),
    "txt-long": ("a.txt", ("ก" * 40_000).encode()),
    "csv": ("a.csv", "ชื่อ,จำนวน\nก,1\n".encode("cp874")),
    "jpg": ("a.jpeg", made.picture(form="JPEG")),
    "png": ("a.png", made.picture()),
    "png-huge": ("a.png", made.png_header(30_000, 30_000)),
    "gif": ("a.gif", made.picture(form="GIF")),
    "tiff": ("a.tif", made.picture(form="TIFF")),
    "zip": ("a.zip", made.zipped({"ก/a.pdf": made.text_pdf("x"), "ก/b.txt": "ข้อความ"})),
    "zip-furniture": ("a.zip", made.zipped({"a.txt": "x", "__MACOSX/._a.txt": b"\0\5\x16\7"})),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted_kinds(tmp_path: Path, case: str) -> None:
    name, content = ACCEPTED[case]
    kind = looked_at(tmp_path, name, content)
    assert kind == KINDS[case.split("-")[0]]


LOCKED = {
    "pdf": ("a.pdf", locked_pdf("user")),
    "docx": ("a.docx", made.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"})),
    "xlsx": ("a.xlsx", made.compound({"EncryptedPackage": b"x"})),
    "doc": ("a.doc", made.word_document(is_encrypted=True)),
    "xls": ("a.xls", made.compound({"Workbook": made.record(0x2F, b"\0" * 6)})),
    "odt": ("a.odt", made.odt(**{"META-INF/manifest.xml": "<m><m:encryption-data/></m>"})),
}


@pytest.mark.parametrize("code", LOCKED)
def test_files_with_a_password_are_accepted_and_marked(tmp_path: Path, code: str) -> None:
    kind = looked_at(tmp_path, *LOCKED[code])
    assert (kind.code, kind.is_encrypted) == (code, True)


def test_a_password_against_changes_does_not_lock_a_pdf(tmp_path: Path) -> None:
    assert not looked_at(tmp_path, "a.pdf", locked_pdf("")).is_encrypted


def overlapping_zip() -> bytes:
    """Two directory entries over the same packed bytes."""
    content = bytearray(made.zipped({"a.txt": "x" * 1000, "b.txt": "x" * 1000}))
    second = content.rfind(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<I", 0)
    content[second + 46 : second + 51] = b"a.txt"
    return bytes(content)


def encrypted_zip() -> bytes:
    content = bytearray(made.zipped({"a.txt": "x"}))
    content[6] |= 1
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def link_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo("a.txt")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return buffer.getvalue()


def lying_directory() -> bytes:
    """An end record that speaks of a directory of 60,000 members."""
    content = bytearray(made.zipped({"a.txt": "x"}))
    end = content.rfind(b"PK\x05\x06")
    content[end + 8 : end + 12] = struct.pack("<HH", 60_000, 60_000)
    return bytes(content)


PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(52) + struct.pack("<I", 64) + b"PE\0\0" + bytes(400)
LINK = b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00F" + bytes(60)
PACKAGE = b"\0\0\0\0\2\0setup.exe\0C:\\setup.exe\0" + bytes(100)
ODS_MACRO = {"mimetype": "application/vnd.oasis.opendocument.text", "Basic/script-lc.xml": "<x/>"}
BIG = made.zipped({"a.txt": bytes(150 << 20)}, level=1)
MACRO_TYPES = made.content_types("application/vnd.ms-word.document.macroEnabled.main+xml")
PPT_MACRO = b"\x02\0\0\x04\x0c\0\0\0" + struct.pack("<III", 5, 1, 2)

REFUSED = {
    "empty": ("a.pdf", b"", "EmptyFile"),
    "no-extension": ("หนังสือ", made.text_pdf("x"), "NameWithoutExtension"),
    "one-byte": ("a.pdf", b"x", "ExtensionMismatch"),
    "noise": ("a.docx", bytes(range(256)) * 4, "ExtensionMismatch"),
    "noise-unknown": ("a.xyz", bytes(range(256)) * 4, "KindNotAccepted"),
    "png-as-pdf": ("a.pdf", made.picture(), "ExtensionMismatch"),
    "pdf-as-docx": ("a.docx", made.text_pdf("x"), "ExtensionMismatch"),
    "docx-as-xlsx": ("a.xlsx", made.docx(), "ExtensionMismatch"),
    "zip-as-docx": ("a.docx", made.zipped({"a.txt": "x"}), "ExtensionMismatch"),
    "docx-as-zip": ("a.zip", made.docx(), "ExtensionMismatch"),
    "text-as-pdf": ("a.pdf", THAI_LINE.encode(), "ExtensionMismatch"),
    "doc-as-xls": ("a.xls", made.word_document(), "ExtensionMismatch"),
    "late-pdf": ("a.pdf", b"\0\1junk\n" + made.text_pdf("x"), "PdfStartsLate"),
    "late-pdf-text": ("a.pdf", b"\n" + made.text_pdf("x"), "PdfStartsLate"),
    "html": ("a.html", b"<p>x</p>", "ActiveContent"),
    "html-as-xls": ("a.xls", b"<html><table><tr><td>1</table>", "ActiveContent"),
    "html-as-txt": ("a.txt", b"\xef\xbb\xbf \n<!-- a --> <!DOCTYPE html><html>", "ActiveContent"),
    "html-utf16-as-txt": ("a.txt", "<script>x</script>".encode("utf-16"), "ActiveContent"),
    "html-as-pdf": ("a.pdf", b"<html>%PDF-1.4", "ActiveContent"),
    "svg": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "ActiveContent"),
    "svg-as-png": ("a.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "ActiveContent"),
    "script": ("a.js", b"alert(1)", "ActiveContent"),
    "shell-as-txt": ("a.txt", b"#!/bin/sh\nrm -rf /\n", "ActiveContent"),
    "xml-as-txt": ("a.txt", b'<?xml version="1.0"?><x/>', "ActiveContent"),
    "exe": ("a.exe", PROGRAM, "ProgramFound"),
    "exe-as-pdf": ("a.pdf", PROGRAM, "ProgramFound"),
    "elf-as-txt": (
        "a.txt",
        b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e\0" + bytes(80),
        "ProgramFound",
    ),
    "link": ("a.lnk", LINK, "ProgramFound"),
    "link-as-doc": ("a.doc", LINK, "ProgramFound"),
    "jar": ("a.zip", made.zipped({"META-INF/MANIFEST.MF": "x"}), "ProgramFound"),
    "docm": ("a.docm", made.docx(), "MacrosFound"),
    "macro-part": ("a.docx", made.docx(**{"word/vbaProject.bin": b"x"}), "MacrosFound"),
    "macro-case": ("a.docx", made.docx(**{"word/VBAPROJECT.BIN": b"x"}), "MacrosFound"),
    "macro-type": ("a.docx", made.docx(**{"[Content_Types].xml": MACRO_TYPES}), "MacrosFound"),
    "macro-sheet": ("a.xlsx", made.docx(**{"xl/macrosheets/s.xml": "x"}), "MacrosFound"),
    "macro-doc": (
        "a.doc",
        made.compound({"WordDocument": b"x", "Macros/VBA": b"x"}),
        "MacrosFound",
    ),
    "macro-xls": (
        "a.xls",
        made.compound({"Workbook": b"x", "_VBA_PROJECT_CUR/dir": b"x"}),
        "MacrosFound",
    ),
    "macro-xls4": ("a.xls", made.workbook("x", sheet_kind=1), "MacrosFound"),
    "macro-ppt": ("a.ppt", made.compound({"PowerPoint Document": PPT_MACRO}), "MacrosFound"),
    "macro-odt": ("a.odt", made.zipped(ODS_MACRO, stored=("mimetype",)), "MacrosFound"),
    "macro-embedded": (
        "a.docx",
        made.docx(
            **{"word/embeddings/o.bin": made.compound({"Workbook": b"x", "Macros/VBA": b"x"})}
        ),
        "MacrosFound",
    ),
    "package-doc": (
        "a.doc",
        made.compound({"WordDocument": b"x", "\x01Ole10Native": PACKAGE}),
        "ProgramFound",
    ),
    "package-docx": (
        "a.docx",
        made.docx(**{"word/embeddings/o.bin": made.compound({"\x01Ole10Native": PACKAGE})}),
        "ProgramFound",
    ),
    "installer": ("a.doc", made.compound({"Property": b"x"}), "KindNotAccepted"),
    "ole-cut": ("a.doc", made.word_document()[:700], "FileBroken"),
    "zip-cut": ("a.docx", made.docx()[:200], "FileBroken"),
    "zip-empty": ("a.zip", made.zipped({}), "EmptyFile"),
    "zip-bomb": ("a.zip", BIG, "ArchiveTooBig"),
    "docx-bomb": ("a.docx", made.docx(**{"word/media/a": bytes(110 << 20)}), "ArchiveTooBig"),
    "zip-ratio": ("a.zip", made.zipped({"a.txt": bytes(3 << 20)}), "ArchiveTooBig"),
    "zip-members": (
        "a.zip",
        made.zipped({f"{n}.txt": "x" for n in range(2001)}),
        "ArchiveTooBig",
    ),
    "zip-lies": ("a.zip", lying_directory(), "ArchiveTooBig"),
    "zip-overlaps": ("a.zip", overlapping_zip(), "ArchiveTooBig"),
    "zip-nested": ("a.zip", made.zipped({"b.zip": made.zipped({"a.txt": "x"})}), "ArchiveInside"),
    "zip-rar": ("a.zip", made.zipped({"b.rar": b"Rar!\x1a\7\1\0"}), "ArchiveInside"),
    "zip-disguised": (
        "a.zip",
        made.zipped({"b.docx": made.zipped({"a.txt": "x"})}),
        "ArchiveMemberRefused",
    ),
    "zip-docx-bomb": (
        "a.zip",
        made.zipped({"a.docx": made.docx(x=bytes(90 << 20)), "b.txt": "x"}),
        "ArchiveTooBig",
    ),
    "zip-exe": ("a.zip", made.zipped({"setup.exe": PROGRAM}), "ArchiveMemberRefused"),
    "zip-exe-as-pdf": ("a.zip", made.zipped({"a.pdf": PROGRAM}), "ArchiveMemberRefused"),
    "zip-macro": (
        "a.zip",
        made.zipped({"a.docx": made.docx(**{"word/vbaProject.bin": b"x"})}),
        "ArchiveMemberRefused",
    ),
    "zip-locked": ("a.zip", encrypted_zip(), "ArchiveLocked"),
    "zip-link": ("a.zip", link_zip(), "ArchivePathEscapes"),
    "zip-up": ("a.zip", made.zipped({"../a.txt": "x"}), "ArchivePathEscapes"),
    "zip-up-windows": ("a.zip", made.zipped({"b\\..\\..\\a.txt": "x"}), "ArchivePathEscapes"),
    "zip-root": ("a.zip", made.zipped({"/etc/passwd": "x"}), "ArchivePathEscapes"),
    "zip-drive": ("a.zip", made.zipped({"C:/a.txt": "x"}), "ArchivePathEscapes"),
    "rar": ("a.rar", b"Rar!\x1a\7\1\0" + bytes(40), "KindNotAccepted"),
    "rtf": ("a.rtf", b"{\\rtf1 x}", "KindNotAccepted"),
    "heic": ("a.heic", b"\0\0\0\x18ftypheic" + bytes(40), "PhotoFormatNotAccepted"),
    "heic-as-jpg": ("a.jpg", b"\0\0\0\x18ftypheic" + bytes(40), "PhotoFormatNotAccepted"),
    "binary-as-txt": ("a.txt", b"abc\0\1\2\3\4" * 99, "ExtensionMismatch"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_name_their_reason(tmp_path: Path, case: str) -> None:
    name, content, reason = REFUSED[case]
    with pytest.raises(refusals.FileRefused) as refusal:
        looked_at(tmp_path, name, content)
    assert type(refusal.value).__name__ == reason
    assert isinstance(refusal.value, Invalid)
    assert "{" not in str(refusal.value)


def test_a_refused_member_is_named_in_thai(tmp_path: Path) -> None:
    content = made.zipped({"XXXX.exe": PROGRAM}).replace(b"XXXX", "ไฟล์".encode("cp874"))
    with pytest.raises(refusals.ArchiveMemberRefused) as refusal:
        looked_at(tmp_path, "a.zip", content)
    assert "“ไฟล์.exe”" in str(refusal.value)


def test_chains_that_run_in_circles_end(tmp_path: Path) -> None:
    content = made.word_document()
    circles = struct.pack("<128I", *range(128))
    kind = looked_at(tmp_path, "a.doc", content[:-512] + circles)
    assert kind == KINDS["doc"]


def test_unclosed_comments_cost_nothing(tmp_path: Path) -> None:
    content = b"<!---->" * 9_000 + b"x"
    assert looked_at(tmp_path, "a.txt", content).code == "txt"
