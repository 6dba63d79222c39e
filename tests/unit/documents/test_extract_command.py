"""``eoffice extract``: the text of one file, or a sentence and exit code 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eoffice.documents import extract_command
from eoffice.documents.extract_command import (
    PagesNotUnderstood,
    extract,
    extract_file,
    page_numbers,
)
from eoffice.documents.reading import CannotBeRead
from tests.unit.documents import made_files as made

LAW = Path(__file__).parents[3] / "eoffice" / "sample" / "law"


def run(*words: str) -> Result:
    return CliRunner().invoke(extract, words)


def test_json_has_text_pages_and_warnings() -> None:
    done = run(str(LAW / "amendment-4-2564.pdf"), "--pages", "1-2", "--json")
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert set(found) == {"text", "pages", "warnings"}
    assert [page["page"] for page in found["pages"]] == [1, 2]
    assert set(found["pages"][0]) == {"page", "method", "confidence", "text"}
    assert found["pages"][0]["method"] == "text"
    assert "การปฏิบัติงานสารบรรณด้วยระบบสารบรรณอิเล็กทรอนิกส์" in found["text"]


def test_scanned_pages_are_recognised(tmp_path: Path) -> None:
    found = extract_file(LAW / "regulation-2526.pdf", [31, 62])
    assert [page["method"] for page in found["pages"]] == ["text", "ocr"]
    assert "แบบหนังสือราชการภาษาอังกฤษ" in found["pages"][1]["text"]


def test_a_page_that_cannot_be_recognised_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, kind: str, page: int) -> dict[str, object]:
        raise CannotBeRead("no_recogniser")

    monkeypatch.setattr(extract_command, "recognise_page", refuse)
    path = tmp_path / "a.pdf"
    path.write_bytes(made.text_pdf("short"))
    found = extract_file(path)
    assert found["text"] == "short"
    assert "หน้า 1" in found["warnings"][0]


def test_plain_output_is_the_text(tmp_path: Path) -> None:
    path = tmp_path / "ก.docx"
    path.write_bytes(made.docx("เรื่อง ขอเชิญประชุม"))
    done = run(str(path))
    assert (done.exit_code, done.output.strip()) == (0, "เรื่อง ขอเชิญประชุม")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"", "ไฟล์ว่างเปล่า"),
        ("a.pdf", b"%PDF-1.7\nx", "ไฟล์เสียหาย"),
        ("a.pdf", b"<html>", "หน้าเว็บ"),
        ("a.docx", made.docx(**{"word/vbaProject.bin": b"x"}), "มาโคร"),
        ("a.docx", made.docx(x=bytes(120 << 20)), "ใหญ่ผิดปกติ"),
        ("a.docx", made.docx(**{"word/document.xml": "<!DOCTYPE a><a/>"}), "ไฟล์เสียหาย"),
        ("a.xls", made.compound({"Workbook": made.record(0x2F, bytes(6))}), "รหัสผ่าน"),
    ],
)
def test_hostile_and_broken_files_end_with_a_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    done = run(str(path))
    assert done.exit_code == 1
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_pages_are_numbers_and_ranges() -> None:
    assert page_numbers("1-3") == [1, 2, 3]
    assert page_numbers("7, 1-2,2") == [1, 2, 7]


@pytest.mark.parametrize("typed", ["", "0", "3-1", "a", "1-", "-2", "1,,2", "1-999999"])
def test_other_pages_are_not_understood(typed: str) -> None:
    with pytest.raises(PagesNotUnderstood):
        page_numbers(typed)
