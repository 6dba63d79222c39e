"""The drill: back up while others write, lose everything, restore, go on with the right number."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from eoffice.activity.seals import make_seal, read_seals
from eoffice.backups.restoring import restore
from eoffice.backups.services import back_up
from eoffice.config import Settings
from eoffice.db import Database
from eoffice.documents.intake import store_of
from eoffice.registers.models import Book
from eoffice.registers.rules import NumberingLocked
from eoffice.registers.services.settings import confirm_numbering
from tests.plugins.world import Templates
from tests.unit.backups.conftest import NewPlace
from tests.unit.backups.test_restoring import findings
from tests.world import World, stored_file

WRITERS = 3


@contextmanager
def others_writing(settings: Settings, world: World) -> Iterator[list[str]]:
    """Registrars who send and receive letters with files all the while."""
    stop = threading.Event()
    written: list[str] = []
    errors: list[BaseException] = []

    def write(number: int) -> None:
        database = Database(settings)
        store = store_of(settings.storage)
        try:
            while not stop.is_set():
                content = f"%PDF-1.4 {number} {len(written)}".encode()
                file = stored_file(content=content, store=store)
                with database.transaction() as session:
                    if number % 2:
                        entry = world.outside_letter(session, files=(file,)).entry
                    else:
                        entry = world.received_letter(session, files=(file,)).entry
                    public_id = entry.public_id
                written.append(public_id)
        except BaseException as error:
            errors.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield written
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []


@pytest.fixture
def world(backend: str, templates: Templates) -> World:
    """The ids of the world that the busy week began with."""
    return templates.of(backend).world


def wait_for(written: list[str], count: int) -> None:
    """Until so many letters have been written."""
    enough = threading.Event()
    while len(written) < count and not enough.wait(0.02):
        continue


def test_the_drill(
    database: Database, settings: Settings, world: World, new_place: NewPlace, tmp_path: Path
) -> None:
    paths = [tmp_path / f"backup {number}" for number in range(3)]
    with others_writing(settings, world) as written:
        for number, path in enumerate(paths):
            wait_for(written, 2 * number + 2)
            back_up(database, settings, path)
        wait_for(written, 8)
    make_seal(database, settings, [tmp_path / "elsewhere"])
    seals = read_seals(tmp_path / "elsewhere")
    for path in paths:
        place = new_place()
        restored = restore(path, place, seals=seals)
        assert list(findings(place)) == []
        assert restored.missing != ()
    _go_on(database, place, world)
    assert list(findings(place)) == []


def _go_on(lost: Database, place: Settings, world: World) -> None:
    """Nothing is numbered until the administrator says where each book stood; then the next
    number follows the last one that was ever given, the gap is burned."""
    with lost.reading() as session:
        stood = {book.public_id: book.last_no for book in session.scalars(select(Book))}
        send = next(
            book
            for book in session.scalars(select(Book).order_by(Book.id))
            if book.series == "send" and book.office_id == world.offices["district"]
        )
    database = Database(place)
    with pytest.raises(NumberingLocked), database.transaction() as session:
        world.numbered_letter(session)
    with database.transaction() as session:
        admin = world.actor(session, "admin")
        confirm_numbering(session, admin, last_numbers=stood, remark="ตามทะเบียนที่พิมพ์ไว้")
    with database.transaction() as session:
        letter = world.numbered_letter(session)
        assert letter.letter_no.endswith(f"/{stood[send.public_id] + 1}")
    database.dispose()
