"""SARIF files against the schema that OASIS publishes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from support.checks import CHECKED, CHECKS, HOSTILE, HOSTILE_PATH, with_budgets, with_records
from support.rendering import render
from syrupy.assertion import SnapshotAssertion

from tokcount.render.ci.sarif import uri
from tokcount.reports.report import Report

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"


@cache
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(
        json.loads(SCHEMA.read_text("utf-8")), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    )


def sarif(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(report, "sarif"))
    validator().validate(document)
    return document


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_report_is_valid_sarif(name: str) -> None:
    assert sarif(CHECKS[name])["version"] == "2.1.0"


def test_the_schema_rejects_an_unknown_level() -> None:
    document = sarif(CHECKED)
    document["runs"][0]["results"][0]["level"] = "fatal"

    assert list(validator().iter_errors(document))


def test_each_violation_is_a_result_at_its_line() -> None:
    run = sarif(CHECKED)["runs"][0]
    places = [
        (result["level"], location["artifactLocation"]["uri"], location["region"]["startLine"])
        for result in run["results"]
        for location in [place["physicalLocation"] for place in result.get("locations", [])]
    ]

    assert places[:2] == [("error", "logs/june.jsonl", 6), ("error", "logs/may.jsonl", 4)]
    assert run["tool"]["driver"]["rules"][0]["id"] == "input_tokens.max"
    assert all(run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])


def test_a_result_keeps_its_fingerprint_and_no_two_share_one() -> None:
    prints = [[r.get("partialFingerprints") for r in sarif(CHECKED)["runs"][0]["results"]] for _ in range(2)]
    known = [value["budgetAndPlace/v1"] for value in prints[0] if value]

    assert prints[0] == prints[1]
    assert len(set(known)) == len(known)


def test_a_result_without_a_file_has_no_location() -> None:
    entry = CHECKED.budgets[0]
    piped, whole_file = entry.records[0], entry.records[1]
    records = structs.replace(piped, source="-"), structs.replace(whole_file, line=0)

    first, second = sarif(with_budgets(CHECKED, with_records(entry, *records)))["runs"][0]["results"]

    assert "locations" not in first
    assert "region" not in second["locations"][0]["physicalLocation"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("logs/a b.jsonl", "logs/a%20b.jsonl"),
        ("logs/日.jsonl", "logs/%E6%97%A5.jsonl"),
        ("/srv/x#1.jsonl", "file:///srv/x%231.jsonl"),
        ("a.zip:b.jsonl", "a.zip%3Ab.jsonl"),
    ],
)
def test_paths_are_uri_references(source: str, expected: str) -> None:
    assert uri(source) == expected


def test_log_content_is_escaped() -> None:
    text = render(HOSTILE, "sarif")

    assert "\x1b" not in text
    assert HOSTILE_PATH not in text


@given(st.text(st.characters(blacklist_categories=[]), min_size=1))
def test_any_path_makes_a_valid_file(path: str) -> None:
    entry = CHECKED.budgets[0]

    sarif(with_budgets(CHECKED, with_records(entry, structs.replace(entry.records[0], source=path))))


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_the_report_reads_as_it_did(name: str, snapshot: SnapshotAssertion) -> None:
    assert render(msgspec.structs.replace(CHECKS[name], tokcount="1.2.3"), "sarif") == snapshot
