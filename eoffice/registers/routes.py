"""Pages of the registers."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the room's pages."""
