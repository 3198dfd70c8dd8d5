"""What an audit does not know: one row a reason, with how to learn it. Never left out; "nothing" is an answer too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tokcount.document.blocks import Block, Cell, Column, Line, Table
from tokcount.document.values import integer
from tokcount.models.references import PER_RECORD
from tokcount.reports.audit.report import AuditReport
from tokcount.reports.cost.sentences import FILLED_IN_BY
from tokcount.reports.phrases import SKIPPED, counted, place

MOST: Final = 12
"""Reasons of one kind in the table; the JSON report has all."""
COLUMNS: Final = (
    Column("what"),
    Column("records", "int"),
    Column("concerns", drop=1),
    Column("why", long=True),
    Column("how to learn it", long=True),
)
TO_LEARN: Final = {
    "reasoning tokens": "--reasoning-tokens N",
    "answers": "run a sample, then --output-scale N",
    "cached": "--cached-share N",
}
"""A word of an assumption → the option that replaces it."""
Row = tuple[Cell, ...]
Under = dict[tuple[str, int, str], list[str]]
"""Reason, records and option → the references that it is about."""


def blocks(report: AuditReport) -> list[Block]:
    """What is missing from the log, and what no log has."""
    missing = [*_skipped(report), *_uncompared(report), *_inexact(report), *_money(report), *_limits(report)]
    assumed = list(_assumed(report))
    records = counted(report.records, "record", "records")
    first = [] if missing else [Line(f"All {records} were read, counted exactly, compared and priced.")]
    rows = (*missing, *assumed)
    return [*first, Table(COLUMNS, rows)] if rows else list(first)


def _skipped(report: AuditReport) -> Iterator[Row]:
    """Items that are not records, by reason, with the first place."""
    for reason, n in report.skipped_reasons.items():
        item = next((one for one in report.skipped_at if one.reason == reason), None)
        where = f"{place(item.source, item.line)} {item.detail}".strip() if item else ""
        one, many = SKIPPED.get(reason, (reason, reason))
        yield f"skipped: {one if n == 1 else many}", n, "everything", where, "--skipped FILE lists all"


def _uncompared(report: AuditReport) -> Iterator[Row]:
    for reason, n in _most(report.uncompared.reasons):
        yield "not compared", n, "drift", reason, "--alias NAME=MODEL" if "unknown model" in reason else ""


def _inexact(report: AuditReport) -> Iterator[Row]:
    """Why counts are estimates or lower bounds."""
    for reason, n in _most(report.reasons):
        yield "not exact", n, "tokens, cost", reason, ""


def _money(report: AuditReport) -> Iterator[Row]:
    """What has no price, and what is charged too low."""
    prices: Under = {}
    low: Under = {}
    for entry in report.cost.references:
        for one in entry.unpriced:
            named = (
                f"{one.model}: {one.reason}" if one.model and entry.reference in PER_RECORD else one.reason
            )
            prices.setdefault((named, one.records, FILLED_IN_BY.get(one.reason, "")), []).append(
                entry.reference
            )
        for reason, n in entry.low.items():
            low.setdefault((reason, n, ""), []).append(entry.reference)
    yield from _merged("no price", "cost", prices)
    yield from _merged("cost too low", "cost", low)


def _limits(report: AuditReport) -> Iterator[Row]:
    """Requests of which it is not known whether they fit, or whether the target takes their parameters."""
    windows: Under = {}
    for window in report.windows:
        if window.unknown:
            windows.setdefault(("no count, or no window", window.unknown, ""), []).append(window.reference)
    parameters: Under = {}
    for entry in report.breaking:
        if missing := report.records - entry.judged:
            key = ("parameters not compared", missing, "try one such request")
            parameters.setdefault(key, []).append(entry.reference)
    yield from _merged("window", "limits", windows)
    yield from _merged("parameters", "requests that break", parameters)


def _merged(what: str, concerns: str, found: Under) -> Iterator[Row]:
    """One row a reason, with the references that it is about."""
    for (reason, n, how), names in list(found.items())[:MOST]:
        yield what, n, concerns, f"{reason} (under {', '.join(dict.fromkeys(names))})", how
    if len(found) > MOST:
        more = sum(n for _, n, _ in list(found)[MOST:])
        yield what, more, concerns, f"{integer(len(found) - MOST)} other reasons, see -f json", ""


def _assumed(report: AuditReport) -> Iterator[Row]:
    """What no log has: the costs of targets assume it."""
    for text in report.cost.assumptions:
        option = next((option for word, option in TO_LEARN.items() if word in text), "")
        yield "assumed", report.records, "cost of targets", text, option


def _most(reasons: dict[str, int]) -> Iterator[tuple[str, int]]:
    ranked = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    yield from ranked[:MOST]
    if len(ranked) > MOST:
        rest = ranked[MOST:]
        yield f"{integer(len(rest))} other reasons, see -f json", sum(n for _, n in rest)
