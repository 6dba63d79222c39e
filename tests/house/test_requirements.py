"""A test whose requirement is missing is left out with a word, or fails where it is demanded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDY = """
from tests.requirements import require


def test_needy():
    require("browser", False, "none was found")
"""


def run(tmp_path: Path, demanded: str) -> subprocess.CompletedProcess[str]:
    """Run one test file under the project's own conftest in a process of its own."""
    (tmp_path / "test_needy.py").write_text(NEEDY)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.conftest",
    ]
    command += ["--rootdir", str(tmp_path), "-c", os.devnull, str(tmp_path)]
    environment = {**os.environ, "EOFFICE_REQUIRE": demanded}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("demanded", ["", "postgres"])
def test_a_missing_requirement_is_left_out_and_named_at_the_end(tmp_path, demanded):
    done = run(tmp_path, demanded)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 tests left out, no browser: none was found" in done.stdout


def test_a_missing_requirement_fails_where_it_is_demanded(tmp_path):
    done = run(tmp_path, "postgres,browser")
    assert done.returncode == 1
    assert "browser is required for this run: none was found" in done.stdout


def test_a_misspelt_demand_is_refused(tmp_path):
    done = run(tmp_path, "postgrse")
    assert done.returncode == 4
    assert "postgrse" in done.stderr


def test_only_known_requirements_can_be_asked_for():
    from tests.requirements import require

    with pytest.raises(ValueError, match="unknown requirement"):
        require("database", True)
