"""What is refused about backups, each with what to do next."""

from __future__ import annotations

from eoffice.errors import Conflict, EofficeError, Invalid

FORMAT = 1


class BackupExists(Conflict):
    """A backup never replaces a file that is there."""

    message = "มีไฟล์ {path} อยู่แล้ว ระบบไม่เขียนทับชุดสำรอง กรุณาใช้ชื่อไฟล์อื่น"


class BackupFull(EofficeError):
    """The disk of the backup is full; nothing of it was kept, older backups are untouched."""

    status = 507
    message = "พื้นที่สำหรับชุดสำรองเต็ม ยังไม่ได้สำรองข้อมูล ชุดเดิมยังอยู่ครบ กรุณาเพิ่มพื้นที่แล้วสั่งใหม่"


class NotABackup(Invalid):
    """The file does not begin like a backup of this system."""

    message = "{path} ไม่ใช่ชุดสำรองของระบบนี้ กรุณาตรวจสอบชื่อไฟล์"


class OtherFormat(Invalid):
    """A backup of another format version is restored by the program that knows it."""

    message = "ชุดสำรองเป็นรูปแบบรุ่น {found} โปรแกรมนี้อ่านรุ่น {wanted} กรุณาใช้โปรแกรมรุ่นที่ทำชุดสำรองนั้น"


class OtherSchema(Invalid):
    """A backup is restored by a program with the same schema and migrated afterwards."""

    message = (
        "ชุดสำรองเป็นฐานข้อมูลรุ่น {found} โปรแกรมนี้ใช้รุ่น {wanted} "
        "กรุณากู้คืนด้วยโปรแกรมรุ่นที่ทำชุดสำรอง แล้วจึงปรับรุ่นด้วย eoffice migrate"
    )


class BackupDamaged(Invalid):
    """Some byte of the backup is not what was written, or its end is missing."""

    message = "ชุดสำรองเสียหายหรือไม่ครบ ({detail}) ยังไม่ได้เขียนข้อมูลใด กรุณาใช้ชุดสำรองอื่น"


class KeyNeeded(Invalid):
    """An encrypted backup is opened with the recovery key only."""

    message = "ชุดสำรองนี้เข้ารหัสไว้ กรุณาระบุไฟล์กุญแจกู้คืนด้วย --key (กุญแจหมายเลข {recipient})"


class WrongKey(Invalid):
    """The recovery key is not the one the backup was made for."""

    message = "กุญแจกู้คืนไม่ตรงกับชุดสำรองนี้ ต้องใช้กุญแจหมายเลข {recipient} ยังไม่ได้เขียนข้อมูลใด"


class KeyUnreadable(Invalid):
    """A recovery key is one line with its kind and 64 hex characters."""

    message = "อ่านกุญแจกู้คืนไม่ได้ กรุณาตรวจสอบไฟล์กุญแจ หรือค่า EOFFICE_BACKUP_RECOVERY_KEY"


class ForeignBackup(Conflict):
    """The backup is of another installation than the one at hand."""

    message = (
        "ชุดสำรองนี้เป็นของระบบอื่น ไม่ใช่ของหน่วยงานที่ตั้งค่าไว้หรือที่ตราประทับระบุ ยังไม่ได้เขียนข้อมูลใด "
        "ถ้าต้องการกู้คืนจริงให้เพิ่ม --allow-foreign"
    )


class PlaceNotEmpty(Conflict):
    """A restore writes into an empty place only."""

    message = "{place} มีข้อมูลอยู่แล้ว การกู้คืนทำได้เฉพาะในที่ว่าง กรุณาใช้โฟลเดอร์หรือฐานข้อมูลใหม่"
