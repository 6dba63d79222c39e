"""Chromium for the tests that look at pages as a person would."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.requirements import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No sandbox inside containers, no shared memory they lack, and no request of the browser's own.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium of the machine; the test is left out where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    require("browser", program is not None, f"none of {', '.join(NAMES)} was found")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page_at(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`page_at(width, **context)`: a fresh page of that width with cookies of its own."""
    contexts = []

    def opened(width: int, height: int = 900, **options: object) -> Page:
        settings = {"locale": "th-TH", "timezone_id": "Asia/Bangkok", **options}
        viewport = {"width": width, "height": height}
        context = browser.new_context(viewport=viewport, **settings)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
