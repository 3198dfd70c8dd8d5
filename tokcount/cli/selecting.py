"""How logs are read, and which of their records are counted: `--where`, `--since`, `--until`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec

from tokcount.cli.options import MaxRatio, NoIgnore, TextEncoding, option
from tokcount.errors import DataError, UsageError
from tokcount.logs.options import NamedMapping

if TYPE_CHECKING:
    from tokcount.scanning.selection import Selection


WHOLE: Final = "a share from 0 to 1, such as 0.01 or 1%"
Kind = Literal["completions", "chat", "responses", "text"]
Unit = Literal["conversation", "last-request", "each-request"]


def _path(name: str, what: str) -> Any:
    return option(f"--{name.replace('_', '-')}-path", help_text=f"JMESPath to {what}.", metavar="EXPR")


class MappingGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Where things are in values of a format that tokcount does not know; see `tokcount.logs.options.Mapping`."""

    records_path: Annotated[str | None, _path("records", "the records inside each value")] = None
    messages_path: Annotated[str | None, _path("messages", "the list of chat messages")] = None
    prompt_path: Annotated[str | None, _path("prompt", "the prompt")] = None
    system_path: Annotated[str | None, _path("system", "the system prompt")] = None
    completion_path: Annotated[str | None, _path("completion", "the completion text")] = None
    model_path: Annotated[str | None, _path("model", "the model name")] = None
    usage_path: Annotated[str | None, _path("usage", "the billed usage")] = None
    input_tokens_path: Annotated[str | None, _path("input_tokens", "the billed input tokens")] = None
    output_tokens_path: Annotated[str | None, _path("output_tokens", "the billed output tokens")] = None
    total_tokens_path: Annotated[
        str | None, _path("total_tokens", "the billed tokens of input and output together")
    ] = None
    cached_tokens_path: Annotated[str | None, _path("cached_tokens", "the cached input tokens")] = None
    cache_write_tokens_path: Annotated[
        str | None, _path("cache_write_tokens", "the tokens written to the cache")
    ] = None
    reasoning_tokens_path: Annotated[str | None, _path("reasoning_tokens", "the reasoning tokens")] = None
    cost_path: Annotated[str | None, _path("cost", "the cost in USD")] = None
    time_path: Annotated[str | None, _path("time", "the time of the call")] = None
    id_path: Annotated[str | None, _path("id", "the id of the call")] = None
    user_path: Annotated[str | None, _path("user", "the user")] = None
    session_path: Annotated[str | None, _path("session", "the session or conversation")] = None
    tag_path: Annotated[str | None, _path("tag", "a tag or a list of tags")] = None
    kind: Annotated[Kind | None, option("--kind", help_text="API endpoint of the mapped records.")] = None
    formats: tuple[NamedMapping, ...] = ()
    """The formats of the configuration."""


class ReadGroup(MappingGroup, frozen=True, kw_only=True):
    """How logs are read."""

    input_format: Annotated[
        str | None,
        option(
            "--input-format",
            help_text="Read all records in this format instead of detecting it.",
            metavar="NAME",
        ),
    ] = None
    table: Annotated[
        str | None,
        option("--table", help_text="Table to read in SQLite databases of your own.", metavar="NAME"),
    ] = None
    unit: Annotated[
        Unit,
        option(
            "--unit",
            help_text="Count a stored conversation as one record, as its last request, or as every request in it. "
            "Default: conversation.",
        ),
    ] = "conversation"
    text_encoding: TextEncoding = None
    max_ratio: MaxRatio = 1000
    text: Annotated[
        bool, option("--text", help_text="Read each file as plain text: one record per file.")
    ] = False
    vars: Annotated[
        Path | None,
        option(
            "--vars",
            help_text="JSON, YAML or TOML file with values for the variables of prompt files.",
            metavar="FILE",
        ),
    ] = None
    no_ignore: NoIgnore = False
    strict: Annotated[
        bool, option("--strict", help_text="Exit with 3 if anything was skipped or could not be counted.")
    ] = False
    max_skipped: Annotated[
        str | None,
        option(
            "--max-skipped",
            help_text="Exit with 3 if more than this share of the log was skipped, such as 1%.",
            metavar="SHARE",
        ),
    ] = None
    skipped: Annotated[
        Path | None,
        option(
            "--skipped",
            help_text="Write skipped items to FILE, one JSON line each; reads the log a second time.",
            metavar="FILE",
        ),
    ] = None


class SelectGroup(ReadGroup, frozen=True, kw_only=True):
    """How logs are read, and which of their records are counted."""

    where: Annotated[
        list[str] | None,
        option(
            "--where",
            help_text="Count only records that meet the condition, such as 'model = gpt-4* and tag != test'; "
            "repeatable.",
            metavar="CONDITION",
        ),
    ] = None
    since: Annotated[
        str | None,
        option(
            "--since",
            help_text="Count only records since this day (2026-11-01) or time (2026-11-01T08:00), in UTC.",
            metavar="DATE",
        ),
    ] = None
    until: Annotated[
        str | None,
        option(
            "--until", help_text="Count only records until the end of this day, or this time.", metavar="DATE"
        ),
    ] = None
    keep_copies: Annotated[
        bool,
        option(
            "--keep-copies",
            help_text="Count every copy of a call. Default: a call that is logged several times is counted once.",
        ),
    ] = False


def most_skipped(group: ReadGroup) -> Decimal | None:
    """The share of a log that may be skipped. Raises `UsageError` for what is not a share."""
    return None if group.max_skipped is None else skipped_share(group.max_skipped, "--max-skipped")


def skipped_share(text: str, where: str) -> Decimal:
    """Parse a share from 0 to 1 (`0.01`, `1%`). Raises `UsageError`; `where` names the option."""
    from tokcount.cli.prices import share_of

    share = share_of(text, where, WHOLE)
    if not 0 <= share <= 1:
        raise UsageError(f"{where} {text!r}: expected {WHOLE}.")
    return share


def check_skipped(group: ReadGroup, read: int, skipped: int) -> None:
    """Raise `DataError` (exit code 3) if more was skipped than `--strict` or `--max-skipped` allows.

    `read` is the number of records in the log, whether they were selected or not.
    """
    if group.strict and skipped:
        raise DataError(f"{skipped:,} {'item was' if skipped == 1 else 'items were'} skipped (--strict).")
    most = most_skipped(group)
    if most is not None and skipped > most * (read + skipped):
        share = Decimal(100 * skipped) / (read + skipped)
        raise DataError(
            f"{skipped:,} of {read + skipped:,} items were skipped ({share:.3g} %), more than --max-skipped allows "
            f"({most * 100:f} %); 'tokcount formats' shows why."
        )


def selection_of(group: SelectGroup) -> Selection | None:
    """What the options select; `None`: every record. Raises `UsageError` for a wrong condition or date."""
    if not group.where and group.since is None and group.until is None:
        return None
    from tokcount.scanning import selection

    return selection.selection_of(group.where or (), group.since, group.until)
