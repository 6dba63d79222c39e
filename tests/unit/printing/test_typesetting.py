"""The papers as a reader of PDF finds them: every line, the right size, only text as text."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from eoffice.documents.reading import CannotBeRead, run_limited
from eoffice.printing.typesetting import typeset

LAW = Path(__file__).parents[3] / "eoffice" / "sample" / "law" / "amendment-3-2560.pdf"
SUBJECT = (
    "เร่งรัดการยืนยันและรับรองข้อมูลนักเรียนรายบุคคล (DMC) รอบที่ ๑ ปีการศึกษา ๒๕๖๙ "
    "และการสำรวจความพร้อมของอุปกรณ์และสัญญาณอินเทอร์เน็ตของโรงเรียน น้ำท่วมที่ป่าฝั่งโน้น"
)
SLIP = {
    "number": "ศธ ๐๔๙๙๙/ว ๑๒๘๔",
    "receive_no": "๑๒๓/๒๕๖๙",
    "to": "โรงเรียนบ้านตัวอย่างเหนือ",
    "subject": SUBJECT,
    "day": "๑๘ พ.ค. ๒๕๖๙",
    "time": "๐๙.๔๑ น.",
    "receiver": "นางสาวใจดี สารบรรณ",
}
STAMP = {
    "title": "ตรารับหนังสือ",
    "office": "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาตัวอย่าง เขต ๒",
    "lines": [("เลขรับ", "๑๒๓/๒๕๖๙"), ("วันที่", "๑๘ พ.ค. ๒๕๖๙"), ("เวลา", "๐๙.๔๑ น.")],
}
MM = 72 / 25.4


def text_of(content: bytes) -> str:
    """All text of a PDF without white space, as pdfium reads it."""
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in document]
    return "".join("".join(pages).split())


def squeezed(text: str) -> str:
    """Without white space."""
    return "".join(text.split())


def stamped(path: Path, stamp: bytes) -> bytes:
    """The stamped copy of a file, made in the limited child."""
    text = base64.b64encode(stamp).decode("ascii")
    return run_limited("stamp", path, kind="pdf", stamp=text)["content"]


def test_every_line_of_a_slip_is_found_again() -> None:
    content = typeset("receive_slips", {"title": "ใบรับหนังสือ", "slips": [SLIP]})
    found = text_of(content)
    for label, name in (
        ("ที่", "number"),
        ("เลขรับ", "receive_no"),
        ("ถึง", "to"),
        ("เรื่อง", "subject"),
        ("รับวันที่", "day"),
        ("เวลา", "time"),
        ("ผู้รับ", "receiver"),
    ):
        assert squeezed(label + SLIP[name]) in found, name
    assert b"pdfaid:part>2<" in content


def test_two_hundred_slips_stand_on_pages_of_a4() -> None:
    content = typeset("receive_slips", {"title": "ใบรับ", "slips": [SLIP | {"number": str(n)} for n in range(200)]})  # fmt: skip # noqa: E501
    document = pypdfium2.PdfDocument(content)
    assert len(document) <= 50
    assert [round(side / MM) for side in document[0].get_size()] == [210, 297]
    assert text_of(content).count("ผู้รับ") == 200


def test_what_people_typed_is_never_a_program() -> None:
    hostile = '#read("/etc/passwd") $x$ [ก] \\ @a *b* _c_ `d` <e> "f" // g /* h #panic()'
    content = typeset("receive_slips", {"title": hostile, "slips": [SLIP | {"subject": hostile}]})
    assert squeezed(hostile) in text_of(content)


def test_a_letter_without_a_glyph_still_gives_a_paper() -> None:
    content = typeset(
        "receive_slips", {"title": "ก", "slips": [SLIP | {"subject": "ประชุม 漢\x07字"}]}
    )
    assert "ประชุม" in text_of(content)


def test_the_stamp_has_the_size_of_the_regulation() -> None:
    content = typeset("receive_stamp", STAMP)
    page = pypdfium2.PdfDocument(content)[0]
    assert [round(side / MM, 1) for side in page.get_size()] == [50.0, 25.0]
    found = text_of(content)
    assert squeezed(STAMP["office"]) in found
    for label, value in STAMP["lines"]:
        assert squeezed(label + value) in found


def test_a_cover_page_carries_the_stamp_and_the_letter() -> None:
    facts = [("ที่", "ศธ ๐๔๙๙๙/๑"), ("เรื่อง", SUBJECT)]
    found = text_of(typeset("cover", STAMP | {"facts": facts, "files": ["หนังสือนำ.pdf"]}))
    assert squeezed(SUBJECT) in found
    assert squeezed(STAMP["office"]) in found
    assert squeezed("– หนังสือนำ.pdf") in found


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_the_stamp_stands_top_right_as_the_page_is_seen(tmp_path: Path, angle: int) -> None:
    path = tmp_path / "seen.pdf"
    writer = PdfWriter(clone_from=PdfReader(LAW))
    page = writer.pages[0]
    box = page.mediabox
    page.cropbox = RectangleObject((box.left + 60, box.bottom + 40, box.right - 30, box.top - 20))
    page.rotate(angle)
    writer.write(path)
    before = path.read_bytes()
    content = stamped(path, typeset("receive_stamp", STAMP))
    assert path.read_bytes() == before
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    picture = document[0].render(scale=1).to_pil().convert("RGB")
    blue = [
        (x, y)
        for x in range(picture.width)
        for y in range(picture.height)
        if picture.getpixel((x, y))[2] - picture.getpixel((x, y))[0] > 60
    ]
    left, right = min(x for x, _ in blue), max(x for x, _ in blue)
    top, bottom = min(y for _, y in blue), max(y for _, y in blue)
    assert abs((right - left) - 50 * MM) < 4 and abs((bottom - top) - 25 * MM) < 4
    assert abs(picture.width - right - 22) < 4 and abs(top - 22) < 4
    original = pypdfium2.PdfDocument(path)[0].get_textpage().get_text_range()
    assert text_of(content).count(squeezed(original)[:200]) == 1


def test_a_narrow_page_gets_a_smaller_stamp_and_a_tiny_one_none(tmp_path: Path) -> None:
    stamp = typeset("receive_stamp", STAMP)
    for size, fits in (((120, 200), True), ((40, 40), False)):
        path = tmp_path / f"{size[0]}.pdf"
        writer = PdfWriter()
        writer.add_blank_page(*size)
        writer.write(path)
        if fits:
            assert squeezed(STAMP["office"]) in text_of(stamped(path, stamp))
            continue
        with pytest.raises(CannotBeRead):
            stamped(path, stamp)


@pytest.mark.parametrize("content", [b"%PDF-1.4 broken", b"no PDF at all"])
def test_a_broken_file_is_said_to_be_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(content)
    with pytest.raises(CannotBeRead):
        stamped(path, typeset("receive_stamp", STAMP))


def test_a_file_with_a_password_is_not_stamped(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("secret")
    held = io.BytesIO()
    writer.write(held)
    path = tmp_path / "locked.pdf"
    path.write_bytes(held.getvalue())
    with pytest.raises(CannotBeRead, match="รหัสผ่าน"):
        stamped(path, typeset("receive_stamp", STAMP))
