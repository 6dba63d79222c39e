"""Ask axe-core what keeps a page from being used by everybody (WCAG 2.2 A and AA)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASK = """levels => axe.run(document, {
    runOnly: levels, resultTypes: ['violations'], preload: false,
  }).then(found => found.violations.map(
    one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(', ')))"""


@cache
def _source() -> str:
    return AXE.read_text("utf-8")


def violations_on(page: Page) -> list[str]:
    """Return one line for each broken rule: its name and the elements that break it."""
    # Evaluated rather than added as a script, so that the page's own policy stays in force.
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_source())
    return page.evaluate(ASK, LEVELS)
