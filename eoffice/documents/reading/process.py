"""The parent's side of the limited child process in which all contents are read.

Whatever a hostile file does to the child, the parent sees a result or ``CannotBeRead``: it takes
at most ``timeout_s``, leaves no process and no file behind, and never holds the contents itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from eoffice.documents import refusals
from eoffice.errors import Invalid

TIMEOUT_S, CPU_S, MEMORY_BYTES = 60, 20, 1 << 30
RESULT, CONTENT = "result.json", "content"
_MAX_RESULT = 64 << 20
_START = Path(__file__).with_name("start.py")
_KEPT_VARIABLES = ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")
_SIGNAL_REASONS = {signal.SIGXCPU: "cpu", signal.SIGXFSZ: "output"}


class CannotBeRead(Invalid):
    """The contents of a file could not be read inside the limits; the original stays as it is.

    ``reason`` is one of the codes of ``REASONS``.
    """

    message = "อ่านเนื้อหาของไฟล์ไม่ได้: {why} ยังดาวน์โหลดไฟล์ต้นฉบับได้ตามปกติ"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(why=REASONS.get(reason, REASONS["crashed"]), reason=reason)
        self.reason = reason
        self.detail = detail


REASONS = {
    "timeout": "ใช้เวลานานเกินกำหนด",
    "cpu": "ต้องประมวลผลมากเกินกำหนด",
    "memory": "ต้องใช้หน่วยความจำมากเกินกำหนด",
    "output": "เนื้อหาที่อ่านได้ใหญ่เกินกำหนด",
    "too_large": "ภาพหรือเอกสารมีขนาดใหญ่เกินกำหนด",
    "crashed": "โครงสร้างไฟล์ผิดปกติ",
    "broken": "ไฟล์เสียหายหรือไม่ครบ",
    "password": "ไฟล์มีรหัสผ่าน",
    "no_page": "ไม่มีหน้าที่ขอ",
    "no_reader": "ยังไม่ได้ติดตั้งโปรแกรมอ่านไฟล์ชนิดนี้",
    "no_recogniser": "ยังไม่ได้ติดตั้งโปรแกรมรู้จำตัวอักษร (OCR)",
    "unsupported": "ไฟล์ชนิดนี้ไม่มีเนื้อหาที่ระบบอ่านได้",
}


def run_limited(
    task: str,
    path: Path,
    *,
    timeout_s: float = TIMEOUT_S,
    cpu_s: int = CPU_S,
    memory_bytes: int = MEMORY_BYTES,
    **options: object,
) -> dict[str, Any]:
    """Run a task on a file in a child process of limited means and give its result.

    An image made by the task is in the result as ``content``. Raises ``CannotBeRead`` for any
    exception, signal or limit, the ``FileRefused`` that a ``sniff`` task decided on, and
    ``TypeError`` for a task or option that does not exist.
    """
    order = {
        "task": task,
        "path": str(path.resolve()),
        "cpu_s": cpu_s,
        "memory_bytes": memory_bytes,
        "options": options,
    }
    with tempfile.TemporaryDirectory(prefix="eoffice-reading-") as folder:
        code, said = _run_child(json.dumps(order), Path(folder), timeout_s)
        return _result(Path(folder), code, said)


def _run_child(order: str, folder: Path, timeout_s: float) -> tuple[int, str]:
    """Start the child, wait, and end its whole session; gives its exit code and last words."""
    with (folder / "said").open("w+b") as said:
        child = subprocess.Popen(
            [sys.executable, "-s", "-P", str(_START)],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        try:
            child.communicate(order.encode(), timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise CannotBeRead("timeout") from None
        finally:
            _end_session(child)
        said.seek(0)
        return child.returncode, said.read(4096).decode("utf-8", "replace")


def _end_session(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _environment(folder: Path) -> dict[str, str]:
    """No secrets of the parent: only what finds programs and this package."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",
    }


def _result(folder: Path, code: int, said: str) -> dict[str, Any]:
    if code < 0:
        raise CannotBeRead(_SIGNAL_REASONS.get(signal.Signals(-code), "crashed"), said)
    try:
        file = folder / RESULT
        if file.stat().st_size > _MAX_RESULT:
            raise CannotBeRead("output")
        answer = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        raise CannotBeRead("crashed", said) from None
    if mistake := answer.get("mistake"):
        raise TypeError(mistake)
    if refusal := answer.get("refused"):
        raise _refusal(refusal["name"], refusal["facts"])
    if reason := answer.get("reason"):
        raise CannotBeRead(reason, str(answer.get("detail", "")))
    value: dict[str, Any] = answer["value"]
    if (folder / CONTENT).exists():
        value["content"] = (folder / CONTENT).read_bytes()
    return value


def _refusal(name: str, facts: dict[str, object]) -> refusals.FileRefused:
    kind = getattr(refusals, name, refusals.FileBroken)
    return kind(None, **facts) if issubclass(kind, refusals.FileRefused) else refusals.FileBroken()
