"""Names of files: cleaned for storing, spelt for every browser."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eoffice.documents.download import clean_file_name, content_disposition

AWKWARD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("กขเแิี่้์ำา\u0e4d ./\\:._-๑a\u200b\u202e\uf70a\u0301\r\n\0"),
    ),
    max_size=300,
)


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [
        ("หนังสือ ที่ ๑๒.pdf", "หนังสือ ที่ ๑๒.pdf"),
        ("น\u0e4d้าท่วม.pdf", "น้ำท่วม.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
        ("C:\\Users\\สมหญิง\\แผน.docx", "แผน.docx"),
        ("../../etc/passwd", "passwd"),
        ("ใบ\u202efdp.exe", "ใบfdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("a\0b\u200b.pdf", "ab.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("com1", "_com1"),
        ("nul .txt", "_nul.txt"),
        ("console.txt", "console.txt"),
        ("แผน.pdf. . ", "แผน.pdf"),
        ('ก"<ข>?*|:.pdf', "ก__ข_____.pdf"),
        ("", "ไฟล์"),
        ("///...", "ไฟล์"),
    ],
)
def test_names_are_cleaned(given_name: str, stored: str) -> None:
    assert clean_file_name(given_name) == stored


def test_long_names_keep_their_extension_and_whole_letters() -> None:
    name = clean_file_name("ที่" * 100 + ".pdf")
    assert name == "ที่" * 27 + ".pdf"
    assert len(name.encode()) <= 255


@given(AWKWARD)
def test_cleaning_is_safe_and_done_once(name: str) -> None:
    stored = clean_file_name(name)
    assert 0 < len(stored.encode()) <= 255
    assert clean_file_name(stored) == stored
    assert not set(stored) & set('/\\\0\r\n\u202e\u200b"')
    assert stored[-1] not in ". "


@given(AWKWARD)
def test_the_header_is_plain_and_gives_the_name_back(name: str) -> None:
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="')
    plain, _, extended = header.partition("; filename*=UTF-8''")
    shown = unquote(extended) if extended else plain.split('"')[1]
    assert shown == clean_file_name(name)
    assert plain.count('"') == 2


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        (
            "ก ๑.pdf",
            "attachment; filename=\"document-1.pdf\"; filename*=UTF-8''%E0%B8%81%20%E0%B9%91.pdf",
        ),
    ],
)
def test_headers(name: str, header: str) -> None:
    assert content_disposition(name) == header


def test_only_page_images_are_shown_inline() -> None:
    assert content_disposition("1.png", inline=True).startswith("inline; filename=")
