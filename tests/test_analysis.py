"""The analyses as functions: the same rows and reports as those of the commands."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from support.costs import TODAY
from support.inside import Inside
from support.paths import SAMPLES
from support.rendering import render

import tokcount
from tokcount.reports.audit.report import AuditReport
from tokcount.reports.cost.report import CostReport
from tokcount.reports.drift.report import DriftReport

CHATS = SAMPLES / "support-chat.jsonl"
TARGETS = ["gpt-4o", "gpt-5"]
TO = ["--to", "gpt-4o", "--to", "gpt-5"]


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inside:
    return Inside(tmp_path, monkeypatch)


def printed(inside: Inside, *arguments: str | Path) -> dict[str, Any]:
    """The report of a command, without the day and the command that only it has."""
    document: dict[str, Any] = json.loads(inside(*arguments, "-f", "json").out)
    assert document.pop("run")["command"].startswith("tokcount ")
    return document


def written(report: DriftReport | CostReport | AuditReport) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(report, "json"))
    return document


def test_scan_gives_the_rows_of_per_record(inside: Inside) -> None:
    inside("drift", CHATS, *TO, "--per-record", "-f", "parquet", "-o", "rows.parquet")

    frame = tokcount.scan(CHATS, to=TARGETS, today=TODAY)

    assert_frame_equal(frame, pl.read_parquet("rows.parquet"))


def test_an_alias_says_which_model_a_deployment_is(inside: Inside) -> None:
    log = inside.write("log.jsonl", '{"model": "prod-7", "messages": [{"role": "user", "content": "hi"}]}')

    frame = tokcount.scan(log, to="gpt-4o", aliases={"prod-*": "gpt-4"})

    assert frame["own:input_tokens"].to_list() == [8]
    with pytest.raises(tokcount.UsageError, match=r"^alias 'prod': unknown model 'gpt4'"):
        tokcount.scan(log, aliases={"prod": "gpt4"})


def test_the_parts_of_an_input_add_up_in_every_row() -> None:
    frame = tokcount.scan([CHATS], to=TARGETS)

    assert frame.height == 94
    for label in ("own", *TARGETS):
        parts = pl.sum_horizontal(f"{label}:{part}_tokens" for part in ("content", "framing", "hidden"))
        assert frame.select((parts == pl.col(f"{label}:input_tokens")).all()).item()


def test_drift_gives_the_report_of_the_command(inside: Inside) -> None:
    report = tokcount.drift(CHATS, to=TARGETS, by="model", top=2, today=TODAY)

    assert written(report) == printed(inside, "drift", CHATS, *TO, "--by", "model", "--top", "2")


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, []),
        ({"from_": "gpt-4o"}, ["--from", "gpt-4o"]),
        ({"to": TARGETS, "by": ["model", "day"]}, [*TO, "--by", "model,day"]),
        ({"to": "gpt-4o", "batch": True, "monthly": True}, ["--to", "gpt-4o", "--batch", "--monthly"]),
        ({"to": "gpt-4o", "cached_share": Decimal("0.3")}, ["--to", "gpt-4o", "--cached-share", "30%"]),
        (
            {"to": "gpt-5", "reasoning_tokens": 500, "output_scale": Decimal("1.5")},
            ["--to", "gpt-5", "--reasoning-tokens", "500", "--output-scale", "1.5"],
        ),
        ({"to": "gpt-5", "reasoning_tokens": Decimal("0.3")}, ["--to", "gpt-5", "--reasoning-tokens", "30%"]),
        ({"as_of": date(2024, 6, 1)}, ["--as-of", "2024-06-01"]),
    ],
)
def test_cost_gives_the_report_of_the_command(
    inside: Inside, options: dict[str, Any], arguments: list[str]
) -> None:
    assert written(tokcount.cost(CHATS, today=TODAY, **options)) == printed(inside, "cost", CHATS, *arguments)


def test_records_can_be_selected(inside: Inside) -> None:
    day = tokcount.scan(CHATS)["timestamp"].min()
    assert isinstance(day, date)
    selection: dict[str, Any] = {"where": "kind = chat", "since": day, "until": day}

    report = tokcount.cost(CHATS, today=TODAY, **selection)

    arguments = ["--where", "kind = chat", "--since", day.isoformat(), "--until", day.isoformat()]
    assert 0 < report.records < 94
    assert written(report) == printed(inside, "cost", CHATS, *arguments)


@pytest.mark.parametrize("why", [True, False])
def test_audit_gives_the_report_of_the_command(inside: Inside, why: bool) -> None:
    report = tokcount.audit(CHATS, to=TARGETS, top=1, why=why, today=TODAY)

    arguments = [*TO, "--top", "1", "--why" if why else "--no-why"]
    assert written(report) == printed(inside, "audit", CHATS, *arguments)


def test_audit_without_a_target_uses_the_recommended_replacements(inside: Inside) -> None:
    report = tokcount.audit(CHATS, today=TODAY)

    assert report.targets == ["auto"]
    assert written(report) == printed(inside, "audit", CHATS)


def test_reports_have_typed_fields() -> None:
    (own, target) = tokcount.drift(CHATS, to="gpt-4o").references

    assert own.input_tokens is not None
    assert target.input_tokens is not None
    assert target.drift == (target.input_tokens - own.input_tokens) / own.input_tokens


def test_a_mapping_reads_an_unknown_format(tmp_path: Path) -> None:
    log = tmp_path / "own.jsonl"
    log.write_text('{"q": "Hello!", "m": "gpt-4o"}\n')

    frame = tokcount.scan(log, to="gpt-5", prompt_path="q", model_path="m", kind="completions")

    assert frame["own:content_tokens"].to_list() == [2]


def test_files_can_be_read_as_plain_text(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("2 + 2 = 4")

    assert tokcount.scan(note, text=True)["p50k_base:input_tokens"].to_list() == [5]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tokcount.drift(CHATS, to="gpt4o"), tokcount.UsageError, "unknown model 'gpt4o'"),
        (lambda: tokcount.drift(CHATS, by="modle"), tokcount.UsageError, "by='modle': .* Did you mean model"),
        (lambda: tokcount.cost(CHATS, to="o200k_base"), tokcount.UsageError, "an encoding has no price"),
        (lambda: tokcount.audit(CHATS, from_="auto"), tokcount.UsageError, "auto is a target only"),
        (lambda: tokcount.drift("no-such-file"), tokcount.UsageError, "no such file"),
        (lambda: tokcount.scan(CHATS, too="gpt-4o"), TypeError, "too"),  # type: ignore[call-arg]
        (lambda: tokcount.scan(CHATS, batch=True), TypeError, "batch"),  # type: ignore[call-arg]
    ],
)
def test_a_wrong_argument_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_log_without_records_is_a_data_error(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("{}\n")

    with pytest.raises(tokcount.DataError, match="nothing countable"):
        tokcount.drift(tmp_path / "empty.jsonl")


def test_an_audit_without_a_target_is_one_of_the_recommended_replacements() -> None:
    report = tokcount.audit(CHATS, why=False, today=TODAY)

    assert report.targets == ["auto"]
    assert {entry.replacement for entry in report.auto or ()} == {"gpt-6-luna"}
