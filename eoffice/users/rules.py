"""Words of the users room: offices, roles, ways to hold a post; names of people; passwords."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from eoffice.errors import Conflict, Invalid, NotAllowed, NotFound
from eoffice.thai import LabelledEnum


class OfficeKind(LabelledEnum):
    """What an office is; an agency stands outside the system."""

    DISTRICT = "district", "สำนักงานเขตพื้นที่การศึกษา"
    SCHOOL = "school", "โรงเรียน"
    AGENCY = "agency", "หน่วยงานภายนอก"


class Role(LabelledEnum):
    """What a post may do in its office ."""

    REGISTRAR = "registrar", "สารบรรณกลาง / ธุรการโรงเรียน"
    CLASSIFIED_REGISTRAR = "classified_registrar", "นายทะเบียนข้อมูลข่าวสารลับ"
    GROUP_CLERK = "group_clerk", "ธุรการกลุ่ม"
    GROUP_HEAD = "group_head", "ผู้อำนวยการกลุ่ม"
    DEPUTY = "deputy", "รองผู้อำนวยการ"
    DIRECTOR = "director", "ผู้อำนวยการ"
    OFFICER = "officer", "เจ้าหน้าที่ / ครู"
    OFFICE_ADMIN = "office_admin", "ผู้ดูแลระบบของหน่วยงาน"
    DISTRICT_ADMIN = "district_admin", "ผู้ดูแลระบบเขตพื้นที่"
    AUDITOR = "auditor", "ผู้ตรวจสอบ"


REGISTRY_ROLES = frozenset({Role.REGISTRAR, Role.DIRECTOR, Role.DEPUTY})
"""Roles that read every normal letter of their office."""


NON_READERS = frozenset({Role.OFFICE_ADMIN, Role.DISTRICT_ADMIN, Role.AUDITOR})
"""Roles that read no letter by themselves, whatever their office lets its staff read."""


class HoldingKind(LabelledEnum):
    """How a person holds a post; the acting kinds carry an order and dates (App. 3)."""

    SUBSTANTIVE = "substantive", "ดำรงตำแหน่ง"
    ACTING_FOR = "acting_for", "รักษาราชการแทน"
    DELEGATED = "delegated", "ปฏิบัติราชการแทน"
    IN_CHARGE = "in_charge", "รักษาการในตำแหน่ง"


class PrincipalKind(LabelledEnum):
    """Whom access can be given to."""

    REGISTRY = "registry", "สารบรรณกลางของหน่วยงาน"
    GROUP = "group", "กลุ่ม"
    POST = "post", "ตำแหน่ง"
    PERSON = "person", "บุคคล"


class CodeKind(LabelledEnum):
    """What a single-use code opens."""

    ACTIVATION = "activation", "รหัสเปิดใช้บัญชี"
    RESET = "reset", "รหัสตั้งรหัสผ่านใหม่"


class OfficeNotFound(NotFound):
    """No such office, or not one the person may see."""

    message = "ไม่พบหน่วยงานนี้ กรุณาตรวจสอบรายชื่อหน่วยงานแล้วเลือกใหม่"


class PersonNotFound(NotFound):
    """No such person, or not one the person may see."""

    message = "ไม่พบบุคลากรรายนี้ กรุณาตรวจสอบรายชื่อแล้วเลือกใหม่"


class PostNotFound(NotFound):
    """No such post in the office."""

    message = "ไม่พบตำแหน่งนี้ กรุณาตรวจสอบรายชื่อตำแหน่งแล้วเลือกใหม่"


class CodeTaken(Conflict):
    """Codes of offices are unique."""

    message = "รหัส {code} มีหน่วยงานอื่นใช้แล้ว กรุณาใช้รหัสอื่น"


class UsernameTaken(Conflict):
    """Usernames are unique, whatever their case."""

    message = "ชื่อผู้ใช้ {username} มีผู้ใช้แล้ว กรุณาใช้ชื่ออื่น"


class UsernameUnusable(Invalid):
    """A username is 3–40 letters, digits, dot, dash or underscore, and no citizen id (PDPA)."""

    message = "ชื่อผู้ใช้ต้องเป็นอักษรอังกฤษ ตัวเลข จุด ขีด ยาว 3–40 ตัว และต้องไม่ใช่เลขประจำตัวประชาชน"


class NameMissing(Invalid):
    """A person needs a first and a last name, an office and a post a name."""

    message = "กรุณากรอกชื่อให้ครบ"


class DatesReversed(Invalid):
    """A period ends on or after the day it starts."""

    message = "วันสิ้นสุดต้องไม่มาก่อนวันเริ่มต้น กรุณาตรวจสอบวันที่อีกครั้ง"


class OrderNumberMissing(Invalid):
    """An acting holding names the order that made it (App. 3) and its last day."""

    message = "การรักษาราชการแทนหรือปฏิบัติราชการแทนต้องระบุเลขที่คำสั่งและวันสิ้นสุด"


class PostOccupied(Conflict):
    """A post has one substantive holder at a time, and acting periods of it do not overlap."""

    message = "ตำแหน่งนี้มีผู้ดำรงตำแหน่งหรือผู้รักษาการในช่วงวันที่นี้แล้ว กรุณาตรวจสอบวันที่"


class OfficeClosed(Conflict):
    """Nothing is sent to or done for an office that is closed."""

    message = "{office} ยุบเลิกแล้ว กรุณาส่งถึงหน่วยงานที่รับช่วงต่อ"


class NameTaken(Conflict):
    """Names of networks, and of groups within an office, are unique."""

    message = "มีชื่อ “{name}” อยู่แล้ว กรุณาใช้ชื่ออื่น"


class RoleHeld(Conflict):
    """A post has a role once at a time."""

    message = "ตำแหน่งนี้มีหน้าที่{role}ในช่วงวันที่นี้แล้ว"


class RoleNotHeld(NotFound):
    """The post does not carry this role, or it has ended."""

    message = "ตำแหน่งนี้ไม่ได้มีหน้าที่นี้อยู่"


class PostClosed(Conflict):
    """Nothing is given to a post that is closed."""

    message = "ตำแหน่งนี้ยุบแล้ว กรุณาใช้ตำแหน่งอื่น"


class StalePost(Conflict):
    """Somebody changed the post after this page was shown."""

    message = "มีผู้แก้ไขตำแหน่งนี้หลังจากที่ท่านเปิดหน้านี้ กรุณาเปิดหน้านี้ใหม่แล้วแก้ไขอีกครั้ง"


class GroupNotFound(NotFound):
    """No such group in the office."""

    message = "ไม่พบกลุ่มนี้ในหน่วยงาน กรุณาเลือกใหม่"


class NetworkNotFound(NotFound):
    """No such network."""

    message = "ไม่พบเครือข่ายนี้ กรุณาเลือกใหม่"


class StaleDivision(Conflict):
    """A group or network changed since the page was opened."""

    message = "มีผู้แก้ไขข้อมูลนี้ไปแล้ว กรุณาเปิดหน้านี้ใหม่แล้วแก้ไขอีกครั้ง"


class GroupClosed(Conflict):
    """A group closes once, and is not changed afterwards."""

    message = "กลุ่มนี้ยุบไปแล้ว"


class GroupInUse(Conflict):
    """A group that closes has no open posts: their work would have no place."""

    message = "กลุ่มนี้ยังมีตำแหน่งที่เปิดอยู่ {count} ตำแหน่ง กรุณายุบตำแหน่งเหล่านั้นก่อน"


class NetworkInUse(Conflict):
    """A network that closes has no schools: they would lose their place unseen."""

    message = "เครือข่ายนี้ยังมีโรงเรียน {count} แห่ง กรุณานำออกหรือย้ายไปเครือข่ายอื่นก่อน"


class HoldingNotFound(NotFound):
    """No such holding, or of an office one may not administer."""

    message = "ไม่พบการดำรงตำแหน่งนี้"


class HoldingEnded(Conflict):
    """A holding that is over stays as it was; an end that is set is only moved forward in time."""

    message = "การดำรงตำแหน่งนี้สิ้นสุดแล้วหรือมีกำหนดสิ้นสุดก่อนวันที่ระบุ หากต้องการต่อเวลาให้แต่งตั้งใหม่ตามคำสั่ง"


class AccountNotFound(NotFound):
    """No such account, or of a person one may not administer."""

    message = "ไม่พบบัญชีนี้"


class AccountExists(Conflict):
    """A person has one account."""

    message = "{name} มีบัญชีอยู่แล้ว"


class AccountDisabled(Conflict):
    """A disabled account gets no code and is not disabled twice."""

    message = "บัญชี {username} ถูกระงับอยู่ ถ้าต้องการให้ใช้อีกให้กดเปิดบัญชีก่อน"


class AccountEnabled(Conflict):
    """Only a disabled account is enabled again."""

    message = "บัญชี {username} ใช้งานได้อยู่แล้ว"


class OwnAccount(Conflict):
    """Nobody disables the own account: the last administrator would lock everybody out."""

    message = "ระงับบัญชีของตนเองไม่ได้ กรุณาให้ผู้ดูแลระบบคนอื่นดำเนินการ"


class StalePerson(Conflict):
    """Somebody changed the person's facts after this page was shown."""

    message = "มีผู้แก้ไขข้อมูลบุคลากรรายนี้หลังจากที่ท่านเปิดหน้านี้ กรุณาเปิดหน้านี้ใหม่แล้วแก้ไขอีกครั้ง"


class ServesElsewhere(NotAllowed):
    """Who serves in another office too is administered by the district: one office's administrator
    must not open the door to another office."""

    message = "{name} ปฏิบัติงานในหน่วยงานอื่นด้วย การเปลี่ยนข้อมูลและบัญชีให้ผู้ดูแลระบบเขตพื้นที่ดำเนินการ"


class ClosingDateWrong(Invalid):
    """An office is closed on the day on which it is done, or later than the order says; not before
    it was opened."""

    message = "วันที่ยุบเลิกต้องไม่เป็นวันในอนาคต และต้องไม่มาก่อนวันที่เริ่มใช้งาน"


class StaleOffice(Conflict):
    """Somebody changed the office after this page was shown."""

    message = "มีผู้แก้ไขข้อมูลหน่วยงานนี้หลังจากที่ท่านเปิดหน้านี้ กรุณาเปิดหน้านี้ใหม่แล้วแก้ไขอีกครั้ง"


class SuccessorMissing(Invalid):
    """An office that closes names an open successor other than itself."""

    message = "กรุณาระบุหน่วยงานที่รับช่วงงานต่อ ซึ่งต้องยังเปิดทำการและไม่ใช่หน่วยงานเดียวกัน"


class LimitBeyondCeiling(Invalid):
    """What the pages allow stays within what the installation can take (``EOFFICE_MAX_…``)."""

    message = "ตั้งได้ไม่เกิน {megabytes} MB ต่อไฟล์ และไม่เกิน {files} ไฟล์ต่อฉบับ ตามที่ผู้ดูแลเครื่องกำหนด"


class StaleLimits(Conflict):
    """Somebody set the limits of files after this page was shown."""

    message = (
        "มีผู้ตั้งขนาดไฟล์หลังจากที่ท่านเปิดหน้านี้ ขณะนี้ตั้งไว้ {megabytes} MB ต่อไฟล์ และ {files} ไฟล์ต่อฉบับ "
        "กรุณาเปิดหน้านี้ใหม่แล้วแก้ไขอีกครั้ง"
    )


class NoDesk(NotAllowed):
    """Acts are done from a desk; a person without a holding today only reads own history."""

    message = "วันนี้ท่านไม่มีตำแหน่งที่ปฏิบัติงานได้ กรุณาติดต่อผู้ดูแลระบบของหน่วยงาน"


class RoleMissing(NotAllowed):
    """The chosen desk carries no role that may do this."""

    message = "โต๊ะที่ใช้อยู่ไม่มีสิทธิทำรายการนี้ กรุณาสลับไปยังโต๊ะที่มีหน้าที่ หรือแจ้งผู้ที่มีหน้าที่"


class DeskChanged(Conflict):
    """A form begun at one desk is not submitted at another."""

    message = (
        "หน้านี้เปิดไว้ขณะปฏิบัติงานในนาม{began} แต่ขณะนี้ท่านปฏิบัติงานในนาม{current} "
        "จึงยังไม่ได้บันทึก กรุณาสลับโต๊ะให้ตรงแล้วส่งอีกครั้ง"
    )


class OnceKeyMissing(Invalid):
    """Every state-changing form carries a once-key, so that a second click does nothing twice."""

    status = 400
    message = "แบบฟอร์มนี้ไม่สมบูรณ์ กรุณากลับไปเปิดหน้าเดิมใหม่แล้วส่งอีกครั้ง"


class OnceKeyUsed(Conflict):
    """A once-key is of one form: with another act it neither repeats nor answers anything."""

    message = "แบบฟอร์มนี้ใช้ทำรายการอื่นไปแล้ว รายการนี้ยังไม่ได้บันทึก กรุณาเปิดหน้านี้ใหม่แล้วทำรายการอีกครั้ง"


class PasswordTooWeak(Invalid):
    """At least 10 characters, not a common word, not one's own name or username."""

    message = (
        "รหัสผ่านต้องยาวอย่างน้อย 10 ตัวอักษร และไม่ใช่คำที่เดาง่าย ชื่อผู้ใช้ ชื่อของท่าน "
        "เบอร์โทรศัพท์ หรือเลขประจำตัวประชาชน"
    )


class SignInRefused(NotAllowed):
    """Unknown name, wrong password and disabled account give the same answer."""

    status = 401
    message = "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง กรุณาตรวจสอบแล้วลองใหม่ หรือขอรหัสใหม่จากผู้ดูแลระบบ"


class TooManyAttempts(NotAllowed):
    """Attempts are throttled per account, per address and as a whole."""

    status = 429
    message = "มีการพยายามเข้าสู่ระบบหลายครั้งเกินไป กรุณารอสักครู่แล้วลองใหม่"


class CodeRefused(Invalid):
    """A single-use code that is unknown, used, expired or replaced by a newer one."""

    message = "รหัสนี้ใช้ไม่ได้ อาจหมดอายุหรือใช้ไปแล้ว กรุณาขอรหัสใหม่จากผู้ดูแลระบบ"


_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,39}")
_CITIZEN_ID = re.compile(r"\d{13}")
MIN_PASSWORD = 10
MAX_PASSWORD = 256


def check_username(username: str) -> str:
    """The username in lower case; raises ``UsernameUnusable``."""
    if not _USERNAME.fullmatch(username) or _CITIZEN_ID.fullmatch(username):
        raise UsernameUnusable
    return username.lower()


def check_password(password: str, personal: tuple[str, ...], common: frozenset[str]) -> None:
    """Refuse a weak password (ASVS 6.2): short, over-long, common, personal or one run of digits.

    Raises ``PasswordTooWeak``. No rule on kinds of characters; Thai letters count as letters.
    """
    plain = unicodedata.normalize("NFC", password)
    folded = plain.casefold()
    if not MIN_PASSWORD <= len(plain) <= MAX_PASSWORD:
        raise PasswordTooWeak
    if folded in common or folded.strip("0123456789!@#.") in common:
        raise PasswordTooWeak
    if folded.isdigit() or len(set(folded)) < 4:
        raise PasswordTooWeak
    for word in personal:
        if len(word) >= 4 and (word.casefold() in folded or folded in word.casefold()):
            raise PasswordTooWeak


def is_valid_on(day: date, starts_on: date, ends_on: date | None) -> bool:
    """Whether a period (both ends inclusive, Bangkok dates) covers a day."""
    return starts_on <= day and (ends_on is None or day <= ends_on)


def check_period(starts_on: date, ends_on: date | None) -> None:
    """Raises ``DatesReversed`` when a period ends before it starts."""
    if ends_on is not None and ends_on < starts_on:
        raise DatesReversed
