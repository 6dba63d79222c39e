"""The application for a WSGI server: `waitress-serve wsgi:app` and the like."""

from __future__ import annotations

from eoffice import create_app

app = create_app()
