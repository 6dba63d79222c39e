"""Ask axe-core what keeps a page from being used by everybody (WCAG 2.2 A and AA)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASK = """levels => axe.run(document, {runOnly: levels}).then(found => found.violations.map(
    one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(', ')))"""


def violations_on(page: Page) -> list[str]:
    """Return one line for each broken rule: its name and the elements that break it."""
    # Evaluated rather than added as a script, so that the page's own policy stays in force.
    page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(ASK, LEVELS)
