"""What can be printed, and when."""

from __future__ import annotations

from eoffice.errors import Conflict


class NotReceivedYet(Conflict):
    """A receive slip and a receive stamp carry the number, which registration gives (ข้อ 37, 49)."""

    message = "หนังสือฉบับนี้ยังไม่มีเลขรับ กรุณาลงรับก่อนแล้วจึงพิมพ์ใบรับหรือตรารับ"
