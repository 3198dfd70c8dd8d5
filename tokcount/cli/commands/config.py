"""``tokcount config``: the settings that hold in this folder, and where each comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tokcount.cli import option_groups as configured
from tokcount.cli.commands.check import GateGroup
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import PriceGroup, ReadGroup, ReferenceGroup, RunGroup
from tokcount.cli.outputs import OutputGroup, show
from tokcount.config import CHECK, MAPPING

if TYPE_CHECKING:
    from tokcount.config import Config

LEFT_OUT = ("config", "help", "output", "skipped", "save_baseline", "exit_zero", "debug", "text")
"""Options of a single run, which no file sets."""


@with_groups
def config(
    ctx: typer.Context,
    references: ReferenceGroup = ReferenceGroup(),
    gate: GateGroup = GateGroup(),
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Show the settings that hold here, and where each comes from.

    A flag wins over the environment (TOKCOUNT_JOBS for --jobs), that over the configuration file, and that over the
    default. Keys under check are those of the check command.
    """
    from tokcount.reports.report import Report

    found: Config | None = ctx.meta.get(configured.META)
    settings = [_setting(ctx, name, found) for name in ctx.params if name not in LEFT_OUT]
    if found is not None:
        settings += [
            _of_check(name, value, found) for name, value in found.check.items() if name not in CHECK
        ]
    data = {"file": str(found.path) if found else None, "settings": settings}
    show(Report("config", data), output)


def _setting(ctx: typer.Context, name: str, found: Config | None) -> dict[str, Any]:
    key = name.strip("_")
    table = "check." if key in CHECK else "mapping." if key in MAPPING else ""
    return {"key": f"{table}{key}", "value": _plain(ctx.params[name]), "origin": _origin(ctx, name, found)}


def _of_check(name: str, value: Any, found: Config) -> dict[str, Any]:
    return {"key": f"check.{name.strip('_')}", "value": _plain(value), "origin": str(found.path)}


def _origin(ctx: typer.Context, name: str, found: Config | None) -> str:
    source = ctx.get_parameter_source(name)
    word = source.name if source else "DEFAULT"
    if word == "COMMANDLINE":
        return "command line"
    if word == "ENVIRONMENT":
        return configured.environment_name(name)
    return str(found.path) if word == "DEFAULT_MAP" and found else "default"


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
