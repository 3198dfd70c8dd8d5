"""The options that commands share, as groups; see `tokcount.cli.option_groups`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from tokcount.errors import UsageError, suggest

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, folders (read recursively), globs, or - for standard input; none means a pipe on standard input.",
        show_default=False,
    ),
]
Kind = Literal["completions", "chat", "responses", "text"]
Unit = Literal["conversation", "last-request", "each-request"]
Engine = Literal["auto", "tiktoken", "fast"]
PerRecord = Annotated[
    bool, typer.Option("--per-record", help="One row a record instead of the report; also -f parquet.")
]
GROUP_KEYS = ("model", "kind", "role", "script", "day", "source", "tag")
COST_KEYS = ("model", "day", "tag", "source", "kind")


def option(*names: str, says: str, metavar: str | None = None, at_least: int | None = None) -> Any:
    """An option whose help names its default, so that typer need not."""
    return typer.Option(*names, help=says, metavar=metavar, min=at_least, show_default=False)


AsOf = Annotated[
    str | None,
    option(
        "--as-of",
        says="Price everything as on this day (2026-11-22, or today). Default: records at their own day.",
        metavar="DATE",
    ),
]
MaxRatio = Annotated[
    int,
    option(
        "--max-ratio",
        says="A compressed file may unpack to this many times its size. Default: 1000.",
        metavar="N",
        at_least=1,
    ),
]
Quiet = Annotated[bool, option("--quiet", "-q", says="No summary and no warnings on standard error.")]


def by_option(keys: tuple[str, ...]) -> Any:
    """``--by`` with the keys there are."""
    return typer.Option(
        "--by", help=f"Group by {', '.join(keys)}; repeatable.", metavar="KEY", show_default=False
    )


def top_option(says: str) -> Any:
    """``--top`` of the command that shows so many of something."""
    return typer.Option("--top", help=says, min=0)


def _path_option(name: str, what: str) -> Any:
    return option(name, says=f"JMESPath to {what}.", metavar="EXPR")


@dataclass(frozen=True, kw_only=True)
class ReadGroup:
    """How logs are read."""

    input_format: Annotated[
        str | None,
        option(
            "--input-format", says="Read everything as this format instead of detecting it.", metavar="NAME"
        ),
    ] = None
    records_path: Annotated[str | None, _path_option("--records-path", "the records inside each value")] = (
        None
    )
    messages_path: Annotated[str | None, _path_option("--messages-path", "a list of chat messages")] = None
    prompt_path: Annotated[str | None, _path_option("--prompt-path", "a prompt")] = None
    completion_path: Annotated[str | None, _path_option("--completion-path", "the text that came back")] = (
        None
    )
    model_path: Annotated[str | None, _path_option("--model-path", "the model name")] = None
    usage_path: Annotated[str | None, _path_option("--usage-path", "the billed usage")] = None
    time_path: Annotated[str | None, _path_option("--time-path", "the time of the call")] = None
    id_path: Annotated[str | None, _path_option("--id-path", "the id of the call")] = None
    tag_path: Annotated[str | None, _path_option("--tag-path", "a tag, or a list of them")] = None
    kind: Annotated[Kind | None, option("--kind", says="Endpoint of the mapped records.")] = None
    unit: Annotated[
        Unit,
        option(
            "--unit",
            says="A stored conversation is itself, its last request, or each request in it. Default: conversation.",
        ),
    ] = "conversation"
    max_ratio: MaxRatio = 1000
    text: Annotated[bool, option("--text", says="Read files as plain text, one record each.")] = False
    strict: Annotated[
        bool, option("--strict", says="Exit 3 when anything was skipped or could not be counted.")
    ] = False
    skipped: Annotated[
        Path | None,
        option(
            "--skipped",
            says="Write all that was skipped, one JSON line each; reads the log once more.",
            metavar="FILE",
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class OwnGroup:
    """Each record under its own model."""

    assume_model: Annotated[
        str | None,
        option(
            "--assume-model",
            says="The model of records that name none, or one that is not known.",
            metavar="MODEL",
        ),
    ] = None
    families: Annotated[
        Path | None,
        option(
            "--families", says="TOML file with framing constants of your own; see calibrate.", metavar="FILE"
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class ReferenceGroup(OwnGroup):
    """Baseline and targets."""

    from_: Annotated[
        str | None,
        option(
            "--from",
            says="Baseline: a model or an encoding. Default: each record's own model.",
            metavar="REF",
        ),
    ] = None
    to: Annotated[
        list[str] | None,
        option(
            "--to",
            says="Target: a model, an encoding, or auto (what is recommended instead of the log's models); repeatable.",
            metavar="REF",
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class PriceGroup:
    """Own models and prices."""

    prices: Annotated[
        Path | None,
        option(
            "--prices", says="TOML or JSON file with models, aliases and prices of your own.", metavar="FILE"
        ),
    ] = None
    price: Annotated[
        list[str] | None,
        option(
            "--price", says="Price per million tokens, MODEL=IN,OUT[,CACHED]; repeatable.", metavar="PRICE"
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class MoneyGroup:
    """What is charged, and how it is projected."""

    as_of: AsOf = None
    batch: Annotated[bool, option("--batch", says="Price everything at batch rates.")] = False
    cached_share: Annotated[
        str | None,
        option(
            "--cached-share",
            says="Take this part of prompts of 1,024 tokens and more as cached (0.3, 30%) where the log does not say.",
            metavar="SHARE",
        ),
    ] = None
    monthly: Annotated[bool, option("--monthly", says="Project to a month, from the days of the log.")] = (
        False
    )
    records_per_month: Annotated[
        int | None,
        option("--records-per-month", says="Project to a month of so many records.", metavar="N", at_least=1),
    ] = None
    require_prices: Annotated[
        bool, option("--require-prices", says="Exit 3 when a record has no price under some reference.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class RunGroup:
    """How the work is done."""

    engine: Annotated[
        Engine,
        option(
            "--engine",
            says="Tokenizer: tiktoken, the fast engine (extra 'fast'), or whichever is there. Default: auto.",
        ),
    ] = "auto"
    jobs: Annotated[
        int | None, option("--jobs", "-j", says="Processes. Default: the cores.", metavar="N", at_least=1)
    ] = None
    quiet: Quiet = False
    no_progress: Annotated[bool, option("--no-progress", says="No progress bar.")] = False
    debug: Annotated[bool, option("--debug", says="Show the traceback of an unexpected error.")] = False


def group_keys(values: list[str] | None, known: tuple[str, ...] = GROUP_KEYS) -> tuple[str, ...]:
    """The values of ``--by``, each a key or several with commas between. Raises `UsageError` for another word."""
    keys = [key.strip() for value in values or () for key in value.split(",") if key.strip()]
    for key in keys:
        if key not in known:
            raise UsageError(f"--by {key}: no such key. {suggest(key, known)}")
    return tuple(dict.fromkeys(keys))
