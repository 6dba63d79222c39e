"""The child's side: limits first, then one task on one file, then one answer in a file.

Started by ``process.run_limited`` through ``start.py`` in an empty folder, with its order as JSON
on standard input.
"""

from __future__ import annotations

import functools
import inspect
import json
import sys
from pathlib import Path

from eoffice.documents.reading.limits import limit_this_process


def main() -> None:
    """Do what the order says and write ``result.json``."""
    order = json.loads(sys.stdin.buffer.read())
    is_cut = limit_this_process(order["cpu_s"], order["memory_bytes"])
    try:
        answer = _answer(order["task"], Path(order["path"]), order["options"], is_cut)
    except MemoryError:
        answer = {"reason": "memory"}
    text = json.dumps(answer, ensure_ascii=True)
    Path("result.json").write_text(text, "ascii")


def _answer(task: str, path: Path, options: dict[str, object], is_cut: bool) -> dict[str, object]:
    from eoffice.documents.reading import tasks  # after the limits
    from eoffice.documents.reading.unreadable import Unreadable
    from eoffice.documents.refusals import FileRefused

    try:
        do = functools.partial(tasks.TASKS[task], path, **options)
        inspect.signature(do.func).bind(path, **options)
    except (KeyError, TypeError) as error:
        return {"mistake": f"{task}: {error}"}
    try:
        value = do()
    except Unreadable as unreadable:
        return {"reason": unreadable.reason, "detail": unreadable.detail}
    except FileRefused as refusal:
        return {"refused": {"name": type(refusal).__name__, "facts": refusal.facts}}
    except MemoryError:
        raise
    except Exception as error:  # hostile contents raise anything; nothing of it is worth a crash
        return {"reason": "broken", "detail": f"{type(error).__name__}: {error}"[:300]}
    return {"value": {**value, "is_network_cut": is_cut}}
