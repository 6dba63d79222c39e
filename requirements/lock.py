"""Make the lock files from pyproject.toml, or say whether they still belong to it.

    python requirements/lock.py make UV     compile both files anew with that uv
    python requirements/lock.py check       exit 1 where a file is not current; needs no network

The first line of a lock file is a SHA-256 over everything in pyproject.toml that decides its
content and over the lines that follow, so a changed dependency and a lock changed by hand are
both found without asking a registry.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PYPROJECT = FOLDER.parent / "pyproject.toml"
SEAL = "# sha256 of the declared dependencies and of this file: "
# The test lock is resolved under the run lock, so both give a package the same version.
CHOICES = {
    "run.txt": ["--group", "build"],
    "test.txt": ["--group", "test", "--extra", "tantivy", "--constraint", "requirements/run.txt"],
}


def seal_of(name: str, lines: str, pyproject: Path = PYPROJECT) -> str:
    """Return the digest that a current lock file called `name` with these lines carries."""
    declared = tomllib.loads(pyproject.read_text("utf-8"))
    inputs = {
        "build-system": declared["build-system"]["requires"],
        "python": declared["project"]["requires-python"],
        "dependencies": declared["project"]["dependencies"],
        "extras": declared["project"]["optional-dependencies"],
        "groups": declared["dependency-groups"],
        "choices": CHOICES[name],
    }
    content = json.dumps(inputs, sort_keys=True) + "\n" + lines
    return hashlib.sha256(content.encode()).hexdigest()


def compiled(name: str, uv: str) -> str:
    """Return the lines of the lock `name`; versions already locked stay where they still fit."""
    target = f"requirements/{name}"
    subprocess.run(
        [uv, "pip", "compile", "pyproject.toml", "--quiet", "--no-config", "--universal"]
        + ["--generate-hashes", "--no-header", "--no-annotate"]
        + ["--no-emit-index-url", "--no-emit-find-links", "--output-file", target]
        + CHOICES[name],
        cwd=PYPROJECT.parent,
        check=True,
    )
    return (FOLDER / name).read_text("utf-8")


def make(uv: str) -> None:
    """Write every lock file with its seal on top."""
    for name in CHOICES:
        lines = compiled(name, uv)
        lines = "".join(line for line in lines.splitlines(True) if not line.startswith("#"))
        sealed = f"{SEAL}{seal_of(name, lines)}\n{lines}"
        (FOLDER / name).write_text(sealed, "utf-8")


def stale(folder: Path = FOLDER, pyproject: Path = PYPROJECT) -> list[str]:
    """Return the names of the lock files that are missing or do not belong to pyproject.toml."""
    found = []
    for name in CHOICES:
        path = folder / name
        head, _, lines = (path.read_text("utf-8") if path.exists() else "").partition("\n")
        if head != SEAL + seal_of(name, lines, pyproject):
            found.append(name)
    return found


def main(arguments: list[str]) -> int:
    """Carry out the command line described above and return the exit code."""
    if arguments[:1] == ["make"] and len(arguments) == 2:
        make(arguments[1])
        return 0
    if arguments == ["check"]:
        names = stale()
        for name in names:
            print(f"requirements/{name} is not current: run make lock", file=sys.stderr)
        return 1 if names else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
