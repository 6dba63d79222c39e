"""The run's PostgreSQL server: one for all, reachable by socket and loopback, databases by copy."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests import postgres as cluster


def value(url: str, statement: str) -> object:
    """Return the first column of the first row."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            return connection.execute(text(statement)).scalar()
    finally:
        engine.dispose()


def test_every_process_of_the_run_gets_the_same_server(postgres):
    assert cluster.server() == postgres
    assert value(cluster.postgres_url("postgres"), "SHOW fsync") == "off"


def test_a_database_speaks_utf8_by_socket_and_by_loopback(postgres_database):
    name = make_url(postgres_database).database
    assert value(postgres_database, "SHOW server_encoding") == "UTF8"
    assert value(cluster.postgres_url(name, loopback=True), "SELECT 'หนังสือ'") == "หนังสือ"


def test_the_loopback_port_is_closed_without_the_password(postgres):
    with pytest.raises(psycopg.OperationalError, match=r"password|authentication"):
        psycopg.connect(host="127.0.0.1", port=postgres.port, user="postgres", password="wrong")


def test_a_copy_holds_what_its_template_held(postgres_database):
    name = make_url(postgres_database).database
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE letter AS SELECT 7 AS n"))
    engine.dispose()
    cluster.create_database(f"{name}_copy", template=name)
    assert value(cluster.postgres_url(f"{name}_copy"), "SELECT n FROM letter") == 7
    cluster.drop_database(f"{name}_copy")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(cluster.postgres_url(f"{name}_copy").replace("+psycopg", ""))


def test_a_machine_without_programs_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(cluster.Unavailable, match="install the package postgresql"):
        cluster.programs()


def test_a_server_of_another_folder_starts_and_stops(postgres, tmp_path):
    shared = Path(postgres.folder).parent / f"other-{tmp_path.name}"
    shared.mkdir(mode=0o711)
    other = cluster.server(shared)
    assert other.port != postgres.port
    cluster.stop(shared)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=f"{other.folder}/socket", port=other.port, user="postgres")
    assert not (shared / "server.json").exists()
