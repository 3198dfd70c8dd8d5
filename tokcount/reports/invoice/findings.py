"""Differences by day and model → findings: the same difference on several days, or of several models, is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final

from tokcount.reports.columns import decimal_text
from tokcount.reports.invoice.report import Amounts, DayModel, FindingKind, InvoiceFinding

COUNTS: Final = ("requests", "input_tokens", "cached_tokens", "output_tokens")
REASONS: Final = (
    (Decimal("0.5"), "half of the price, as for batch and flex processing"),
    (Decimal(2), "twice the price, as for priority processing"),
    (Decimal("1.1"), "10 % more, as for regional processing"),
)
"""Invoice / log → what has such a price (OpenAI's pricing page)."""
CLOSE: Final = Decimal("0.005")
"""How far a ratio may be from one of these."""

Cells = list[DayModel]


def findings(cells: Sequence[DayModel]) -> list[InvoiceFinding]:
    """What differs, the largest amount first: whole days, tokens under another model, tokens, prices."""
    found: list[InvoiceFinding] = []
    left: Cells = []
    whole: dict[FindingKind, Cells] = {"only in the log": [], "only in the invoice": []}
    for _, group in groupby(cells, key=lambda cell: cell.day):
        of_day = list(group)
        statuses = {cell.status for cell in of_day}
        if statuses == {"only in the log"}:
            whole["only in the log"] += of_day
        elif statuses == {"only in the invoice"}:
            whole["only in the invoice"] += of_day
        else:
            left += [cell for cell in of_day if cell.status != "equal"]
    for kind, missing in whole.items():
        found += [_finding(kind, run, model=None) for run in _runs(missing)]
    moved, left = _moved(left)
    found += moved
    by_model: dict[tuple[FindingKind, str | None, bool], Cells] = defaultdict(list)
    for cell in left:
        if cell.status != "equal":
            by_model[cell.status, cell.model, _is_surplus(cell)].append(cell)
    found += [_finding(kind, of_model, model=model) for (kind, model, _), of_model in by_model.items()]
    return sorted(found, key=_size, reverse=True)


def _is_surplus(cell: DayModel) -> bool:
    """Whether the log has more: more tokens, else more requests, else more money."""
    requests, given, answered = _tokens(cell)
    return (given + answered, requests, Decimal(cell.difference.cost_usd or 0)) > (0, 0, Decimal(0))


def _size(finding: InvoiceFinding) -> tuple[Decimal, int]:
    tokens = sum(abs(getattr(finding.difference, name) or 0) for name in COUNTS)
    unknown = finding.invoice_usd if finding.log_usd is None else None
    return abs(Decimal(finding.difference.cost_usd or unknown or 0)), tokens


def _runs(cells: Iterable[DayModel]) -> list[Cells]:
    """The cells of days that follow one another."""
    runs: list[Cells] = []
    for cell in cells:
        if not runs or cell.day - runs[-1][-1].day > timedelta(days=1):
            runs.append([])
        runs[-1].append(cell)
    return runs


def _moved(cells: Cells) -> tuple[list[InvoiceFinding], Cells]:
    """Tokens that the log has under one model and the invoice under another, and the cells of all other differences."""
    pairs: dict[tuple[str | None, str | None], Cells] = defaultdict(list)
    left: Cells = []
    for _, group in groupby(cells, key=lambda cell: cell.day):
        of_day = list(group)
        while of_day:
            cell = of_day.pop(0)
            other = next((each for each in of_day if _are_opposite(cell, each)), None)
            if other is None:
                left.append(cell)
                continue
            of_day.remove(other)
            surplus, deficit = (cell, other) if _tokens(cell)[1] > 0 else (other, cell)
            pairs[surplus.model, deficit.model] += [surplus, deficit]
    return [
        _finding("other model", moved, model=model, other_model=other)
        for (model, other), moved in pairs.items()
    ], left


def _tokens(cell: DayModel) -> tuple[int, int, int]:
    counts = (getattr(cell.difference, name) or 0 for name in ("requests", "input_tokens", "output_tokens"))
    requests, given, answered = counts
    return requests, given, answered


def _are_opposite(one: DayModel, other: DayModel) -> bool:
    """Whether one model has exactly the requests and tokens too many that the other has too few."""
    return any(_tokens(one)) and all(a == -b for a, b in zip(_tokens(one), _tokens(other), strict=True))


def _finding(
    kind: FindingKind, cells: Cells, *, model: str | None, other_model: str | None = None
) -> InvoiceFinding:
    days: list[date] = [cell.day for cell in cells]
    log, invoice = _money(cells, "log"), _money(cells, "invoice")
    return InvoiceFinding(
        kind=kind,
        start=min(days),
        end=max(days),
        days=len(set(days)),
        model=model,
        other_model=other_model,
        difference=_difference(kind, cells),
        log_usd=_text(log),
        invoice_usd=_text(invoice),
        reason=_reason(log, invoice) if kind == "price differs" else None,
    )


def _difference(kind: FindingKind, cells: Cells) -> Amounts:
    """The sum over the cells; of tokens under another model, what the log has under its own."""
    counted = cells[::2] if kind == "other model" else cells
    whole = {name: _sum([getattr(cell.difference, name) for cell in counted]) for name in COUNTS}
    cost = [Decimal(cell.difference.cost_usd) for cell in cells if cell.difference.cost_usd is not None]
    return Amounts(**whole, cost_usd=decimal_text(sum(cost, Decimal(0))) if cost else None)


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _money(cells: Cells, side: str) -> Decimal | None:
    known = [getattr(cell, side).cost_usd for cell in cells]
    return sum(map(Decimal, known), Decimal(0)) if known and None not in known else None


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else decimal_text(amount)


def _reason(log: Decimal | None, invoice: Decimal | None) -> str | None:
    """What may explain that the invoice has another price for the same tokens."""
    if not log or invoice is None:
        return None
    ratio = invoice / log
    return next((words for usual, words in REASONS if abs(ratio - usual) <= CLOSE * usual), None)
