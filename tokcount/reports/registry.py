"""The commands that make reports: where the type of each report and its view are."""

from __future__ import annotations

import importlib
from typing import Final, NamedTuple, cast

from tokcount.errors import UsageError
from tokcount.reports.report import Report


class Command(NamedTuple):
    """Modules of `tokcount.reports`, imported on first use."""

    view: str
    report: str
    """`MODULE:CLASS` of the report."""
    call: str = ""
    """What makes the report, where that is not only the command of its name."""


COMMANDS: Final[dict[str, Command]] = {
    "audit": Command("audit.view", "audit.report:AuditReport"),
    "calibrate": Command("reconcile.view_calibrate", "reconcile.report:CalibrateReport"),
    "check": Command("budgets.view", "budgets.report:CheckReport"),
    "config": Command("inspect.config", "inspect.report:ConfigReport"),
    "cost": Command("cost.view", "cost.report:CostReport"),
    "count": Command("inspect.count", "inspect.count_report:CountReport"),
    "diff": Command("diff.view", "diff.report:DiffReport"),
    "doctor": Command("inspect.doctor", "inspect.report:DoctorReport"),
    "drift": Command("drift.view", "drift.report:DriftReport"),
    "formats": Command("inspect.formats", "inspect.report:FormatsReport"),
    "migrate": Command("migrate.view", "migrate.report:MigrationReport"),
    "models": Command("inspect.models", "inspect.report:ModelsReport"),
    "reconcile": Command("reconcile.view", "reconcile.report:ReconcileReport"),
    "reconcile-money": Command(
        "reconcile.view_money", "reconcile.report_money:MoneyReport", "reconcile --money"
    ),
    "reconcile-invoice": Command("invoice.view", "invoice.report:InvoiceReport", "reconcile --against"),
}


def report_type(command: str) -> type[Report]:
    """The class of a command's report. Raises `UsageError` for a command that makes none."""
    module, _, name = _found(command).report.partition(":")
    return cast("type[Report]", getattr(importlib.import_module(f"{__package__}.{module}"), name))


def call_of(command: str) -> str:
    """The call that makes a report: `reconcile --against`. Raises `UsageError` for a command that makes none."""
    return _found(command).call or command


def view_module(command: str) -> object:
    """The module that shows a command's report. Raises `UsageError` for a command that makes none."""
    return importlib.import_module(f"{__package__}.{_found(command).view}")


def _found(command: str) -> Command:
    if command not in COMMANDS:
        raise UsageError(
            f"unknown command {command!r} in a report; reports are made by {', '.join(COMMANDS)}."
        )
    return COMMANDS[command]
