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
HEADLINE = re.compile(
    r"([−+][\d.,]+ %) input tokens, [^:]*?([−+][\d.,]+ %) cost where both have prices \((\$[\d.,]+) → (\$[\d.,]+)\)"
)
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
            [cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()
        )
        yield [dict(zip(header, line, strict=True)) for line in lines]


class HtmlTables(HTMLParser):
    """The tables of a page, without nested markup."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
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
    plain = plain.removeprefix("at least ").replace("+", "").strip("*`")
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


@pytest.mark.parametrize("form", ["markdown", "html", "table"])
@pytest.mark.parametrize("logs", LOGS, ids=lambda logs: logs.name)
def test_the_headline_shows_the_drift_and_the_dollars_of_json(logs: Path, form: str) -> None:
    report = document(logs)
    target, cost = report["references"][1], report["cost"]["references"][1]
    text = " ".join(re.sub(r"<[^>]*>", "", written(logs, form)).replace("\u00a0", " ").split())

    (shown,) = HEADLINE.findall(text)
    drift, share, before, after = shown

    baseline, difference = Decimal(cost["compared_baseline_usd"]), Decimal(cost["difference_usd"])
    assert is_same(drift, target["drift"])
    assert is_same(share, cost["difference_share"])
    assert is_same(before, baseline)
    assert is_same(after, baseline + difference)
