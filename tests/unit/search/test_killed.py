"""An indexer that is killed: what was committed stays, and the next one goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from eoffice.search.backends import Stamp
from eoffice.search.backends.choice import open_backend
from tests.unit.search.engines import letter, search

WRITER = """
import sys
from pathlib import Path
from eoffice.search.backends.choice import open_backend
from tests.unit.search.engines import letter

backend = open_backend(sys.argv[1], Path(sys.argv[2]))
for number in range(1, 100_000):
    batch = [letter(number * 10 + each, "ประชุมครั้งที่ " + "คำ " * 200) for each in range(10)]
    backend.apply(batch)
    print(number, flush=True)
"""


@pytest.mark.parametrize("name", ["whoosh", "tantivy"])
def test_a_killed_indexer_loses_no_commit_and_leaves_no_lock(name: str, tmp_path: Path) -> None:
    pytest.importorskip(name)
    for _ in range(3):
        command = [sys.executable, "-W", "ignore", "-c", WRITER, name, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout
            committed = [int(writer.stdout.readline()) for _ in range(4)][-1]
            writer.kill()
        backend = open_backend(name, tmp_path)
        kept = {stamp.key for stamp in backend.stamps()}
        expected = {letter(number).key for number in range(10, committed * 10 + 10)}
        assert expected <= kept
        assert len(kept) % 10 == 0
        assert search(backend, "ประชุม").total == len(kept)
        backend.apply([letter(1, "อบรม")])
        assert search(backend, "อบรม").total == 1
        assert Stamp(2, 1, (7,)) in set(backend.stamps())
        backend.apply([letter(1, "ประชุม")])
        backend.rebuild().switch()
        backend.close()
