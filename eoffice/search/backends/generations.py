"""Index folders: one folder a generation, one small file that names the current one.

    <root>/current        the number of the generation that is searched
    <root>/000007/        a generation; ``version`` inside it is the analysis it was made with

Switching is one rename, so that a reader sees the old generation or the new one, never a mixture.
The generation before the current one stays until the next switch, for readers that still hold it.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from eoffice.search.analysis import ANALYSIS_VERSION

_TICK_NS = 1_000_000_000
"""Longer than any tick of a clock that stamps files."""


class Watched:
    """A small file that others replace, read again only when it may have changed.

    Two replacements within one tick of the files' clock look alike, so that a file which had
    changed less than a second before it was read is read again the next time.
    """

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._facts: tuple[int, ...] = ()
        self._content = b""

    def content(self) -> bytes:
        """The bytes of the file; raises FileNotFoundError where there is none."""
        facts = os.stat(self._path)
        seen = (facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
        if seen != self._facts:
            is_settled = time.time_ns() - facts.st_ctime_ns > _TICK_NS
            with open(self._path, "rb", buffering=0) as file:
                self._content = file.readall()
            self._facts = seen if is_settled else ()
        return self._content


class Folders:
    """The generations of one embedded backend."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._current = Watched(root / "current")

    def current(self) -> int:
        """The number of the current generation; 0 before the first one."""
        try:
            return int(self._current.content())
        except (FileNotFoundError, ValueError):
            return 0

    def path(self, number: int) -> Path:
        """The folder of a generation."""
        return self.root / f"{number:06d}"

    def numbers(self) -> list[int]:
        """The generations that exist, oldest first."""
        if not self.root.exists():
            return []
        return sorted(
            int(each.name) for each in self.root.iterdir() if each.is_dir() and each.name.isdigit()
        )

    def begin(self) -> int:
        """Make the folder of a new generation; unfinished ones are removed first."""
        current = self.current()
        for number in self.numbers():
            if number > current:
                self.remove(number)
        number = current + 1
        self.path(number).mkdir(parents=True, mode=0o700)
        (self.path(number) / "version").write_text(str(ANALYSIS_VERSION), "ascii")
        return number

    def switch(self, number: int) -> None:
        """Make a generation the current one; those before the one it replaces are removed."""
        before = self.current()
        fresh = self.root / "current.new"
        with fresh.open("w", encoding="ascii") as file:
            file.write(str(number))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.root / "current")
        for each in self.numbers():
            if each < before:
                self.remove(each)

    def remove(self, number: int) -> None:
        """Remove a generation's folder."""
        shutil.rmtree(self.path(number), ignore_errors=True)

    def analysis_version(self, number: int) -> int:
        """The analysis that a generation was made with; 0 when nothing says so."""
        try:
            return int((self.path(number) / "version").read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def is_building(self) -> bool:
        """Whether a generation newer than the current one exists."""
        return any(number > self.current() for number in self.numbers())

    def size_bytes(self, number: int) -> int:
        """The bytes of a generation's files."""
        folder = self.path(number)
        return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
