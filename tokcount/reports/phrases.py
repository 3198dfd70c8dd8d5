"""Sentences that several views share: what a log holds, what was skipped, how sure the numbers are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import polars as pl
from msgspec import UnsetType

from tokcount.document.blocks import Line, Tone
from tokcount.document.values import integer, share
from tokcount.logs.record import FLAGS
from tokcount.reports.report import (
    AssumedModel,
    ByBasis,
    ModelRecords,
    Overview,
    Period,
    SelectedRecords,
    SkippedPlace,
)

SKIPPED = {
    "error": ("failed call", "failed calls"),
    "not_llm": ("entry that is not a model call", "entries that are not model calls"),
    "empty": ("empty entry", "empty entries"),
    "unparsed": ("unreadable or cut-off line", "unreadable or cut-off lines"),
    "unrecognised": ("record of no known format", "records of no known format"),
    "encrypted": ("encrypted entry", "encrypted entries"),
    "duplicate": ("copy of a call", "copies of calls"),
    "unsupported": ("record of an unsupported kind", "records of an unsupported kind"),
    "unreadable": ("unreadable file", "unreadable files"),
}
"""Skip reason → what people call it."""

MODELS_NAMED = 3
PLACES_NAMED = 3
"""Skipped places in a sentence."""
REASONS_NAMED = 5
"""Reasons in a sentence; a log has no bound on them."""


def counted(n: int, one: str, many: str) -> str:
    """A number with its noun: `1 record`, `12,480 records`."""
    return f"{integer(n)} {one if n == 1 else many}"


class Located(Protocol):
    """A record of a log."""

    @property
    def source(self) -> str:
        """The file."""
        ...

    @property
    def line(self) -> int:
        """The line in the file."""
        ...

    @property
    def index(self) -> int:
        """The number of the record on its line, from 0."""
        ...


def location(record: Located) -> str:
    """`file:line`, and the number of the record on its line where it is not the first."""
    return place(record.source, record.line, record.index)


def place(source: str, line: int, index: int = 0) -> str:
    """`location` of a record."""
    return f"{source}:{line}" + (f"[{index}]" if index else "")


def tally(numbers: dict[str, int]) -> str:
    """`12,471 completions, 9 chat`."""
    return ", ".join(f"{integer(n)} {word}" for word, n in numbers.items())


def holdings(report: Overview) -> str:
    """`12,480 records · 12,471 completions, 9 chat · text-davinci-003 · 2023-05-01 … 2023-05-31`."""
    return " · ".join(facts(report))


def facts(report: Overview) -> tuple[str, ...]:
    """What a log holds, in parts: its records, their kinds, models and time."""
    parts = (
        counted(report.records, "record", "records"),
        tally(report.kinds),
        _models(report.models),
        _period(report.period),
    )
    return tuple(part for part in parts if part)


class HasSkipped(Protocol):
    """A report that lists what it left out: `tokcount.reports.overview.SkippedItems`."""

    @property
    def skipped(self) -> int:
        """How many items."""
        ...

    @property
    def skipped_reasons(self) -> dict[str, int]:
        """Reason → items."""
        ...

    @property
    def skipped_at(self) -> Sequence[SkippedPlace]:
        """The first items of each reason."""
        ...

    @property
    def selection(self) -> SelectedRecords | UnsetType:
        """The records that were asked for."""
        ...


def skipped(report: HasSkipped) -> list[Line]:
    """What was not selected, and what was skipped; nothing when all records are in the report."""
    return [*selected(report), *([Line(skipped_sentence(report), "warning")] if report.skipped else [])]


def selected(report: HasSkipped) -> list[Line]:
    """What was selected; nothing when all records were asked for."""
    return [Line(selected_sentence(report.selection), "note")] if report.selection else []


def selected_sentence(selection: SelectedRecords) -> str:
    """`12 of 340 records selected (model = "gpt-4*", since 2024-01-01); 7 without a timestamp left out`."""
    numbers = f"{integer(selection.selected)} of {counted(selection.read, 'record', 'records')}"
    undated = f"; {integer(selection.undated)} without a timestamp left out" if selection.undated else ""
    return f"{numbers} selected ({selection.conditions}){undated}"


def skipped_sentence(report: HasSkipped) -> str:
    """`9 skipped (8 failed calls, 1 cut-off line): a.jsonl:3 a failed call (HTTP 429); …; and 7 more`.

    The most frequent reasons first, each with the location of its first item and the detail given there.
    """
    reasons = _ranked(report.skipped_reasons)
    numbers = ", ".join(counted(n, *SKIPPED.get(reason, (reason, reason))) for reason, n in reasons)
    first: dict[str, str] = {}
    for item in report.skipped_at:
        first.setdefault(item.reason, f"{place(item.source, item.line)} {item.detail}".rstrip())
    places = [first[reason] for reason, _ in reasons[:PLACES_NAMED] if reason in first]
    more = report.skipped - len(places)
    listed = f"; and {integer(more)} more (--skipped FILE lists all)" if more and places else ""
    where = f": {'; '.join(places)}{listed}" if places else ""
    return f"{integer(report.skipped)} skipped ({numbers}){where}"


def assumed(report: Overview) -> list[Line]:
    """Which records are counted as an assumed model; nothing when none are."""
    return [Line(assumed_sentence(report.assumed), "warning")] if report.assumed else []


def assumed_sentence(found: AssumedModel) -> str:
    """`12 records counted and charged as gpt-4 (--assume-model): 9 of my-deployment, 3 without a model`."""
    total = counted(sum(entry.records for entry in found.records), "record", "records")
    named = [
        f"{integer(entry.records)} " + (f"of {entry.model}" if entry.model else "without a model")
        for entry in found.records
    ]
    return f"{total} counted and charged as {found.model} (--assume-model): {_capped(named, 'model')}"


def flags(report: Overview) -> list[Line]:
    """How many records carry each flag; nothing when none does."""
    if not report.flags:
        return []
    return [Line(f"Flagged: {tally(report.flags).replace('_', ' ')}", "note")]


def flagged_sentence(frame: pl.DataFrame, flag: str) -> str:
    """`2 records flagged implausible_time: a.jsonl:3, a.jsonl:9 (the logged time …)`; empty without a record."""
    found = frame.lazy().filter(pl.col("flags").str.contains(rf"(?:^|\|){flag}(?:\||$)"))
    rows = found.select("source", "line", "index").collect()
    if not rows.height:
        return ""
    places = [place(*row) for row in rows.head(PLACES_NAMED).iter_rows()]
    more = rows.height - len(places)
    listed = ", ".join(places) + (f" and {integer(more)} more" if more else "")
    return f"{counted(rows.height, 'record', 'records')} flagged {flag}: {listed} ({FLAGS[flag]})"


def sureness(tokens: ByBasis, reasons: dict[str, int]) -> Line:
    """The share of the counted input tokens of each basis, and why not all of it is exact."""
    if not tokens.total:
        return Line("Basis: no input tokens were counted.", "note")
    shares = ", ".join(f"{word} {share(n / tokens.total)}" for word, n in tokens.items() if n)
    why = _capped([f"{reason} ({counted(n, 'record', 'records')})" for reason, n in _ranked(reasons)])
    return Line(f"Basis of the input tokens: {shares}." + (f" Not exact: {why}." if why else ""), "note")


def uncompared(records: int, reasons: dict[str, int], tone: Tone) -> list[Line]:
    """How many records cannot be compared, and why; nothing when all can."""
    if not records:
        return []
    listed = _capped([f"{integer(n)} {reason}" for reason, n in _ranked(reasons)])
    return [Line(f"{counted(records, 'record', 'records')} not compared: {listed}", tone)]


def _ranked(reasons: dict[str, int]) -> list[tuple[str, int]]:
    """The most frequent first."""
    return sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))


def _capped(reasons: list[str], noun: str = "reason") -> str:
    more = len(reasons) - REASONS_NAMED
    named = ", ".join(reasons[:REASONS_NAMED])
    return f"{named} and {counted(more, f'more {noun}', f'more {noun}s')}" if more > 0 else named


def _models(models: Sequence[ModelRecords]) -> str:
    names = [entry.model or "no model named" for entry in models]
    more = len(names) - MODELS_NAMED
    return ", ".join(names[:MODELS_NAMED]) + (f" and {counted(more, 'other', 'others')}" if more > 0 else "")


def _period(period: Period) -> str:
    first, last = ((instant or "")[:10] for instant in (period.start, period.end))
    return first if first == last else f"{first} … {last}"


PART_NAMES: Final = {
    "latin": "Latin prose",
    "cjk": "CJK prose",
    "cyrillic": "Cyrillic prose",
    "arabic": "Arabic prose",
    "indic": "Indic prose",
    "other": "other scripts",
    "white_space": "white space",
    "data": "base64 and URLs",
    "signs": "punctuation",
    "given_as_ids": "given as token ids",
    "not_looked_at": "not looked at",
    "history": "earlier messages",
    "last": "last message",
    "system": "system messages",
    "prompt": "prompts",
}
"""Part → what people call it, where that is another word."""


def part_name(part: str) -> str:
    """What people call a part."""
    return PART_NAMES.get(part, part)


def assumptions(assumed: Sequence[str]) -> list[Line]:
    """What the costs under targets assume, in one line."""
    text = "; ".join(assumed)
    return [Line(f"Costs under targets assume {text}.", "note")] if text else []


def stated(assumed: Sequence[str], reference: str, baseline: str) -> str | None:
    """What the cost of a row assumes; nothing under the baseline."""
    return "; ".join(assumed) or None if reference != baseline else None
