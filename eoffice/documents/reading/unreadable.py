"""How a task in the child says why a file cannot be read."""

from __future__ import annotations


class Unreadable(Exception):
    """A known reason, by its code in ``process.REASONS``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail
