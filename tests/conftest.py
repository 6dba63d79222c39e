"""What every test of the project shares."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import settings

from tests.requirements import LEFT_OUT, required

pytest_plugins = [
    "tests.plugins.postgres",
    "tests.plugins.browser",
    "tests.plugins.world",
    "tests.plugins.web",
]

# Two cores shared with other work say nothing about the speed of one example.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_configure() -> None:
    """Refuse a misspelt EOFFICE_REQUIRE before the first test."""
    required()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use a server or a browser, so that -m can choose them."""
    for item in items:
        for name in {"postgres", "browser"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what this run left out because the machine lacks something."""
    reports = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]) for report in reports)
    for reason, count in sorted(reasons.items()):
        if LEFT_OUT in reason:
            terminalreporter.write_line(f"{count} tests {reason.removeprefix('Skipped: ')}")
