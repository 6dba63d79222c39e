"""The set-up: locks with hashes and without hosts, a wheel that is whole, a clean checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from requirements import lock

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[a-z0-9,-]+\])?==([^\s;]+)( ;[^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(name: str) -> dict[str, str]:
    """Return the locked packages, and assert that each line is a pin or one of its hashes."""
    found, hashes = {}, {}
    lines = (ROOT / "requirements" / name).read_text("utf-8").splitlines()[1:]
    for line in lines:
        if pin := PINNED.match(line):
            package = pin[1]
            found[package], hashes[package] = pin[3], 0
        else:
            assert HASH.match(line), f"{name}: {line}"
            hashes[package] += 1
    assert found
    assert all(hashes.values())
    return found


@pytest.mark.parametrize("name", sorted(lock.CHOICES))
def test_a_lock_holds_nothing_but_versions_and_hashes(name):
    assert len(pins(name)) > 20
    assert "://" not in (ROOT / "requirements" / name).read_text("utf-8")


def test_the_test_lock_contains_the_run_lock():
    assert pins("run.txt").items() <= pins("test.txt").items()


def test_every_declared_dependency_and_the_build_backend_are_locked_within_their_bounds():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    locked = pins("run.txt")
    for line in [*declared["project"]["dependencies"], *declared["build-system"]["requires"]]:
        needed = Requirement(line)
        assert locked[canonicalize_name(needed.name)] in needed.specifier, line


def test_the_locks_are_current():
    assert lock.stale() == []


def test_a_new_dependency_or_a_lock_changed_by_hand_is_noticed(tmp_path):
    for name in (*lock.CHOICES, "../pyproject.toml"):
        shutil.copy(ROOT / "requirements" / name, tmp_path)
    pyproject = tmp_path / "pyproject.toml"
    assert lock.stale(tmp_path, pyproject) == []
    with (tmp_path / "run.txt").open("a") as changed:
        changed.write("# by hand\n")
    assert lock.stale(tmp_path, pyproject) == ["run.txt"]
    pyproject.write_text(pyproject.read_text().replace('"flask>=', '"flask>3,>='))
    assert lock.stale(tmp_path, pyproject) == ["run.txt", "test.txt"]
    (tmp_path / "test.txt").unlink()
    assert "test.txt" in lock.stale(tmp_path, pyproject)


def test_the_wheel_holds_every_file_of_the_package_and_the_migrations(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", str(tmp_path)], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("eoffice-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (("eoffice", "eoffice"), ("migrations", "eoffice/migrations")):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        wanted = {path.relative_to(ROOT / folder) for path in files if path.suffix != ".pyc"}
        assert wanted, folder
        assert {f"{inside}/{path.as_posix()}" for path in wanted} <= held


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("storage/eoffice.sqlite", True),
        ("storage/blobs/00/0123", True),
        ("storage/README.md", False),
        (".venv/bin/python", True),
        ("node_modules/axe-core/axe.js", True),
        ("uv.lock", True),
        ("package-lock.json", True),
        ("eoffice/static/package-lock.json", True),
        ("requirements/run.txt", False),
        ("eoffice/documents/store.py", False),
    ],
)
def test_git_ignores_what_is_made_here_and_keeps_the_source(path, ignored):
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT)
    assert done.returncode == (0 if ignored else 1)
