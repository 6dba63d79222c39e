"""What the readers find in files of every kind, asked as the worker asks: through the child."""

from __future__ import annotations

import io
import shutil
import struct
from pathlib import Path

import openpyxl
import pytest

from eoffice.documents.reading import CannotBeRead, FileText, better_page, read_text, run_limited
from eoffice.documents.reading.quality import coverage, judge
from tests.unit.documents import made_files as made

LAW = Path(__file__).parents[3] / "eoffice" / "sample" / "law"
THAI = "ขอเชิญประชุมผู้บริหารสถานศึกษา ครั้งที่ ๓/๒๕๖๙"


def read(folder: Path, kind: str, content: bytes) -> FileText:
    path = folder / "blob"
    path.write_bytes(content)
    return read_text(path, kind)


def texts(found: FileText) -> list[str]:
    return [page["text"] for page in found.pages]


def test_word_documents(tmp_path: Path) -> None:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = "<w:p><w:r><w:t>ในกรอบ</w:t></w:r></w:p>"
    document = (
        f'<w:document xmlns:w="{w}" xmlns:mc="{mc}"><w:body>'
        f"<w:p><w:r><w:t>{THAI}</w:t><w:tab/><w:t>ต่อ</w:t><w:delText>ลบแล้ว</w:delText></w:r></w:p>"
        f"<w:p><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent></w:p></w:body></w:document>"
    )
    header = f'<w:hdr xmlns:w="{w}"><w:p><w:r><w:t>หัวกระดาษ</w:t></w:r></w:p></w:hdr>'
    more = {"word/document.xml": document, "word/header1.xml": header}
    (text,) = texts(read(tmp_path, "docx", made.docx(**more)))
    assert text.startswith("หัวกระดาษ\n")
    assert f"{THAI}\tต่อ\n" in text
    assert text.count("ในกรอบ") == 1
    assert "ลบแล้ว" not in text


def test_workbooks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "ภาคเรียน"
    book.active.append(["โรงเรียนบ้านตัวอย่าง", 117, "น\u0e4d้า"])
    book.create_sheet("สอง").append(["=1+1", THAI])
    buffer = io.BytesIO()
    book.save(buffer)
    found = read(tmp_path, "xlsx", buffer.getvalue())
    assert texts(found) == ["ภาคเรียน\nโรงเรียนบ้านตัวอย่าง\t117\tน้ำ\t", f"สอง\n\t{THAI}\t"]
    assert [page["page"] for page in found.pages] == [1, 2]


def test_old_workbooks(tmp_path: Path) -> None:
    found = read(tmp_path, "xls", made.workbook("โรงเรียน", THAI))
    assert texts(found) == [f"Sheet\nโรงเรียน\n{THAI}"]


def test_presentations_keep_the_order_of_slides(tmp_path: Path) -> None:
    slides = [f"สไลด์ {number}" for number in range(1, 12)]
    assert texts(read(tmp_path, "pptx", made.pptx(*slides))) == slides


def test_old_presentations(tmp_path: Path) -> None:
    encoded = THAI.encode("utf-16-le")
    atom = struct.pack("<HHI", 0, 0x0FA0, len(encoded)) + encoded
    latin = struct.pack("<HHI", 0, 0x0FA8, 5) + b"Hello"
    container = struct.pack("<HHI", 0x0F, 0x0FF0, len(atom + latin)) + atom + latin
    content = made.compound({"PowerPoint Document": container})
    assert texts(read(tmp_path, "ppt", content)) == [f"{THAI}\nHello"]


def test_open_documents(tmp_path: Path) -> None:
    xml = (
        '<o:d xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:b="urn:oasis:names:tc:opendocument:xmlns:table:1.0">'
        "<t:tracked-changes><t:p>ลบแล้ว</t:p></t:tracked-changes>"
        f"<b:table><b:table-cell><t:p>{THAI}</t:p></b:table-cell></b:table>"
        "<b:table><b:table-cell><t:p>ก<t:s/>ข<t:span>ค</t:span></t:p></b:table-cell></b:table>"
        "</o:d>"
    )
    assert texts(read(tmp_path, "odt", made.odt("หนึ่ง\nสอง"))) == ["หนึ่ง\nสอง"]
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    sheet = made.zipped({"mimetype": mimetype, "content.xml": xml})
    assert texts(read(tmp_path, "ods", sheet)) == [f"{THAI}\n\t", "ก ขค\n\t"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16", "utf-16-be"])
def test_plain_text_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    content = f"{THAI}\r\nบรรทัดสอง\r\n".encode(encoding)
    assert texts(read(tmp_path, "txt", content)) == [f"{THAI}\nบรรทัดสอง"]


def test_archives_are_found_by_the_names_inside(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "zip", made.zipped({"ก/แผน.txt": "x"}))) == ["ก/แผน.txt"]


def test_old_word_needs_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotBeRead) as failure:
        read(tmp_path, "doc", made.word_document())
    assert failure.value.reason == "no_reader"


def test_old_word_goes_through_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = tmp_path / "antiword"
    reader.write_text(f"#!/bin/sh\ntest -f \"$5\" && echo '{THAI}'\n", "utf-8")
    reader.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert shutil.which("antiword") == str(reader)
    assert texts(read(tmp_path, "doc", made.word_document())) == [THAI]


def test_pictures_have_pages_to_be_recognised(tmp_path: Path) -> None:
    found = read(tmp_path, "png", made.picture())
    assert (found.page_count, texts(found), found.doubts) == (1, [""], {1: "few_letters"})


def test_latin_pdfs(tmp_path: Path) -> None:
    line = "The quick brown fox jumps over the lazy dog and comes back again tomorrow"
    found = read(tmp_path, "pdf", made.text_pdf(line, "short"))
    assert texts(found) == [line, "short"]
    assert found.doubts == {2: "few_letters"}


@pytest.mark.parametrize(
    ("name", "page", "passage"),
    [
        ("regulation-2526", 1, "ระเบียบสำนักนายกรัฐมนตรีว่าด้วยงานสารบรรณ พ.ศ. ๒๕๐๖"),
        ("regulation-2526", 6, "ให้ลงหมายเลขโทรศัพท์ของส่วนราชการเจ้าของเรื่อง"),
        ("regulation-2526", 20, "ประทับตรากำหนดเก็บหนังสือตามข้อ ๗๓ ไว้ที่มุมล่างด้านขวาของกระดาษ"),
        ("amendment-2-2548", 1, "เล่ม ๑๒๒ ตอนพิเศษ ๙๙ ง ราชกิจจานุเบกษา ๒๓ กันยายน ๒๕๔๘"),
        ("amendment-2-2548", 1, "มีประสิทธิภาพ และลดความซ้ำซ้อนในการปฏิบัติราชการ"),
        ("amendment-2-2548", 2, "การรับส่งข้อมูลข่าวสารหรือหนังสือผ่านระบบสื่อสาร"),
        ("amendment-3-2560", 1, "สำเนาหนังสือตามวรรคหนึ่งให้มีคำรับรองว่า สำเนาถูกต้อง"),
        ("amendment-4-2564", 1, "อาศัยอำนาจตามความในมาตรา ๑๑ (๘)"),
        ("amendment-4-2564", 4, "มีความจำเป็นต้องพิมพ์หนังสือ\nอิเล็กทรอนิกส์ที่ได้รับออกเป็นเอกสารเพื่อดำเนินการ"),
        ("amendment-4-2564", 10, "จัดทำร่างหนังสือให้ผู้มีอำนาจลงชื่อ"),
    ],
)
def test_real_text_layers_are_put_right(name: str, page: int, passage: str) -> None:
    found = read_text(LAW / f"{name}.pdf", "pdf", [page])
    assert passage in found.pages[0]["text"]
    assert not found.doubts


def test_scans_are_seen_as_such() -> None:
    found = read_text(LAW / "regulation-2526.pdf", "pdf", [31, 32, 62, 114, 115])
    assert [page["page"] for page in found.pages] == [31, 32, 62, 114]
    assert found.doubts == dict.fromkeys((32, 62, 114), "few_letters")


GOOD = "โดยที่เป็นการสมควรแก้ไขเพิ่มเติมระเบียบสำนักนายกรัฐมนตรีว่าด้วยงานสารบรรณ เพื่ออำนวยความสะดวกในการทำงาน"


def test_good_text_is_believed_and_left_alone() -> None:
    assert judge(GOOD).doubt == ""
    assert judge(GOOD).text == GOOD
    assert not judge(GOOD).is_mended
    assert coverage(GOOD) > 0.95


def test_wrong_mappings_are_mended_where_the_dictionary_agrees() -> None:
    raw = GOOD.replace("ำ", "\0").replace("า", "ำ").replace("\0", " ำ")
    judged = judge(raw)
    assert (judged.text, judged.doubt, judged.is_mended) == (GOOD, "", True)
    judged = judge(GOOD.replace("ำ", " า"))
    assert (judged.text, judged.doubt, judged.is_mended) == (GOOD, "", True)


def test_wrong_mappings_that_cannot_be_mended_are_seen() -> None:
    broken = GOOD.replace("ำ", "\0").replace("า", "ำ").replace("\0", "").replace("ร", "ฮ")
    assert judge(broken).doubt in ("wrong_mapping", "unknown_words")


@pytest.mark.parametrize(
    ("raw", "doubt"),
    [
        ("", "few_letters"),
        ("ที่ ศธ 04999/ว 1284", "few_letters"),
        (GOOD + "\ue001" * 10, "odd_characters"),
        (GOOD + "\x01" * 10, "odd_characters"),
        ("ฟหกดสวงผปแอทมใฝฎฑธณฯญฐบลฃคตจขชๆไพะรนยฤฆฏโฌ" * 3, "unknown_words"),
        ("plain English words are not in the dictionary but nobody minds them here", ""),
    ],
)
def test_doubts_are_named(raw: str, doubt: str) -> None:
    assert judge(raw).doubt == doubt


def page(text: str, method: str = "text") -> dict[str, object]:
    return {"page": 1, "method": method, "confidence": None, "text": text}


def test_the_better_reading_of_a_page_is_kept() -> None:
    layer, longer, nothing = page("ปก"), page("ปกหน้า", "ocr"), page("", "ocr")
    assert better_page(layer, longer, "few_letters") is longer
    assert better_page(layer, nothing, "few_letters") is layer
    assert better_page(page("กำร" * 9), longer, "wrong_mapping") is longer
    assert better_page(layer, nothing, "unknown_words") is layer


def test_page_pictures_are_small_plain_and_upright(tmp_path: Path) -> None:
    answer = run_limited("render", LAW / "regulation-2526.pdf", kind="pdf", page=34)
    assert max(answer["width"], answer["height"]) == 2000
    assert answer["content"][8:12] == b"WEBP"
    thumb = run_limited("thumbnail", LAW / "regulation-2526.pdf", kind="pdf")
    assert max(thumb["width"], thumb["height"]) == 320
    with pytest.raises(CannotBeRead) as failure:
        run_limited("render", LAW / "amendment-3-2560.pdf", kind="pdf", page=2)
    assert failure.value.reason == "no_page"


def test_photographs_are_turned_and_lose_what_they_tell(tmp_path: Path) -> None:
    from PIL import Image

    taken = Image.new("RGB", (60, 30), "red")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of a teacher"
    taken.save(tmp_path / "blob", "JPEG", exif=exif)
    answer = run_limited("render", tmp_path / "blob", kind="jpg")
    assert (answer["width"], answer["height"]) == (30, 60)
    shown = Image.open(io.BytesIO(answer["content"]))
    assert not shown.getexif()
    assert b"teacher" not in answer["content"]
