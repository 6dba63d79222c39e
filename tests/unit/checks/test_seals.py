"""What no chain shows by itself: a cut end, a recomputed chain, an exchanged database."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from eoffice import clock
from eoffice.activity.audit_command import audit
from eoffice.activity.models import Activity
from eoffice.activity.rules import HASHED, chain_hash
from eoffice.activity.seal_checks import SealDefect, compare_with_seals
from eoffice.activity.seal_keys import SealKeyMissing, key_path, known_public_keys, public_keys_path
from eoffice.activity.seals import folder_of, make_seal, read_seals, seal_if_due
from eoffice.activity.services import record
from eoffice.actor import SYSTEM
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.users.models import Office
from eoffice.users.services.organisation import set_code
from eoffice.verbs import Verb
from eoffice.worker import Shop, sweep
from tests import postgres as cluster
from tests.unit.checks.conftest import Scene


def contradictions(scene: Scene, *places: Path) -> list[tuple[SealDefect, str]]:
    """What the seals say otherwise; by default the seals of the storage."""
    seals = read_seals(*(places or (folder_of(scene.settings),)))
    known = known_public_keys(public_keys_path(scene.settings))
    with scene.database.snapshot() as session:
        found = compare_with_seals(session, seals, known).contradictions
    return [(one.defect, one.subject) for one in found]


def longest_chain(scene: Scene) -> tuple[int, int]:
    """Chain and last sequence of the longest chain."""
    longest = "SELECT chain, last_seq FROM chain_heads ORDER BY last_seq DESC LIMIT 1"
    chain, last = scene.ask(longest)
    return chain, last


def cut(scene: Scene, rows: int) -> int:
    """Delete the last acts of the longest chain and lower its head, as a careful forger would."""
    chain, last = longest_chain(scene)
    scene.tamper(
        "DELETE FROM activity_text WHERE activity_id IN "
        "(SELECT id FROM activity WHERE chain = :chain AND seq > :seq)",
        "DELETE FROM activity WHERE chain = :chain AND seq > :seq",
        "UPDATE chain_heads SET last_seq = :seq, "
        "last_hash = (SELECT hash FROM activity WHERE chain = :chain AND seq = :seq), "
        "last_at = (SELECT at FROM activity WHERE chain = :chain AND seq = :seq) "
        "WHERE chain = :chain",
        chain=chain,
        seq=last - rows,
    )
    return chain


def recompute(scene: Scene, chain: int, seq: int) -> None:
    """Change one act and hash the whole chain anew from there."""
    with scene.database.reading() as session:
        rows = session.scalars(
            select(Activity).where(Activity.chain == chain).order_by(Activity.seq)
        ).all()
    previous = rows[0].previous
    for row in rows:
        columns = {name: getattr(row, name) for name in HASHED}
        if row.seq == seq:
            columns["request_id"] = "forged"
        hashed = chain_hash(previous, columns)
        scene.tamper(
            "UPDATE activity SET request_id = :request, previous = :previous, hash = :hash "
            "WHERE id = :id",
            request=columns["request_id"],
            previous=previous,
            hash=hashed,
            id=row.id,
        )
        previous = hashed
    scene.tamper("UPDATE chain_heads SET last_hash = :h WHERE chain = :c", h=previous, c=chain)


def copied(database: Database, folder: Path) -> Database:
    """Another database with the same contents."""
    database.dispose()
    if database.is_sqlite:
        shutil.copyfile(str(database.url.database), folder / "copy")
        return Database(Settings(storage=folder, database_url=f"sqlite:///{folder / 'copy'}"))
    name = f"{database.url.database}_copy"
    cluster.create_database(name, template=str(database.url.database))
    return Database(Settings(storage=folder, database_url=cluster.postgres_url(name)))


def test_a_seal_agrees_with_what_it_sealed_and_what_follows(scene: Scene) -> None:
    make_seal(scene.database, scene.settings)
    with scene.database.transaction() as session:
        record(session, SYSTEM, Verb.SET_UP, None)
    make_seal(scene.database, scene.settings)
    assert contradictions(scene) == []
    assert scene.look("C5") == []


def test_a_seal_names_heads_books_and_files(scene: Scene) -> None:
    seal, _ = make_seal(scene.database, scene.settings)
    chain, last = longest_chain(scene)
    assert seal.heads[chain][0] == last
    district = scene.ask("SELECT public_id FROM offices WHERE kind = 'district'")
    assert [district, "send", scene.ask("SELECT max(year) FROM books"), 0] in [
        book[:4] for book in seal.facts["books"]
    ]
    assert seal.facts["files"]["count"] >= 4
    assert seal.is_signed


def test_a_seal_still_holds_when_the_code_of_an_office_changes(scene: Scene) -> None:
    make_seal(scene.database, scene.settings)
    with scene.database.transaction() as session:
        office = session.scalars(select(Office).where(Office.kind == "district")).one()
        set_code(session, SYSTEM, office, "90010000")
    assert contradictions(scene) == []
    scene.tamper(
        "DELETE FROM register_entries WHERE book_id IN "
        "(SELECT id FROM books WHERE series = 'send')",
        "UPDATE books SET last_no = 0 WHERE series = 'send'",
    )
    found = [name for defect, name in contradictions(scene) if defect is SealDefect.COUNTER_LOWERED]
    assert any(name.startswith("book 90010000 send ") for name in found)


def test_a_cut_end_is_found_only_by_the_seal(scene: Scene) -> None:
    make_seal(scene.database, scene.settings)
    chain = cut(scene, 20)
    _, left = longest_chain(scene)
    lines = scene.look("C5")
    assert [line for line in lines if "ตราประทับ" not in line] == []
    assert scene.is_named("C5", f"chain {chain} seq {left + 20}")
    assert (SealDefect.TAIL_MISSING, f"chain {chain} seq {left + 20}") in contradictions(scene)


def test_a_recomputed_chain_is_found_only_by_the_seal(scene: Scene) -> None:
    make_seal(scene.database, scene.settings)
    chain, last = longest_chain(scene)
    recompute(scene, chain, last - 3)
    assert contradictions(scene) == [(SealDefect.CHAIN_REWRITTEN, f"chain {chain} seq {last}")]
    assert scene.is_named("C5", f"chain {chain} seq {last}")


def test_a_lowered_counter_with_its_row_is_found(scene: Scene) -> None:
    make_seal(scene.database, scene.settings)
    scene.tamper(
        "DELETE FROM register_entries WHERE book_id = 1 "
        "AND number = (SELECT last_no FROM books WHERE id = 1)",
        "UPDATE books SET last_no = last_no - 1 WHERE id = 1",
    )
    assert SealDefect.COUNTER_LOWERED in [defect for defect, _ in contradictions(scene)]


def test_last_week_s_database_is_found(scene: Scene, tmp_path: Path) -> None:
    last_week = copied(scene.database, tmp_path)
    with scene.database.transaction() as session:
        record(session, SYSTEM, Verb.SET_UP, None)
    make_seal(scene.database, scene.settings, [tmp_path / "elsewhere"])
    scene.database = last_week
    found = contradictions(scene, tmp_path / "elsewhere")
    last_week.dispose()
    if not last_week.is_sqlite:
        cluster.drop_database(str(last_week.url.database))
    assert [defect for defect, _ in found] == [SealDefect.TAIL_MISSING]


def test_a_seal_of_another_installation_is_named(scene: Scene) -> None:
    make_seal(scene.database, scene.settings)
    first = scene.ask("SELECT id FROM activity WHERE chain = 0 AND seq = 1")
    scene.tamper("UPDATE activity SET hash = :h WHERE id = :id", h="f" * 64, id=first)
    assert contradictions(scene)[0][0] is SealDefect.FOREIGN


def test_a_forged_seal_is_not_believed(scene: Scene) -> None:
    _, (path,) = make_seal(scene.database, scene.settings)
    chain, last = longest_chain(scene)
    line = path.read_text()
    path.write_text(line.replace(f'"{chain}":[{last},', f'"{chain}":[{last - 1},'))
    assert [defect for defect, _ in contradictions(scene)] == [SealDefect.SIGNATURE_WRONG]


def test_a_seal_signed_with_another_key_is_not_believed(scene: Scene) -> None:
    make_seal(scene.database, scene.settings)
    key_path(scene.settings).unlink()
    public_keys_path(scene.settings).write_text("ab" * 32 + "\n")
    assert [defect for defect, _ in contradictions(scene)] == [SealDefect.KEY_UNKNOWN]


def test_a_seal_that_was_taken_out_is_missed(scene: Scene) -> None:
    for _ in range(3):
        _, (path,) = make_seal(scene.database, scene.settings)
    first, _, third = path.read_text().splitlines()
    path.write_text(f"{first}\n{third}\n")
    assert [defect for defect, _ in contradictions(scene)] == [SealDefect.SEAL_MISSING]


def test_the_daily_seal_is_made_once_a_day(scene: Scene) -> None:
    assert seal_if_due(scene.database, scene.settings) is not None
    assert seal_if_due(scene.database, scene.settings) is None
    with clock.travelling(clock.now() + timedelta(hours=25)):
        assert seal_if_due(scene.database, scene.settings) is not None


def test_the_worker_seals_and_goes_on_without_its_key(scene: Scene) -> None:
    sweep(Shop(scene.database, scene.settings))
    assert len(read_seals(folder_of(scene.settings))) == 1
    shutil.rmtree(folder_of(scene.settings))
    elsewhere = replace(scene.settings, seal_key=str(scene.settings.storage / "no such key"))
    sweep(Shop(scene.database, elsewhere))
    assert read_seals(folder_of(scene.settings)) == []
    with pytest.raises(SealKeyMissing):
        make_seal(scene.database, elsewhere)


def test_the_key_is_kept_from_others(scene: Scene) -> None:
    make_seal(scene.database, scene.settings)
    path = key_path(scene.settings)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    stored = path.read_text().strip()
    with scene.database.reading() as session:
        for table in ("settings", "activity"):
            rows = session.execute(text(f"SELECT * FROM {table}"))
            assert all(stored not in str(row) for row in rows)


def test_the_commands(scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Settings, "from_environment", lambda: scene.settings)
    run = CliRunner().invoke
    copy = tmp_path / "copy"
    sealed = run(audit, ["seal", "--to", str(copy)])
    assert sealed.exit_code == 0, sealed.output
    assert run(audit, ["verify", "--seals", str(copy)]).exit_code == 0
    exported = run(audit, ["export", "--from", "2020-01-01"])
    acts = [json.loads(line) for line in exported.stdout.splitlines()]
    assert len(acts) == scene.ask("SELECT count(*) FROM activity")
    assert {"seq", "at", "person_id", "post_id", "office_id", "verb", "facts", "hash"} <= set(
        acts[0]
    )
    assert not any("text" in act for act in acts)
    cut(scene, 3)
    shutil.rmtree(folder_of(scene.settings))
    found = run(audit, ["verify", "--seals", str(copy)])
    assert found.exit_code == 1
    assert "chain" in found.output


def test_nothing_to_verify_is_exit_status_2(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "2026-11.jsonl").write_text("{}\n")
    monkeypatch.setattr(Settings, "from_environment", lambda: settings)
    assert CliRunner().invoke(audit, ["verify", "--seals", str(broken)]).exit_code == 2
