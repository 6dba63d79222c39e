"""One page for everything that goes wrong: what happened, what to do next, and the request id.

Refusals of the product carry their own sentence; errors of the web (a wrong address, a file too
large, a form that is too old) and of the machine (a full disk, a busy database) get theirs here.
No answer shows a stack trace, a path or a version. Absent and forbidden have one and the same
page, byte for byte: it carries no request id (the header does) and no name.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from eoffice.errors import EofficeError, NotFound
from eoffice.web.headers import request_id

BACK = "กลับไปหน้าก่อน แล้วลองอีกครั้ง"
SENTENCES: dict[int, tuple[str, str]] = {
    400: ("ข้อมูลที่ส่งมาไม่ครบหรืออ่านไม่ได้", BACK),
    401: ("ยังไม่ได้เข้าสู่ระบบ", "เข้าสู่ระบบ แล้วทำรายการอีกครั้ง"),
    403: ("โต๊ะที่ใช้อยู่ทำรายการนี้ไม่ได้", "สลับโต๊ะให้ถูกหน่วยงาน หรือติดต่อผู้ดูแลระบบของหน่วยงาน"),
    404: ("ไม่พบสิ่งที่ต้องการ", "ตรวจสอบที่อยู่ หรือเปิดจากรายการอีกครั้ง"),
    405: ("หน้านี้เปิดด้วยวิธีนี้ไม่ได้", "กลับไปเปิดจากรายการ แล้วกดปุ่มของเรื่องนั้นอีกครั้ง"),
    409: ("เรื่องนี้เปลี่ยนแปลงไปแล้ว", "เปิดดูข้อมูลล่าสุดก่อน แล้วทำรายการอีกครั้ง"),
    413: ("ไฟล์ที่ส่งมาใหญ่เกินกำหนด", "เลือกไฟล์ที่เล็กกว่านี้ หรือแบ่งส่งหลายครั้ง"),
    422: ("ข้อมูลยังใช้ไม่ได้", "ตรวจสอบและแก้ไข แล้วลองอีกครั้ง"),
    429: ("ลองหลายครั้งเกินไป", "รอสักครู่ แล้วลองใหม่"),
    500: ("ระบบขัดข้อง รายการนี้ยังไม่ได้บันทึก", "ลองอีกครั้ง หากยังพบปัญหาให้แจ้งผู้ดูแลระบบพร้อมรหัสด้านล่าง"),
    503: ("ระบบกำลังทำงานอื่นอยู่", "รอสักครู่ แล้วลองใหม่ รายการนี้ยังไม่ได้บันทึก"),
    507: ("พื้นที่เก็บข้อมูลเต็ม รายการนี้ยังไม่ได้บันทึก", "แจ้งผู้ดูแลระบบให้เพิ่มพื้นที่ แล้วลองอีกครั้ง"),
}
STALE_FORM = ("แบบฟอร์มนี้เปิดไว้นานเกินไป จึงยังไม่ได้บันทึก", BACK)
FULL = (errno.ENOSPC, errno.EDQUOT)
HIDDEN_FIELDS = ("password", "code", "token", "secret")
TYPED_LIMIT = 20_000


@dataclass(frozen=True)
class Trouble:
    """What is told about an error: the status, what happened and what to do next."""

    status: int
    what: str
    next_step: str = ""


def install(app: Flask) -> None:
    """Answer every exception with the one page (or its JSON or fragment)."""
    app.register_error_handler(EofficeError, _of_refusal)
    app.register_error_handler(HTTPException, _of_web)
    app.register_error_handler(Exception, _of_machine)


def trouble_page(trouble: Trouble) -> Response:
    """The answer in the form the request wants: JSON, a fragment for htmx, or a page."""
    if _wants_json():
        response = jsonify(error=trouble.what, request_id=request_id())
    elif request.headers.get("HX-Request") == "true":
        response = current_app.response_class(_rendered("error_fragment.html", trouble))
        response.headers.update(
            {"HX-Retarget": "#messages", "HX-Reswap": "innerHTML", "HX-Reselect": "unset"}
        )
        response.headers["HX-Push-Url"] = "false"
    else:
        response = current_app.response_class(_rendered("error.html", trouble))
    response.status_code = trouble.status
    return response


def _of_refusal(refusal: EofficeError) -> ResponseReturnValue:
    if isinstance(refusal, NotFound):
        return trouble_page(_known(404))
    return trouble_page(Trouble(refusal.status, str(refusal)))


def _of_web(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    if isinstance(error, SecurityError):
        # A host that is not ours: no address can be built, so the answer has no page around it.
        return Response(SENTENCES[400][0], 400, content_type="text/plain; charset=utf-8")
    if isinstance(error, CSRFError):
        return trouble_page(Trouble(400, *STALE_FORM))
    answer = trouble_page(_known(error.code))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def _of_machine(error: Exception) -> ResponseReturnValue:
    status = _status_of(error)
    if status >= 500:
        current_app.logger.error("request %s failed", request_id(), exc_info=error)
    return trouble_page(_known(status))


def _known(status: int) -> Trouble:
    fallback = 400 if status < 500 else 500
    return Trouble(status, *SENTENCES.get(status, SENTENCES[fallback]))


def _status_of(error: BaseException) -> int:
    """507 for a full disk, 503 for a database that is busy or away, 400 for a text with NUL, which
    PostgreSQL takes in no value; else 500."""
    if isinstance(error, OSError) and error.errno in FULL:
        return 507
    reason = str(getattr(error, "orig", "")).lower()
    if "disk is full" in reason or "no space left" in reason or "could not extend file" in reason:
        return 507
    if "cannot contain nul" in reason:
        return 400
    if "database is locked" in reason or "connection" in reason or "timeout" in reason:
        return 503
    return 500


def _wants_json() -> bool:
    accepted = request.accept_mimetypes
    return "application/json" in accepted.values() and not accepted.accept_html


def _rendered(template: str, trouble: Trouble) -> str:
    """Render without context processors: they may need what has just failed."""
    return current_app.jinja_env.get_template(template).render(
        trouble=trouble,
        request_id="" if trouble.status == 404 else request_id(),
        back_url="" if trouble.status == 404 else _back_url(),
        typed=_typed_words() if trouble.status != 404 else [],
        is_error=True,
    )


def _back_url() -> str:
    """The page the request came from, if it is one of ours; path and query only."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if not parts.path.startswith("/") or parts.netloc != request.host:
        return ""
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path


def _typed_words() -> list[str]:
    """Words a person typed into the refused form, so that they can be copied; own forms only.

    Codes, ids, tokens and passwords are not words: a word has a space or a letter beyond ASCII.
    """
    if request.method != "POST" or not _back_url():
        return []
    try:
        pairs = list(request.form.items(multi=True))
    except HTTPException:
        return []
    words = [value for name, value in pairs if not name.startswith("_") and not _is_hidden(name)]
    kept = [word[:TYPED_LIMIT] for word in words if " " in word or not word.isascii()]
    return list(dict.fromkeys(kept))


def _is_hidden(name: str) -> bool:
    return any(part in name for part in HIDDEN_FIELDS)
