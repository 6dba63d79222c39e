"""Sizes of files and functions, Thai where it belongs, nothing unfinished, no machine's paths."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES = 400
FUNCTION_LINES = 50
ROUTE_LINES = 20
THAI = re.compile("[\u0e00-\u0e7f]")
WRITTEN_ELSEWHERE = ("requirements/", "tests/browser/vendor/", "eoffice/web/static/vendor/")
THAI_FILE_NAMES = frozenset("rules refusals forms routes cli command".split())
THAI_FOLDERS = frozenset(
    "forms routes services sample imports checks backups reading search web".split()
)
"""Labels and errors in rules; forms; flashes of routes; in services the names of fields that an
error speaks of and the words that the regulation puts into a register; the command line's answers;
the sample district; columns of imports, findings of checks, what is wrong with a backup; the
language of search."""
THAI_FILES = frozenset(
    f"eoffice/{name}.py"
    for name in (
        "actor errors verbs thai thai_text db installing migrate serve users/auth users/frame "
        "activity/chain activity/seal_checks activity/seal_keys activity/seals "
        "activity/periods activity/queries activity/workbook "
        "documents/kinds documents/numbers documents/download documents/sniffing documents/store "
        "notifications/bell_rows "
        "registers/queries routing/desk_counts routing/letter_page routing/list_rows "
        "routing/path_progress routing/public_holidays routing/recipients routing/workbook "
        "registers/workbook "
        "printing/words"
    ).split()
)
"""Words of one subject for people, each in one place: labels of columns, kinds, findings, rows."""
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError\(\)|pragma: todo", re.I)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|root|Users|work|mnt|workspace)/[\w.-]+")


def kept_files(*endings: str) -> list[Path]:
    """Files under version control with one of the endings, but those written elsewhere."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [
        ROOT / name
        for name in names
        if name.endswith(endings)
        and not name.startswith(WRITTEN_ELSEWHERE)
        and (ROOT / name).is_file()
    ]


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Every Python file of the project by its name."""
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in kept_files(".py")
    }


def test_no_file_is_longer_than_anyone_reads(sources: dict[str, str]) -> None:
    wrong = [
        f"{name}: {len(text.splitlines())} lines"
        for name, text in sources.items()
        if len(text.splitlines()) > FILE_LINES
    ]
    assert not wrong, listed(wrong)


def test_no_function_is_longer_than_a_screen(sources: dict[str, str]) -> None:
    wrong = [
        f"{name}:{function.lineno} {function.name}: {_length(function)} lines"
        for name, text in sources.items()
        for function in _functions(text)
        if _length(function) > FUNCTION_LINES
    ]
    assert not wrong, listed(wrong)


def test_a_route_is_thin(sources: dict[str, str]) -> None:
    wrong = [
        f"{name}:{function.lineno} {function.name}: {_body_length(function)} lines"
        for name, text in sources.items()
        if name.startswith("eoffice/")
        for function in _functions(text)
        if _is_route(function) and _body_length(function) > ROUTE_LINES
    ]
    assert not wrong, listed(wrong)


def test_thai_stands_only_where_people_read_it(sources: dict[str, str]) -> None:
    """Docstrings and comments may cite the regulation's own words."""
    wrong = [
        f"{name}:{line} {text[:60]}"
        for name, source in sources.items()
        if name.startswith("eoffice/") and not _may_hold_thai(name)
        for line, text in _thai_literals(source)
    ]
    assert not wrong, listed(wrong)


def test_names_in_the_code_are_english(sources: dict[str, str]) -> None:
    wrong = [
        f"{name}:{node.lineno} {word}"
        for name, source in sources.items()
        for node in ast.walk(ast.parse(source))
        for word in (getattr(node, "name", None), getattr(node, "id", None))
        if isinstance(word, str) and THAI.search(word)
    ]
    assert not wrong, listed(wrong)


def test_nothing_is_left_unfinished(sources: dict[str, str]) -> None:
    own = str(Path(__file__).relative_to(ROOT))
    wrong = [
        f"{name}:{number} {line.strip()[:80]}"
        for name, source in sources.items()
        if name != own
        for number, line in enumerate(source.splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not wrong, listed(wrong)


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    own = Path(__file__)
    endings = (".py", ".md", ".toml", ".html", ".js", ".css", ".sh", ".sql", ".txt", ".ini", "run")
    wrong = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}"
        for path in kept_files(*endings)
        if path != own
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert not wrong, listed(wrong)


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "helpers", "common", "manager", "data", "info", "misc"}
    wrong = [str(path.relative_to(ROOT)) for path in kept_files(".py") if path.stem in empty]
    assert not wrong, listed(wrong)


def test_every_public_function_says_what_it_does(sources: dict[str, str]) -> None:
    wrong = []
    for name, source in sources.items():
        if not name.startswith("eoffice/"):
            continue
        tree = ast.parse(source)
        if not ast.get_docstring(tree) and not name.endswith("__init__.py"):
            wrong.append(f"{name}: the file")
        wrong += [
            f"{name}:{node.lineno} {node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
            and not _is_route(node)
        ]
    assert not wrong, listed(wrong)


def listed(wrong: list[str]) -> str:
    """The violations, one a line."""
    return "\n".join(["", *wrong])


def _functions(source: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]


def _length(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def _body_length(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _is_route(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    named = [ast.unparse(decorator) for decorator in decorators]
    return any(re.match(r"\w+\.(get|post|route|put|delete)\(", name) for name in named)


def _may_hold_thai(name: str) -> bool:
    path = Path(name)
    return (
        name in THAI_FILES
        or path.stem in THAI_FILE_NAMES
        or path.stem.endswith("_command")
        or not THAI_FOLDERS.isdisjoint(path.parts)
    )


def _thai_literals(source: str) -> list[tuple[int, str]]:
    tree = ast.parse(source)
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in said | bare
        and THAI.search(node.value)
    ]
