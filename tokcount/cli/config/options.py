"""The options that a configuration can set, with the types of their values: all of them but those of `ONE_RUN`.

An option that `check` or `audit` shares with other commands is a key at the top of the file, for all of them. Each
command has a table with all of its options, which overrides those; what is in a log is described under `mapping`.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from typer.models import OptionInfo

from tokcount.cli.app import COMMANDS
from tokcount.cli.options import BudgetGroup, PriceGroup, ReferenceGroup, RunGroup
from tokcount.cli.outputs import Output
from tokcount.cli.prices import MoneyGroup
from tokcount.cli.selecting import SelectGroup
from tokcount.logs import options as reading

ELSEWHERE: Final = frozenset(
    {"config", "debug", "exit_zero", "lost", "output", "save_baseline", "skipped", "tables"}
)
"""Options on where a single run writes, how it ends, and how its mistakes are shown."""
INSTEAD: Final = frozenset(
    {
        *("bare", "chunk", "hist", "ids", "per_line", "per_record", "pieces", "tree", "truncate"),
        *("check", "dry_run", "export", "money", "stale", "suggest"),
    }
)
"""Options with which a command writes something else than its report: no other option could undo them."""
OF_A_CALL: Final = frozenset({"files0_from", "given", "show_text"})
"""Options that name what is read, or show what is in prompts."""
ONE_RUN: Final = ELSEWHERE | INSTEAD | OF_A_CALL
"""Options of a single run, which the configuration cannot set."""
NOT_SHARED: Final = frozenset({"batch"})
"""Options whose meaning depends on the command, so that only its table can set them."""
FIELDS: Final = frozenset({"formats"})
"""Fields of option groups that are tables of their own."""
WITHOUT_TABLE: Final = frozenset({"config", "demo", "formats"})
"""Commands that have only options at the top of the file, and `formats`, which is the table of the user's formats."""
PATHS: Final = {("reconcile", "against"): list[Path]}
"""Options of a command that accept more than names of files."""


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


def _hints(*groups: type[msgspec.Struct]) -> dict[str, Any]:
    """Option → the type of its value, without the typer annotations."""
    return {
        name: _value_type(hints[name])
        for group in groups
        for hints in [get_type_hints(group, include_extras=True)]
        for name in group.__struct_fields__
        if name not in ONE_RUN | NOT_SHARED | FIELDS
    }


_LOG_OPTIONS = _hints(SelectGroup, ReferenceGroup, PriceGroup, MoneyGroup, RunGroup, Output)
_MAPPING_NAMES = frozenset(reading.Mapping.__struct_fields__)

MAPPING: Final = {name: hint for name, hint in _LOG_OPTIONS.items() if name in _MAPPING_NAMES}
"""Options under `mapping`."""
SHARED: Final = {name: hint for name, hint in _LOG_OPTIONS.items() if name not in _MAPPING_NAMES}
"""Options at the top of the file, for all commands that have them."""
CHECK: Final = {name: hint for name, hint in _hints(BudgetGroup).items() if name not in SHARED}
"""Options that exist only under `check`."""


def options_of(command: str) -> dict[str, Any]:
    """Option of a command → the type of its value, without arguments."""
    module, function = COMMANDS[command][0].split(":")
    signature = inspect.signature(
        getattr(importlib.import_module(f"tokcount.cli.commands.{module}"), function)
    )
    return {
        name: PATHS.get((command, name), _value_type(parameter.annotation))
        for name, parameter in signature.parameters.items()
        if any(isinstance(extra, OptionInfo) for extra in get_args(parameter.annotation)[1:])
    }


TABLES: Final = tuple(command for command in COMMANDS if command not in WITHOUT_TABLE)
"""The commands that have a table."""


@functools.cache
def table_of(command: str) -> Mapping[str, Any]:
    """The options of a command's table; it imports the command."""
    return {name: hint for name, hint in options_of(command).items() if name not in ONE_RUN | _MAPPING_NAMES}
