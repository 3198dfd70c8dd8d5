"""An audit says the same in every format: its numbers are read back out of CSV, Markdown and HTML and compared."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from support.costs import TODAY
from support.paths import SAMPLES
from support.rendering import render
from support.shared import SHARED

import tokcount
from tokcount.reports.phrases import part_name

LOGS = [SAMPLES, *([SHARED / "samples"] if (SHARED / "samples").is_dir() else [])]
FIELDS = {
    "content": "content_tokens",
    "framing": "framing_tokens",
    "hidden": "hidden_tokens",
    "input": "input_tokens",
    "output": "output_tokens",
    "drift": "drift",
    "p50": "drift_p50",
    "p95": "drift_p95",
    "max": "drift_max",
    "cost": "cost_usd",
}
"""Column of the table of references → its field."""
COSTS = {
    "input": "input_cost_usd",
    "cached": "cached_input_cost_usd",
    "output": "output_cost_usd",
    "total": "cost_usd",
    "token effect": "token_effect_usd",
    "price effect": "price_effect_usd",
    "priced": "priced_share",
}
WINDOWS = {
    "window": "context_window",
    "p95 full": "fill_p95",
    "fullest": "fill_max",
    "too long": "too_long",
    "no room": "no_room",
    "above limit": "asks_too_much",
    "not known": "unknown",
}
CHARGED = re.compile(r"^(input|cached|output)_tokens$|^compared$|^basis\.")
"""Figures of the cost that CSV gives a name of their own, since tokens have the same one."""
Table = list[dict[str, str]]


@cache
def written(logs: Path, form: str) -> str:
    return render(audit(logs), form)


@cache
def audit(logs: Path) -> Any:
    return tokcount.audit(logs, to="gpt-4o", today=TODAY)


def document(logs: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(logs, "json"), parse_float=Decimal)
    return found


def markdown_tables(text: str) -> Iterator[Table]:
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        header, _, *lines = (
            [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|\n"))]
            for line in block.splitlines()
        )
        yield [dict(zip(header, (cell.strip("*") for cell in line), strict=True)) for line in lines]


class HtmlTables(HTMLParser):
    """The tables of a page. What is below a value is a column of its own, named by the small print of the heading."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th", "small"} and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
        self._in_cell = self._in_cell or tag in {"td", "th"}

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.tables[-1][-1][-1] += data


def html_tables(text: str) -> Iterator[Table]:
    parser = HtmlTables()
    parser.feed(text)
    for header, *lines in filter(None, parser.tables):
        yield [dict(zip(header, line, strict=False)) for line in lines]


def tables(logs: Path, form: str) -> list[Table]:
    text = written(logs, form)
    return list(markdown_tables(text) if form == "markdown" else html_tables(text))


def table_of(logs: Path, form: str, *header: str) -> Table:
    """The only table whose columns begin with these."""
    (found,) = [table for table in tables(logs, form) if table and tuple(table[0])[: len(header)] == header]
    return found


def number(text: str) -> Decimal | None:
    """The number of a cell for people; a percentage as a fraction, `None` for an unknown one."""
    plain = text.strip().replace(",", "").replace("−", "-").replace("$", "").replace("\u00a0", " ")
    plain = plain.removeprefix("at least ").replace("+", "").strip("`")
    if plain in {"", "–", "-"}:
        return None
    return Decimal(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)


def exact(value: Any) -> Decimal | None:
    """A figure of CSV or JSON."""
    return None if value in {None, ""} else Decimal(value)


def is_same(shown: str, figure: Any) -> bool:
    """Whether a cell shows a number, as rounded as cells for people are."""
    found = number(shown)
    if found is None or figure is None:
        return found is None and figure is None
    value = Decimal(figure)
    if shown.rstrip().endswith("%"):
        return abs(found - value) <= Decimal("0.00051")
    return abs(found - value) <= (abs(value) * Decimal("0.006") if "$" in shown else 0)


@pytest.mark.parametrize("logs", LOGS, ids=lambda logs: logs.name)
def test_csv_has_every_figure_of_the_references(logs: Path) -> None:
    report = document(logs)
    rows = list(csv.DictReader(io.StringIO(written(logs, "csv"))))

    assert [row["reference"] for row in rows] == ["own", "gpt-4o"]
    for row, entry in zip(rows, report["references"], strict=True):
        assert {name: exact(row[name]) for name in FIELDS.values()} == {
            name: exact(entry[name]) for name in FIELDS.values()
        }


def figures(entry: dict[str, Any], prefix: str = "") -> dict[str, Decimal]:
    """The numbers of an object of the JSON report, also those of the objects in it."""
    found: dict[str, Decimal] = {}
    for key, value in entry.items():
        if isinstance(value, dict):
            found |= figures(value, f"{prefix}{key}.")
        elif type(value) in {int, Decimal}:
            found[f"{prefix}{key}"] = Decimal(value)
    return found


def cost_name(name: str) -> str:
    """The name in CSV of a figure of the cost of a reference."""
    if not CHARGED.search(name):
        return name
    return f"charged_{name}" if name.endswith("_tokens") else f"cost_{name}"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("logs", LOGS, ids=lambda logs: logs.name)
def test_a_row_has_every_figure_of_a_reference_its_cost_and_its_window(logs: Path, form: str) -> None:
    report, text = document(logs), written(logs, form)
    rows: list[dict[str, Any]] = (
        list(csv.DictReader(io.StringIO(text)))
        if form == "csv"
        else [json.loads(line, parse_float=Decimal) for line in text.splitlines()]
    )

    for place, row in enumerate(rows):
        cost, window = figures(report["cost"]["references"][place]), figures(report["windows"][place])
        expected = {
            **figures(report["references"][place]),
            **{cost_name(name): value for name, value in cost.items()},
            **{f"window.{name}": value for name, value in window.items()},
        }
        assert {name: exact(row[name]) for name in expected} == expected


def assert_shows(shown: Table, entries: list[dict[str, Any]], fields: dict[str, str]) -> None:
    """The rows of a table show the numbers of the entries."""
    names = [name for name in fields if name in shown[0]]
    for row, entry in zip(shown, entries, strict=True):
        different = {name: row[name] for name in names if not is_same(row[name], entry[fields[name]])}
        assert different == {}


@pytest.mark.parametrize("form", ["markdown", "html"])
@pytest.mark.parametrize("logs", LOGS, ids=lambda logs: logs.name)
def test_the_tables_of_cost_windows_and_causes_show_the_figures_of_json(logs: Path, form: str) -> None:
    report = document(logs)
    known = [entry for entry in report["windows"] if entry["measured"]]
    (why,) = report["why"]
    parts = {"own": "baseline_tokens", "gpt-4o": "difference", "drift": "drift"}

    assert_shows(table_of(logs, form, "reference", "input"), report["cost"]["references"], COSTS)
    assert_shows(table_of(logs, form, "reference", "window"), known, WINDOWS)
    *shown, total = table_of(logs, form, "kind of text", "own")
    named = {part_name(part["part"]): part for part in why["classes"]}
    assert_shows(shown, [named[row["kind of text"]] for row in shown], parts)
    assert len(shown) == len(named)
    assert_shows([total], [{**why, "drift": report["references"][1]["drift"]}], parts)


@pytest.mark.parametrize("form", ["markdown", "html"])
@pytest.mark.parametrize("logs", LOGS, ids=lambda logs: logs.name)
def test_the_table_of_references_shows_the_figures_of_json(logs: Path, form: str) -> None:
    shown = table_of(logs, form, "reference", "content")

    for row, entry in zip(shown, document(logs)["references"], strict=True):
        assert row["reference"] == entry["reference"]
        different = {
            name: (row[name], entry[field])
            for name, field in FIELDS.items()
            if name in row and not is_same(row[name], entry[field])
        }
        assert different == {}


@pytest.mark.parametrize("form", ["markdown", "html"])
@pytest.mark.parametrize("logs", LOGS, ids=lambda logs: logs.name)
def test_the_table_of_models_shows_the_figures_of_json(logs: Path, form: str) -> None:
    groups = {group["model"]: group for group in document(logs)["by_model"]}

    for row in table_of(logs, form, "model", "records", "own", "gpt-4o"):
        if row["model"] in groups:
            group = groups[row["model"]]
            own, target = group["references"]
            assert number(row["records"]) == group["records"]
            assert is_same(row["own"], own["input_tokens"])
            assert is_same(row["gpt-4o"], target["input_tokens"])
            assert is_same(row["drift"], target["drift"])


class Cards(HTMLParser):
    """The raw numbers of the first card of a page, by the label of their fact."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[str, list[Decimal]] = {}
        self._label, self._in_label = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_label = tag == "dt"
        if tag == "data":
            self.facts.setdefault(self._label, []).append(Decimal(dict(attrs)["value"] or 0))

    def handle_data(self, data: str) -> None:
        if self._in_label:
            self._label = data
            self._in_label = False


@pytest.mark.parametrize("logs", LOGS, ids=lambda logs: logs.name)
def test_the_card_of_a_target_has_the_numbers_of_json(logs: Path) -> None:
    report = document(logs)
    target, cost = report["references"][1], report["cost"]["references"][1]
    parser = Cards()
    parser.feed(written(logs, "html"))
    before = Decimal(cost["compared_baseline_usd"])

    assert parser.facts["requests that break"] == [report["breaking"][0]["records"]]
    tokens = target["input_tokens"]
    assert parser.facts["input tokens"] == [tokens - target["difference"], tokens, target["drift"]]
    assert parser.facts["drift of one record"] == [target["drift_p50"]]
    assert parser.facts["cost"] == [before, before + cost["difference_usd"], cost["difference_share"]]


def test_cards_tables_and_sums_agree_on_a_log_of_known_and_unknown_models(tmp_path: Path) -> None:
    models = ["gpt-4", "my-deployment", "gpt-3.5-turbo", None, "text-davinci-003"]
    log = tmp_path / "mixed.jsonl"
    log.write_text("".join(f"{json.dumps(call(place, models[place % 5]))}\n" for place in range(60)))
    own, target = table_of(log, "markdown", "reference", "input")
    own_tokens, target_tokens = table_of(log, "markdown", "reference", "content")
    costs = document(log)["cost"]["references"]

    assert costs[1]["compared"] == 36
    assert all(
        is_same(row["total"], cost["cost_usd"]) for row, cost in zip((own, target), costs, strict=True)
    )
    steps = {row["step"]: row["amount"] for row in table_of(log, "markdown", "step", "amount")}
    assert is_same(steps["gpt-4o: change from own"], costs[1]["difference_usd"])
    drift = Decimal(number(target_tokens["input"]) or 0) / Decimal(number(own_tokens["input"]) or 0) - 1
    assert is_same(target_tokens["drift"], drift)
    by_model = table_of(log, "markdown", "model", "records", "own")
    for column in ("own", "gpt-4o"):
        shown = [number(row[column]) or 0 for row in by_model]
        assert sum(shown) == number((own_tokens if column == "own" else target_tokens)["input"])


def call(place: int, model: str | None) -> dict[str, Any]:
    messages = [{"role": "user", "content": f"{'Wie geht es dir heute? ' * (place % 7 + 1)}{place}"}]
    request = {"messages": messages, **({"model": model} if model else {})}
    return {
        "request": request,
        "response": {"choices": [{"message": {"role": "assistant", "content": "Gut."}}]},
    }
