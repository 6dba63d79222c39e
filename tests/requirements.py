"""What a test needs from the machine: left out with a word where it is missing, or demanded.

`EOFFICE_REQUIRE=postgres,browser` turns a missing requirement into a failure, so a run that is
meant to be whole cannot be green with half of its tests left out.
"""

from __future__ import annotations

import os

import pytest

KNOWN = ("postgres", "browser")
LEFT_OUT = "left out, no "


def required() -> set[str]:
    """Return the requirements that this run must meet; unknown names are a usage error."""
    named = {name for name in os.environ.get("EOFFICE_REQUIRE", "").split(",") if name}
    if unknown := named.difference(KNOWN):
        raise pytest.UsageError(f"EOFFICE_REQUIRE names {sorted(unknown)}; known are {KNOWN}")
    return named


def require(name: str, available: bool, reason: str = "") -> None:
    """Go on where `name` is available; else leave the test out, or fail it where it is demanded."""
    if name not in KNOWN:
        raise ValueError(f"unknown requirement {name!r}")
    if available:
        return
    if name in required():
        pytest.fail(f"{name} is required for this run: {reason}", pytrace=False)
    pytest.skip(f"{LEFT_OUT}{name}: {reason}")
