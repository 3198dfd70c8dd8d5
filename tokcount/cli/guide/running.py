"""The command that runs, as it could be typed again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, Final

import typer

CHANGE_NO_NUMBER: Final = frozenset(
    {
        "bare",
        "color",
        "config",
        "decimal",
        "format",
        "jobs",
        "no_progress",
        "output",
        "quiet",
        "skipped",
        "tables",
    }
)
"""Options that decide how a report is made, shown or stored, not what is in it."""
RUNNING: Final[ContextVar[typer.Context | None]] = ContextVar("running", default=None)
"""The context of the command that runs."""


def command_line() -> str:
    """The command that runs, with everything that decides what its report holds, wherever it was set."""
    context = RUNNING.get()
    if context is None:
        return ""
    words = [word for parameter in context.command.params for word in _words(parameter, context)]
    return shlex.join(["tokcount", context.info_name or "", *words])


def is_typed(option: str) -> bool:
    """Whether an option was given on the command line, not by the environment or the configuration."""
    context = RUNNING.get()
    source = None if context is None else context.get_parameter_source(option)
    return source is None or source.name == "COMMANDLINE"


def _words(parameter: Any, context: typer.Context) -> Iterator[str]:
    """What sets one parameter to its value; nothing at its default."""
    value, source = context.params.get(parameter.name), context.get_parameter_source(parameter.name)
    is_default = source is None or source.name == "DEFAULT" or value in (None, False)
    if is_default or parameter.name in CHANGE_NO_NUMBER:
        return
    for one in value if isinstance(value, list | tuple) else [value]:
        if parameter.param_type_name == "option":
            yield max(parameter.opts, key=len)
        if one is not True:
            yield str(one)
