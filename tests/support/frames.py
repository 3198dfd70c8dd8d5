"""Small frames of counted records, in the shape that a scan makes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from tokcount.logs.record import Skipped
from tokcount.reports.columns import NamedReference
from tokcount.scanning.result import Selected

OLD = NamedReference("text-davinci-003", "p50k_base", "completions")
NEW = NamedReference("gpt-4o", "o200k_base", "chat")
NEWER = NamedReference("gpt-5.6-luna", "o200k_base", "gpt5")
START = datetime(2023, 5, 1, tzinfo=UTC)
ESTIMATES = ("estimated_low", "estimated_high")
COUNTS = ("content_tokens", "framing_tokens", "hidden_tokens", "input_tokens", "output_tokens")
SCHEMA: dict[str, Any] = {
    "source": pl.String,
    "line": pl.Int64,
    "index": pl.Int32,
    "format": pl.String,
    "kind": pl.String,
    "model": pl.String,
    "timestamp": pl.Datetime("us", "UTC"),
    "basis": pl.String,
    "reason": pl.String,
    "flags": pl.String,
    "tags": pl.String,
    "user": pl.String,
    "answer_calls": pl.Int32,
    "answer_messages": pl.Int32,
    "messages": pl.Int32,
}


class Skips:
    """A fake of what a scan says was skipped."""

    def __init__(self, places: Sequence[Skipped] = ()) -> None:
        self.places = list(places)
        self.selected: Selected | None = None

    @property
    def reasons(self) -> dict[str, int]:
        names = [place.reason for place in self.places]
        return {name: names.count(name) for name in names}


def record(line: int = 1, **columns: Any) -> dict[str, Any]:
    """One row without counts; ``columns`` replace the defaults."""
    defaults = {
        "source": "logs/may.jsonl",
        "line": line,
        "index": 0,
        "format": "openai.pair",
        "kind": "completions",
        "model": "text-davinci-003",
        "timestamp": START + timedelta(days=line - 1),
        "basis": "exact",
        "reason": None,
        "flags": "",
        "tags": "",
        "user": None,
    }
    return {**defaults, **columns}


def counts(
    reference: NamedReference,
    content: int | None,
    framing: int = 0,
    output: int | None = None,
    basis: str | None = "exact",
    hidden: int = 0,
) -> dict[str, Any]:
    """The columns of one reference; ``content=None``: the record cannot be counted under it."""
    label = reference.label
    return {
        f"{label}:content_tokens": content,
        f"{label}:framing_tokens": None if content is None else framing,
        f"{label}:hidden_tokens": None if content is None else hidden,
        f"{label}:input_tokens": None if content is None else content + framing + hidden,
        f"{label}:output_tokens": output,
        f"{label}:basis": None if content is None else basis,
    }


def frame(rows: Sequence[dict[str, Any]], references: Sequence[NamedReference] = (OLD, NEW)) -> pl.DataFrame:
    """A frame of rows, typed as a scan types it, also when there are none."""
    schema = dict(SCHEMA)
    for reference in references:
        schema |= {f"{reference.label}:{name}": pl.Int64 for name in (*COUNTS, *ESTIMATES)}
        schema[f"{reference.label}:basis"] = pl.String
    extra = {name for row in rows for name in row} - schema.keys()
    schema |= {name: pl.Int64 if ":" in name else None for name in sorted(extra)}
    return pl.DataFrame(list(rows), schema=schema)


def small_log() -> pl.DataFrame:
    """Five records: two that shrink, one that grows, one empty under the baseline, one that cannot be counted."""
    return frame(
        [
            record(1, **counts(OLD, 300, 0, 10), **counts(NEW, 200, 7, 8)),
            record(2, tags="prod", flags="media|special_token_text")
            | counts(OLD, 40, 0, 20, "estimated")
            | counts(NEW, 25, 7, 18, "estimated")
            | {"basis": "estimated", "reason": "image by a rule not confirmed"},
            record(4, source="logs/=june.jsonl", model="gpt-4", kind="chat")
            | counts(OLD, 4, 0, 1)
            | counts(NEW, 5, 7, 1),
            record(5, index=2, model=None, timestamp=None) | counts(OLD, 0, 0) | counts(NEW, 0, 7),
            record(6)
            | counts(OLD, None)
            | counts(NEW, None)
            | {"basis": "partial", "reason": "no prompt text"},
        ]
    )


SKIPS = Skips(
    [
        Skipped(source="logs/may.jsonl", line=7, reason="error", detail="HTTP 500"),
        Skipped(source="logs/may.jsonl", line=8, reason="error", detail="HTTP 429"),
        Skipped(source="logs/may.jsonl", line=9, reason="unparsed", detail="cut off"),
    ]
)
