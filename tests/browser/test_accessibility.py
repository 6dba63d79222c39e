"""The accessibility check itself finds what it should, under the product's strict policy."""

from __future__ import annotations

from tests.browser.accessibility import violations_on

GOOD = "<!doctype html><html lang=th><title>ก</title><main><h1>ก</h1><p>ข</p></main>"
BAD = GOOD.replace("<p>ข</p>", "<img src='data:,' ><input>")
POLICY = "<meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\">"


def test_a_plain_page_has_no_violation(page_at):
    page = page_at(360)
    page.set_content(GOOD.replace("<title>", POLICY + "<title>"))
    assert violations_on(page) == []
    assert page.viewport_size == {"width": 360, "height": 900}


def test_a_picture_and_a_field_without_names_are_found(page_at):
    page = page_at(1280)
    page.set_content(BAD)
    assert {line.split(":")[0] for line in violations_on(page)} == {"image-alt", "label"}
