"""The help of a command: its options in groups, and examples."""

from __future__ import annotations

from typing import Any, Final

from typer.core import TyperCommand

OTHER: Final = "Other"
PANELS: Final = {
    "TokenGroup": "Tokens",
    "UnitGroup": "What is counted",
    "ShowGroup": "What is shown",
    "CutGroup": "Text instead of numbers",
    "InputGroup": "Input",
    "MappingGroup": "Input: where things are in an unknown log",
    "ReadGroup": "Input",
    "SelectGroup": "Selection",
    "MigrateGroup": "Requests",
    "OwnGroup": "Models",
    "ReferenceGroup": "Models",
    "PriceGroup": "Prices",
    "MoneyGroup": "Prices",
    "AnswerGroup": "Prices",
    "BudgetGroup": "Budgets",
    "Output": "Output",
    "OutputGroup": "Output",
    "RequestOutputGroup": "Output",
    "TablesOutput": "Output",
    "RowOutputGroup": "Output",
    "CheckOutputGroup": "Output",
    "InvoiceGroup": "Invoice",
    "RunGroup": "Run",
    "QuietGroup": OTHER,
}
"""Class of an option group → the heading of its options in the help; the options of the command itself come first."""

EXAMPLES: Final = {
    "demo": ("demo",),
    "count": ("count . --sort tokens --top 20", "count prompt.md -t 500 --ellipsis …"),
    "decode": ("decode 24912 2375", "count --ids prompt.md | tokcount decode"),
    "drift": ("drift logs/ --to gpt-4o", "drift logs/ --to auto --by model,month -f csv -o drift.csv"),
    "cost": ("cost logs/ --by day", "cost logs/ --to gpt-5.6-luna --monthly"),
    "check": (
        "check logs/ --budget 'cost.total <= $20'",
        "check logs/ --to gpt-4o --budget 'drift.total <= 5%'",
    ),
    "diff": ("diff old/ new/", "diff before.jsonl after.jsonl --to gpt-4o"),
    "audit": ("audit logs/ --to auto", "audit logs/ --to gpt-5.6-luna -f html -o report.html"),
    "reconcile": ("reconcile logs/", "reconcile logs/ --per-record -f csv -o residuals.csv"),
    "calibrate": ("calibrate logs/", "calibrate logs/ --export -o families.toml"),
    "migrate": ("migrate logs/ --to gpt-4o", "migrate logs/ --to gpt-5.6-luna -o requests.jsonl"),
    "models": ("models --current", "models gpt-4o azure/gpt-4"),
    "formats": ("formats", "formats logs/"),
    "render": ("render report.json", "render report.json -f html -o report.html"),
    "config": ("config", "config -f json"),
    "doctor": ("doctor", "doctor -f json"),
}
"""Command → two examples, without the name of the program."""


class Command(TyperCommand):
    """A command whose options are listed under the headings of their groups."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, the options by heading in their first order, and two examples."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                sections.setdefault(_heading(parameter), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)
        formatter.write("\nExamples:\n")
        formatter.write("".join(f"  tokcount {example}\n" for example in EXAMPLES[self.name or ""]))


def _heading(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return "Arguments"
    if parameter.name in ("config", "help"):
        return OTHER
    return getattr(parameter, "rich_help_panel", None) or "Options"
