"""The table of contents of the product: everything a person can do, by one English name.

A verb has one service function, one row in the permission table (``users/permissions.py``), one
Thai label here, one audience (who is told, ``worker.py``) and one test file per level.
"""

from __future__ import annotations

from eoffice.thai import LabelledEnum


class Verb(LabelledEnum):
    """A verb; the value is stored in the activity log, the label stands on buttons."""

    # letter
    DRAFT = "draft", "ร่าง"
    EDIT = "edit", "แก้ไขร่าง"
    TAKE_OVER = "take_over", "รับช่วงร่าง"
    ADDRESS = "address", "กำหนดผู้รับ"
    REPLY = "reply", "ตอบกลับ"
    PROPOSE = "propose", "เสนอลงนาม"
    WITHDRAW = "withdraw", "ดึงเรื่องเสนอกลับ"
    SIGN = "sign", "ลงนาม"
    SIGN_ON_PAPER = "sign_on_paper", "บันทึกว่าลงนามในกระดาษแล้ว"
    SEND_BACK = "send_back", "ส่งคืนแก้ไข"
    ISSUE_NUMBER = "issue_number", "ออกเลข"
    SEND = "send", "ส่ง"
    CANCEL = "cancel", "ยกเลิก"
    CLOSE_LETTER = "close_letter", "ปิดเรื่อง"
    ATTACH = "attach", "แนบไฟล์"
    DETACH = "detach", "นำไฟล์ออก"
    ARRANGE = "arrange", "จัดลำดับไฟล์"
    # delivery
    OPEN = "open", "เปิดอ่าน"
    RECEIVE = "receive", "ลงรับ"
    REJECT = "reject", "ตีกลับ"
    RECALL = "recall", "ดึงกลับ"
    REMIND = "remind", "เตือน"
    CONFIRM_BY_PHONE = "confirm_by_phone", "ยืนยันทางโทรศัพท์"
    RECORD_DELIVERED = "record_delivered", "บันทึกว่าถึงผู้รับแล้ว"
    RECORD_FAILED = "record_failed", "บันทึกว่าส่งไม่สำเร็จ"
    REGISTER_OUTSIDE = "register_outside", "ลงรับหนังสือจากภายนอก"
    VOID = "void", "ยกเลิกการลงทะเบียน"
    # case
    CLOSE_CASE = "close_case", "ปิดเรื่อง"
    REFUSE_TOP_SECRET = "refuse_top_secret", "ปฏิเสธหนังสือลับที่สุด"
    # numbers
    RESERVE_NUMBER = "reserve_number", "จองเลข"
    CANCEL_NUMBER = "cancel_number", "ยกเลิกเลข"
    SET_NUMBERING = "set_numbering", "ตั้งค่าการออกเลข"
    CONFIRM_NUMBERING = "confirm_numbering", "ยืนยันเลขทะเบียนหลังกู้คืน"
    # reading
    READ = "read", "อ่าน"
    DOWNLOAD = "download", "ดาวน์โหลด"
    READ_REGISTER = "read_register", "ดูทะเบียน"
    SAVE_SEARCH = "save_search", "บันทึกคำค้น"
    FORGET_SEARCH = "forget_search", "ลบคำค้นที่บันทึก"
    # people
    SIGN_IN = "sign_in", "เข้าสู่ระบบ"
    SIGN_IN_FAILED = "sign_in_failed", "เข้าสู่ระบบไม่สำเร็จ"
    SIGN_OUT = "sign_out", "ออกจากระบบ"
    END_SESSION = "end_session", "สิ้นสุดการเข้าใช้งาน"
    ACTIVATE = "activate", "เปิดใช้บัญชี"
    ISSUE_CODE = "issue_code", "ออกรหัสครั้งเดียว"
    CHANGE_PASSWORD = "change_password", "เปลี่ยนรหัสผ่าน"
    SWITCH_DESK = "switch_desk", "สลับโต๊ะ"
    SET_BELLS = "set_bells", "ตั้งการแจ้งเตือน"
    DISABLE_ACCOUNT = "disable_account", "ระงับบัญชี"
    ENABLE_ACCOUNT = "enable_account", "เปิดบัญชีอีกครั้ง"
    # administration
    ADD_OFFICE = "add_office", "เพิ่มหน่วยงาน"
    CHANGE_OFFICE = "change_office", "แก้ไขหน่วยงาน"
    CLOSE_OFFICE = "close_office", "ยุบหน่วยงาน"
    ADD_GROUP = "add_group", "เพิ่มกลุ่ม"
    ADD_NETWORK = "add_network", "เพิ่มเครือข่าย"
    CHANGE_GROUP = "change_group", "แก้ไขกลุ่ม"
    CLOSE_GROUP = "close_group", "ยุบกลุ่ม"
    CHANGE_NETWORK = "change_network", "แก้ไขเครือข่าย"
    CLOSE_NETWORK = "close_network", "ยุบเครือข่าย"
    SET_LIMITS = "set_limits", "ตั้งขนาดไฟล์"
    SET_EMBLEM = "set_emblem", "ตั้งตราหน่วยงาน"
    ADD_POST = "add_post", "เพิ่มตำแหน่ง"
    CLOSE_POST = "close_post", "ยุบตำแหน่ง"
    SET_ROLE = "set_role", "กำหนดหน้าที่"
    ADD_PERSON = "add_person", "เพิ่มบุคลากร"
    CHANGE_PERSON = "change_person", "แก้ไขข้อมูลบุคลากร"
    ASSIGN_POST = "assign_post", "แต่งตั้งให้ดำรงตำแหน่ง"
    END_HOLDING = "end_holding", "พ้นจากตำแหน่ง"
    SET_RECIPIENT_LIST = "set_recipient_list", "ตั้งกลุ่มผู้รับ"
    ANNOUNCE = "announce", "ประกาศระบบ"
    END_ANNOUNCEMENT = "end_announcement", "สิ้นสุดประกาศ"
    IMPORT = "import", "นำเข้าข้อมูล"
    SET_UP = "set_up", "ติดตั้งระบบ"
    BACK_UP = "back_up", "สำรองข้อมูล"
    RESTORE = "restore", "กู้คืนข้อมูล"
