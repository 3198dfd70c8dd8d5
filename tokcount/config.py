"""The configuration: ``[tool.tokcount]`` of the nearest pyproject.toml upward, or the whole of a tokcount.toml.

Keys are the names of options. What stands under ``check`` is for ``tokcount check`` and wins over the rest there;
what stands under ``mapping`` says where things are in values of an unknown format. Paths are relative to the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from tokcount.errors import UsageError, suggest

ValueKind = Literal["text", "texts", "path", "paths", "number", "flag"]

OWN_FILE: Final = "tokcount.toml"
PROJECT_FILE: Final = "pyproject.toml"
SHARED: Final[dict[str, ValueKind]] = {
    "from": "text",
    "to": "texts",
    "assume_model": "text",
    "families": "path",
    "format": "text",
    "color": "text",
    "input_format": "text",
    "unit": "text",
    "max_ratio": "number",
    "strict": "flag",
    "prices": "path",
    "price": "texts",
    "as_of": "text",
    "records_per_month": "number",
    "jobs": "number",
    "engine": "text",
    "quiet": "flag",
    "no_progress": "flag",
}
"""Key → what its value is, of all commands that have an option of this name."""
MAPPING: Final[dict[str, ValueKind]] = {
    **dict.fromkeys(
        (
            *("records_path", "messages_path", "prompt_path", "completion_path", "model_path"),
            *("usage_path", "time_path", "id_path", "tag_path"),
        ),
        "text",
    ),
    "kind": "text",
}
CHECK: Final[dict[str, ValueKind]] = {
    "fail": "texts",
    "warn": "texts",
    "baseline": "paths",
    "allow_unknown": "flag",
    "top": "number",
}
TABLES: Final = {"mapping": MAPPING, "check": SHARED | CHECK}
EXPECTED: Final[dict[ValueKind, str]] = {
    "text": "a string",
    "texts": "a list of strings",
    "path": "a path as a string",
    "paths": "a list of paths",
    "number": "a whole number",
    "flag": "true or false",
}


@dataclass(frozen=True)
class Config:
    """What a file says. ``shared`` and ``check``: option → value; paths are complete."""

    path: Path
    shared: Mapping[str, Any]
    check: Mapping[str, Any]

    def defaults(self, command: str) -> dict[str, Any]:
        """What the options of a command are where neither the command line nor the environment says."""
        if command == "check":
            return {**self.shared, **self.check}
        return {**self.shared, **{name: value for name, value in self.check.items() if name in CHECK}}


def nearest(start: Path) -> Config | None:
    """The configuration of a folder: of the first folder upward that has one, tokcount.toml before pyproject.toml.

    Raises `UsageError` for anything wrong in it.
    """
    for folder in (start, *start.parents):
        own, project = folder / OWN_FILE, folder / PROJECT_FILE
        if own.is_file():
            return load(own)
        if project.is_file() and b"tokcount" in _content(project):
            table = _table(project)
            if table is not None:
                return _config(project, table, "tool.tokcount.")
    return None


def load(path: Path) -> Config:
    """The configuration in a file; of a pyproject.toml its table ``[tool.tokcount]``.

    Raises `UsageError` for anything wrong in it, naming file and key, with close matches.
    """
    if path.name == PROJECT_FILE:
        return _config(path, _table(path) or {}, "tool.tokcount.")
    return _config(path, _document(path), "")


def _config(path: Path, table: dict[str, Any], prefix: str) -> Config:
    plain = {key: value for key, value in table.items() if key not in TABLES}
    tables = {name: _inner(path, table.get(name, {}), f"{prefix}{name}") for name in TABLES}
    known: dict[str, ValueKind | None] = {**SHARED, **dict.fromkeys(TABLES)}
    shared = _checked(path, plain, SHARED, known, prefix)
    mapping = _checked(path, tables["mapping"], MAPPING, MAPPING, f"{prefix}mapping.")
    check = _checked(path, tables["check"], SHARED | CHECK, TABLES["check"], f"{prefix}check.")
    return Config(path, {**shared, **mapping}, check)


def _inner(path: Path, value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{path}: {name}: a table was expected, [{name}]")
    return value


def _checked(
    path: Path, table: dict[str, Any], kinds: Mapping[str, ValueKind], known: Mapping[str, Any], prefix: str
) -> dict[str, Any]:
    """Option → value of one table. Raises `UsageError` for the first key that is unknown or of another kind."""
    values = {}
    for key, value in table.items():
        if key not in kinds:
            raise UsageError(f"{path}: {prefix}{key}: no such key. {suggest(key, known)}")
        kind = kinds[key]
        if not _is(value, kind):
            raise UsageError(f"{path}: {prefix}{key}: {EXPECTED[kind]} was expected.")
        values[option_of(key)] = _ready(value, kind, path.parent)
    return values


def option_of(key: str) -> str:
    """The parameter behind a key: ``from`` is a word of Python."""
    return "from_" if key == "from" else key


def _is(value: Any, kind: ValueKind) -> bool:
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in ("texts", "paths") and isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _ready(value: Any, kind: ValueKind, folder: Path) -> Any:
    if kind == "path":
        return str(folder / value)
    items = [value] if isinstance(value, str) else value
    if kind == "paths":
        return [str(folder / item) for item in items]
    return items if kind == "texts" else value


def _table(path: Path) -> dict[str, Any] | None:
    """``[tool.tokcount]`` of a pyproject.toml; ``None`` when it has none."""
    tool = _document(path).get("tool", {})
    table = tool.get("tokcount") if isinstance(tool, dict) else None
    return None if table is None else _inner(path, table, "tool.tokcount")


def _document(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(_content(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not readable as TOML: {error}") from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: the configuration cannot be read: {error.strerror}") from error
