"""Recognition: when a page is read again, which reading is kept, and what cleaning does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from eoffice.documents.reading import missing_readers, recognise, recognise_page
from eoffice.documents.reading.pdf_pages import page_image
from eoffice.documents.reading.pictures import cleaned, is_blank, is_sideways
from eoffice.documents.reading.recognise import Reading
from eoffice.documents.reading.unreadable import Unreadable

LAW = Path(__file__).parents[3] / "eoffice" / "sample" / "law"
BOOK = LAW / "regulation-2526.pdf"
PAGE = Image.new("L", (600, 800), 255)
ImageDraw.Draw(PAGE).rectangle((100, 100, 300, 130), fill=0)
RULED = PAGE.copy()
for _top in range(300, 700, 20):
    ImageDraw.Draw(RULED).line((100, _top, 500, _top), fill=0)
SHADOWED = ImageChops.multiply(PAGE, Image.linear_gradient("L").resize(PAGE.size))


class Script:
    """A recogniser that answers from a list and notes what it was asked."""

    def __init__(self, *answers: Reading | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[int, bool]] = []

    def __call__(self, page: Image.Image, mode: int, seconds: float) -> Reading:
        self.asked.append((mode, page is PAGE))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def read_with(monkeypatch: pytest.MonkeyPatch, *answers: Reading | Exception) -> Script:
    script = Script(*answers)
    monkeypatch.setattr(recognise, "recogniser", lambda: script)
    return script


def test_a_sure_page_is_read_in_two_modes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    script = read_with(monkeypatch, Reading("four", 93.0, 100), Reading("six", 95.04, 98))
    assert recognise.recognise(PAGE, 60) == Reading("six", 95.0, 98)
    assert script.asked == [(4, True), (6, True)]


def test_an_unsure_page_is_cleaned_and_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [Reading(str(at), 80.0 + at, 100) for at in (1, 4, 9, 2)]
    script = read_with(monkeypatch, *answers)
    assert recognise.recognise(PAGE, 60).text == "9"
    assert script.asked == [(4, True), (6, True), (4, False), (6, False)]


def test_cleaning_that_hurts_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [Reading(str(at), 90.0 - at, 100) for at in (1, 2, 30, 40)]
    read_with(monkeypatch, *answers)
    assert recognise.recognise(PAGE, 60).text == "1"


def test_a_sure_half_of_a_page_is_not_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    half, poor = Reading("half", 96.0, 300), Reading("poor", 85.0, 700)
    whole = Reading("whole", 94.0, 1000)
    read_with(monkeypatch, half, poor, whole, Reading("other", 93.0, 990))
    assert recognise.recognise(PAGE, 60).text == "whole"


def test_letters_read_into_dots_do_not_win(monkeypatch: pytest.MonkeyPatch) -> None:
    dots, form = Reading("dots", 56.0, 350), Reading("form", 89.0, 215)
    read_with(monkeypatch, dots, dots, form, form)
    assert recognise.recognise(PAGE, 60).text == "form"


@pytest.mark.parametrize("picture", [SHADOWED, RULED], ids=["shadowed", "ruled"])
def test_shadowed_and_ruled_pages_are_cleaned_first(
    monkeypatch: pytest.MonkeyPatch, picture: Image.Image
) -> None:
    monkeypatch.setattr(recognise, "cleaned", lambda page: PAGE)
    sure = Reading("whole", 93.0, 900)
    script = read_with(monkeypatch, sure, sure)
    assert recognise.recognise(picture, 60).text == "whole"
    assert script.asked == [(4, True), (6, True)]


@pytest.mark.parametrize("turn", [90, 270])
def test_a_page_on_its_side_is_turned(monkeypatch: pytest.MonkeyPatch, turn: int) -> None:
    words = Image.new("L", (800, 600), 255)
    draw = ImageDraw.Draw(words)
    for top in range(60, 560, 40):
        for left in range(60, 700, 20):
            draw.rectangle((left, top, left + 17, top + 16), fill=0)
    draw.rectangle((60, 20, 120, 50), fill=0)
    asked: list[tuple[int, int]] = []

    def read(page: Image.Image, mode: int, seconds: float) -> Reading:
        asked.append(page.size)
        is_upright = page.convert("L").crop((0, 0, 400, 58)).getextrema()[0] == 0
        return Reading("upright" if is_upright else "head down", 95.0, 100 if is_upright else 9)

    monkeypatch.setattr(recognise, "recogniser", lambda: read)
    assert not is_sideways(words)
    on_its_side = words.rotate(turn, expand=True)
    assert is_sideways(on_its_side)
    assert recognise.recognise(on_its_side, 60).text == "upright"
    assert asked[2:] == [(800, 600)] * 2


def test_when_time_runs_out_the_readings_so_far_count(monkeypatch: pytest.MonkeyPatch) -> None:
    late = subprocess.TimeoutExpired("tesseract", 1)
    read_with(monkeypatch, Reading("first", 50.0, 10), late, late)
    assert recognise.recognise(PAGE, 60).text == "first"
    read_with(monkeypatch, late)
    with pytest.raises(Unreadable) as unreadable:
        recognise.recognise(PAGE, 60)
    assert unreadable.value.reason == "timeout"


def test_a_blank_page_needs_no_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    read_with(monkeypatch)
    dusty = Image.new("L", (2480, 3508), 250)
    dusty.putpixel((700, 700), 0)
    assert is_blank(dusty)
    assert recognise.recognise(dusty, 60).text == ""


def test_what_was_recognised_is_repaired_and_tidy(monkeypatch: pytest.MonkeyPatch) -> None:
    sure = Reading("การกําหนด     เลข\n\n \nที่\f", 99.0, 9)
    read_with(monkeypatch, sure, sure)
    assert recognise.recognise(PAGE, 60).text == "การกำหนด เลข\nที่"


def test_the_confidence_is_that_of_the_letters() -> None:
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight"
    rows = [f"{head}\tconf\ttext", *("5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t" + end for end in (
        "90\tabc", "30\td", "99\t "))]  # fmt: skip
    reading = recognise._judged("x", "\n".join([*rows, "4\t1"]))
    assert (reading.confidence, reading.trusted) == (75.0, 3)


def lines_of_bars(tilt: float) -> Image.Image:
    page = Image.new("L", (1200, 1600), 255)
    draw = ImageDraw.Draw(page)
    for top in range(200, 1400, 24):
        draw.rectangle((150, top, 1050, top + 10), fill=0)
    return page.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=255)


def sharpness(page: Image.Image) -> float:
    middle = page.convert("L").crop((200, 500, page.width - 200, page.height - 500))
    rows = middle.resize((1, middle.height), Image.Resampling.BOX).tobytes()
    return max(rows) - min(rows)


@pytest.mark.parametrize("tilt", [-3.0, 1.7])
def test_cleaning_levels_the_lines(tilt: float) -> None:
    tilted = lines_of_bars(tilt)
    assert sharpness(tilted) < 60
    assert sharpness(cleaned(tilted)) > 120


def test_cleaning_takes_shadows_and_dotted_rules_away() -> None:
    page = lines_of_bars(0).resize((2400, 3200))
    shadow = (
        Image.linear_gradient("L").resize(page.size).point(lambda level: 140 + level * 115 // 255)
    )
    shadowed = ImageChops.multiply(page, shadow)
    draw = ImageDraw.Draw(shadowed)
    for left in range(300, 2100, 12):
        draw.ellipse((left, 3000, left + 5, 3005), fill=0)
    clean = cleaned(shadowed)
    assert clean.crop((0, 2950, 2400, 3050)).getextrema() == (255, 255)
    assert clean.crop((0, 0, 2400, 300)).getextrema()[0] > 240
    assert clean.crop((300, 380, 2100, 2800)).resize((1, 1)).getpixel((0, 0)) < 250


PASSAGES = ("การกำหนดเลขที่หนังสือออก", "และคำที่ใช้ในการจ่าหน้าซอง", "แบบหนังสือราชการภาษาอังกฤษ")


def test_a_scanned_page_is_recognised() -> None:
    page = recognise_page(BOOK, "pdf", 62)
    assert (page["page"], page["method"]) == (62, "ocr")
    assert page["confidence"] > 90
    for passage in PASSAGES:
        assert passage in page["text"]


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("tesseract") is None,
    reason="the other recogniser is the only one here",
)
def test_a_scanned_page_is_recognised_without_the_system_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    page = recognise_page(BOOK, "pdf", 62)
    for passage in PASSAGES:
        assert passage in page["text"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("page", "passages"),
    [
        (34, ["แบบหนังสือประทับตรา", "(ชื่อส่วนราชการที"]),
        (70, ["ผู้ที่เชิญกระแสพระบรมราชโองการไปยังผู้ใด", "ซึ่งเป็นไปตามขนบธรรมเนียม ประเพณี"]),
    ],
)
def test_scanned_forms_and_tables_are_recognised(page: int, passages: list[str]) -> None:
    text = recognise_page(BOOK, "pdf", page)["text"]
    for passage in passages:
        assert passage in text


@pytest.mark.long
def test_a_tilted_shadowed_noisy_scan_is_rescued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = page_image(LAW / "amendment-3-2560.pdf", 1, 2340, is_gray=True)
    tilted = good.rotate(1.7, Image.Resampling.BICUBIC, fillcolor=255)
    shadow = (
        Image.linear_gradient("L").resize(tilted.size).point(lambda level: 110 + level * 145 // 255)
    )
    noise = Image.effect_noise(tilted.size, 60)
    Image.blend(ImageChops.multiply(tilted, shadow), noise, 0.12).save(tmp_path / "scan.png")
    text = "".join(recognise_page(tmp_path / "scan.png", "png", 1)["text"].split())
    assert "ระเบียบสำนักนายกรัฐมนตรี" in text
    assert "ให้ยกเลิกความในวรรคสองของข้อ" in text
    assert "ประกอบด้วยประธานกรรมการ" in text


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    assert any("antiword" in sentence for sentence in missing_readers())
