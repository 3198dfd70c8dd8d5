"""The sentences of a comparison with an invoice: the verdict, each difference, what is not compared, and with what."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from tokcount.document.blocks import CellKind, Line
from tokcount.document.values import change, integer, share, usd, usd_change
from tokcount.reports.invoice.report import (
    Amounts,
    InvoiceFile,
    InvoiceFinding,
    InvoiceReport,
    NotCompared,
)
from tokcount.reports.phrases import counted

MEASURES: Final[dict[str, tuple[str, CellKind, CellKind]]] = {
    "requests": ("requests", "int", "change"),
    "input_tokens": ("input tokens", "int", "change"),
    "cached_tokens": ("cached tokens", "int", "change"),
    "output_tokens": ("output tokens", "int", "change"),
    "cost_usd": ("cost", "usd", "usd_change"),
}
"""Field of `Amounts` → its name, and how its values and differences are shown."""
WORTH_NAMING: Final = Decimal("0.000001")
"""Rounding of amounts that is mentioned, in dollars."""


def verdict(report: InvoiceReport) -> list[Line]:
    """Whether log and invoice agree, and whether the differences are within the tolerance."""
    if not report.cells:
        return [Line("Nothing can be compared: log and invoice have no day in common.", "warning")]
    days = _span(report.start, report.end)
    if report.differing:
        places = f"{integer(report.differing)} of {counted(report.compared, 'day of a model', 'days of models')} differ"
        found = Line(f"Log and invoice do not agree on {days}: {places}. {_net(report)}", "warning")
    else:
        found = Line(f"Log and invoice agree on {days}: {_amounts(report.invoice)}.")
    if report.tolerance is None:
        return [found]
    if report.passed:
        return [found, Line(f"The differences are within the tolerance of {report.tolerance}.")]
    return [found, Line(f"The differences are larger than the tolerance of {report.tolerance}.", "warning")]


def _net(report: InvoiceReport) -> str:
    """`In total, the log has $1.20 (1.2 %) less than the invoice.`: money, else tokens, else requests."""
    difference, invoice = report.difference, report.invoice
    if difference.cost_usd is not None:
        number, total = Decimal(difference.cost_usd), Decimal(invoice.cost_usd or 0)
        text = usd(str(abs(number)))
    elif difference.input_tokens is not None:
        number, total = Decimal(_tokens(difference)), Decimal(_tokens(invoice))
        text = counted(abs(int(number)), "token", "tokens")
    else:
        number, total = Decimal(difference.requests or 0), Decimal(invoice.requests or 0)
        text = counted(abs(int(number)), "request", "requests")
    if not number:
        return "The totals are the same."
    part = f" ({share(abs(float(number / total)))})" if total else ""
    return f"In total, the log has {text}{part} {'more' if number > 0 else 'less'} than the invoice."


def _tokens(amounts: Amounts) -> int:
    return (amounts.input_tokens or 0) + (amounts.output_tokens or 0)


def finding(found: InvoiceFinding) -> str:
    """A difference in words: where it is, what it amounts to, and what may explain it."""
    days = _days(found)
    where = f"{days}, {found.model}" if found.model else days
    if found.kind.startswith("only"):
        return f"{where}, {found.kind}: {_amounts(found.difference)}."
    if found.kind == "other model":
        cost = found.difference.cost_usd
        money = f", {usd_change(cost)} in the log" if cost is not None and Decimal(cost) else ""
        counts = _amounts(found.difference, money=False)
        return f"{days}: {counts} are {found.model} in the log and {found.other_model} in the invoice{money}."
    if found.kind == "price differs" and found.log_usd is None:
        return (
            f"{where}: no price is known for the log's tokens, {usd(found.invoice_usd or 0)} in the invoice."
        )
    if found.kind == "price differs" and found.log_usd is not None and found.invoice_usd is not None:
        reason = f" ({found.reason})" if found.reason else ""
        prices = f"{usd(found.log_usd)} in the log, {usd(found.invoice_usd)} in the invoice"
        return f"{where}: the same tokens cost {prices}{reason}."
    return f"{where}: {_more(found.difference)}."


def _values(amounts: Amounts) -> list[tuple[str, Decimal]]:
    """The measures that are not zero."""
    found = ((name, getattr(amounts, name)) for name in MEASURES)
    return [(name, Decimal(value)) for name, value in found if value is not None and Decimal(value)]


def _amounts(amounts: Amounts, *, money: bool = True) -> str:
    """`34 requests, 10,022 input tokens, 800 output tokens, $0.31`, without signs."""
    parts = []
    for name, value in _values(amounts):
        if name != "cost_usd":
            words = MEASURES[name][0]
            parts.append(counted(int(abs(value)), words.removesuffix("s"), words))
        elif money:
            parts.append(usd(str(abs(value))))
    return ", ".join(parts) or "nothing"


def _more(difference: Amounts) -> str:
    """Which side has more; with signs, where the log has more of one thing and less of another."""
    values = _values(difference)
    signs = {value > 0 for _, value in values}
    if len(signs) == 1:
        return f"{_amounts(difference)} more in the {'log' if True in signs else 'invoice'}"
    parts = [
        usd_change(str(value)) if name == "cost_usd" else f"{change(str(value))} {MEASURES[name][0]}"
        for name, value in values
    ]
    return f"{', '.join(parts)} in the log"


def _days(found: InvoiceFinding) -> str:
    span = _span(found.start, found.end)
    is_whole = (found.end - found.start).days + 1 == found.days
    return span if is_whole else f"{counted(found.days, 'day', 'days')} from {span}"


def _span(start: date | None, end: date | None) -> str:
    return str(start) if start == end else f"{start} to {end}"


def not_known(report: InvoiceReport) -> list[Line]:
    """What is not compared, and why either side may be too low."""
    texts = [_left_out(entry) for entry in report.not_compared]
    if report.lower_bound:
        reasons = ", ".join(f"{integer(n)} {reason}" for reason, n in report.lower_bound.items())
        total = counted(sum(report.lower_bound.values()), "record", "records")
        texts.append(f"The log's side may be too low: {total} without all tokens or a price ({reasons}).")
    texts += [text for file in report.exports for text in _of_file(file)]
    last = {file.export: file for file in report.exports}
    texts += [
        f"{file.path}: its last page names a following one; add all pages to --against."
        for file in last.values()
        if file.is_cut
    ]
    return [Line(text, "warning") for text in texts]


def _of_file(file: InvoiceFile) -> list[str]:
    texts = []
    if file.currency != "USD":
        texts.append(f"{file.path}: amounts in {file.currency}; only those in USD are compared.")
    if file.other_lines:
        lines = counted(file.other_lines, "line", "lines")
        texts.append(f"{file.path}: {lines} for other services left out.")
    return texts


def _left_out(entry: NotCompared) -> str:
    what = ("record", "records") if entry.side == "log" else ("line", "lines")
    days = f" ({_span(entry.start, entry.end)})" if entry.start else ""
    return f"{counted(entry.number, *what)} of the {entry.side} not compared: {entry.reason}{days}."


def made_from(report: InvoiceReport) -> list[Line]:
    """The exports, the zone of the days, and models under another name."""
    files = "; ".join(
        f"{file.path} ({file.export}, {counted(file.lines, 'line', 'lines')}, {_span(file.start, file.end)})"
        for file in report.exports
    )
    step = Decimal(report.rounding_usd or 0)
    rounding = (
        f" Differences up to {usd(str(step))} in a line of the invoice are rounding."
        if step > WORTH_NAMING
        else ""
    )
    lines = [Line(f"Compared with {files}. Days are those of {report.timezone}.{rounding}", "note")]
    names = ", ".join(f"{entry.name} as {entry.compared_as}" for entry in report.names)
    return [*lines, Line(f"Compared under one name: {names}.", "note")] if names else lines
