"""Where the value of an option comes from: command line, environment (``TOKCOUNT_…``), configuration file, default."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin

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
