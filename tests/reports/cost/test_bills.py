"""What everything costs that is billed, against amounts that were worked out by hand."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.bills import PRICES, Bill, bills
from support.in_process import run

COUNT = 1_600


@pytest.fixture(scope="module")
def made() -> list[Bill]:
    return bills(COUNT)


@pytest.fixture(scope="module")
def log(made: list[Bill], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bills")
    (folder / "prices.toml").write_text(PRICES, encoding="utf-8")
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(bill.line) + "\n" for bill in made), encoding="utf-8")
    return path


def cost(log: Path, *options: str) -> list[dict[str, Any]]:
    done = run("cost", str(log), "--prices", str(log.parent / "prices.toml"), *options, "-f", "jsonl")
    return [json.loads(line, parse_float=Decimal) for line in done.out.splitlines()]


def test_every_call_costs_what_it_does_by_hand(log: Path, made: list[Bill]) -> None:
    rows = cost(log, "--per-record")

    assert [(row["line"], row["own:cost_usd"]) for row in rows] == [
        (line, bill.usd) for line, bill in enumerate(made, 1)
    ]


def test_the_components_are_those_of_all_calls_and_add_up_to_the_cost(log: Path, made: list[Bill]) -> None:
    components = {row["component"]: row["cost_usd"] for row in cost(log, "--by", "component")}
    (total,) = cost(log)
    by_hand: dict[str, Decimal] = {}
    for bill in made:
        for component, usd in bill.costs.items():
            by_hand[component] = by_hand.get(component, Decimal(0)) + usd

    assert components == by_hand
    assert len(by_hand) == 16
    assert sum(components.values()) == total["cost_usd"] == sum(by_hand.values())
    assert (total["floor"], total["priced"]) == (False, COUNT)


def test_components_of_groups_add_up_to_those_of_the_log(log: Path) -> None:
    whole = {row["component"]: row["cost_usd"] for row in cost(log, "--by", "component")}
    parts: dict[str, Decimal] = {}
    for row in cost(log, "--by", "model,component"):
        parts[row["component"]] = parts.get(row["component"], Decimal(0)) + row["cost_usd"]

    assert parts == whole


def test_the_components_of_a_record_add_up_to_its_cost(log: Path) -> None:
    rows = cost(log, "--per-record", "--by", "component")
    names = [name for name in rows[0] if name.startswith("own:cost_usd[")]

    assert len(names) == 14
    assert all(sum(row[name] for name in names) == row["own:cost_usd"] for row in rows)


def test_the_report_names_tools_and_what_is_not_included(log: Path) -> None:
    done = run("cost", log, "--prices", log.parent / "prices.toml", "--by", "component")

    assert re.search(
        r"Fees of hosted tools under own: [\d,]+ code_interpreter containers at \$0.03, ", done.out
    )
    assert "The storage of vector stores is charged by the day and not included." in done.out
    assert re.search(r"^cache write long\s", done.out, re.MULTILINE)


def test_a_region_is_two_letters_or_none(log: Path) -> None:
    assert (
        run("cost", log, "--region", "europe")
        .err.rstrip()
        .endswith("--region 'europe': expected a region such as eu or us, or none.")
    )
    assert run("cost", log, "--region", "none", "--by", "component", "-f", "csv").code == 0


def test_budgets_are_held_against_everything_that_is_charged(log: Path, made: list[Bill]) -> None:
    total = sum((bill.usd for bill in made), Decimal(0))

    def passes(limit: Decimal, *options: str) -> bool:
        prices = log.parent / "prices.toml"
        return (
            run("check", log, "--prices", prices, "--budget", f"cost.total <= ${limit}", *options).code == 0
        )

    assert passes(total)
    assert not passes(total - Decimal("1E-6"))
    assert passes(total - Decimal("1E-6"), "--region", "none")


def test_a_budget_over_a_charge_without_a_number_never_just_passes(tmp_path: Path) -> None:
    answer = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_790_000_000,
        "model": "gpt-5-mini",
        "output": [{"type": "image_generation_call", "id": "ig_1", "status": "completed"}],
        "usage": {"input_tokens": 1000, "output_tokens": 10, "total_tokens": 1010},
    }
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps({"request": {"model": "gpt-5-mini", "input": "Draw."}, "response": answer}))
    broken = run("check", log, "--budget", "cost.total <= $1")
    allowed = run("check", log, "--budget", "cost.total <= $1", "--allow-unknown")

    assert (broken.code, allowed.code) == (1, 0)
    for done in (broken, allowed):
        assert "fee of image_generation not known" in done.out
    assert "? cost.total <= $1" in allowed.out
