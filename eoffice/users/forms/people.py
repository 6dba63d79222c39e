"""Forms of people, how they hold posts, and accounts."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.core import Field
from wtforms.validators import InputRequired, Length, Optional

from eoffice.documents.rules import LetterKind
from eoffice.users.forms.offices import RolesField
from eoffice.users.models import Person
from eoffice.users.refusals import ScopePart
from eoffice.users.rules import HoldingKind
from eoffice.web.fields import ThaiDateField, plain_text

PERSON_FIELDS = ("prefix", "rank", "academic_title", "first_name", "last_name", "email", "phone")


class PersonFacts(FlaskForm):
    """Name and reach of a person; rank and academic title stand apart (App. 3 §3)."""

    prefix = StringField("คำนำหน้าชื่อ", [Optional(), Length(max=40), plain_text])
    first_name = StringField("ชื่อ", [InputRequired("กรุณากรอกชื่อ"), Length(max=80), plain_text])
    last_name = StringField("นามสกุล", [InputRequired("กรุณากรอกนามสกุล"), Length(max=80), plain_text])
    rank = StringField("ยศ", [Optional(), Length(max=60), plain_text])
    academic_title = StringField("ตำแหน่งทางวิชาการ", [Optional(), Length(max=60), plain_text])
    phone = StringField("โทรศัพท์", [Optional(), Length(max=60), plain_text])
    email = StringField("อีเมล", [Optional(), Length(max=120), plain_text])

    def facts(self) -> dict[str, str]:
        """The texts of the form by the names of the columns."""
        return {name: self[name].data or "" for name in PERSON_FIELDS}

    def show(self, person: Person) -> None:
        """Fill the form from the stored person."""
        for name in PERSON_FIELDS:
            self[name].process_data(getattr(person, name))


class HoldingFacts(FlaskForm):
    """How and when a person holds a post."""

    kind = SelectField("ลักษณะ", choices=HoldingKind.choices())
    starts_on = ThaiDateField("ตั้งแต่วันที่", [Optional()])
    ends_on = ThaiDateField("ถึงวันที่")
    order_no = StringField("เลขที่คำสั่ง", [Length(max=80), plain_text])
    scope = TextAreaField(
        "เรื่องที่มอบหมาย", [Optional(), Length(max=500), plain_text], render_kw={"rows": 2}
    )

    parts = RolesField("ทำได้เฉพาะ", [Optional()], choices=ScopePart.choices())
    letter_kinds = RolesField(
        "ลงนามและเห็นชอบร่างได้เฉพาะ", [Optional()], choices=LetterKind.choices()
    )

    def holding(self) -> dict[str, Any]:
        """How the person holds the post, as the service is given it."""
        return {
            "kind": self.kind.data,
            "starts_on": self.starts_on.day,
            "ends_on": self.ends_on.day,
            "order_no": self.order_no.data or "",
            "scope": self.scope.data or "",
            "parts": self.parts.data or (),
            "letter_kinds": self.letter_kinds.data or (),
        }

    def validate_order_no(self, field: Field) -> None:
        """Acting names its order (App. 3)."""
        if self.kind.data != HoldingKind.SUBSTANTIVE.value and not (field.data or "").strip():
            raise ValidationError("การรักษาราชการแทนหรือปฏิบัติราชการแทนต้องระบุเลขที่คำสั่ง")

    def validate_ends_on(self, field: Field) -> None:
        """Acting names its last day."""
        if self.kind.data != HoldingKind.SUBSTANTIVE.value and not (field.data or "").strip():
            raise ValidationError("การรักษาราชการแทนหรือปฏิบัติราชการแทนต้องระบุวันสิ้นสุด")


class NewPersonForm(PersonFacts, HoldingFacts):
    """A new person comes with a post, and with an account if wanted."""

    post = SelectField("ตำแหน่ง", [InputRequired("กรุณาเลือกตำแหน่ง")])
    username = StringField("ชื่อผู้ใช้", [Optional(), Length(max=40), plain_text])


class AssignForm(HoldingFacts):
    """A known person comes to a post."""

    person = StringField("บุคลากร", [InputRequired("กรุณาค้นหาและเลือกบุคลากร"), Length(max=20)])
    is_main = BooleanField("เป็นตำแหน่งหลัก โต๊ะนี้เปิดก่อนเมื่อเข้าสู่ระบบ")


class UsernameForm(FlaskForm):
    """The name by which a person signs in."""

    username = StringField("ชื่อผู้ใช้", [InputRequired("กรุณากรอกชื่อผู้ใช้"), Length(max=40), plain_text])
