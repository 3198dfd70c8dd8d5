"""JUnit files, parsed back."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from support.checks import CHECKED, CHECKS, DOUBTFUL, HELD, HOSTILE, with_budgets, with_records
from support.rendering import render
from syrupy.assertion import SnapshotAssertion

from tokcount.reports.report import Report


def suite(report: Report) -> ET.Element:
    found = ET.fromstring(render(report, "junit")).find("testsuite")  # noqa: S314 - our own
    assert found is not None
    return found


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_the_counts_are_those_of_the_cases(name: str) -> None:
    found = suite(CHECKS[name])

    assert found.get("tests") == str(len(found.findall("testcase"))) == str(len(CHECKS[name].data["budgets"]))
    assert found.get("failures") == str(len(found.findall("testcase/failure")))
    assert found.get("errors") == str(len(found.findall("testcase/error")))


def test_a_broken_budget_is_a_failure_with_its_records() -> None:
    case = suite(CHECKED).findall("testcase")[0]
    failure = case.find("failure")

    assert dict(case.attrib) == {
        "name": "input_tokens.max <= 250",
        "classname": "tokcount.fail",
        "time": "0",
        "file": "logs/june.jsonl",
        "line": "6",
    }
    assert failure is not None
    assert failure.get("message") == "600, limit 250 (+140.0 %)"
    assert (failure.text or "").splitlines()[1:] == [
        "- logs/june.jsonl:6[3] (600)",
        "- logs/may.jsonl:4 (408)",
        "and 1 more",
    ]


def test_an_unknown_value_is_an_error_and_a_warning_passes() -> None:
    cases = suite(CHECKED).findall("testcase")

    assert [next(iter(case)).tag for case in cases] == [
        *("failure", "error", "system-out"),
        *("failure", "system-out", "system-out"),
    ]
    assert (cases[4][0].text or "").startswith("warning: ")
    assert not suite(HELD).findall("testcase/failure")
    assert suite(DOUBTFUL).findall("testcase/failure")


def test_log_content_is_escaped() -> None:
    case = suite(HOSTILE).findall("testcase")[0]

    assert "\\x1b[31m\\u202e\\ufffe" in (case.get("file") or "")
    assert "<b>" in (case.get("file") or "")


@given(st.text(st.characters(blacklist_categories=[])))
def test_any_text_makes_a_file_that_parses(text: str) -> None:
    entry = structs.replace(CHECKED.budgets[0], budget=text, reason=text)
    record = structs.replace(entry.records[0], source=text, note=text)

    assert len(suite(with_budgets(CHECKED, with_records(entry, record)))) == 1


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_the_report_reads_as_it_did(name: str, snapshot: SnapshotAssertion) -> None:
    assert render(CHECKS[name], "junit") == snapshot
