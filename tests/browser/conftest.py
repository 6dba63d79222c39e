"""The application with a whole district behind it, for tests that click through it."""

from __future__ import annotations

import copy
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eoffice import schema
from eoffice.config import Settings
from eoffice.db import Database
from tests.browser import scene
from tests.browser.running import Running, running
from tests.plugins.world import Templates
from tests.world import World, big_world, build_world

if TYPE_CHECKING:
    from playwright.sync_api import Page

SECRET = "for tests only, as long as a real one is"
SCHOOLS = 117


@pytest.fixture(scope="session")
def whole_district(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A database file with 117 schools, built once; one clerk serves three of them, and their
    registers stand at different numbers."""
    folder = tmp_path_factory.mktemp("district")
    file = folder / "district.sqlite3"
    database = Database(Settings(storage=folder, database_url=f"sqlite:///{file}"))
    schema.create_all(database.engine)
    with database.transaction() as session:
        world = big_world(session, build_world(session), SCHOOLS - 3)
        scene.seat(session, world, "four_registrar", "a_registrar", "school_004")
        for desk, count in (("c_registrar", 2), ("four_registrar", 5)):
            for number in range(count):
                world.outside_letter(session, desk, letter_no=f"ตย 72001/{number}")
    database.dispose()
    return file, world


@pytest.fixture
def district(whole_district: tuple[Path, World], tmp_path: Path) -> Iterator[Running]:
    """A served copy of the district."""
    file, world = whole_district
    copied = tmp_path / "district.sqlite3"
    shutil.copyfile(file, copied)
    with _served(tmp_path, f"sqlite:///{copied}", world) as office:
        yield office


@pytest.fixture
def postgres_office(postgres: object, templates: Templates, tmp_path: Path) -> Iterator[Running]:
    """The served small world on PostgreSQL."""
    world = templates.of("postgresql").world
    with _served(tmp_path, templates.copy("postgresql"), world) as office:
        yield office


@pytest.fixture
def sqlite_office(templates: Templates, tmp_path: Path) -> Iterator[Running]:
    """The served small world on SQLite."""
    template = templates.of("sqlite")
    copied = tmp_path / f"{secrets.token_hex(4)}.sqlite3"
    shutil.copyfile(template.source, copied)
    with _served(tmp_path, f"sqlite:///{copied}", template.world) as office:
        yield office


@pytest.fixture
def at(page_at: Callable[..., Page]) -> Callable[..., Page]:
    """`at(office, desk, width)`: a page signed in as the person of a desk."""

    def signed_in(office: Running, desk: str, width: int = 1366, **options: object) -> Page:
        height = 844 if width < 500 else 900
        return office.sign_in(page_at(width, height, base_url=office.url, **options), desk)

    return signed_in


@contextmanager
def _served(folder: Path, url: str, world: World) -> Iterator[Running]:
    storage = folder / "storage"
    storage.mkdir(mode=0o700)
    settings = Settings(storage=storage, database_url=url, secret_key=SECRET, is_testing=True)
    database = Database(settings)
    with running(settings, database, copy.deepcopy(world)) as office:
        yield office
    database.dispose()
