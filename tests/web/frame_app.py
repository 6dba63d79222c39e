"""A small application that wears the shared pages: no room, no database."""

from __future__ import annotations

import errno
import secrets
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, flash, make_response, redirect, render_template, request
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField, validators

from eoffice import errors, web

WEB = Path(web.__file__).parent
PAGES = Path(__file__).parent / "pages"
SENT_AT = datetime(2026, 6, 8, 2, 41, tzinfo=UTC)
LONG_SUBJECT = "เร่งรัดการยืนยันและรับรองข้อมูลนักเรียนรายบุคคล (DMC) รอบที่ 1 ปีการศึกษา 2569 " * 3
LONG_NAME = "โรงเรียนบ้านตัวอย่างที่มีชื่อยาวเป็นพิเศษเพื่อดูว่าหน้าไม่ล้น 58"


class LetterForm(FlaskForm):
    """A form with a field of every kind that the macros know."""

    kind = SelectField("ชนิดหนังสือ", choices=[("external", "หนังสือภายนอก"), ("memo", "บันทึกข้อความ")])
    urgency = RadioField(
        "ชั้นความเร็ว", choices=[("normal", "ปกติ"), ("urgent", "ด่วน")], default="normal"
    )
    subject = StringField("เรื่อง", [validators.InputRequired("เขียนเรื่องของหนังสือ")])
    due = StringField("ขอให้ตอบภายใน", [validators.Optional()])
    body = TextAreaField("ข้อความ", [validators.Optional()])
    is_copied = BooleanField("เก็บสำเนาให้กลุ่ม")


def desk(number: int, name: str, hue: int, waiting: int) -> SimpleNamespace:
    """A desk as the frame wants it."""
    return SimpleNamespace(
        id=f"{number:020x}", office_name=name, post_title="เจ้าหน้าที่ธุรการ", hue=hue, waiting=waiting
    )


DESKS = [desk(1, "โรงเรียนบ้านตัวอย่าง 12", 2, 7), desk(2, LONG_NAME, 3, 0)]
ME = SimpleNamespace(name="น.ส.พิมพ์ใจ ตั้งใจดี", public_id="a" * 20, desk=DESKS[0], desks=DESKS)


def letters(count: int = 12) -> list[SimpleNamespace]:
    """Rows of a list: long and short, due and overdue, new and read."""
    kinds = [("most_urgent", "ด่วนที่สุด"), ("urgent", "ด่วน"), ("normal", "ปกติ")]
    return [
        SimpleNamespace(
            id=f"{index:020x}",
            no=f"ศธ 04999/ว {1449 - index}",
            on=date(2026, 6, 8),
            office=LONG_NAME if index % 2 else "กลุ่มนโยบายและแผน",
            subject=LONG_SUBJECT if index % 3 == 0 else f"ขออนุญาตพานักเรียนไปทัศนศึกษา {index}",
            urgency=kinds[index % 3][0],
            urgency_label=kinds[index % 3][1],
            due_at=SENT_AT + timedelta(days=index) if index % 2 else None,
            url="/letter",
            files=2,
            state="arrived",
            state_label="ถึงปลายทาง",
            note="เลขรับ 813",
            act_url="/list",
            act_label="ลงรับ",
            act_key="r",
            version=3,
            is_new=index % 2 == 0,
        )
        for index in range(count)
    ]


def offices(count: int = 117) -> list[SimpleNamespace]:
    """Schools in three networks."""
    return [
        SimpleNamespace(
            value=f"{i:020x}",
            name=f"รร.บ้านตัวอย่าง {i}",
            note=f"เครือข่าย {i % 3}",
            groups=["all", f"n{i % 3}"],
            is_chosen=False,
        )
        for i in range(1, count + 1)
    ]


GROUPS = [
    {"value": "all", "label": "ทุกโรงเรียน", "count": 117, "is_chosen": False},
    {"value": "n1", "label": "เครือข่าย 1", "count": 39, "is_chosen": False},
]


def _context() -> dict[str, Any]:
    item = SimpleNamespace(url="/list", label="หนังสือเข้า", count=7, is_current=True, is_apart=False)
    seek = SimpleNamespace(
        url="/", label="ค้นหา", count=None, is_current=False, is_apart=True, key="/"
    )
    signed_in = request.args.get("as") != "nobody"
    return {
        "me": ME if signed_in else None,
        "menu": [item, seek],
        "places": [item, item, item, item],
        "district_name": "สพป.ตัวอย่าง เขต 2",
        "once": lambda: secrets.token_hex(16),
    }


def build(**config: Any) -> Flask:
    """The application; ``stored`` lists the files it was given, ``acts`` the forms it was sent."""
    app = Flask("frame", template_folder=str(WEB / "templates"), static_folder=str(WEB / "static"))
    app.jinja_loader = ChoiceLoader([FileSystemLoader(WEB / "templates"), FileSystemLoader(PAGES)])
    app.config.update(SECRET_KEY="test", MAX_CONTENT_LENGTH=3_000_000, **config)
    CSRFProtect(app)
    web.install(app, trusts_proxy=bool(config.get("TRUSTS_PROXY")))
    app.context_processor(_context)
    app.extensions["stored"], app.extensions["acts"] = [], []
    _add_pages(app)
    _add_troubles(app)
    return app


def _add_pages(app: Flask) -> None:
    @app.route("/list", methods=["GET", "POST"])
    def letter_list() -> Any:
        if request.method == "POST":
            app.extensions["acts"].append(request.form.to_dict(flat=False))
            flash(f"ลงรับแล้ว {len(request.form.getlist('picked'))} ฉบับ")
            return redirect("/list", 303)
        rows = [row for row in letters() if request.args.get("q", "") in row.subject]
        return render_template("list.html", rows=rows, q=request.args.get("q", ""))

    @app.route("/form", methods=["GET", "POST"])
    def letter_form() -> Any:
        form = LetterForm()
        if request.method == "POST":
            app.extensions["acts"].append(request.form.to_dict(flat=False))
            if request.form.get("_do") == "autosave" or form.validate():
                flash("บันทึกแล้ว")
                return redirect("/form", 303)
        files = [
            {"name": name, "size": size, "url": "/form"} for name, size in app.extensions["stored"]
        ]
        page = render_template(
            "form.html",
            form=form,
            groups=GROUPS,
            offices=offices(),
            files=files,
            version=len(files),
            find=request.form.get("to_find", ""),
        )
        return page, 422 if form.errors else 200

    @app.post("/files")
    def attach() -> Any:
        for file in request.files.getlist("files"):
            if str(file.filename).endswith(".exe"):
                raise errors.Invalid("แนบไฟล์ .exe ไม่ได้ เลือก PDF แทน")
            app.extensions["stored"].append((file.filename, len(file.read())))
        return redirect("/form", 303)

    _add_still_pages(app)


def _add_still_pages(app: Flask) -> None:
    @app.get("/waiting")
    def waiting() -> str:
        return render_template("waiting.html", rows=letters(4))

    @app.get("/letter")
    def letter() -> str:
        return render_template("letter.html", sent_at=SENT_AT)

    @app.get("/gate")
    def gate() -> str:
        return render_template("gate.html")

    @app.get("/news")
    def news() -> Any:
        answer = make_response("<p>ข่าวใหม่</p>")
        answer.set_etag("n2")
        app.extensions["acts"].append(request.headers.get("If-None-Match"))
        return answer.make_conditional(request)


def _add_troubles(app: Flask) -> None:
    class Orig(Exception):
        orig = "database is locked"

    troubles: dict[str, Exception] = {
        "invalid": errors.Invalid("แก้ {what} ก่อน", what="เรื่อง"),
        "not-allowed": errors.NotAllowed(),
        "hidden": errors.NotFound("หนังสือลับฉบับนี้มีอยู่จริง"),
        "conflict": errors.Conflict(),
        "crash": RuntimeError("secret in /srv/eoffice/storage/letters"),
        "full": OSError(errno.ENOSPC, "No space left"),
        "busy": Orig(),
    }

    @app.route("/trouble/<name>", methods=["GET", "POST"])
    def trouble(name: str) -> Any:
        raise troubles[name]
