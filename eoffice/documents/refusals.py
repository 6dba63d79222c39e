"""Why a file is not accepted: one fact each, with what the sender can do about it."""

from __future__ import annotations

from eoffice.errors import Invalid


class FileRefused(Invalid):
    """A file that is offered must be one of the accepted kinds, whole and harmless."""

    message = "แนบไฟล์นี้ไม่ได้ กรุณาบันทึกเป็น PDF แล้วแนบใหม่"


class EmptyFile(FileRefused):
    """A file has at least one byte, an archive at least one file."""

    message = "ไฟล์ว่างเปล่า กรุณาตรวจสอบไฟล์ต้นทางแล้วแนบใหม่"


class NameWithoutExtension(FileRefused):
    """The name of a file ends with the extension of its kind."""

    message = "ชื่อไฟล์ไม่มีนามสกุล กรุณาตั้งชื่อให้ลงท้ายด้วยชนิดของไฟล์ เช่น .pdf แล้วแนบใหม่"


class KindNotAccepted(FileRefused):
    """Only the kinds of the allow-list are accepted, whatever the name says."""

    message = (
        "ระบบไม่รับไฟล์ชนิดนี้ รับเฉพาะ PDF, Word, Excel, PowerPoint, OpenDocument, ข้อความ, CSV, "
        "ภาพ JPG PNG GIF TIFF และ ZIP กรุณาบันทึกเป็นชนิดเหล่านี้แล้วแนบใหม่"
    )


class PhotoFormatNotAccepted(FileRefused):
    """HEIC photographs cannot be opened by most offices' machines."""

    message = "ระบบไม่รับภาพ HEIC เพราะผู้รับส่วนใหญ่เปิดไม่ได้ กรุณาบันทึกภาพเป็น JPG แล้วแนบใหม่"


class ExtensionMismatch(FileRefused):
    """The extension of the name says what the content is."""

    message = "ชื่อไฟล์ลงท้ายด้วย .{extension} แต่เนื้อไฟล์เป็น{found} กรุณาเปิดไฟล์แล้วบันทึกใหม่ให้ชนิดตรงกับนามสกุล"


class PdfStartsLate(FileRefused):
    """The first bytes of a PDF are ``%PDF-``: what stands before them may be another file."""

    message = "ไฟล์ PDF มีข้อมูลแปลกปลอมอยู่ก่อนส่วนหัว กรุณาเปิดแล้วบันทึกเป็น PDF ใหม่ก่อนแนบ"


class MacrosFound(FileRefused):
    """Documents with macros are not accepted (VBA, Excel 4, LibreOffice Basic and scripts)."""

    message = "ไฟล์มีมาโคร ระบบไม่รับ กรุณาบันทึกเป็นชนิดที่ไม่มีมาโคร (.docx .xlsx .pptx) หรือ PDF"


class ActiveContent(FileRefused):
    """HTML, SVG, XML and scripts run in the reader's browser and are not accepted."""

    message = "ไฟล์เป็นหน้าเว็บหรือสคริปต์ ระบบไม่รับ กรุณาเปิดแล้วบันทึกเป็น PDF หรือ Excel (.xlsx) ก่อนแนบ"


class ProgramFound(FileRefused):
    """Programs, installers and shortcuts are not accepted, nor documents that carry one."""

    message = "ไฟล์เป็นโปรแกรมหรือทางลัด หรือมีโปรแกรมฝังอยู่ ระบบไม่รับเพื่อความปลอดภัย กรุณาแนบเฉพาะเอกสาร"


class FileBroken(FileRefused):
    """An office file or archive whose structure cannot be read cannot be checked."""

    message = "ไฟล์เสียหายหรือส่งมาไม่ครบ ตรวจสอบเนื้อไฟล์ไม่ได้ กรุณาเปิดแล้วบันทึกใหม่ก่อนแนบ"


class ArchiveTooBig(FileRefused):
    """Unpacked at most 100 MB, 100 times the packed size, 2,000 members."""

    message = (
        "เมื่อคลายแล้วไฟล์ใหญ่ผิดปกติ (เกิน 100 MB, เกิน 100 เท่า หรือเกิน 2,000 รายการ) "
        "กรุณาแบ่งเป็นหลายไฟล์หรือบันทึกใหม่ก่อนแนบ"
    )


class ArchivePathEscapes(FileRefused):
    """Members of an archive stay inside the folder it is unpacked to."""

    message = "ไฟล์ ZIP มีรายการที่ชี้ออกนอกโฟลเดอร์ ระบบไม่รับ กรุณาบีบอัดไฟล์ใหม่จากโฟลเดอร์ต้นทาง"


class ArchiveLocked(FileRefused):
    """An archive with a password cannot be checked."""

    message = "ไฟล์ ZIP มีรหัสผ่าน ระบบตรวจสอบเนื้อในไม่ได้ กรุณาบีบอัดใหม่โดยไม่ใส่รหัสผ่าน"


class ArchiveInside(FileRefused):
    """An archive holds documents, not further archives."""

    message = "ไฟล์ ZIP มีไฟล์บีบอัดซ้อนอยู่ข้างใน กรุณาคลายไฟล์ที่ซ้อนออกก่อนแล้วบีบอัดใหม่ชั้นเดียว"


class ArchiveMemberRefused(FileRefused):
    """Every member of an archive must itself be acceptable."""

    message = "ไฟล์ “{member}” ใน ZIP แนบไม่ได้: {reason}"


class EmblemNotPng(FileRefused):
    """An office's emblem is a PNG picture by its content: vector files may carry scripts."""

    message = "ตราต้องเป็นภาพ PNG เท่านั้น กรุณาบันทึกภาพเป็น PNG แล้วเลือกใหม่"


class SignatureNoPicture(FileRefused):
    """A signature is a PNG or JPEG picture by its content."""

    message = "ลายมือชื่อต้องเป็นภาพ PNG หรือ JPEG กรุณาบันทึกภาพใหม่แล้วเลือกอีกครั้ง"


class SignatureTooSmall(FileRefused):
    """A signature is shown 4 cm wide: a smaller picture would be blurred."""

    message = (
        "ภาพลายมือชื่อมีขนาด {width} × {height} พิกเซล "
        "ต้องกว้างอย่างน้อย {least} พิกเซล และสูงอย่างน้อย {low} พิกเซล"
    )


class EmblemTooSmall(FileRefused):
    """An emblem is printed at 3 cm and more: 600 pixels each way at least."""

    message = "ภาพตรามีขนาด {width} × {height} พิกเซล ต้องกว้างและสูงอย่างน้อย {least} พิกเซล ใช้ภาพที่ใหญ่ขึ้น"
