"""Fields of forms that every room uses: a day in Thai, a text without control characters, the
version that the page showed."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import request
from wtforms import StringField, ValidationError

from eoffice.errors import Invalid
from eoffice.thai import DateNotUnderstood, parse_thai_date, thai_date

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class ThaiDateField(StringField):
    """A day typed as people type it: พ.ศ. or ค.ศ., Thai or Arabic digits, long or short months."""

    day: date | None = None

    def process_data(self, value: Any) -> None:
        """Show a stored day in Thai."""
        self.data = thai_date(value) if isinstance(value, date) else value
        self.day = value if isinstance(value, date) else None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Understand what was typed."""
        self.day = None
        if not self.data or not self.data.strip():
            return
        try:
            self.day = parse_thai_date(self.data)
        except DateNotUnderstood as refusal:
            raise ValidationError(str(refusal)) from refusal


def plain_text(form: Any, field: Any) -> None:
    """Refuse control characters, which no page shows and PostgreSQL does not store."""
    if isinstance(field.data, str) and _CONTROL.search(field.data):
        raise ValidationError("มีอักขระที่มองไม่เห็น กรุณาพิมพ์ใหม่แทนการวาง")


def shown_version() -> int:
    """The version the submitted page showed. Raises ``Invalid`` when the form lacks it."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid("แบบฟอร์มนี้ไม่สมบูรณ์ กรุณาเปิดหน้าเดิมใหม่แล้วส่งอีกครั้ง")
    return int(text)
