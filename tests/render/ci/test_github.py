"""Annotations and job summaries of GitHub Actions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from support.checks import CHECKED, CHECKS, HELD, HOSTILE, UNKNOWN, with_budgets, with_records
from support.rendering import render
from syrupy.assertion import SnapshotAssertion

from tokcount.render.ci.github import add_summary, command
from tokcount.reports.report import Report
from tokcount.reports.views import document_of

COMMAND = re.compile(r"::(error|warning|notice)( [^:]*)?::(.*)")
"""A workflow command as the runner parses it: properties are everything up to the second `::`."""


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner reads it (actions/runner, `ActionCommand.cs`)."""
    match = COMMAND.fullmatch(line)
    assert match, line
    pairs = [pair.split("=", 1) for pair in (match[2] or "").strip().split(",") if pair]
    return match[1], {key: unescaped(value) for key, value in pairs}, unescaped(match[3])


def unescaped(text: str) -> str:
    for code, character in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(code, character)
    return text


def test_each_violation_is_an_annotation_and_the_worst_of_each_budget_come_first() -> None:
    found = [parsed(line) for line in render(CHECKED, "github").splitlines()]

    assert [(name, place.get("file"), place.get("line")) for name, place, _ in found] == [
        ("error", "logs/june.jsonl", "6"),
        ("error", None, None),
        ("error", "logs/may.jsonl", "7"),
        ("error", "logs/may.jsonl", "4"),
        ("error", "logs/may.jsonl", "8"),
        ("warning", "logs/june.jsonl", "6"),
        ("warning", "logs/may.jsonl", "2"),
        ("warning", "logs/may.jsonl", "4"),
        ("notice", None, None),
    ]
    assert found[0][2] == "600 here; input_tokens.max <= 250: 600, limit 250 (+140.0 %) (and 2 more)"
    assert found[3][2].startswith("408 here; input_tokens.max <= 250: 600, limit 250")
    assert found[-1][2] == "3 budgets broken, 2 warnings, 1 passed"


def test_an_unknown_value_is_an_error_without_a_location() -> None:
    name, place, message = parsed(render(UNKNOWN, "github").splitlines()[0])

    assert (name, place) == ("error", {"title": "tokcount check"})
    assert message == "input_tokens.max <= 250 where model = nothing: unknown: no record is selected"


def test_at_most_ten_annotations_of_a_level_are_written() -> None:
    entry = CHECKED.budgets[0]
    many = with_records(entry, *entry.records * 8)

    assert render(with_budgets(CHECKED, many, many, many), "github").count("::error") == 10


def test_a_log_from_standard_input_has_no_file() -> None:
    entry = CHECKED.budgets[0]
    piped = with_records(entry, structs.replace(entry.records[0], source="-"))

    line = render(with_budgets(CHECKED, piped), "github").splitlines()[0]

    assert line.startswith("::error title=tokcount check::")


def test_log_content_cannot_write_commands() -> None:
    lines = render(HOSTILE, "github").splitlines()

    assert [parsed(line)[0] for line in lines] == ["error", "error", "warning", "notice"]
    assert set(parsed(lines[0])[1]) == {"file", "line", "title"}


@given(st.text(), st.text())
def test_any_text_makes_a_command_of_one_line_with_its_own_properties(text: str, path: str) -> None:
    line = command("error", text, file=path, line=3)

    assert len((line + "\n").splitlines()) == 1
    assert set(parsed(line)[1]) == {"file", "line"}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_other_formats_print_no_commands(name: str) -> None:
    for form in ("table", "junit", "markdown"):
        lines = render(CHECKS[name], form).splitlines()
        assert not [line for line in lines if line.lstrip().startswith("::")]


def summary_of(report: Report, folder: Path, **environment: Any) -> str | None:
    path = folder / "summary.md"
    path.write_text("before\n")
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(path), **environment}
    wrote = add_summary(document_of(report), {key: value for key, value in variables.items() if value})
    return path.read_text("utf-8") if wrote else None


def test_in_github_actions_the_report_is_appended_to_the_job_summary(tmp_path: Path) -> None:
    summary = summary_of(HELD, tmp_path)

    assert summary == f"before\n## tokcount check\n\n{render(HELD, 'markdown')}\n"


@pytest.mark.parametrize("missing", ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"])
def test_outside_of_github_actions_there_is_no_summary(missing: str, tmp_path: Path) -> None:
    assert summary_of(HELD, tmp_path, **{missing: ""}) is None


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_the_report_reads_as_it_did(name: str, snapshot: SnapshotAssertion) -> None:
    assert render(CHECKS[name], "github") == snapshot
