"""How much a request may bring: files are streamed to the disk, all else is read into memory."""

from __future__ import annotations

from flask import Flask, request


def install(app: Flask) -> None:
    """Hold every body that brings no files to ``MAX_FORM_MEMORY_SIZE``, before it is read."""

    @app.before_request
    def limit_body() -> None:
        if request.mimetype != "multipart/form-data":
            request.max_content_length = app.config["MAX_FORM_MEMORY_SIZE"]
