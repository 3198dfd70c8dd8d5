"""The configuration file: `[tool.tokcount]` of the nearest pyproject.toml upward, or a whole tokcount.toml.

The keys and the types of their values are those of the options; see `tokcount.cli.config.options`. Keys in the table
of a command apply only to that command and override the others there; keys under `mapping` describe an unknown log
format. Paths are relative to the file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin

import msgspec

from tokcount import tables
from tokcount.cli.config.options import CHECK, MAPPING, SHARED, TABLES, table_of
from tokcount.cli.options import split_commas
from tokcount.cli.prices import day_of, reasoning_of, region_of, scale_of, share_of, tolerance_of, zone_of
from tokcount.cli.selecting import skipped_share
from tokcount.errors import MistakesError, UsageError
from tokcount.logs import options as reading
from tokcount.render.registry import find

OWN_FILE: Final = "tokcount.toml"
PROJECT_FILE: Final = "pyproject.toml"
PAIRS: Final = frozenset({"alias"})
"""Options with values `NAME=VALUE`, which can also be a table."""
Check = Callable[[str], object]
"""Raises `UsageError` for a text that an option does not accept."""


def _budget(text: str) -> None:
    from tokcount.reports.budgets.language import parse

    parse(text)


def _keys(text: str, more: tuple[str, ...] = ()) -> None:
    from tokcount.cli.inputs import group_keys

    group_keys(split_commas([text]), more)


def _selection() -> Any:
    from tokcount.scanning import selection

    return selection


def _day(text: str) -> None:
    if text != "today":
        day_of(text, "date")


def _overrides() -> Any:
    from tokcount.models import overrides

    return overrides


def _path(text: str) -> None:
    from tokcount.logs.mapping.path import Path as Expression

    Expression("path", text)


def _log_format(text: str) -> None:
    from tokcount.logs.registry import chosen_entries

    chosen_entries(text)


def known_formats() -> list[str]:
    """The names of tokcount's own formats."""
    from tokcount.logs.registry import format_names

    return format_names()


CHECKED: Final[dict[str, Check]] = {
    "where": lambda text: _selection().parse_conditions(text),
    "since": lambda text: _selection().make_selection(since=text),
    "until": lambda text: _selection().make_selection(until=text),
    "as_of": _day,
    "region": region_of,
    "max_skipped": lambda text: skipped_share(text, "share"),
    "max_unknown": lambda text: skipped_share(text, "share"),
    "cached_share": lambda text: share_of(text, "share"),
    "reasoning_tokens": lambda text: reasoning_of(text, "tokens"),
    "output_scale": lambda text: scale_of(text, "scale"),
    "price": lambda text: _overrides().parse_price_option(text),
    "alias": lambda text: _overrides().parse_alias_option(text),
    "input_format": _log_format,
    "match": _path,
    "format": find,
    "fail": _budget,
    "warn": _budget,
    **{name: _path for name in reading.Mapping.__struct_fields__ if name.endswith("_path")},
}
"""Option → what else its value, or each of its values, has to be."""
CHECKED_IN: Final[dict[str, dict[str, Check]]] = {
    "cost": {"by": partial(_keys, more=("component",))},
    "drift": {"by": _keys},
    "reconcile": {"timezone": zone_of, "tolerance": tolerance_of},
}
"""The same for options of one command."""
NO_PATH: Final = "name at least one path that only values of this format have"
TAKEN: Final = "the name of a format of tokcount; choose another one"
BUDGETS: Final = ("fail", "warn")
WITH_BUDGETS: Final = ("check", "config")
"""The commands that read budgets; for the others it would take too long to import what checks them."""


def _table(name: str, hints: Mapping[str, Any], **tables: type) -> type[msgspec.Struct]:
    """A Struct with one optional field per option. One string is accepted where a list is expected."""
    fields: list[tuple[str, Any, Any]] = [
        (option, _accepted(option, hint) | msgspec.UnsetType, msgspec.UNSET) for option, hint in hints.items()
    ]
    fields += [(key, table, msgspec.field(default_factory=table)) for key, table in tables.items()]
    return msgspec.defstruct(name, fields, forbid_unknown_fields=True, rename={"from_": "from"})


def _accepted(option: str, hint: Any) -> Any:
    if option in PAIRS:
        return Annotated[
            str | list[str] | dict[str, str], msgspec.Meta(description="a string, a list of them or a table")
        ]
    if get_origin(hint) is list:
        return Annotated[str | list[str], msgspec.Meta(description=f"{_item(hint)} or a list of them")]
    return Annotated[str, msgspec.Meta(description="a path as a string")] if hint is Path else hint


def _item(hint: Any) -> str:
    return "a path" if get_args(hint) == (Path,) else "a string"


_MAPPING_TABLE = _table("Mapping", MAPPING)
_MATCH = Annotated[str | list[str], msgspec.Meta(description="a path or a list of them")]
_FORMAT_TABLE = msgspec.defstruct(
    "Format", [("match", _MATCH)], bases=(_MAPPING_TABLE,), forbid_unknown_fields=True, kw_only=True
)
_EMPTY = _table("Empty", {})


def _file_with(named: Collection[str]) -> type[msgspec.Struct]:
    """A whole file with the tables of these commands; those of the others are empty, and import nothing."""
    return _table(
        "Configuration",
        SHARED,
        mapping=_MAPPING_TABLE,
        **{name: _table(name.title(), table_of(name)) if name in named else _EMPTY for name in TABLES},
        formats=dict[str, _FORMAT_TABLE],  # type: ignore[valid-type] # a type that is made at run time
    )


@dataclasses.dataclass(frozen=True)
class Config:
    """The content of a file: option → value, and the same for each command.

    Paths are absolute or relative to the process.
    """

    path: Path
    shared: Mapping[str, Any]
    commands: Mapping[str, Mapping[str, Any]]
    formats: tuple[reading.NamedMapping, ...] = ()
    mistakes: MistakesError | None = None
    """What is wrong in the file; all of that is left out."""

    def defaults(self, command: str) -> dict[str, Any]:
        """The values of a command's options that neither the command line nor the environment sets.

        An output format that is not for reports of this command is left out, and so are several targets where the
        command has only one.
        """
        own = self.commands.get(command, {})
        if command == "config":
            own = {name: value for name, value in self.commands.get("check", {}).items() if name in CHECK}
        shared = {name: _for_one(value, command, name) for name, value in self.shared.items()}
        if command != "check" and "format" in shared and not _fits(shared["format"], command):
            del shared["format"]
        return {**{name: value for name, value in shared.items() if value is not None}, **own}


def _fits(output_format: str, command: str) -> bool:
    commands = find(output_format).commands
    return not commands or command in commands


def _for_one(value: Any, command: str, name: str) -> Any:
    """The value for an option of a command; the only item of a list if it accepts one; `None`: not for it."""
    hint = table_of(command).get(name) if command in TABLES else None
    if hint is None or get_origin(hint) is list or not isinstance(value, list):
        return value
    items = split_commas(value) or []
    return items[0] if len(items) == 1 else None


def load(path: Path, command: str = "check") -> Config:
    """The configuration in a file; in a pyproject.toml, its table `[tool.tokcount]`.

    Raises `UsageError` that lists all mistakes, each with line, key and close matches.
    """
    found = load_sound(path, command)
    if found.mistakes is not None:
        raise found.mistakes
    return found


def load_sound(path: Path, command: str, *, budgets: bool = True) -> Config:
    """What holds of the configuration in a file, with its mistakes. Raises `UsageError` if it cannot be read at all.

    `budgets`: whether mistakes in them are looked for as well, if the command reads them.
    """
    document = tables.load(path, "configuration")
    checked = frozenset(CHECKED if budgets and command in WITH_BUDGETS else CHECKED.keys() - set(BUDGETS))
    if path.name != PROJECT_FILE:
        return _config(document, (), command, checked)
    if project_table(document) is None:
        return Config(path, {}, {})
    return _config(document, ("tool", "tokcount"), command, checked)


def _config(document: tables.Document, at: tables.Key, command: str, checked: frozenset[str]) -> Config:
    folder = document.path.parent
    check = partial(_mistakes, command=command, folder=folder, checked=checked)
    content = project_table(document) if at else document.data
    named = [name for name in TABLES if isinstance(content, dict) and name in content]
    kind = _file_with(named)
    found, mistakes = tables.sound(document, kind, at=at, checks=[check])
    file: Any = kind() if found is None else found
    shared = _values(file, SHARED, folder) | _values(file.mapping, MAPPING, folder)
    commands = {name: _values(getattr(file, name), table_of(name), folder) for name in named}
    return Config(
        document.path,
        shared,
        {name: values for name, values in commands.items() if values},
        tuple(_format(name, table) for name, table in file.formats.items()),
        mistakes,
    )


def _format(name: str, table: Any) -> reading.NamedMapping:
    match = (table.match,) if isinstance(table.match, str) else tuple(table.match)
    paths = {option: value for option in MAPPING if (value := getattr(table, option)) is not msgspec.UNSET}
    return reading.NamedMapping(name=name, match=match, mapping=reading.Mapping(**paths))


def _mistakes(file: Any, command: str, folder: Path, checked: frozenset[str]) -> Iterator[tables.Mistake]:
    """The values that have the right type and mean nothing, of the options that are `checked`."""
    usual = {name: check for name, check in CHECKED.items() if name in checked}
    formats = [(("formats", name), table) for name, table in file.formats.items()]
    yield from (tables.Mistake(at, TAKEN) for at, _ in formats if at[1] in known_formats())
    yield from (tables.Mistake((*at, "match"), NO_PATH) for at, table in formats if not table.match)
    for at, table in (((), file), (("mapping",), file.mapping), *formats):
        yield from _wrong(at, table, usual, file.formats)
    for name in TABLES:
        yield from _wrong((name,), getattr(file, name), usual | CHECKED_IN.get(name, {}), file.formats)
    if command == "config":
        from tokcount.cli.config import validate

        yield from validate.mistakes(file, folder)


def _wrong(
    at: tables.Key, table: Any, checks: Mapping[str, Check], formats: Mapping[str, Any]
) -> Iterator[tables.Mistake]:
    """The values of a table that its checks do not accept."""
    for name in checks.keys() & set(table.__struct_fields__):
        value = _as_list(getattr(table, name))
        listed = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        for place, text in enumerate(listed):
            if name == "input_format" and text in formats:
                continue
            try:
                checks[name](text)
            except UsageError as error:
                yield tables.Mistake(
                    (*at, name, place) if isinstance(value, list) else (*at, name), str(error)
                )


def _values(table: Any, hints: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Option → value, of the options that are set."""
    given = ((name, getattr(table, name)) for name in hints)
    return {name: _ready(value, hints[name], folder) for name, value in given if value is not msgspec.UNSET}


def _ready(value: Any, hint: Any, folder: Path) -> Any:
    """The value as typer expects it: lists as lists, paths joined with the folder of the file."""
    if get_origin(hint) is list:
        value = _as_list(value)
        return [
            _ready(item, get_args(hint)[0], folder) for item in ([value] if isinstance(value, str) else value)
        ]
    return str(folder / value) if hint is Path else value


def _as_list(value: Any) -> Any:
    """A table of names and values as a list of `NAME=VALUE`; anything else as it is."""
    return [f"{name}={text}" for name, text in value.items()] if isinstance(value, dict) else value


def project_table(document: tables.Document) -> Any:
    """The value of `[tool.tokcount]`; `None` if there is none."""
    tool = document.data.get("tool")
    return tool.get("tokcount") if isinstance(tool, dict) else None
