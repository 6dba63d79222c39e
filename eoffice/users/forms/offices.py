"""Forms of offices, groups, networks, posts and roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    widgets,
)
from wtforms.fields.core import Field
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from eoffice.users.models import Group, Network, Office
from eoffice.users.rules import OfficeKind, Role
from eoffice.web.fields import ThaiDateField, plain_text

NONE = ("", "ไม่มี")
NAME_MISSING = "กรุณากรอกชื่อ"
CODE_MISSING = "กรุณากรอกรหัสหน่วยงาน"
SHOWN = ("name", "short_name", "code", "address", "phone", "saraban_email")


def _not_emptied(_: FlaskForm, field: Field) -> None:
    """A field that only some are shown: where it was shown, it is filled in."""
    if field.raw_data and not (field.data or "").strip():
        raise ValidationError(CODE_MISSING)


class OfficeFacts(FlaskForm):
    """What an office says of itself."""

    name = StringField("ชื่อเต็ม", [InputRequired(NAME_MISSING), Length(max=200), plain_text])
    short_name = StringField("ชื่อย่อ", [Optional(), Length(max=80), plain_text])
    address = TextAreaField("ที่อยู่", [Optional(), Length(max=500), plain_text], render_kw={"rows": 2})
    phone = StringField("โทรศัพท์", [Optional(), Length(max=60), plain_text])
    saraban_email = StringField(
        "อีเมลสารบรรณกลาง",
        [
            Optional(),
            Length(max=120),
            Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z", message="อีเมลต้องอยู่ในรูป saraban@example.go.th"),
        ],
    )

    def facts(self) -> dict[str, str]:
        """The texts of the form by the names of the columns."""
        names = ("name", "short_name", "address", "phone", "saraban_email")
        return {name: self[name].data or "" for name in names}


class NewOfficeForm(OfficeFacts):
    """A school or an agency that joins; the district office is made by the set-up."""

    kind = SelectField(
        "ประเภท", choices=[(k.value, k.label) for k in (OfficeKind.SCHOOL, OfficeKind.AGENCY)]
    )
    code = StringField("รหัสหน่วยงาน", [InputRequired(CODE_MISSING), Length(max=20), plain_text])
    network = SelectField("เครือข่าย", [Optional()])


class ChangeOfficeForm(OfficeFacts):
    """An office's own facts; its code and its network are the district's to say."""

    code = StringField("รหัสหน่วยงาน", [_not_emptied, Length(max=20), plain_text])
    all_staff_read = BooleanField("บุคลากรทุกคนที่ปฏิบัติงานสารบรรณอ่านหนังสือปกติของหน่วยงานได้")
    network = SelectField("เครือข่าย", [Optional()])

    def show(self, office: Office, network: str) -> None:
        """Fill the form from the stored office."""
        for name in (*SHOWN, "all_staff_read"):
            self[name].process_data(getattr(office, name))
        self.network.process_data(network)


class NameForm(FlaskForm):
    """A group or a network by its name."""

    name = StringField("ชื่อ", [InputRequired(NAME_MISSING), Length(max=200), plain_text])


class GroupForm(NameForm):
    """A group's name and its place among the groups."""

    position = IntegerField(
        "ลำดับ",
        [InputRequired("กรุณากรอกลำดับเป็นตัวเลข"), NumberRange(0, 999, "ลำดับเป็นตัวเลข 0 ถึง 999")],
    )


class RolesField(SelectMultipleField):
    """Ticks, one a role."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class PostForm(FlaskForm):
    """A new seat with its roles."""

    title = StringField(
        "ชื่อตำแหน่ง", [InputRequired("กรุณากรอกชื่อตำแหน่ง"), Length(max=200), plain_text]
    )
    group = SelectField("กลุ่ม", [Optional()])
    roles = RolesField("หน้าที่ในระบบ", [Optional()])
    order_no = StringField("เลขที่คำสั่งมอบหน้าที่", [Optional(), Length(max=80), plain_text])
    starts_on = ThaiDateField("ตั้งแต่วันที่", [Optional()])


class ChangePostForm(FlaskForm):
    """A seat's title and its group."""

    title = StringField(
        "ชื่อตำแหน่ง", [InputRequired("กรุณากรอกชื่อตำแหน่ง"), Length(max=200), plain_text]
    )
    group = SelectField("กลุ่ม", [Optional()])


class RoleForm(FlaskForm):
    """A role for a post, by an order with dates."""

    role = SelectField("หน้าที่")
    order_no = StringField("เลขที่คำสั่ง", [Optional(), Length(max=80), plain_text])
    starts_on = ThaiDateField("ตั้งแต่วันที่", [Optional()])
    ends_on = ThaiDateField("ถึงวันที่", [Optional()])


def network_choices(networks: Iterable[Network]) -> list[tuple[str, str]]:
    """Networks to choose from, none first."""
    return [NONE, *((network.public_id, network.name) for network in networks)]


def group_choices(groups: Iterable[Group]) -> list[tuple[str, str]]:
    """Groups to choose from, none first."""
    return [NONE, *((group.public_id, group.name) for group in groups)]


def role_choices(*, is_district: bool) -> list[tuple[str, Any]]:
    """Roles to give; those of the district only where a district administrator asks."""
    reserved = {Role.DISTRICT_ADMIN, Role.AUDITOR}
    return [(r.value, r.label) for r in Role if is_district or r not in reserved]
