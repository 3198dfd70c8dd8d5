"""Comments on pull requests."""

from __future__ import annotations

import pytest
from msgspec import structs
from support.checks import CHECKED, CHECKS, DOUBTFUL, HELD, HOSTILE, with_budgets
from support.rendering import render
from syrupy.assertion import SnapshotAssertion

from tokcount.render.ci import comment
from tokcount.reports.budgets.report import GroupValue


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_the_comment_reads_as_it_did(name: str, snapshot: SnapshotAssertion) -> None:
    assert render(CHECKS[name], "comment") == snapshot


def test_the_marker_is_first_and_the_verdict_second() -> None:
    held, broken = (render(report, "comment").split("\n\n") for report in (HELD, CHECKED))

    assert held[:2] == ["<!-- tokcount -->", "### ✅ tokcount: 1 passed"]
    assert broken[1] == "### ❌ tokcount: 3 budgets broken, 2 warnings, 1 passed"


def test_what_is_not_known_is_folded_away_with_its_reason() -> None:
    folded = render(DOUBTFUL, "comment").split("<details>")[1]

    assert folded.startswith("<summary>Not judged or provisional: 3</summary>")
    assert "| not known | cost.total &lt;= $25 for gpt-4o |" in folded


def test_log_content_is_neither_markup_nor_a_mention() -> None:
    text = render(HOSTILE, "comment")

    assert "<b>" not in text
    assert text.count("<!--") == 1


def test_a_comment_that_would_be_too_long_is_cut_to_its_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = render(CHECKED, "comment")
    monkeypatch.setattr(comment, "LONGEST", len(whole) - 1)
    short = render(CHECKED, "comment")

    assert short.split("\n\n")[:2] == whole.split("\n\n")[:2]
    assert "| budget |" not in short


def test_a_file_that_grew_is_marked_in_the_table() -> None:
    budget = CHECKED.budgets[0]
    named = structs.replace(budget.records[0], group="a.md")
    groups = [
        {"name": "a.md", "value": 9, "baseline": 3},
        {"name": "b.md", "value": None, "baseline": 4},
    ]
    entry = structs.replace(budget, records=[named], groups=[_group(**group) for group in groups])

    text = render(with_budgets(CHECKED, entry), "comment")

    assert "| ❌ a.md | 3 | 9 | +200.0\N{NO-BREAK SPACE}% |  |" in text
    assert "b.md | 4 | – | – | removed |" in text


def _group(**fields: object) -> GroupValue:
    return GroupValue(**fields)  # type: ignore[arg-type]
