"""Code quality reports for GitLab."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.checks import CHECKED, CHECKS, FLOOR, HELD, HOSTILE, UNKNOWN
from support.rendering import render

from tokcount.reports.budgets.report import CheckReport

KEYS = {"description", "check_name", "fingerprint", "severity", "location"}


def issues(report: CheckReport) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(report, "gitlab"))
    return found


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_issue_has_what_gitlab_reads(name: str) -> None:
    for issue in issues(CHECKS[name]):
        assert set(issue) == KEYS
        assert issue["location"]["path"]
        assert issue["location"]["lines"]["begin"] >= 1


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_fingerprints_differ_and_stay(name: str) -> None:
    prints = [issue["fingerprint"] for issue in issues(CHECKS[name])]

    assert len(set(prints)) == len(prints)
    assert prints == [issue["fingerprint"] for issue in issues(CHECKS[name])]


def test_each_violation_is_an_issue_at_its_line() -> None:
    first = issues(CHECKED)[0]

    assert first["location"] == {"path": "logs/june.jsonl", "lines": {"begin": 6}}
    assert first["description"] == "600 here; input_tokens.max <= 250: 600, limit 250 (+140.0 %)"
    assert {issue["severity"] for issue in issues(CHECKED)} == {"major", "minor"}


def test_budgets_that_pass_for_certain_have_no_issue() -> None:
    assert issues(HELD) == []
    assert [issue["severity"] for issue in issues(FLOOR)].count("info") == 2


def test_a_budget_without_a_place_is_an_issue_too() -> None:
    (issue,) = issues(UNKNOWN)

    assert issue["location"]["path"] == "-"


def test_log_content_is_escaped() -> None:
    assert "\\x1b[31m" in issues(HOSTILE)[0]["location"]["path"]
