"""Reports that were saved as JSON, read back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.rendering import render
from support.reports import COUNT, DRIFT, GROUPED

from tokcount.errors import UsageError
from tokcount.reports.report import Report
from tokcount.reports.saved import load


@pytest.mark.parametrize("report", [COUNT, DRIFT, GROUPED], ids=["count", "drift", "grouped"])
def test_a_saved_report_equals_the_fresh_one(report: Report) -> None:
    assert load(render(report, "json").encode(), "report.json") == report


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "report.json is not JSON"),
        (b"[]", "report.json is not a report of tokcount"),
        (b'{"model": "gpt-4o"}', "report.json is not a report of tokcount"),
        (
            b'{"schema_version": 1, "command": "count"}',
            "schema version 1, .* reads version 2; make the report again",
        ),
        (b'{"schema_version": 3, "command": "count"}', "schema version 3, this tokcount reads version 2"),
        (b'{"schema_version": 2, "command": "cuont"}', "unknown command 'cuont'"),
        (b'{"schema_version": 2, "command": ["count"]}', "report.json is not a report of tokcount"),
        (b'{"schema_version": 2, "command": "cost", "x": 1e-300000000}', "too long to be written out"),
        (b'{"schema_version": 2, "command": "cost", "x": 0e-300000000}', "too long to be written out"),
    ],
)
def test_anything_but_a_report_is_one_line(content: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load(content, "report.json")

    assert "\n" not in str(caught.value)


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in DRIFT.document().items() if name != key}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (without("worst"), "missing required field `worst`"),
        ({**without(""), "records": "many"}, r"Expected `int`, got `str` - at `\$.records`"),
        (
            {**without(""), "references": [{}]},
            r"missing required field `reference` - at `\$.references\[0\]`",
        ),
    ],
)
def test_a_damaged_report_is_one_line_that_names_the_place(document: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        load(json.dumps(document).encode(), "report.json")

    assert "\n" not in str(caught.value)
