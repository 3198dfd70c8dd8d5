"""The shape of the package: dependencies go one way, folders stay small, files and functions short.

Every import counts: at the top of a file, inside a function, and those for types alone. `tests/logs/test_layers.py`
holds the layers inside `logs`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest
from support.paths import ROOT

PACKAGE: Final = ROOT / "tokcount"
MOST_FILES, MOST_LINES, LONGEST_FUNCTION = 14, 320, 50

INPUT_TABLES: Final = {"errors", "tables"}
RECORDS: Final = {*INPUT_TABLES, "vendors", "logs", "tokens", "models"}
ROWS: Final = {*RECORDS, "framing", "processes", "scanning"}
REPORTS: Final = {*ROWS, "document", "reports", "version"}
FRAMES: Final = {*ROWS, "frames"}

ALLOWED: Final[dict[str, set[str]]] = {
    "errors": set(),
    "version": set(),
    "processes": {"errors"},
    "table_lines": set(),
    "vendors": set(),  # names of other vendors' models: a fact that reading, counting and pricing share
    "tables": {"errors", "table_lines"},
    "document": {"errors", "version"},
    "logs": {"errors", "vendors"},
    "tokens": {"errors"},
    "texts": {"errors", "logs", "processes", "tokens"},
    "models": {*INPUT_TABLES, "vendors", "tokens"},
    "framing": {*INPUT_TABLES, "logs", "tokens"},
    "scanning": ROWS,
    "reports": REPORTS,
    "render": {"errors", "document"},
    "frames": {*ROWS, "reports"},
    "api": ROWS,
    "analysis": {*REPORTS, "api"},
    "arrow": {*FRAMES, "reports"},
    "polars": {*FRAMES, "api"},
    "duckdb": {*FRAMES, "arrow"},
    "ray": {*FRAMES, "arrow"},
    "spark": {*FRAMES, "arrow", "reports"},
    "cli": {*REPORTS, "render", "texts"},
    "__main__": {"errors", "cli", "render"},
    "": {"errors", "api", "analysis", "logs", "version"},  # tokcount/__init__.py: the public names
}
"""Top-level module or folder → those it may import from."""


@cache
def modules() -> dict[str, Path]:
    """Dotted name below the package → file."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports() -> dict[str, set[str]]:
    """Module → the modules of the package that it imports."""
    return {name: set(_imported(name, path)) for name, path in modules().items()}


def _imported(name: str, path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from _known((alias.name for alias in node.names), name)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: a relative import"
            yield from _known((f"{node.module}.{alias.name}" for alias in node.names), name)


def _known(names: Iterator[str], importer: str) -> Iterator[str]:
    for full in names:
        if full.split(".")[0] != "tokcount":
            continue
        name = full.removeprefix("tokcount").removeprefix(".")
        module = name if name in modules() else name.rpartition(".")[0]
        if module in modules() and module != importer:
            yield module


def test_imports_go_only_where_the_table_allows() -> None:
    wrong = {
        f"{name} imports {other}"
        for name, others in imports().items()
        for other in others
        if other.split(".")[0] != name.split(".")[0]
        and other.split(".")[0] not in ALLOWED[name.split(".")[0]]
    }
    assert wrong == set()


def test_no_import_cycles() -> None:
    try:
        tuple(TopologicalSorter(imports()).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' → '.join(error.args[1])}")


def test_no_folder_is_crowded() -> None:
    folders = {path.parent for path in modules().values()}
    counts = {folder.relative_to(ROOT).as_posix(): len(list(folder.glob("*.py"))) for folder in folders}
    assert {folder: files for folder, files in counts.items() if files > MOST_FILES} == {}


def test_no_file_is_long() -> None:
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in modules().items()}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_function_is_long() -> None:
    long = {
        f"{name}.{node.name}": node.end_lineno - node.lineno + 1
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == {}


def test_every_folder_says_what_it_is_for() -> None:
    silent = [
        name
        for name, path in modules().items()
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []
