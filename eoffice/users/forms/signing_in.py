"""Forms of sign-in, activation and passwords."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length


class SignInForm(FlaskForm):
    """Name and password."""

    username = StringField("ชื่อผู้ใช้", [InputRequired("กรุณากรอกชื่อผู้ใช้"), Length(max=100)])
    password = PasswordField("รหัสผ่าน", [InputRequired("กรุณากรอกรหัสผ่าน"), Length(max=1024)])
    next = HiddenField()


class ActivateForm(FlaskForm):
    """A single-use code sets the first or a new password."""

    username = StringField("ชื่อผู้ใช้", [InputRequired("กรุณากรอกชื่อผู้ใช้"), Length(max=100)])
    code = StringField("รหัสครั้งเดียว", [InputRequired("กรุณากรอกรหัสที่ได้รับจากผู้ดูแลระบบ"), Length(max=40)])
    password = PasswordField("รหัสผ่านใหม่", [InputRequired("กรุณาตั้งรหัสผ่าน"), Length(max=1024)])
    again = PasswordField(
        "รหัสผ่านใหม่อีกครั้ง",
        [InputRequired("กรุณากรอกรหัสผ่านอีกครั้ง"), EqualTo("password", "รหัสผ่านสองช่องไม่ตรงกัน")],
    )


class ChangePasswordForm(FlaskForm):
    """The present password and the new one twice."""

    current = PasswordField("รหัสผ่านปัจจุบัน", [InputRequired("กรุณากรอกรหัสผ่านปัจจุบัน")])
    new = PasswordField("รหัสผ่านใหม่", [InputRequired("กรุณาตั้งรหัสผ่านใหม่"), Length(max=1024)])
    again = PasswordField(
        "รหัสผ่านใหม่อีกครั้ง",
        [InputRequired("กรุณากรอกรหัสผ่านอีกครั้ง"), EqualTo("new", "รหัสผ่านสองช่องไม่ตรงกัน")],
    )
