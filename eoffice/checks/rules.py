"""Words of the checks: the invariants (assurance §6.7), what can be found, how grave it is."""

from __future__ import annotations

from dataclasses import dataclass

from eoffice.thai import LabelledEnum


class Invariant(LabelledEnum):
    """What must hold; the codes are those of assurance §6.7."""

    C1 = "C1", "เลขหนังสือ ทะเบียน และประวัติตรงกัน"
    C2 = "C2", "เลขทะเบียนเรียงครบไม่ขาดไม่ซ้ำ"
    C3 = "C3", "เวลาในทะเบียนไม่ย้อนหลัง"
    C4 = "C4", "สถานะตรงกับประวัติ"
    C5 = "C5", "ลำดับประวัติและตราประทับ"
    C6 = "C6", "ไฟล์อยู่ครบและไม่เปลี่ยน"
    C7 = "C7", "ไฟล์ที่ไม่มีเจ้าของและไฟล์ชั่วคราว"
    C8 = "C8", "ความสมบูรณ์ของฐานข้อมูล"
    C9 = "C9", "ผู้รับ รายการส่ง และจำนวนในแฟ้ม"
    C10 = "C10", "การลงรับและสิทธิการเห็น"
    C11 = "C11", "ดัชนีค้นหาตรงกับข้อมูลและสิทธิ"
    C12 = "C12", "ไม่มีหนังสือลับที่สุด"
    C14 = "C14", "งานเบื้องหลัง"
    C15 = "C15", "หน่วยงานมีผู้ปฏิบัติหน้าที่"
    C16 = "C16", "นาฬิกา"
    C17 = "C17", "พื้นที่จัดเก็บและสิทธิของโฟลเดอร์"
    C18 = "C18", "การสำรองข้อมูล"
    C19 = "C19", "รุ่นของฐานข้อมูลและโปรแกรม"


class Severity(LabelledEnum):
    """A finding means that something is wrong with what is kept; a warning asks for attention."""

    FINDING = "finding", "พบ"
    WARNING = "warning", "ควรดูแล"


class Defect(LabelledEnum):
    """What a check can find."""

    LETTER_WITHOUT_ENTRY = "letter_without_entry", "หนังสือมีเลขแต่ไม่มีแถวในทะเบียน"
    LETTER_WITHOUT_ACT = "letter_without_act", "หนังสือมีเลขแต่ไม่มีประวัติการออกเลข"
    NUMBER_ACTS_DIFFER = "number_acts_differ", "มีประวัติการออกเลขไม่ตรงหนึ่งครั้ง"
    LETTER_DIFFERS = "letter_differs", "หนังสือไม่ตรงกับประวัติ"
    ENTRY_WITHOUT_ACT = "entry_without_act", "แถวทะเบียนไม่มีประวัติรองรับ (ถูกแทรก)"
    ENTRY_DIFFERS = "entry_differs", "แถวทะเบียนไม่ตรงกับประวัติ"
    ENTRY_LOST = "entry_lost", "ประวัติระบุแถวทะเบียนที่หายไป"
    ENTRY_OF_OTHER_LETTER = "entry_of_other_letter", "แถวทะเบียนกับหนังสือไม่ชี้ถึงกัน"
    ENTRY_STATE = "entry_state", "สถานะของเลขไม่ตรงกับหนังสือหรือประวัติ"
    NUMBER_MISSING = "number_missing", "เลขในทะเบียนขาดหายไป"
    COUNTER_DIFFERS = "counter_differs", "เลขล่าสุดของทะเบียนไม่ตรงกับแถวที่มี"
    TIME_RUNS_BACK = "time_runs_back", "เวลาลงทะเบียนย้อนหลังโดยไม่มีเครื่องหมาย"
    DATE_WITHOUT_REASON = "date_without_reason", "วันที่ในทะเบียนย้อนหลังโดยไม่มีเหตุผล"
    STATE_DIFFERS = "state_differs", "สถานะไม่ตรงกับประวัติ"
    STEP_UNKNOWN = "step_unknown", "ประวัติมีรายการที่ทำไม่ได้ในสถานะนั้น"
    VERSION_DIFFERS = "version_differs", "ลำดับรุ่นไม่ตรงกับประวัติ (ถูกแก้นอกระบบ)"
    NO_HISTORY = "no_history", "ไม่มีประวัติรองรับ (ถูกแทรก)"
    OBJECT_LOST = "object_lost", "ประวัติระบุรายการที่หายไปจากฐานข้อมูล"
    SIGNATURE_DIFFERS = "signature_differs", "ผู้ลงนามหรือลายพิมพ์เอกสารไม่ตรงกับประวัติ"
    ENDORSEMENT_DIFFERS = "endorsement_differs", "ข้อความเกษียนไม่ตรงกับประวัติ"
    CHAIN = "chain", "ลำดับประวัติเสียหาย"
    SEAL = "seal", "ตราประทับไม่ตรงกับฐานข้อมูล"
    FILE_MISSING = "file_missing", "ไฟล์หายไปจากที่จัดเก็บ"
    FILE_CHANGED = "file_changed", "เนื้อไฟล์เปลี่ยนไปจากที่รับไว้"
    FILE_LIST_DIFFERS = "file_list_differs", "ไฟล์ของหนังสือไม่ตรงกับประวัติ (ถูกสับเปลี่ยน)"
    FILE_ROW_DIFFERS = "file_row_differs", "ข้อมูลไฟล์แนบไม่ตรงกับไฟล์ที่จัดเก็บ"
    FILE_WITHOUT_ROW = "file_without_row", "มีไฟล์ที่ไม่มีข้อมูลในระบบ (ถูกแทรกหรือค้าง)"
    FILE_FOREIGN = "file_foreign", "มีสิ่งแปลกปลอมในที่จัดเก็บไฟล์"
    TEMPORARY_OLD = "temporary_old", "มีไฟล์ชั่วคราวค้างเกิน 24 ชั่วโมง"
    DATABASE_BROKEN = "database_broken", "ฐานข้อมูลเสียหาย"
    REFERENCE_BROKEN = "reference_broken", "แถวอ้างถึงแถวที่ไม่มี"
    DELIVERIES_DIFFER = "deliveries_differ", "จำนวนรายการส่งไม่ตรงกับประวัติการส่ง"
    RECIPIENTS_DIFFER = "recipients_differ", "รายชื่อผู้รับไม่ตรงกับรายการส่ง"
    COUNT_DIFFERS = "count_differs", "จำนวนในแฟ้มไม่ตรงกับของจริง"
    RECEIPT_DIFFERS = "receipt_differs", "การลงรับไม่ตรงกับทะเบียนหรือประวัติ"
    CASE_DIFFERS = "case_differs", "เรื่องของหนังสือที่ลงรับไม่ครบหรือไม่ตรง"
    ACCESS_MISSING = "access_missing", "ผู้รับไม่มีสิทธิเห็นหนังสือที่ส่งถึง"
    ACCESS_LEFT = "access_left", "หน่วยงานยังเห็นหนังสือที่ดึงกลับหรือตีกลับแล้ว"
    INDEX_DIFFERS = "index_differs", "ดัชนีค้นหาไม่ตรงกับฐานข้อมูล (eoffice search rebuild)"
    INDEX_PARKED = "index_parked", "ทำดัชนีไม่สำเร็จและถูกพักไว้"
    READER_MISSING = "reader_missing", "เครื่องนี้อ่านไฟล์บางชนิดไม่ได้"
    TOP_SECRET = "top_secret", "มีหนังสือลับที่สุดในระบบ"
    JOB_PARKED = "job_parked", "งานเบื้องหลังทำไม่สำเร็จและถูกพักไว้"
    JOB_LATE = "job_late", "งานเบื้องหลังค้างนานเกินไป"
    NO_REGISTRAR = "no_registrar", "หน่วยงานไม่มีผู้ทำหน้าที่สารบรรณ"
    NO_HEAD = "no_head", "หน่วยงานไม่มีผู้อำนวยการหรือผู้รักษาการ"
    ACTING_OVERLAPS = "acting_overlaps", "มีผู้รักษาการแทนซ้อนกันในตำแหน่งเดียว"
    ACCOUNT_WITHOUT_POST = "account_without_post", "บัญชีที่เปิดใช้ไม่มีตำแหน่งในวันนี้"
    CLOCK_BEHIND = "clock_behind", "นาฬิกาของเครื่องช้ากว่ารายการล่าสุด"
    SPACE_LOW = "space_low", "พื้นที่จัดเก็บเหลือน้อย"
    FOLDER_OPEN = "folder_open", "ผู้ใช้อื่นของเครื่องอ่านโฟลเดอร์จัดเก็บได้"
    KEY_OPEN = "key_open", "ผู้ใช้อื่นของเครื่องอ่านกุญแจประทับตราได้"
    BACKUP_OLD = "backup_old", "ไม่มีชุดสำรองใน 26 ชั่วโมงที่ผ่านมา"
    SCHEMA_DIFFERS = "schema_differs", "ฐานข้อมูลไม่ใช่รุ่นของโปรแกรมนี้"
    TRIGGER_MISSING = "trigger_missing", "ตัวป้องกันการแก้ไขในฐานข้อมูลหายไปหรือถูกปิด"
    RIGHTS_TOO_WIDE = "rights_too_wide", "บทบาทของโปรแกรมในฐานข้อมูลมีสิทธิเกินจำเป็น"
    LIBRARY_OLD = "library_old", "ไลบรารีที่ใช้มีข้อบกพร่องที่รู้จัก"
    MORE = "more", "และยังมีอีก"


@dataclass(frozen=True)
class Found:
    """One thing found: ``subject`` names the object (public id, chain and sequence, book and
    number), ``detail`` says what differs."""

    defect: Defect
    subject: str
    detail: str = ""
    severity: Severity = Severity.FINDING


@dataclass(frozen=True)
class Result:
    """A found thing with the invariant that it breaks."""

    invariant: Invariant
    found: Found

    @property
    def line(self) -> str:
        """How it is told on the terminal."""
        head = f"{self.invariant.value:4} [{self.found.severity.label}]"
        return (
            f"{head} {self.found.defect.label}: {self.found.subject} {self.found.detail}".rstrip()
        )

    def as_json(self) -> dict[str, str]:
        """For machines."""
        return {
            "check": self.invariant.value,
            "severity": self.found.severity.value,
            "defect": self.found.defect.value,
            "subject": self.found.subject,
            "detail": self.found.detail,
            "label": self.found.defect.label,
        }
