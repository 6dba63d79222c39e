"""The form of an announcement."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from eoffice import clock
from eoffice.notifications.rules import ANNOUNCEMENT_LIMIT
from eoffice.web.fields import ThaiDateField, plain_text


class AnnouncementForm(FlaskForm):
    """What to say, from when until when."""

    text = TextAreaField(
        "ข้อความ",
        [InputRequired("กรุณาพิมพ์ข้อความประกาศ"), Length(max=ANNOUNCEMENT_LIMIT), plain_text],
        render_kw={"rows": 2},
    )
    starts_on = ThaiDateField("ตั้งแต่วันที่", [Optional()])
    ends_on = ThaiDateField("ถึงวันที่", [Optional()])

    def facts(self) -> dict[str, Any]:
        """What was typed; days that were left empty mean today."""
        starts_on = self.starts_on.day or clock.today()
        return {
            "text": self.text.data or "",
            "starts_on": starts_on,
            "ends_on": self.ends_on.day or starts_on,
        }
