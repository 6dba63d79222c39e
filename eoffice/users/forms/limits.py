"""The form of the limits of files."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired


class LimitsForm(FlaskForm):
    """How large a file may be, and how many a letter has."""

    megabytes = IntegerField("ไฟล์ละไม่เกิน (MB)", [InputRequired("กรุณากรอกขนาดเป็นตัวเลข")])
    files = IntegerField("จำนวนไฟล์ต่อหนังสือหนึ่งฉบับ", [InputRequired("กรุณากรอกจำนวนเป็นตัวเลข")])
