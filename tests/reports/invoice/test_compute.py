"""A month of calls against every export of the same month, with and without planted differences."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from msgspec import structs
from support.invoices import (
    EXPORTS,
    MODELS,
    Call,
    azure_csv,
    log_lines,
    month,
    openai_costs_csv,
    openai_usage_csv,
    openrouter_csv,
    table,
    write_log,
)

from tokcount.errors import UsageError
from tokcount.logs.options import ReadOptions
from tokcount.logs.source import expand
from tokcount.models.references import OWN
from tokcount.reports.cost.charges import Charges, CostOptions, charge
from tokcount.reports.invoice.compute import Tolerance, report
from tokcount.reports.invoice.names import fee_in
from tokcount.reports.invoice.read import read
from tokcount.reports.invoice.report import InvoiceReport
from tokcount.scanning.plan import own_plan
from tokcount.scanning.run import run

CALLS = month()
TODAY = date(2026, 11, 22)
WITH_TOKENS = sorted(name for name in EXPORTS if "costs" not in name)


class Scan:
    """Reports over logs that are scanned once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scanned: dict[int, Any] = {}

    def report(
        self,
        calls: list[Call],
        exports: dict[str, str],
        zone: str = "UTC",
        tolerance: Tolerance | None = None,
        columns: Sequence[pl.Expr] = (),
        **options: Any,
    ) -> InvoiceReport:
        """The report on a log of calls, with further `columns`, and exports, given as file name → text."""
        if id(calls) not in self._scanned:
            log = write_log(self._folder / f"log-{len(self._scanned)}.jsonl", calls)
            result = run(expand([log]), own_plan(engine="tiktoken"), ReadOptions(), jobs=1)
            self._scanned[id(calls)] = (calls, *result.counted())
        _, frame, skipped = self._scanned[id(calls)]
        for name, text in exports.items():
            (self._folder / name).write_text(text, encoding="utf-8")
        files = [read(source, ZoneInfo(zone)) for source in expand([self._folder / name for name in exports])]
        charges = charge(frame.with_columns(columns), CostOptions(baseline=OWN, today=TODAY))
        return report(charges, skipped, files, ZoneInfo(zone), tolerance, **options)


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    return Scan(tmp_path_factory.mktemp("invoice"))


def without_day(calls: Iterable[Call], day: int) -> list[Call]:
    return [call for call in calls if call.time.day != day]


DOUBLED = next(call for call in CALLS if call.time.day == 5)
MOVED = next(call for call in CALLS if call.time.day == 20 and call.model == MODELS[0])
LOGGED = [*without_day(CALLS, 12), structs.replace(DOUBLED, number=9_999)]
"""Without a day, and with one call logged twice under two ids."""
BILLED = [structs.replace(call, model=MODELS[1]) if call is MOVED else call for call in CALLS]
"""With one call billed as another model."""


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_a_month_reconciles_to_zero_with_every_export_of_it(scan: Scan, name: str) -> None:
    found = scan.report(CALLS, {name: EXPORTS[name](CALLS)}, tolerance=Tolerance("0%", share=Decimal(0)))

    assert (found.differing, found.findings, found.not_compared) == (0, [], [])
    assert found.compared == 90
    assert found.passed is True
    if found.log.requests is not None:
        assert found.invoice.requests == len(CALLS)
    if found.log.cost_usd is not None:
        assert Decimal(found.log.cost_usd) == sum(call.cost for call in CALLS)
        assert abs(Decimal(found.invoice.cost_usd or 0) - Decimal(found.log.cost_usd)) < Decimal("1e-9")


@pytest.mark.parametrize("name", WITH_TOKENS)
def test_three_planted_differences_are_the_three_findings(scan: Scan, name: str) -> None:
    found = scan.report(
        LOGGED, {name: EXPORTS[name](BILLED)}, tolerance=Tolerance("1%", share=Decimal("0.01"))
    )

    by_kind = {finding.kind: finding for finding in found.findings}
    missing, moved, doubled = (by_kind[kind] for kind in ("only in the invoice", "other model", "differs"))
    assert len(found.findings) == 3
    assert (missing.start, missing.days, missing.model) == (date(2026, 9, 12), 1, None)
    assert missing.difference.input_tokens == -sum(call.given for call in CALLS if call.time.day == 12)
    assert (moved.start, moved.difference.input_tokens) == (date(2026, 9, 20), MOVED.given)
    assert "gpt-4o-2024-08-06" in str(moved.model)
    assert "gpt-4o-mini" in str(moved.other_model)
    assert (doubled.start, doubled.difference.output_tokens) == (date(2026, 9, 5), DOUBLED.answered)
    assert found.passed is False


def test_money_alone_shows_each_planted_difference_where_it_is(scan: Scan) -> None:
    found = scan.report(LOGGED, {"costs.csv": openai_costs_csv(BILLED)})

    places = {(finding.start.day, finding.model) for finding in found.findings}
    assert places == {(12, None), (5, MODELS[1]), (20, MODELS[0]), (20, MODELS[1])}


def at_half_price(calls: list[Call]) -> str:
    rows = openrouter_csv(calls).splitlines()
    head, *lines = ([*row.split(",")] for row in rows)
    place, model = head.index("cost_total"), head.index("model_permaslug")
    for line in lines:
        if line[model].endswith(MODELS[2]):
            line[place] = str(Decimal(line[place]) / 2)
    return "\n".join(",".join(line) for line in (head, *lines))


def test_another_price_for_the_same_tokens_is_one_finding_with_a_reason(scan: Scan) -> None:
    found = scan.report(CALLS, {"activity.csv": at_half_price(CALLS)})

    (price,) = found.findings
    assert (price.kind, price.model, price.days) == ("price differs", MODELS[2], 30)
    assert Decimal(price.invoice_usd or 0) * 2 == Decimal(price.log_usd or 0)
    assert price.reason == "half of the price, as for batch and flex processing"
    assert {cell.status for cell in found.cells if cell.model == MODELS[2]} == {"price differs"}


def test_tokens_and_money_come_from_two_exports(scan: Scan) -> None:
    exports = {"usage.csv": openai_usage_csv(CALLS), "costs.csv": openai_costs_csv(CALLS)}
    found = scan.report(CALLS, exports)

    assert found.differing == 0
    assert (found.log.requests, found.log.cost_usd) == (210, str(sum(call.cost for call in CALLS)))


def test_a_fee_that_is_not_for_a_model_is_a_difference_of_its_own(scan: Scan) -> None:
    rows = list(csv.DictReader(openai_costs_csv(CALLS).splitlines()))
    fee = {**rows[0], "line_item": "web search tool calls", "amount_value": "0.25"}
    text = table([*rows, fee])

    (finding,) = scan.report(CALLS, {"costs.csv": text}).findings

    assert (finding.kind, finding.model) == ("only in the invoice", "web search tool calls")
    assert finding.difference.cost_usd == "-0.25"


def searching(scan: Scan, exports: dict[str, str]) -> InvoiceReport:
    """With two calls of tools in each record: $0.0225 by OpenAI's pricing page."""
    return scan.report(CALLS, exports, columns=[pl.lit("file_search:1,web_search:2").alias("tool_calls")])


def with_fees(web_search: str = "0.02") -> str:
    rows = list(csv.DictReader(openai_costs_csv(CALLS).splitlines()))
    fees = (("web search tool calls", Decimal(web_search)), ("File search tool calls", Decimal("0.0025")))
    lines = [
        {**row, "line_item": item, "amount_value": str(amount * 7)}
        for row in {row["start_time"]: row for row in rows}.values()
        for item, amount in fees
    ]
    return table([*rows, *lines])


def test_fees_of_tools_in_the_log_agree_with_their_own_lines_in_the_invoice(scan: Scan) -> None:
    found = searching(scan, {"costs.csv": with_fees()})

    assert (found.differing, found.compared) == (0, 90 + 60)
    fees = {cell.model: cell.log.cost_usd for cell in found.cells if cell.day == date(2026, 9, 1)}
    assert (fees["web search tool calls"], fees["file search tool calls"]) == ("0.14", "0.0175")
    everything = sum(call.cost for call in CALLS) + len(CALLS) * Decimal("0.0225")
    assert Decimal(found.log.cost_usd or 0) == everything


def test_a_fee_that_differs_is_found_at_the_tool_and_not_at_a_model(scan: Scan) -> None:
    exports = {"usage.csv": openai_usage_csv(CALLS), "costs.csv": with_fees(web_search="0.05")}

    (finding,) = searching(scan, exports).findings

    assert (finding.kind, finding.model, finding.days) == ("differs", "web search tool calls", 30)
    assert Decimal(finding.difference.cost_usd or 0) == Decimal("-6.3")


def test_a_fee_without_a_line_in_the_invoice_is_only_in_the_log(scan: Scan) -> None:
    found = searching(scan, {"costs.csv": openai_costs_csv(CALLS)})

    assert {(one.kind, one.model) for one in found.findings} == {
        ("only in the log", "web search tool calls"),
        ("only in the log", "file search tool calls"),
    }


def test_amounts_of_a_gateway_include_the_fees_of_tools(scan: Scan) -> None:
    rows = list(csv.DictReader(openrouter_csv(CALLS).splitlines()))
    text = table({**row, "cost_total": Decimal(row["cost_total"]) + Decimal("0.0225")} for row in rows)

    found = searching(scan, {"activity.csv": text})

    assert (found.differing, found.compared) == (0, 90)


def test_the_tokens_of_a_search_model_are_not_fees() -> None:
    names = ("gpt-4o-search-preview, input", "gpt-5-search-api, output", "computer-use-preview, input")
    assert [fee_in(name) for name in names] == [None] * 3


def test_costs_that_name_no_model_are_compared_by_day(scan: Scan) -> None:
    by_day: dict[date, Decimal] = {}
    for call in CALLS:
        by_day[call.time.date()] = by_day.get(call.time.date(), Decimal(0)) + call.cost
    rows = [{"date": day.isoformat(), "amount_value": amount} for day, amount in by_day.items()]
    exports = {"usage.csv": openai_usage_csv(CALLS), "costs.csv": table(rows)}

    found = scan.report(CALLS, exports)

    assert found.differing == 0
    assert (found.compared, sum(cell.model is None for cell in found.cells)) == (120, 30)
    assert {cell.log.cost_usd for cell in found.cells if cell.model} == {None}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles"])
def test_hours_can_be_cut_into_the_days_of_a_time_zone(scan: Scan, zone: str) -> None:
    hourly = openai_usage_csv(CALLS, hours=1)
    found = scan.report(CALLS, {"usage.csv": hourly}, zone)
    shifted = {call.time.astimezone(ZoneInfo(zone)).date() for call in CALLS}

    assert (found.differing, found.timezone) == (0, zone)
    assert {cell.day for cell in found.cells} == shifted


def test_days_of_another_zone_are_refused_with_what_to_do(scan: Scan) -> None:
    with pytest.raises(
        UsageError, match=r"usage.csv:2: .* not within a day of the time zone Europe/Berlin; .*--timezone"
    ):
        scan.report(CALLS, {"usage.csv": openai_usage_csv(CALLS)}, "Europe/Berlin")


def test_an_export_of_local_days_is_compared_in_its_zone(scan: Scan) -> None:
    zone = ZoneInfo("America/New_York")
    local = [structs.replace(call, time=call.time.astimezone(zone)) for call in CALLS]
    found = scan.report(CALLS, {"azure.csv": azure_csv(local)}, zone.key)

    assert found.differing == 0
    assert (found.start, found.timezone) == (date(2026, 8, 31), zone.key)
    assert scan.report(CALLS, {"azure.csv": azure_csv(local)}).differing > 0


def test_records_outside_the_period_of_the_invoice_are_named_and_not_compared(scan: Scan) -> None:
    first_half = [call for call in CALLS if call.time.day <= 15]
    found = scan.report(CALLS, {"usage.csv": openai_usage_csv(first_half)})

    (left,) = found.not_compared
    assert found.differing == 0
    assert (left.side, left.number, left.start, left.end) == (
        "log",
        105,
        date(2026, 9, 16),
        date(2026, 9, 30),
    )


def test_an_empty_day_of_the_invoice_belongs_to_its_period(scan: Scan) -> None:
    without_last = [call for call in CALLS if call.time.day < 30]
    head = openai_usage_csv(CALLS).split("\n", 1)[0].split(",")
    empty = ",".join("1790726400" if name == "start_time" else "" for name in head)
    found = scan.report(CALLS, {"usage.csv": f"{openai_usage_csv(without_last)}{empty}\n"})

    (finding,) = found.findings
    assert (finding.kind, finding.start, finding.difference.requests) == (
        "only in the log",
        date(2026, 9, 30),
        7,
    )


def test_lines_of_days_that_were_not_asked_for_are_left_out(scan: Scan) -> None:
    later = [call for call in CALLS if call.time.day > 10]
    found = scan.report(later, {"usage.csv": openai_usage_csv(CALLS)}, span=(date(2026, 9, 11), None))

    assert found.differing == 0
    assert [(entry.side, entry.end) for entry in found.not_compared] == [("invoice", date(2026, 9, 10))]


def test_an_export_that_is_named_twice_is_refused(scan: Scan) -> None:
    exports = {"one.csv": openai_usage_csv(CALLS), "two.csv": openai_usage_csv(CALLS[:30])}

    with pytest.raises(UsageError, match=r"one.csv and .*two.csv have the same numbers for 2026-09-01"):
        scan.report(CALLS, exports)


def test_exports_of_two_periods_are_added(scan: Scan) -> None:
    parts = [[call for call in CALLS if (call.time.day <= 15) == is_early] for is_early in (True, False)]
    exports = {f"{number}.csv": openai_usage_csv(part) for number, part in enumerate(parts)}

    assert scan.report(CALLS, exports).differing == 0


def test_snapshots_are_compared_as_the_model_where_one_side_names_only_the_model(scan: Scan) -> None:
    found = scan.report(CALLS, {"usage.csv": openai_usage_csv(CALLS).replace("-2024-08-06", "")})

    assert found.differing == 0
    assert [(entry.name, entry.compared_as) for entry in found.names] == [("gpt-4o-2024-08-06", "gpt-4o")]


@pytest.mark.parametrize(
    ("tolerance", "passed"),
    [
        (Tolerance("5%", share=Decimal("0.05")), True),
        (Tolerance("0.1%", share=Decimal("0.001")), False),
        (Tolerance("$1", usd=Decimal(1)), True),
        (Tolerance("$0.0005", usd=Decimal("0.0005")), False),
    ],
)
def test_surpluses_do_not_make_up_for_what_is_missing(scan: Scan, tolerance: Tolerance, passed: bool) -> None:
    a_day_later = structs.replace(DOUBLED, time=DOUBLED.time + timedelta(days=1))
    billed = [a_day_later if call is DOUBLED else call for call in CALLS]
    found = scan.report(CALLS, {"activity.csv": openrouter_csv(billed)}, tolerance=tolerance)

    assert found.difference.requests == 0
    assert found.gross_difference.requests == 2
    assert found.passed is passed


def test_amounts_in_another_currency_are_not_compared(scan: Scan) -> None:
    text = azure_csv(CALLS).replace("USD", "EUR")
    found = scan.report(CALLS, {"azure.csv": text})

    assert found.log.cost_usd is None
    assert found.exports[0].currency == "EUR"
    with pytest.raises(UsageError, match="no amounts in US dollars; give a share"):
        scan.report(CALLS, {"azure.csv": text}, tolerance=Tolerance("$1", usd=Decimal(1)))


def test_records_without_a_price_are_said_to_be_missing_from_the_log(tmp_path: Path) -> None:
    calls = [structs.replace(call, model=MODELS[0]) for call in CALLS[:7]]
    lines = [json.dumps(line).replace(MODELS[0], "acme-1") for line in log_lines(calls)]
    (tmp_path / "log.jsonl").write_text("\n".join(lines))
    (tmp_path / "activity.csv").write_text(openrouter_csv(calls).replace(f"openai/{MODELS[0]}", "acme-1"))
    result = run(expand([tmp_path / "log.jsonl"]), own_plan(engine="tiktoken"), ReadOptions(), jobs=1)
    frame, skipped = result.counted()
    charges: Charges = charge(frame, CostOptions(today=TODAY))

    found = report(
        charges, skipped, [read(expand([tmp_path / "activity.csv"])[0], ZoneInfo("UTC"))], ZoneInfo("UTC")
    )

    assert found.lower_bound == {"unknown model": 7}
    assert (found.log.requests, found.log.cost_usd) == (7, "0")
    assert [(finding.kind, finding.log_usd) for finding in found.findings] == [("price differs", None)]


def test_a_log_and_an_invoice_without_a_day_in_common_do_not_pass(scan: Scan) -> None:
    usage = openai_usage_csv(CALLS)
    found = scan.report(
        CALLS,
        {"usage.csv": usage},
        tolerance=Tolerance("100%", share=Decimal(1)),
        span=(date(2026, 10, 1), date(2026, 10, 31)),
    )

    assert {cell.status for cell in found.cells} == {"only in the log"}
    assert found.passed is False


OWNED = [(call, f"team:{call.project}") for call in CALLS]
"""Each call with the tag that a gateway keeps its project in."""


@pytest.mark.parametrize("name", ["openai-usage.json", "openai-usage.csv"])
def test_both_sides_are_compared_by_project_where_they_have_the_same(scan: Scan, name: str) -> None:
    tags = pl.Series("tags", [tag for _, tag in OWNED])
    found = scan.report(CALLS, {name: EXPORTS[name](CALLS)}, columns=[tags])

    projects = sorted({call.project for call in CALLS})
    assert sorted(each.owner or "" for each in found.owners) == projects
    for each in found.owners:
        given = sum(call.given for call in CALLS if call.project == each.owner)
        assert (each.log.input_tokens, each.invoice.input_tokens) == (given, given)
        assert each.difference.output_tokens == 0


def test_what_has_no_common_owner_is_a_row_of_its_own(scan: Scan) -> None:
    name = next(name for name in WITH_TOKENS if name.startswith("openai"))
    first = CALLS[0].project
    tags = pl.Series("tags", [call.project if call.project == first else "other" for call in CALLS])
    found = scan.report(CALLS, {name: EXPORTS[name](CALLS)}, columns=[tags])

    assert [each.owner for each in found.owners] == [first, None]
    assert sum(each.log.requests or 0 for each in found.owners) == len(CALLS)
    assert all(each.difference.requests == 0 for each in found.owners)


def test_without_a_common_owner_nothing_is_compared_by_owner(scan: Scan) -> None:
    name = WITH_TOKENS[0]

    assert scan.report(CALLS, {name: EXPORTS[name](CALLS)}).owners == []
