"""`tokcount config`: the settings in effect in this folder, and where each comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tokcount.cli.config.options import CHECK, MAPPING, SHARED
from tokcount.cli.option_groups import CONFIG_KEY, environment_name, with_groups
from tokcount.cli.options import BudgetGroup, PriceGroup, ReferenceGroup, RunGroup
from tokcount.cli.outputs import OutputGroup, show
from tokcount.cli.prices import MoneyGroup
from tokcount.cli.selecting import SelectGroup
from tokcount.cli.settings import Config

if TYPE_CHECKING:
    from tokcount.reports.inspect.report import Setting


@with_groups
def config(
    ctx: typer.Context,
    references: ReferenceGroup = ReferenceGroup(),
    budgets: BudgetGroup = BudgetGroup(),
    money: MoneyGroup = MoneyGroup(),
    read: SelectGroup = SelectGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Show the settings in effect and where each comes from.

    A command-line option overrides the environment (TOKCOUNT_JOBS for --jobs), which overrides the configuration
    file, which overrides the default. Keys under the name of a command apply to that command. Exits with 2 if there
    are mistakes in the file, after what holds of it.
    """
    from tokcount.reports.inspect.report import ConfigReport

    found: Config | None = ctx.meta.get(CONFIG_KEY)
    settings = [_setting(ctx, name, found) for name in ctx.params if name in SHARED | MAPPING | CHECK]
    if found is not None:
        settings += _of_commands(found)
    show(ConfigReport(file=str(found.path) if found else None, settings=settings), output)
    if found is not None and found.mistakes is not None:
        raise found.mistakes


def _setting(ctx: typer.Context, name: str, found: Config | None) -> Setting:
    from tokcount.reports.inspect.report import Setting

    key = name.strip("_")
    table = "check." if key in CHECK else "mapping." if key in MAPPING else ""
    return Setting(key=f"{table}{key}", value=_plain(ctx.params[name]), origin=_origin(ctx, name, found))


def _of_commands(found: Config) -> list[Setting]:
    """What is set for single commands, without the options that exist only under `check`, which are listed anyway."""
    from tokcount.reports.inspect.report import Setting

    return [
        Setting(key=f"{command}.{name.strip('_')}", value=_plain(value), origin=str(found.path))
        for command, values in found.commands.items()
        for name, value in values.items()
        if command != "check" or name not in CHECK
    ]


def _origin(ctx: typer.Context, name: str, found: Config | None) -> str:
    source = ctx.get_parameter_source(name)
    kind = source.name if source else "DEFAULT"
    if kind == "COMMANDLINE":
        return "command line"
    if kind == "ENVIRONMENT":
        return environment_name(name)
    return str(found.path) if kind == "DEFAULT_MAP" and found else "default"


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
