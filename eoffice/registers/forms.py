"""Forms of the registers: reserving, cancelling, how a year is numbered, confirming."""

from __future__ import annotations

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.core import Field
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from eoffice.registers.rules import (
    CircularSeries,
    FirstNumberWrong,
    InsertionRefused,
    Series,
    wanted_number,
)
from eoffice.thai_text import to_arabic_digits
from eoffice.web.fields import plain_text

FIRST = [Optional(), NumberRange(1, 9_999_999, FirstNumberWrong.message)]


class ThaiIntegerField(IntegerField):
    """A count typed in Thai or Arabic digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read Thai digits as Arabic ones; anything else than digits is refused in Thai."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        typed = to_arabic_digits(valuelist[0].strip())
        if not typed.isascii() or not typed.isdigit() or len(typed) > 7:
            raise ValueError("กรุณากรอกเป็นจำนวนเต็ม")
        self.data = int(typed)


class ReserveForm(FlaskForm):
    """Numbers for letters that come later."""

    series = SelectField("ทะเบียน")
    count = ThaiIntegerField(
        "จำนวน",
        [
            InputRequired("กรุณากรอกจำนวนเลขที่จะจอง"),
            NumberRange(1, 50, "จองเลขได้ครั้งละ 1 ถึง 50 เลข"),
        ],
        default=1,
    )
    wanted_no = StringField("เลขที่ต้องการ", [Optional(), Length(max=20), plain_text])
    reason = TextAreaField(
        "เหตุผล",
        [InputRequired("กรุณากรอกเหตุผลที่จองเลข"), Length(max=500), plain_text],
        render_kw={"rows": 2},
    )

    def validate_wanted_no(self, field: Field) -> None:
        """Only a whole number; the service accepts only the next one."""
        try:
            wanted_number(field.data or "")
        except InsertionRefused as refusal:
            raise ValidationError(str(refusal)) from refusal


class ReasonForm(FlaskForm):
    """Why a number is cancelled."""

    reason = StringField("เหตุผล", [InputRequired("กรุณากรอกเหตุผล"), Length(max=500), plain_text])


class NumberingForm(FlaskForm):
    """How an office numbers in a year."""

    prefix = StringField("รหัสหนังสือ", [Optional(), Length(max=40), plain_text])
    circular_series = RadioField("เลขหนังสือเวียน", choices=CircularSeries.choices())
    numbers_announcements = BooleanField("ออกเลขประกาศ")
    first_receive = ThaiIntegerField("ทะเบียนหนังสือรับ", FIRST)
    first_send = ThaiIntegerField("ทะเบียนหนังสือส่ง", FIRST)
    first_circular = ThaiIntegerField("ทะเบียนหนังสือเวียน", FIRST)
    first_order = ThaiIntegerField("ทะเบียนคำสั่ง", FIRST)
    first_announcement = ThaiIntegerField("ทะเบียนประกาศ", FIRST)

    def first_fields(self) -> Iterable[tuple[Series, Field]]:
        """The fields of the first numbers by their series."""
        return [(series, self[f"first_{series.value}"]) for series in Series]

    def first_numbers(self) -> dict[str, int]:
        """The first numbers that were given."""
        return {s.value: field.data for s, field in self.first_fields() if field.data is not None}


class ConfirmForm(FlaskForm):
    """The remark of a confirmation; the numbers are read book by book."""

    remark = TextAreaField(
        "หมายเหตุ", [Optional(), Length(max=500), plain_text], render_kw={"rows": 2}
    )
