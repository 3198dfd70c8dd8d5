"""Option groups: one definition of the shared options for all commands.

A group is a frozen dataclass whose fields are annotated with typer options. `with_groups` lets a command take whole
groups as parameters; typer sees their fields as single options, in order. Every field can be given by an environment
variable and by the configuration as well; see `tokcount.cli.option_groups`.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import typer
from typer.models import OptionInfo

PREFIX: Final = "TOKCOUNT_"
META: Final = "tokcount.config"
"""Key of the context's ``meta`` under which the configuration lies."""
NOT_FROM_ENVIRONMENT: Final = ("fail", "warn")
"""Budgets hold blanks, at which typer splits the lists of an environment variable."""
FILES: Final = ("tokcount.toml", "pyproject.toml")


def use(ctx: typer.Context, path: Path | None) -> Path | None:
    """Make the configuration the default of the command's other options. Raises `UsageError` for a bad one."""
    if ctx.resilient_parsing or (path is None and not _any_file()):
        return path
    from tokcount import config

    found = config.load(path) if path else config.nearest(Path.cwd())
    if found is not None:
        ctx.default_map = found.defaults(ctx.info_name or "")
        ctx.meta[META] = found
    return path


CONFIG: Final = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Configuration. Default: tokcount.toml, or [tool.tokcount] of pyproject.toml, in this folder or above.",
        metavar="FILE",
        envvar=f"{PREFIX}CONFIG",
        show_envvar=False,
        show_default=False,
        is_eager=True,
        callback=use,
    ),
]
"""The option that is read before all others."""


def environment_name(option: str) -> str:
    """The environment variable of an option: ``TOKCOUNT_INPUT_FORMAT``."""
    return f"{PREFIX}{option.strip('_').upper()}"


def with_environment(hint: Any, name: str) -> Any:
    """The annotation of an option, so that it can be given by its environment variable as well."""
    if get_origin(hint) is not Annotated or name in NOT_FROM_ENVIRONMENT:
        return hint
    kind, *extras = get_args(hint)
    options = [_named(extra, name) if isinstance(extra, OptionInfo) else extra for extra in extras]
    return Annotated[(kind, *options)]


def _named(option: OptionInfo, name: str) -> OptionInfo:
    named = copy.copy(option)
    named.envvar, named.show_envvar = environment_name(name), False
    return named


def _any_file() -> bool:
    """Whether there may be a configuration, without importing what reads it."""
    try:
        here = Path.cwd()
    except OSError:
        return False
    return any((folder / name).is_file() for folder in (here, *here.parents) for name in FILES)


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Spread every dataclass parameter of ``command`` into one option per field, and add ``--config``.

    The command is called with the groups put together again. Parameters of other types stay as they are.
    """
    hints = get_type_hints(command, include_extras=True)
    signature = inspect.signature(command)
    groups = {name: hints[name] for name in signature.parameters if dataclasses.is_dataclass(hints[name])}
    spread = _spread_parameters(signature, hints, groups)

    @functools.wraps(command)
    def call(**values: Any) -> None:
        arguments = {name: values[name] for name in signature.parameters if name not in groups}
        for name, group in groups.items():
            fields = {field.name: values[field.name] for field in dataclasses.fields(group)}
            arguments[name] = group(**fields)
        command(**arguments)

    call.__signature__ = inspect.Signature(spread)  # type: ignore[attr-defined] # what inspect.signature reads
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in spread}
    del call.__wrapped__
    return call


def _spread_parameters(
    signature: inspect.Signature, hints: dict[str, Any], groups: dict[str, Any]
) -> list[inspect.Parameter]:
    spread = []
    for name, parameter in signature.parameters.items():
        if name not in groups:
            spread.append(parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY))
            continue
        field_hints = get_type_hints(groups[name], include_extras=True)
        spread.extend(_field_parameter(field, field_hints) for field in dataclasses.fields(groups[name]))
    config = inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=CONFIG)
    return [*spread, config]


def _field_parameter(field: dataclasses.Field[Any], hints: dict[str, Any]) -> inspect.Parameter:
    default = field.default
    if default is dataclasses.MISSING:
        default = inspect.Parameter.empty
    annotation = with_environment(hints[field.name], field.name)
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )
