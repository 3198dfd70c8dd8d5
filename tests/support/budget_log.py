"""A small log for budgets: seven calls under their own models, counted under a target as well."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from support.frames import NEW, SKIPS, counts, frame, record
from tokcount.reports.budgets.language import parse
from tokcount.reports.budgets.metric import Measured
from tokcount.reports.budgets.sources.from_scan import BudgetContext, ScanSource
from tokcount.reports.budgets.verdict import Violations
from tokcount.reports.columns import NamedReference
from tokcount.reports.overview import overview

OWN = NamedReference("own")
TODAY = date(2026, 11, 22)


def call(
    line: int, content: int | None, framing: int = 0, output: int | None = 0, **columns: Any
) -> dict[str, Any]:
    """A call of gpt-4 counted under its own model; under gpt-4o it has half the content and seven tokens of framing."""
    billed = {
        "billed_input_tokens": None,
        "billed_output_tokens": None,
        "requests": 1,
        "tier": None,
    }
    target = counts(NEW, None if content is None else content // 2, 7, output)
    named = {"model": "gpt-4", "kind": "chat", **columns}
    return record(line) | counts(OWN, content, framing, output) | target | billed | named


LOG = frame(
    [
        call(1, 100, 8, 10, billed_input_tokens=108, tags="prod"),
        call(2, 200, 8, 30, billed_input_tokens=208, tags="prod,eu"),
        call(3, 300, 8, 20, billed_input_tokens=311, tags="test"),
        call(4, 400, 8, None),
        call(5, 92, 8, 40, model="gpt-4o-mini", billed_output_tokens=500),
        call(6, 592, 8, 1, source="logs/june.jsonl", index=3),
        call(7, 0, 0, 0, model="text-davinci-003", kind="completions"),
    ],
    (OWN, NEW),
).with_columns(pl.col("tier").cast(pl.String))
INPUT = [108, 208, 308, 408, 100, 600, 0]
UNSURE = pl.concat(
    [
        LOG,
        frame(
            [call(8, None, reason="no prompt text"), call(9, 10, 8, 1, model="mystery")],
            (OWN, NEW),
        ).cast(LOG.schema),
    ]
)
"""The same with a call that holds no text, and one of a model that is not known."""

IN_PART = LOG.with_columns(
    pl.when(pl.col("line").is_in([4, 6])).then(pl.lit("partial")).otherwise("own:basis").alias("own:basis")
)
"""The same with two calls that are counted in part under their own models."""


def source(log: pl.DataFrame = LOG, *targets: str, **terms: Any) -> ScanSource:
    return ScanSource(log, SKIPS, BudgetContext(targets=targets, **{"today": TODAY, **terms}))


def measured(text: str, log: pl.DataFrame = LOG, target: str | None = None, **terms: Any) -> Measured:
    """What a budget measures."""
    return source(log, **terms).measure(parse(text), target)


def violations(text: str, log: pl.DataFrame = LOG, target: str | None = None, top: int = 10) -> Violations:
    """Which records violate a budget with an absolute limit."""
    budget = parse(text)
    assert budget.limit.amount is not None
    return source(log).violations(budget, target, budget.limit.amount.value, top)


def lines(found: Violations) -> list[int]:
    return [record.line for record in found.records]


OVERVIEW = overview(LOG, SKIPS)
"""What the log holds, for reports of `check`."""
