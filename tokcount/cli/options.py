"""The options that several commands share, as groups; see `tokcount.cli.option_groups`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import typer

from tokcount.cli.guide.completion import Complete, models, targets, words

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, folders (read recursively), globs, or - for standard input. Default: piped input.",
        show_default=False,
    ),
]
Engine = Literal["auto", "tiktoken", "fast"]
PerRecord = Annotated[
    bool,
    typer.Option("--per-record", help="Write one row per record instead of a report (also as -f parquet)."),
]
GROUP_KEYS = ("model", "vendor", "kind", "role", "script", "day", "week", "month", "source", "tag", "user")
"""The keys of `--by`: those of `tokcount.reports.groups.DIMENSIONS`."""


def split_commas(values: list[str] | None) -> list[str] | None:
    """The items of a repeatable option whose values may also be lists separated by commas."""
    if values is None:
        return None
    items = [item.strip() for value in values for item in value.split(",")]
    return [item for item in items if item]


def option(
    *names: str,
    help_text: str,
    metavar: str | None = None,
    at_least: int | None = None,
    complete: Complete | None = None,
) -> Any:
    """An option whose help text names its default, so that typer does not add it."""
    return typer.Option(
        *names, help=help_text, metavar=metavar, min=at_least, autocompletion=complete, show_default=False
    )


def list_option(*names: str, help_text: str, metavar: str, complete: Complete | None = None) -> Any:
    """A repeatable option whose values are split at commas."""
    return typer.Option(
        *names,
        help=help_text,
        metavar=metavar,
        callback=split_commas,
        autocompletion=complete,
        show_default=False,
    )


AsOf = Annotated[
    str | None,
    option(
        "--as-of",
        help_text="Price everything at this date (such as 2026-11-22, or today). Default: each record at its own date.",
        metavar="DATE",
    ),
]
Region = Annotated[
    str | None,
    option(
        "--region",
        help_text="Charge all calls as processed in this region (eu, us), instead of the one that the host of a call "
        "names; none: in no region.",
        metavar="CODE",
    ),
]
CostFrom = Annotated[
    Literal["auto", "log", "prices"],
    option(
        "--cost-from",
        help_text="Where the cost of the log comes from: prices, the amounts that the log has (log), or prices and the "
        "log where there is no price (auto). Default: auto.",
    ),
]
MaxRatio = Annotated[
    int,
    option(
        "--max-ratio",
        help_text="Refuse files that unpack to over N times (1000).",
        metavar="N",
        at_least=1,
    ),
]
TextEncoding = Annotated[
    str | None,
    option(
        "--text-encoding",
        help_text="Such as cp1252. Default: UTF-8 or UTF-16.",
        metavar="NAME",
    ),
]
NoIgnore = Annotated[
    bool,
    option("--no-ignore", help_text="Also read what .gitignore leaves out of folders."),
]
Jobs = Annotated[
    int | None,
    option("--jobs", "-j", help_text="Processes. Default: one per core.", metavar="N", at_least=1),
]
Debug = Annotated[bool, option("--debug", help_text="Show the traceback of an unexpected error.")]
Quiet = Annotated[bool, option("--quiet", "-q", help_text="Print no summary and no warnings.")]


By = Annotated[
    list[str] | None,
    list_option(
        "--by",
        help_text=f"Group by {', '.join(GROUP_KEYS)}; repeatable, or KEY,KEY.",
        metavar="KEY",
        complete=words(GROUP_KEYS),
    ),
]


def top_option(help_text: str) -> Any:
    """`--top`: how many of something a command shows."""
    return typer.Option("--top", help=help_text, min=0)


class OwnGroup(msgspec.Struct, frozen=True, kw_only=True):
    """How each record is counted under its own model."""

    assume_model: Annotated[
        str | None,
        option(
            "--assume-model",
            help_text="Model to assume when a record's model is missing or unknown; not for other vendors' models.",
            metavar="MODEL",
            complete=models,
        ),
    ] = None
    families: Annotated[
        Path | None,
        option(
            "--families",
            help_text="TOML file with your own framing constants; see calibrate.",
            metavar="FILE",
        ),
    ] = None


class ReferenceGroup(OwnGroup, frozen=True, kw_only=True):
    """Baseline and targets."""

    from_: Annotated[
        str | None,
        option(
            "--from",
            help_text="Baseline: a model or an encoding. Default: each record's own model.",
            metavar="REF",
            complete=targets,
        ),
    ] = None
    to: Annotated[
        list[str] | None,
        list_option(
            "--to",
            help_text="Target: a model, an encoding, or auto (each record's recommended replacement); "
            "repeatable, or REF,REF.",
            metavar="REF",
            complete=targets,
        ),
    ] = None


class PriceGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The user's own names of models, and prices."""

    alias: Annotated[
        list[str] | None,
        option(
            "--alias",
            help_text="Which model a name in the log is, such as a deployment: NAME=MODEL; * in NAME is any text; "
            "repeatable.",
            metavar="ALIAS",
        ),
    ] = None

    prices: Annotated[
        Path | None,
        option(
            "--prices",
            help_text="TOML or JSON file with your own models, aliases and prices.",
            metavar="FILE",
        ),
    ] = None
    price: Annotated[
        list[str] | None,
        option(
            "--price",
            help_text="Price per million tokens, MODEL=IN,OUT[,CACHED]; repeatable.",
            metavar="PRICE",
        ),
    ] = None


class BudgetGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Budgets, and the values they are compared with."""

    fail: Annotated[
        list[str] | None,
        option("--budget", "--fail", help_text="Budget that must be met; repeatable.", metavar="BUDGET"),
    ] = None
    warn: Annotated[
        list[str] | None,
        option("--warn", help_text="Budget that only causes a warning; repeatable.", metavar="BUDGET"),
    ] = None
    baseline: Annotated[
        list[Path] | None,
        option(
            "--baseline",
            help_text="Baseline file to compare with; repeatable, the last one wins.",
            metavar="FILE",
        ),
    ] = None
    baseline_missing: Annotated[
        Literal["pass", "fail"],
        option(
            "--baseline-missing",
            help_text="Outcome of budgets relative to a baseline whose file is missing. Default: pass, with a note.",
        ),
    ] = "pass"
    save_baseline: Annotated[
        Path | None,
        option("--save-baseline", help_text="Save the measured values as a baseline.", metavar="FILE"),
    ] = None
    against: Annotated[
        str | None,
        option(
            "--against",
            help_text="Compare with the files of a git revision, such as origin/main: those of the last commit in "
            "common with it.",
            metavar="REVISION",
        ),
    ] = None
    allow_unknown: Annotated[
        bool,
        option(
            "--allow-unknown",
            help_text="Judge budgets by what is known, and pass those of which nothing is known.",
        ),
    ] = False
    max_unknown: Annotated[
        str | None,
        option(
            "--max-unknown",
            help_text="Break budgets if more than this share of the records or of the log is not known. Default: 1%.",
            metavar="SHARE",
        ),
    ] = None
    as_of: AsOf = None
    region: Region = None
    cost_from: CostFrom = "auto"
    records_per_month: Annotated[
        int | None,
        option(
            "--records-per-month",
            help_text="Monthly volume for cost.per_month. Default: extrapolate from the log's dates.",
            metavar="N",
            at_least=1,
        ),
    ] = None
    volumes: Annotated[
        Path | None,
        option(
            "--volumes",
            help_text="TOML file with the calls a month and the output tokens of prompts, for cost.per_month.",
            metavar="FILE",
        ),
    ] = None
    top: Annotated[
        int,
        option(
            "--top",
            help_text="Number of records listed per broken budget. Default: 5.",
            metavar="N",
            at_least=0,
        ),
    ] = 5
    exit_zero: Annotated[bool, option("--exit-zero", help_text="Exit with 0 even if a budget is broken.")] = (
        False
    )


class RunGroup(msgspec.Struct, frozen=True, kw_only=True):
    """How the command runs."""

    engine: Annotated[
        Engine,
        option(
            "--engine",
            help_text="Tokenizer engine: tiktoken, fast (needs the extra 'fast'), or auto: the fastest one installed. "
            "Default: auto.",
        ),
    ] = "auto"
    jobs: Jobs = None
    quiet: Quiet = False
    no_progress: Annotated[bool, option("--no-progress", help_text="Show no progress bar.")] = False
    debug: Debug = False
