"""The dependency rules: who may import whom, read from the source itself, also inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "eoffice"
BASE = (
    ("thai_text",),
    ("errors", "clock", "config"),
    ("thai",),
    ("actor", "verbs"),
    ("db",),
    ("jobs", "outbox", "marks", "given"),
)
"""Base files, from the ground up."""
ROOMS = (
    ("activity",),
    ("users",),
    ("documents",),
    ("registers",),
    ("routing",),
    ("notifications", "search", "printing", "datacalls", "records"),
)
"""Rooms, from the ground up; those of one line do not know each other."""
ABOVE = (
    ("schema",),
    ("migrate",),
    ("worker", "policy", "health"),
    ("serve",),
    ("backup", "backups", "checks", "imports", "installing", "sample"),
    ("cli", "__init__"),
)
"""What knows every room: the whole schema, the worker, and the commands with their folders."""
LEVELS = (*BASE, *ROOMS, *ABOVE)
DOORS = (("__init__",), ("cli",), ("health",), ("users", "auth"), ("users", "frame"))
"""Beside routes and forms these answer requests: sign-in, the frame of every page, health."""
ROOM_FILES = ("rules", "models", "queries", "services", "forms", "routes")
READS_ENVIRONMENT = (("config",), ("documents", "reading", "process"))
"""The settings; and the child process, to which only what finds programs is passed on."""
WEB_LIBRARIES = frozenset({"flask", "flask_login", "flask_wtf", "wtforms", "werkzeug"})


@dataclass(frozen=True)
class Import:
    """``name`` (or the module itself) imported from ``module``, somewhere in ``path``."""

    path: Path
    line: int
    module: str
    name: str = ""

    def __str__(self) -> str:
        return (
            f"{self.path.relative_to(ROOT)}:{self.line} imports {self.module} {self.name}".strip()
        )

    @property
    def target(self) -> tuple[str, ...]:
        """The path of names below ``eoffice`` of what is imported; empty for other packages."""
        parts = self.module.split(".")
        if parts[0] != "eoffice":
            return ()
        whole = [*parts[1:], self.name] if self.name else parts[1:]
        while whole and not _is_module(tuple(whole)):
            whole.pop()
        return tuple(whole)


@cache
def _is_module(parts: tuple[str, ...]) -> bool:
    place = PACKAGE.joinpath(*parts)
    return place.is_dir() or place.with_suffix(".py").is_file()


@cache
def sources() -> dict[Path, ast.Module]:
    """Every source file of the product."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def imports() -> list[Import]:
    """Every import of the product."""
    return [found for path, tree in sources().items() for found in _imports(path, tree)]


def _imports(path: Path, tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(path, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            for alias in node.names:
                yield Import(path, node.lineno, node.module or "", alias.name)


def place_of(path: Path) -> tuple[str, ...]:
    """The names of a source file below ``eoffice``, without the suffix."""
    return path.relative_to(PACKAGE).with_suffix("").parts


def level_of(parts: tuple[str, ...]) -> int:
    """How high a file stands; unknown names fail until somebody gives them a place.

    A command's file stands with the command line, in whatever room it lies.
    """
    first = "cli" if parts[-1].endswith("command") else parts[0]
    for level, names in enumerate(LEVELS):
        if first in names:
            return level
    raise AssertionError(f"eoffice/{first} has no place in the order of the house")


def room_file(parts: tuple[str, ...]) -> str | None:
    """``rules`` … ``routes`` for a file of a room that bears such a name or lies in its folder."""
    return parts[1] if len(parts) > 1 and parts[1] in ROOM_FILES else None


def listed(wrong: list[str]) -> str:
    """The violations, one a line."""
    return "\n".join(["", *wrong])


def is_room(first: str) -> bool:
    """Whether a name below ``eoffice`` is a room."""
    return any(first in names for names in ROOMS)


def is_door(parts: tuple[str, ...]) -> bool:
    """Whether a file answers requests: it sees whom it serves and may ask every room."""
    return parts in DOORS or parts[0] == "web" or room_file(parts) in ("routes", "forms")


def test_nothing_imports_upwards() -> None:
    """Base files, then rooms in their order; a query may join any room through its predicate, and
    a route may ask any room, whose subjects stand side by side on its page."""
    wrong = []
    for found in imports():
        place, target = place_of(found.path), found.target
        if not target or target[0] == "web" or place[0] == target[0] or is_door(place):
            continue
        joins = room_file(place) == "queries" and room_file(target) in (
            "models",
            "queries",
            "rules",
        )
        if level_of(target) >= level_of(place) and not joins:
            wrong.append(str(found))
    assert not wrong, listed(wrong)


def test_files_of_a_room_import_only_to_the_left() -> None:
    wrong = []
    for found in imports():
        place, target = place_of(found.path), found.target
        if not target or not is_room(place[0]) or target[0] != place[0]:
            continue
        own, other = room_file(place), room_file(target)
        if own and other and ROOM_FILES.index(other) > ROOM_FILES.index(own):
            wrong.append(str(found))
    assert not wrong, listed(wrong)


def test_a_files_own_subject_knows_nothing_of_forms_and_routes() -> None:
    """Files beside the six names serve them: only the application itself collects the routes."""
    wrong = []
    for found in imports():
        place, target = place_of(found.path), found.target
        if room_file(target) not in ("forms", "routes") or place[0] == "__init__":
            continue
        if place[0] != target[0] or room_file(place) not in ("forms", "routes"):
            wrong.append(str(found))
    assert not wrong, listed(wrong)


def test_no_room_takes_anothers_private_names() -> None:
    wrong = [
        str(found)
        for found in imports()
        if found.target
        and any(part.startswith("_") for part in (*found.module.split("."), found.name))
        and not found.name.startswith("__")
    ]
    assert not wrong, listed(wrong)


def test_shared_pages_know_no_room_and_serve_the_doors_only() -> None:
    """The worker sweeps the access log, which the shared pages write."""
    wrong = []
    for found in imports():
        place, target = place_of(found.path), found.target
        if target and place[0] == "web" and is_room(target[0]):
            wrong.append(str(found))
        sweeps = place == ("worker",) and (*target, found.name)[:2] == ("web", "access_log")
        if target[:1] == ("web",) and not is_door(place) and not sweeps:
            wrong.append(str(found))
    assert not wrong, listed(wrong)


def test_the_web_framework_stays_at_the_doors() -> None:
    """Flask and its kin: application, routes, forms, sign-in, command line and shared pages."""
    wrong = [
        str(found)
        for found in imports()
        if found.module.split(".")[0] in WEB_LIBRARIES and not is_door(place_of(found.path))
    ]
    assert not wrong, listed(wrong)


def test_rules_know_neither_database_nor_web() -> None:
    libraries = WEB_LIBRARIES | {"sqlalchemy"}
    wrong = [
        str(found)
        for found in imports()
        if place_of(found.path)[-1] == "rules"
        and (found.module.split(".")[0] in libraries or found.target[:1] in (("db",), ("web",)))
    ]
    assert not wrong, listed(wrong)


def test_only_one_place_reads_the_time_and_one_the_environment() -> None:
    clocks = {"now", "utcnow", "today"}
    wrong = []
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            owner = node.value.id
            if owner in ("datetime", "date", "dt") and node.attr in clocks:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} reads the time")
            if (owner, node.attr) == ("time", "time") and place_of(path) != ("clock",):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} reads the time")
            reads = (owner, node.attr) in (("os", "environ"), ("os", "getenv"))
            if reads and place_of(path) not in READS_ENVIRONMENT:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} reads the environment")
    assert not wrong, listed(wrong)


def test_services_never_commit() -> None:
    """The caller's transaction commits: what a service began may still be rolled back."""
    wrong = []
    for path, tree in sources().items():
        if room_file(place_of(path)) not in ("services", "queries"):
            continue
        wrong += [
            f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}s"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback")
        ]
    assert not wrong, listed(wrong)


def test_queries_write_nothing() -> None:
    acts = ("add", "add_all", "delete", "flush", "merge", "commit")
    writing = {"insert", "update", "delete", *(f"session.{act}" for act in acts)}
    wrong = []
    for path, tree in sources().items():
        if room_file(place_of(path)) != "queries":
            continue
        wrong += [
            f"{path.relative_to(ROOT)}:{node.lineno} calls {ast.unparse(node.func)}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in writing
        ]
    assert not wrong, listed(wrong)
