"""JSON out, and saved JSON back in."""

from __future__ import annotations

import json

import pytest

from tokcount import __version__
from tokcount.errors import UsageError
from tokcount.render import render
from tokcount.render.json_report import load
from tokcount.reports.report import Report

REPORT = Report(
    "count",
    {"inputs": [{"path": "=größe\x1b", "bytes": 3, "tokens": {"o200k_base": 1}}], "total": {"o200k_base": 1}},
)


def test_the_envelope_comes_first() -> None:
    document = json.loads(render(REPORT, "json"))

    assert list(document) == ["schema_version", "tokcount", "command", "inputs", "total"]
    assert (document["schema_version"], document["tokcount"], document["command"]) == (
        1,
        __version__,
        "count",
    )


@pytest.mark.parametrize("name", ["table", "csv", "json", "jsonl", "markdown"])
def test_a_saved_report_renders_as_the_fresh_one(name: str) -> None:
    saved = load(render(REPORT, "json").encode(), "report.json")

    assert saved == REPORT
    assert render(saved, name) == render(REPORT, name)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "report.json is not JSON"),
        (b"[]", "report.json is not a report of tokcount"),
        (b'{"model": "gpt-4o"}', "report.json is not a report of tokcount"),
        (b'{"schema_version": 2, "command": "count"}', "has schema version 2, this tokcount reads 1"),
    ],
)
def test_what_is_no_report_is_one_line(content: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load(content, "report.json")

    assert "\n" not in str(caught.value)
