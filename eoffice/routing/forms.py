"""Forms of letters: composing, numbering, registering from outside."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FormField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, Optional

from eoffice import clock
from eoffice.documents.models import SUBJECT_LIMIT
from eoffice.documents.rules import LetterKind, Origin, Secrecy, Urgency
from eoffice.documents.services.drafting import CitationText, LetterFields
from eoffice.errors import Invalid
from eoffice.routing.refusals import AuthorityHow
from eoffice.routing.services.authority import Delegation
from eoffice.routing.services.receiving import OutsideLetter
from eoffice.thai import parse_thai_date
from eoffice.web.fields import ThaiDateField, plain_text


class CitationForm(PlainForm):
    """One line of อ้างถึง."""

    number = StringField("ที่", [Optional(), Length(max=80)])
    cited_on = ThaiDateField("ลงวันที่", [Optional()])
    office = StringField("ส่วนราชการ", [Optional(), Length(max=200)])


class LetterForm(FlaskForm):
    """A draft as its writer fills it in."""

    kind = SelectField("ชนิดหนังสือ", choices=LetterKind.choices())
    subject = TextAreaField(
        "เรื่อง",
        [InputRequired("กรุณากรอกเรื่องของหนังสือ"), Length(max=SUBJECT_LIMIT)],
        render_kw={"rows": 2},
    )
    urgency = SelectField("ชั้นความเร็ว", choices=Urgency.choices())
    secrecy = SelectField("ชั้นความลับ", choices=Secrecy.choices())
    deliver_on = ThaiDateField("ให้ถึงผู้รับภายในวันที่", [Optional()])
    deliver_time = StringField("เวลา", [Optional(), Length(max=20)])
    is_circular = BooleanField("เป็นหนังสือเวียน (ใช้เลขที่มี ว)")
    addressee = StringField("คำขึ้นต้น", [Optional(), Length(max=300)])
    body = TextAreaField("ข้อความ", [Optional(), Length(max=50_000)], render_kw={"rows": 8})
    closing = StringField("คำลงท้าย", [Optional(), Length(max=100)])
    contact = StringField("เจ้าของเรื่องและโทรศัพท์", [Optional(), Length(max=300)])
    remark = TextAreaField("หมายเหตุ (ภายใน)", [Optional(), Length(max=2000)])
    cite_1 = FormField(CitationForm, "อ้างถึง")
    cite_2 = FormField(CitationForm, "อ้างถึงเพิ่มเติม")
    files = MultipleFileField("ไฟล์หนังสือและสิ่งที่ส่งมาด้วย")

    def validate_deliver_time(self, field: Field) -> None:
        """A time stands with its day."""
        if field.data and field.data.strip() and _time_of(field.data) is None:
            raise ValidationError("กรุณากรอกเวลาเป็นชั่วโมงและนาที เช่น 16.30")

    def fields(self) -> LetterFields:
        """What the service is given."""
        return LetterFields(
            subject=self.subject.data or "",
            kind=self.kind.data,
            urgency=self.urgency.data,
            secrecy=self.secrecy.data,
            deliver_by=self._deliver_by(),
            addressee=self.addressee.data or "",
            body=self.body.data or "",
            closing=self.closing.data or "",
            contact=self.contact.data or "",
            remark=self.remark.data or "",
            is_circular=bool(self.is_circular.data),
            citations=tuple(_citation(part.form) for part in (self.cite_1, self.cite_2)),
        )

    def show(self, letter: Any, citations: list[Any]) -> None:
        """Fill the form from a stored draft."""
        for name in ("kind", "subject", "urgency", "secrecy", "is_circular", "addressee"):
            self[name].process_data(getattr(letter, name))
        for name in ("body", "closing", "contact", "remark"):
            self[name].process_data(getattr(letter, name))
        if letter.deliver_by is not None:
            at = clock.local(letter.deliver_by)
            self.deliver_on.process_data(at.date())
            self.deliver_time.process_data(at.strftime("%H.%M"))
        for part, citation in zip((self.cite_1, self.cite_2), citations, strict=False):
            part.form.number.process_data(citation.cited_no)
            part.form.cited_on.process_data(citation.cited_on)
            part.form.office.process_data(citation.cited_office)

    def _deliver_by(self) -> datetime | None:
        day = self.deliver_on.day
        if day is None:
            return None
        at = _time_of(self.deliver_time.data or "") or time(16, 30)
        return datetime.combine(day, at, clock.BANGKOK).astimezone(UTC)


class OutsideForm(FlaskForm):
    """A letter from outside, as the registrar reads it."""

    origin = SelectField(
        "ได้รับทาง", choices=[(o.value, o.label) for o in Origin if o is not Origin.SYSTEM]
    )
    sender = StringField("จาก", [InputRequired("กรุณากรอกชื่อหน่วยงานหรือบุคคลผู้ส่ง"), Length(max=300)])
    letter_no = StringField("ที่", [Optional(), Length(max=80)])
    letter_date = ThaiDateField("ลงวันที่", [Optional()])
    addressee = StringField("ถึง", [Optional(), Length(max=300)])
    subject = TextAreaField(
        "เรื่อง",
        [
            InputRequired("กรุณากรอกเรื่อง ถ้าหนังสือไม่มีเรื่องให้สรุปใจความสั้น ๆ"),
            Length(max=SUBJECT_LIMIT),
        ],
        render_kw={"rows": 2},
    )
    urgency = SelectField("ชั้นความเร็ว", choices=Urgency.choices())
    secrecy = SelectField("ชั้นความลับ", choices=Secrecy.choices())
    remark = TextAreaField("หมายเหตุ", [Optional(), Length(max=2000)])
    files = MultipleFileField("ไฟล์สแกน")
    is_confirmed = BooleanField("ตรวจแล้ว เป็นคนละฉบับกับที่เคยลงรับ")

    def outside(self, files: Any) -> OutsideLetter:
        """What the service is given."""
        return OutsideLetter(
            sender=self.sender.data or "",
            subject=self.subject.data or "",
            letter_no=self.letter_no.data or "",
            letter_date=self.letter_date.day,
            origin=self.origin.data,
            urgency=self.urgency.data,
            secrecy=self.secrecy.data,
            addressee=self.addressee.data or "",
            remark=self.remark.data or "",
            files=tuple(files),
        )


class ClosingForm(FlaskForm):
    """An office that closes, and who goes on with its work."""

    successor = SelectField("หน่วยงานที่รับช่วง", [InputRequired("กรุณาเลือกหน่วยงานที่รับช่วง")])
    closed_on = ThaiDateField("ยุบเลิกตั้งแต่วันที่", [Optional()])


class AuthorityForm(FlaskForm):
    """A line of the office's list of signing authority (App. 3 §1–2)."""

    post = SelectField("ตำแหน่ง", [InputRequired("กรุณาเลือกตำแหน่ง")])
    kind = SelectField("หนังสือ", [Optional()], choices=[("", "ทุกชนิด"), *LetterKind.choices()])
    how = RadioField(
        "ลงนามโดย", choices=AuthorityHow.choices(), default=AuthorityHow.DELEGATED.value
    )
    order_no = StringField(
        "เลขที่คำสั่ง", [InputRequired("กรุณากรอกเลขที่คำสั่งมอบอำนาจ"), Length(max=80), plain_text]
    )
    starts_on = ThaiDateField("ตั้งแต่วันที่", [Optional()])
    ends_on = ThaiDateField("ถึงวันที่", [Optional()])
    matters = TextAreaField(
        "เฉพาะเรื่อง", [Optional(), Length(max=500), plain_text], render_kw={"rows": 2}
    )

    def delegation(self) -> Delegation:
        """What the service is given."""
        return Delegation(
            post=self.post.data,
            how=self.how.data,
            order_no=self.order_no.data or "",
            kind=self.kind.data or "",
            matters=self.matters.data or "",
            starts_on=self.starts_on.day,
            ends_on=self.ends_on.day,
        )


class RecipientListForm(FlaskForm):
    """A recipient list by its name; the offices come with the picker."""

    name = StringField("ชื่อกลุ่มผู้รับ", [InputRequired("กรุณาตั้งชื่อกลุ่มผู้รับ"), Length(max=200), plain_text])


class PhoneForm(FlaskForm):
    """Who confirmed a letter by telephone, and when (App. 7 §5.5)."""

    with_whom = StringField(
        "ผู้ยืนยัน",
        [InputRequired("กรุณากรอกชื่อหรือตำแหน่งของผู้ที่ยืนยันทางโทรศัพท์"), Length(max=200), plain_text],
    )
    called_on = ThaiDateField("วันที่โทร", [Optional()])
    called_at = StringField("เวลาที่โทร", [Optional(), Length(max=20)])
    note = StringField("หมายเหตุ", [Optional(), Length(max=300), plain_text])

    def validate_called_at(self, field: Field) -> None:
        """A time is typed as 14.30."""
        if field.data and _time_of(field.data) is None:
            raise ValidationError("อ่านเวลาไม่เข้าใจ กรุณาพิมพ์เช่น 14.30")

    @property
    def confirmed_at(self) -> datetime | None:
        """The instant that was typed, none for now; a day alone means its present hour."""
        at = _time_of(self.called_at.data or "")
        if self.called_on.day is None and at is None:
            return None
        day = self.called_on.day or clock.today()
        at = at or clock.local(clock.now()).time().replace(microsecond=0)
        return datetime.combine(day, at, clock.BANGKOK).astimezone(UTC)


def day_of(text: str) -> date | None:
    """The day typed into a small form, none when empty. Raises ``DateNotUnderstood`` (422)."""
    return parse_thai_date(text) if text.strip() else None


def clock_time_of(text: str) -> time | None:
    """The time typed into a small form, none when empty. Raises ``Invalid`` (422)."""
    if not text.strip():
        return None
    found = _time_of(text)
    if found is None:
        raise Invalid("กรุณากรอกเวลาเป็นชั่วโมงและนาที เช่น 16.30")
    return found


def _citation(form: Any) -> CitationText:
    return CitationText(form.number.data or "", form.cited_on.day, form.office.data or "")


def _time_of(text: str) -> time | None:
    digits = text.replace("น.", "").replace(":", ".").strip().split(".")
    if len(digits) != 2 or not all(part.strip().isdecimal() for part in digits):
        return None
    hour, minute = (int(part) for part in digits)
    return time(hour, minute) if hour < 24 and minute < 60 else None
