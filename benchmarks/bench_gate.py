"""What do ten budgets cost on top of counting? Scanning a log against judging it; the gate may take a twentieth."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tokcount.cli.commands import check as gates
from tokcount.cli.options import BudgetGroup, ReferenceGroup, RunGroup
from tokcount.logs import source as files
from tokcount.logs.options import ReadOptions
from tokcount.models import catalog
from tokcount.render.emit import render
from tokcount.reports.budgets import compute
from tokcount.reports.budgets.sources.from_scan import BudgetContext, ScanSource
from tokcount.reports.overview import overview
from tokcount.reports.views import document_of
from tokcount.scanning.run import run

BUDGETS = [
    "input_tokens.max <= 8000",
    "output_tokens.p95 <= 1200",
    "cost.total <= $25",
    "cost.per_month <= $900",
    "drift.total <= 15% for gpt-4o",
    "framing.share <= 10%",
    "context.max <= 90%",
    "residual.exact >= 98%",
    'input_tokens.p50 <= 40 where model = "gpt-4o*"',
    "input_tokens.p95 <= 10",
]


@pytest.mark.parametrize("kind", ["distinct", "templated", "resent"])
def bench_gate(kind: str, log_of: Callable[..., Path], benchmark: object) -> None:
    """Times the gate; ``extra_info`` has its share of the time that counting took."""
    options = gates.options_of(BudgetGroup(fail=BUDGETS))
    plan = gates.plan_for(options, ReferenceGroup(), RunGroup(), catalog.default())
    started = time.perf_counter()
    result = run(files.expand([str(log_of(kind, 20))]), plan, ReadOptions(), jobs=1)
    frame, skipped = result.frame(), result.skipped
    counting = time.perf_counter() - started

    def judged() -> str:
        source = ScanSource(frame, skipped, BudgetContext(today=date(2026, 11, 22)))
        report = compute.report(compute.judge(source, options), overview(frame, skipped))
        return render(document_of(report), "json")

    benchmark.group = "gate"  # type: ignore[attr-defined]
    benchmark.pedantic(judged, rounds=5, warmup_rounds=1)  # type: ignore[attr-defined]
    share = benchmark.stats.stats.median / counting  # type: ignore[attr-defined]
    benchmark.extra_info["share of counting"] = round(share, 4)  # type: ignore[attr-defined]
    assert share < 0.05
