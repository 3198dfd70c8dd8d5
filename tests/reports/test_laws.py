"""What holds of every report: parts add up, numbers follow from those next to them, groups make up the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from support.frames import Skips, record
from support.generated_logs import LABELS, LOGS, OWN, REFERENCES
from support.rendering import render

from tokcount.reports.audit import compute as audit
from tokcount.reports.audit import view as audit_view
from tokcount.reports.audit.report import AuditReport
from tokcount.reports.budgets import compute as budgets
from tokcount.reports.budgets.language import parse
from tokcount.reports.budgets.report import CheckReport
from tokcount.reports.budgets.sources.from_scan import BudgetContext, ScanSource
from tokcount.reports.budgets.verdict import MOST_UNKNOWN
from tokcount.reports.cost import compute as cost
from tokcount.reports.cost.charges import CostOptions, charge
from tokcount.reports.cost.charging.answers import Answers
from tokcount.reports.cost.report import Costs, ReferenceCost
from tokcount.reports.drift import compute as drift
from tokcount.reports.drift.report import DriftReport, Measures
from tokcount.reports.overview import overview
from tokcount.scanning.frame import with_inputs

TODAY = date(2026, 11, 22)
PARTS = ("content_tokens", "framing_tokens", "hidden_tokens")
LIMITS = {"input_tokens": "9k", "content_tokens": "5k", "cost": "$0.01"}
CLAUSES = {"own": "", "gpt-4o": "for gpt-4o"}
EVERY = ""
GROUPS = (
    *(f"where model = {name}" for name in ("gpt-4o", "gpt-4", "gpt-6.2-astra-law", "mine")),
    'where model != "*"',
)
BUDGETS = {
    (metric, label, where): parse(f"{metric}.total <= {limit} {where} {clause}")
    for metric, limit in LIMITS.items()
    for label, clause in CLAUSES.items()
    for where in (EVERY, *GROUPS)
}


moneys = st.builds(
    CostOptions,
    targets=st.just(LABELS[1:]),
    today=st.just(TODAY),
    batch=st.booleans(),
    cached_share=st.sampled_from([None, Decimal("0.3")]),
    answers=st.builds(
        Answers,
        scale=st.sampled_from([None, Decimal("0.7")]),
        reasoning=st.sampled_from([None, 300, Decimal("0.25")]),
    ),
    monthly=st.booleans(),
    by=st.sampled_from([(), ("model",), ("day", "kind")]),
)


def usd(amounts: Iterable[str | Decimal | None]) -> Decimal:
    return sum((Decimal(amount) for amount in amounts if amount is not None), Decimal(0))


def check_measures(references: Sequence[Measures]) -> None:
    baseline, *targets = references
    for entry in references:
        assert sum(getattr(entry, name) or 0 for name in PARTS) == (entry.input_tokens or 0)
        assert (entry.basis.total, entry.basis_tokens.total) == (entry.counted, entry.input_tokens or 0)
    for target in targets:
        if target.difference is not None:
            before, after = baseline.input_tokens or 0, target.input_tokens or 0
            assert (target.compared, target.difference) == (baseline.counted, after - before)
            assert target.drift == (pytest.approx((after - before) / before) if before else None)


def check_drift(report: DriftReport, rows: pl.DataFrame) -> None:
    for references in (report.references, *(group.references for group in report.groups)):
        check_measures(references)
    for place, total in enumerate(report.references):
        left_out = sum(entry.input_tokens.get(total.reference, 0) for entry in report.uncompared.left_out)
        assert (total.input_tokens or 0) + left_out == rows[f"{total.reference}:input_tokens"].sum()
        if report.by:
            grouped = [group.references[place] for group in report.groups]
            assert sum(entry.input_tokens or 0 for entry in grouped) == (total.input_tokens or 0)
    if report.prices and report.prices.same_records:
        assert all(entry.charged == entry.counted for entry in report.references if entry.charged)


def check_costs(costs: Costs, rows: pl.DataFrame) -> None:
    baseline, *targets = costs.references
    for place, entry in enumerate(costs.references):
        check_reference_cost(entry, rows)
        left_out = usd(one.cost_usd.get(entry.reference) for one in costs.uncompared)
        assert usd([entry.cost_usd]) + left_out == usd(rows[f"{entry.reference}:cost_usd"])
        if costs.by:
            grouped = [group.references[place] for group in costs.groups]
            for name in ("cost_usd", "input_cost_usd", "output_cost_usd"):
                assert usd(getattr(one, name) for one in grouped) == usd([getattr(entry, name)])
            assert sum(one.priced for one in grouped) == entry.priced
            assert sum(group.records for group in costs.groups) == costs.records
    for target in targets:
        if target.difference_usd is None:
            continue
        assert usd([target.token_effect_usd, target.price_effect_usd]) == usd([target.difference_usd])
        assert (target.compared, target.compared_baseline_usd) == (baseline.charged, baseline.cost_usd)
        assert usd([baseline.cost_usd, target.difference_usd]) == usd([target.cost_usd])


def check_reference_cost(entry: ReferenceCost, rows: pl.DataFrame) -> None:
    assert usd([entry.input_cost_usd, entry.output_cost_usd]) == usd([entry.cost_usd])
    assert usd([entry.cached_input_cost_usd]) <= usd([entry.input_cost_usd])
    assert entry.cached_tokens <= entry.input_tokens
    assert usd(price.cost_usd for price in entry.prices) == usd([entry.cost_usd])
    assert sum(price.records for price in entry.prices) == sum(entry.usage.values()) == entry.charged
    assert entry.priced + sum(one.records for one in entry.unpriced) == rows.height
    assert entry.charged <= entry.priced
    assert (entry.cost_usd is None) == (entry.charged == 0)


def check_audit(report: AuditReport) -> None:
    check_measures_of_models(report)
    for why in report.why:
        for parts in (why.classes, why.roles, why.positions):
            assert sum(part.baseline_tokens for part in parts) == why.baseline_tokens
            assert sum(part.target_tokens for part in parts) == why.target_tokens
            assert sum(part.difference for part in parts) == why.difference
    for place, total in enumerate(report.references):
        periods = [period.references[place] for period in report.timeline.periods]
        assert sum(period.input_tokens for period in periods) == (total.input_tokens or 0)
        assert usd(period.cost_usd for period in periods) == usd([total.cost_usd])
        assert total.cost_usd == report.cost.references[place].cost_usd
    for fit in report.windows:
        assert fit.too_long + fit.no_room + fit.unknown <= report.records
    for histogram in report.distribution:
        assert sum(each.records for each in histogram.bins) == histogram.records
    for row in audit_view.rows(report):
        values: dict[str, Any] = row
        assert sum(values[name] or 0 for name in PARTS) == (values["input_tokens"] or 0)
        assert usd([values["input_cost_usd"], values["output_cost_usd"]]) == usd([values["cost_usd"]])


def check_measures_of_models(report: AuditReport) -> None:
    for group in report.by_model:
        check_measures(group.references)
    for place, total in enumerate(report.references):
        models = [group.references[place] for group in report.by_model]
        assert sum(entry.input_tokens or 0 for entry in models) == (total.input_tokens or 0)
        assert usd(entry.cost_usd for entry in models) == usd([total.cost_usd])


def check_budgets(report: CheckReport, rows: pl.DataFrame) -> None:
    totals = {}
    for asked, entry in zip(BUDGETS, report.budgets, strict=True):
        value, limit = Decimal(str(entry.value or 0)), Decimal(str(entry.limit))
        is_within = entry.value is not None and value <= limit
        assert entry.passed == (is_within and entry.unknown <= MOST_UNKNOWN)
        if entry.passed:
            assert entry.is_certain == (not entry.reason and not entry.undercounted)
        assert not entry.unknown or entry.reason or entry.undercounted
        assert entry.value is None or Decimal(str(entry.difference)) == value - limit
        totals[asked] = value
    for label in CLAUSES:
        for metric in LIMITS:
            assert totals[metric, label, EVERY] == sum(totals[metric, label, group] for group in GROUPS)
        assert totals["content_tokens", label, EVERY] == rows[f"{label}:content_tokens"].sum()
        assert totals["cost", label, EVERY] == usd(rows[f"{label}:cost_usd"])
    assert totals["input_tokens", "own", EVERY] >= rows["billed_input_tokens"].sum()


@given(LOGS, moneys)
def test_a_drift_report_adds_up(log: pl.DataFrame, money: CostOptions) -> None:
    found = drift.report(log, Skips(), drift.DriftOptions(OWN, REFERENCES[1:], by=("model",), money=money))

    check_drift(found, log)


@given(LOGS, moneys)
def test_a_cost_report_adds_up(log: pl.DataFrame, money: CostOptions) -> None:
    charges = charge(log, money)

    check_costs(cost.costs(charges), charges.with_costs())


@given(LOGS, moneys)
def test_an_audit_adds_up(log: pl.DataFrame, money: CostOptions) -> None:
    options = audit.AuditOptions(baseline=OWN, targets=REFERENCES[1:], money=money)
    found = audit.report(log, Skips(), options)

    check_drift(found, log)
    check_costs(found.cost, charge(log, money).with_costs())
    check_audit(found)


@given(LOGS, moneys)
def test_budgets_add_up(log: pl.DataFrame, money: CostOptions) -> None:
    money = structs.replace(money, batch=False, cached_share=None, by=())
    source = ScanSource(log, Skips(), BudgetContext(today=TODAY, answers=money.answers))
    verdicts = budgets.judge(source, budgets.CheckOptions(fail=tuple(BUDGETS.values())))

    check_budgets(budgets.report(verdicts, overview(log, Skips())), charge(log, money).with_costs())


def test_sums_beyond_64_bits_do_not_wrap() -> None:
    huge, records = 10**18, 20
    counted = {f"{label}:{name}": huge for label in LABELS for name in ("content_tokens", "output_tokens")}
    counted |= {f"{label}:framing_tokens": 0 for label in LABELS} | {"billed_input_tokens": huge}
    call = {"model": "gpt-4o", "kind": "chat", "tier": None, "shape": "plain", "requests": 1} | counted
    columns = {**dict.fromkeys(("billed_output_tokens", "billed_reasoning_tokens"), None), **call}
    rows = pl.DataFrame([record(line, **columns) for line in range(records)]).with_columns(
        pl.lit("exact").alias(f"{label}:basis") for label in LABELS
    )
    rows = rows.with_columns(
        pl.lit(None, pl.Int64).alias(f"{label}:estimated_{end}")
        for label in LABELS
        for end in ("low", "high")
    )
    log = with_inputs(rows.with_columns(pl.col("tier", "reason", "user").cast(pl.String)), LABELS)
    money = CostOptions(targets=LABELS[1:], today=TODAY, by=("model",))
    options = audit.AuditOptions(baseline=OWN, targets=REFERENCES[1:], money=money)

    found = audit.report(log, Skips(), options)
    budget = parse("input_tokens.total <= 10")
    measured = ScanSource(log, Skips(), BudgetContext(today=TODAY)).measure(budget, None)

    whole = huge * records
    assert [entry.input_tokens for entry in found.references] == [whole] * 3
    assert [entry.input_tokens for entry in found.cost.references] == [whole] * 3
    assert [entry.input_tokens for entry in found.by_model[0].references] == [whole] * 3
    assert {why.target_tokens for why in found.why} == {whole}
    assert measured.value == whole
    check_costs(found.cost, charge(log, money).with_costs())
    assert f'"input_tokens": {whole}' in render(found, "json")
