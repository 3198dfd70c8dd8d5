"""The configuration file: `[tool.tokcount]` of the nearest pyproject.toml upward, or a whole tokcount.toml.

The keys and the types of their values are those of the options in `tokcount.cli.options`. Keys under `check` apply
only to `tokcount check` and override the others there; keys under `mapping` describe an unknown log format. Paths are
relative to the file.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from typer.models import OptionInfo

from tokcount import tables
from tokcount.cli.options import (
    BudgetGroup,
    PriceGroup,
    ReferenceGroup,
    RunGroup,
    split_commas,
)
from tokcount.cli.outputs import Output
from tokcount.cli.prices import MoneyGroup, day_of, reasoning_of, scale_of, share_of
from tokcount.cli.selecting import SelectGroup, skipped_share
from tokcount.errors import UsageError
from tokcount.logs import options as reading
from tokcount.render.registry import find

OWN_FILE: Final = "tokcount.toml"
PROJECT_FILE: Final = "pyproject.toml"
ONE_RUN: Final = frozenset({"batch", "debug", "exit_zero", "output", "save_baseline", "skipped"})
"""Options of a single run, which the configuration cannot set."""


PAIRS: Final = frozenset({"alias"})
"""Options with values `NAME=VALUE`, which can also be a table."""
TABLES: Final = frozenset({"formats"})
"""Fields of option groups that are tables of their own."""

Check = Callable[[str], object]
"""Raises `UsageError` for a text that an option does not accept."""


def _budget(text: str) -> None:
    from tokcount.reports.budgets.language import parse

    parse(text)


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
NO_PATH: Final = "name at least one path that only values of this format have"
TAKEN: Final = "the name of a format of tokcount; choose another one"
BUDGETS: Final = ("fail", "warn")
WITH_BUDGETS: Final = ("check", "config")
"""The commands that read budgets; for the others it would take too long to import what checks them."""


def _hints(*groups: type) -> dict[str, Any]:
    """Option → the type of its value, without the typer annotations."""
    return {
        field.name: _value_type(hints[field.name])
        for group in groups
        for hints in [get_type_hints(group, include_extras=True)]
        for field in dataclasses.fields(group)
        if field.name not in ONE_RUN | TABLES
    }


def _value_type(hint: Any) -> Any:
    """The type of a value that is set: `list[Path] | None` is `list[Path]`, and several literals are one."""
    if get_origin(hint) is Annotated:
        kind, *extras = get_args(hint)
        least = next((extra.min for extra in extras if isinstance(extra, OptionInfo)), None)
        return _value_type(kind) if least is None else _at_least(int(least))
    if get_origin(hint) not in (Union, types.UnionType):
        return hint
    members = [member for member in get_args(hint) if member is not types.NoneType]
    if all(get_origin(member) is Literal for member in members):
        return Literal[tuple(dict.fromkeys(value for member in members for value in get_args(member)))]
    return members[0]


def _at_least(least: int) -> Any:
    return Annotated[int, msgspec.Meta(ge=least, description=f"a whole number of at least {least}")]


_LOG_OPTIONS = _hints(SelectGroup, ReferenceGroup, PriceGroup, MoneyGroup, RunGroup, Output)
_MAPPING_NAMES = frozenset(reading.Mapping.__struct_fields__)

MAPPING: Final = {name: hint for name, hint in _LOG_OPTIONS.items() if name in _MAPPING_NAMES}
"""Options under `mapping`."""
SHARED: Final = {name: hint for name, hint in _LOG_OPTIONS.items() if name not in _MAPPING_NAMES}
"""Options at the top of the file, for all commands that have them."""
CHECK: Final = {name: hint for name, hint in _hints(BudgetGroup).items() if name not in SHARED}
"""Options that exist only under `check`, where all shared options can be set as well."""


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
_CHECK_TABLE = _table("Check", SHARED | CHECK)
_FILE = _table(
    "Configuration",
    SHARED,
    mapping=_MAPPING_TABLE,
    check=_CHECK_TABLE,
    formats=dict[str, _FORMAT_TABLE],  # type: ignore[valid-type] # a type that is made at run time
)


@dataclasses.dataclass(frozen=True)
class Config:
    """The content of a file. `shared` and `check`: option → value; paths are absolute or relative to the process."""

    path: Path
    shared: Mapping[str, Any]
    check: Mapping[str, Any]
    formats: tuple[reading.NamedMapping, ...] = ()

    def defaults(self, command: str) -> dict[str, Any]:
        """The values of a command's options that neither the command line nor the environment sets.

        An output format that is not for reports of this command is left out.
        """
        if command == "check":
            return {**self.shared, **self.check}
        shared = self.shared
        commands = find(shared["format"]).commands if "format" in shared else ()
        if commands and command not in commands:
            shared = {name: value for name, value in shared.items() if name != "format"}
        values = {**shared, **{name: value for name, value in self.check.items() if name in CHECK}}
        if command == "migrate":
            targets = split_commas(values.pop("to", None)) or []
            values |= {"to": targets[0]} if len(targets) == 1 else {}
        return values


def load(path: Path, command: str = "check") -> Config:
    """The configuration in a file; in a pyproject.toml, its table `[tool.tokcount]`.

    Raises `UsageError` that lists all mistakes, each with line, key and close matches.
    """
    document = tables.load(path, "configuration")
    if path.name != PROJECT_FILE:
        return _config(document, (), command)
    if project_table(document) is None:
        return Config(path, {}, {})
    return _config(document, ("tool", "tokcount"), command)


def _config(document: tables.Document, at: tables.Key, command: str) -> Config:
    folder = document.path.parent
    check = partial(_mistakes, command=command, folder=folder)
    file: Any = tables.convert(document, _FILE, at=at, checks=[check])
    shared = _values(file, SHARED, folder) | _values(file.mapping, MAPPING, folder)
    formats = tuple(_format(name, table) for name, table in file.formats.items())
    return Config(document.path, shared, _values(file.check, SHARED | CHECK, folder), formats)


def _format(name: str, table: Any) -> reading.NamedMapping:
    match = (table.match,) if isinstance(table.match, str) else tuple(table.match)
    paths = {option: value for option in MAPPING if (value := getattr(table, option)) is not msgspec.UNSET}
    return reading.NamedMapping(name=name, match=match, mapping=reading.Mapping(**paths))


def _mistakes(file: Any, command: str, folder: Path) -> Iterator[tables.Mistake]:
    """The values that have the right type and mean nothing."""
    checked = {name for name in CHECKED if name not in BUDGETS or command in WITH_BUDGETS}
    formats = [(("formats", name), table) for name, table in file.formats.items()]
    yield from (tables.Mistake(at, TAKEN) for at, _ in formats if at[1] in known_formats())
    yield from (tables.Mistake((*at, "match"), NO_PATH) for at, table in formats if not table.match)
    for at, table in (((), file), (("mapping",), file.mapping), (("check",), file.check), *formats):
        for name in checked & set(table.__struct_fields__):
            value = _as_list(getattr(table, name))
            listed = value if isinstance(value, list) else [value] if isinstance(value, str) else []
            for place, text in enumerate(listed):
                if name == "input_format" and text in file.formats:
                    continue
                try:
                    CHECKED[name](text)
                except UsageError as error:
                    key = (*at, name, place) if isinstance(value, list) else (*at, name)
                    yield tables.Mistake(key, str(error))
    if command == "config":
        from tokcount.cli.config import validate

        yield from validate.mistakes(file, folder)


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
