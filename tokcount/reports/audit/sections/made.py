"""How the numbers of an audit were made: engine, basis, prices and words."""

from __future__ import annotations

from typing import Final

from tokcount.document.blocks import Block, Cell, Column, Line, Table
from tokcount.document.values import integer
from tokcount.models.model import ENCODINGS
from tokcount.reports.audit.report import AuditReport
from tokcount.reports.cost import sentences
from tokcount.reports.cost.report import CostReport
from tokcount.reports.drift import view as drift_view
from tokcount.reports.phrases import assumed, flags, sureness

PRICES_LISTED: Final = 20
WORDS: Final = (
    ("content", "tokens of the text of prompts and messages"),
    ("framing", "tokens that the API adds around it: roles, separators, definitions of tools"),
    ("hidden", "tokens billed beyond what could be counted of a partial record"),
    ("input", "content + framing + hidden"),
    ("drift", "(target − baseline) / baseline of the input tokens; below 0: fewer tokens"),
    ("own", "each record under the model it was sent to"),
    ("exact", "recorded bills confirm the rules for everything in the request"),
    ("estimated", "the rules are known, but recorded bills do not confirm all of them"),
    ("partial", "a part could not be counted: a lower bound"),
)
PRICE_COLUMNS: Final = (
    Column("price"),
    Column("used for"),
    Column("since"),
    Column("input", "price"),
    Column("cached", "price"),
    Column("output", "price"),
    Column("records", "int"),
    Column("origin"),
)


def blocks(report: AuditReport, costs: CostReport) -> list[Block]:
    """The rules and their certainty, the prices that were used, and the words of the report."""
    engine = f" (engine {report.made.engine})" if report.made.engine else ""
    return [
        Line(
            f"Tokens of text are those of tiktoken's encodings{engine}{_others(report)}; framing follows rules found "
            "from billed calls. Each token belongs to one kind of text, so the parts add up to the whole."
        ),
        sureness(drift_view.basis_tokens(report), report.reasons),
        *assumed(report),
        *flags(report),
        *sentences.tokens(costs),
        *_prices(costs),
        Table((Column("word"), Column("meaning", long=True)), WORDS, title="Words"),
    ]


def _others(report: AuditReport) -> str:
    """The tokenizers of other vendors' models."""
    used = {entry.encoding for entry in report.references if entry.encoding} - {*ENCODINGS}
    return f" and of other vendors' tokenizers ({', '.join(sorted(used))})" if used else ""


def _prices(report: CostReport) -> list[Block]:
    """The rows of the price table that were used; the largest amounts first."""
    rows: list[tuple[Cell, ...]] = [
        (
            price.name,
            entry.reference,
            price.start.isoformat() if price.start else "",
            price.input,
            price.cached_input,
            price.output,
            price.records,
            ", ".join([price.origin, *price.notes]),
        )
        for entry in report.references
        for price in entry.prices
    ]
    if not rows:
        return []
    more = len(rows) - PRICES_LISTED
    note = f"USD per 1,000,000 tokens; price data of {report.price_data.date}"
    note += f"; {integer(more)} more rows, see -f json" if more > 0 else ""
    return [Table(PRICE_COLUMNS, tuple(rows[:PRICES_LISTED]), title="Prices", note=note)]
