"""`tokcount audit` as a command: every number agrees with the rows, and log content stays inert."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.in_process import run, tokcount
from support.running import SAMPLES
from support.shared import SHARED, needs_shared

from tokcount.render.registry import COMMON_FORMATS
from tokcount.reports.schema import schema
from tokcount.scanning.schema import QUANTITIES

TARGETS = ("--to", "gpt-4o", "--to", "gpt-5.6-luna")
CANARY = "canary-7f3a"
LOGS = {
    "completions": SAMPLES / "completions-2023.jsonl",
    "chat": SAMPLES / "support-chat.jsonl",
    "batch": SAMPLES / "batch-output.jsonl",
    "defects": SAMPLES / "defects.jsonl",
    "all": SAMPLES,
    "legacy": SHARED / "samples" / "completions_legacy",
    "mt_bench": SHARED / "samples" / "mt_bench",
    "tau_bench": SHARED / "samples" / "tau_bench",
}


def stdout(*arguments: str | Path) -> str:
    """What the command prints, run in this process."""
    done = run("audit", *arguments, "-q", "--engine", "tiktoken")
    assert done.code == 0, done.err
    return done.out


MAPPED = {"tau_bench": ("--records-path", "$[*]", "--messages-path", "$.traj", "--kind", "chat")}


@cache
def audited(name: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The report on a log, and its rows."""
    asked = (LOGS[name], *TARGETS, "--assume-model", "text-davinci-003", *MAPPED.get(name, ()))
    rows = stdout(*asked, "--per-record", "-f", "csv")
    return json.loads(stdout(*asked, "-f", "json"), parse_float=Decimal), list(
        csv.DictReader(rows.splitlines())
    )


def total(rows: list[dict[str, str]], column: str) -> int:
    return sum(int(row[column]) for row in rows if row.get(column))


@pytest.fixture(
    params=[
        name if "shared" not in str(LOGS[name]) else pytest.param(name, marks=needs_shared) for name in LOGS
    ]
)
def report_and_rows(request: pytest.FixtureRequest) -> tuple[dict[str, Any], list[dict[str, str]]]:
    return audited(request.param)


def test_tokens_and_cost_are_the_sums_of_the_rows(report_and_rows: tuple[Any, Any]) -> None:
    report, rows = report_and_rows
    inputs = [f"{entry['reference']}:input_tokens" for entry in report["references"]]
    compared = [row for row in rows if all(row[name] for name in inputs if total(rows, name))]
    for entry in report["references"]:
        label = entry["reference"]
        for quantity in QUANTITIES:
            assert (entry[quantity] or 0) == total(compared, f"{label}:{quantity}"), (label, quantity)
    for entry in report["cost"]["references"]:
        spent = [Decimal(row[f"{entry['reference']}:cost_usd"] or 0) for row in rows]
        assert Decimal(entry["cost_usd"] or 0) == sum(spent)


def test_the_reasons_for_drift_are_the_sums_of_the_rows(report_and_rows: tuple[Any, Any]) -> None:
    report, rows = report_and_rows
    for why in report["why"]:
        sides = {"baseline_tokens": why["baseline"], "target_tokens": why["reference"]}
        compared = [row for row in rows if all(row[f"{label}:input_tokens"] for label in sides.values())]
        assert len(compared) == why["compared"]
        for key, word in (("classes", "class"), ("roles", "role"), ("positions", "position")):
            assert sum(part["difference"] for part in why[key]) == why["difference"]
            for part in why[key][:-1]:
                for side, label in sides.items():
                    assert part[side] == total(compared, f"{label}:{word}[{part['part']}]")
            assert why[key][-1]["target_tokens"] == total(compared, f"{why['reference']}:framing_tokens")


def test_groups_periods_and_bins_add_up(report_and_rows: tuple[Any, Any]) -> None:
    report, rows = report_and_rows
    assert report["records"] == len(rows)
    for groups in (report["by_model"], report["timeline"]["periods"]):
        assert sum(group["records"] for group in groups) == len(rows)
        for place, entry in enumerate(report["references"]):
            tokens = sum(group["references"][place]["input_tokens"] or 0 for group in groups)
            money = sum(Decimal(group["references"][place]["cost_usd"] or 0) for group in groups)
            assert tokens == (entry["input_tokens"] or 0)
            assert money == Decimal(entry["cost_usd"] or 0)
    for shown in report["distribution"]:
        drifts = [row for row in rows if row[f"{shown['reference']}:drift"]]
        assert sum(one["records"] for one in shown["bins"]) == len(drifts)


def test_windows_agree_with_the_rows(report_and_rows: tuple[Any, Any]) -> None:
    report, rows = report_and_rows
    for entry in report["windows"][1:]:
        inputs = [int(row[f"{entry['reference']}:input_tokens"] or 0) for row in rows]
        assert entry["too_long"] == sum(n > entry["max_input"] for n in inputs)
        if entry["measured"] and all(row[f"{entry['reference']}:input_tokens"] for row in rows):
            assert float(entry["fill_max"]) == pytest.approx(max(inputs) / entry["max_input"])


def test_the_report_conforms_to_its_schema(report_and_rows: tuple[Any, Any]) -> None:
    jsonschema.validate(report_and_rows[0], schema("audit"), jsonschema.Draft202012Validator)


def test_a_request_that_newer_models_refuse_is_found_by_parameter_and_place(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
    messages = [{"role": "user", "content": "What is the weather?"}]
    plain = {"model": "gpt-4o", "messages": messages}
    asked = {**plain, "tools": [tool], "temperature": 0.2, "reasoning_effort": "minimal"}
    log.write_text(f"{json.dumps(plain)}\n{json.dumps(asked)}\n", encoding="utf-8")
    report = json.loads(stdout(log, "--to", "gpt-6.1-sol", "--to", "gpt-5.1", "-f", "json"))
    refused = {entry["parameter"]: entry for entry in report["findings"] if entry["id"] == "refused"}
    text = stdout(log, "--to", "gpt-6.1-sol")

    assert {name: [one["reference"] for one in entry["targets"]] for name, entry in refused.items()} == {
        "tools": ["gpt-6.1-sol"],
        "temperature": ["gpt-6.1-sol", "gpt-5.1"],
        "reasoning_effort": ["gpt-6.1-sol", "gpt-5.1"],
    }
    assert all(
        entry["records"] == [{"source": str(log), "line": 2, "index": 0}] for entry in refused.values()
    )
    assert [(entry["reference"], entry["records"]) for entry in report["breaking"]] == [
        ("gpt-6.1-sol", 1),
        ("gpt-5.1", 1),
    ]
    assert "✗ gpt-6.1-sol  1 request breaks" in text
    assert f"{log}:2" in text


def test_a_log_that_a_target_takes_as_it_is_says_so(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    call = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "temperature": 0.2}
    log.write_text(f"{json.dumps(call)}\n", encoding="utf-8")

    assert "✓ gpt-5.4  no request is known to break" in stdout(log, "--to", "gpt-5.4")


def test_the_verdict_states_the_effects_of_the_migration() -> None:
    lines = stdout(SAMPLES / "completions-2023.jsonl", "--to", "gpt-5.6-luna").splitlines()

    assert lines[0] == "Moving 120 records to gpt-5.6-luna"
    assert "✗ gpt-5.6-luna  requests break" in lines
    shown = [" ".join(line.split()) for line in lines]
    assert "requests that break 120 (of 120: other endpoint (120), temperature (120), stop (8))" in shown
    assert "input tokens 7,678 → 5,514, −28.2 % (over all records)" in shown
    assert any(line.startswith("cost $0.1756 → $0.0045, −97.4 %") for line in shown)


def test_without_a_target_the_recommended_one_is_taken() -> None:
    done = tokcount("audit", SAMPLES / "support-chat.jsonl", "-f", "json")

    report = json.loads(done.stdout)
    assert report["targets"] == ["auto"]
    assert {entry["replacement"] for entry in report["auto"]} == {"gpt-6-luna"}


def test_no_why_leaves_the_text_alone() -> None:
    report = json.loads(stdout(SAMPLES, *TARGETS, "--no-why", "-f", "json"))

    assert [part["part"] for part in report["why"][0]["classes"]] == ["not_looked_at", "framing"]
    assert "not looked at" in stdout(SAMPLES, *TARGETS, "--no-why")


def log_with(tmp_path: Path, *prompts: str, model: str = "text-davinci-003") -> Path:
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps({"model": model, "prompt": prompt}) + "\n" for prompt in prompts))
    return log


@pytest.mark.parametrize("form", COMMON_FORMATS)
def test_prompt_text_is_shown_only_on_request(tmp_path: Path, form: str) -> None:
    log = log_with(tmp_path, f"{CANARY}\nUser: {CANARY}\nAI:", f"<|endoftext|> {CANARY} 🙂🙂")

    assert CANARY not in stdout(log, "--to", "gpt-4o", "-f", form)
    if form in ("table", "json", "markdown", "html"):
        assert CANARY in stdout(log, "--to", "gpt-4o", "-f", form, "--show-text")


HOSTILE = (
    "\x1b[31m[red]<script>alert(1)</script><img src=x onerror=alert(1)>|`=cmd()`\u202e @someone www.x.y 🙂"
)


@pytest.mark.parametrize("form", COMMON_FORMATS)
def test_hostile_content_of_a_log_stays_text(tmp_path: Path, form: str) -> None:
    log = log_with(tmp_path, HOSTILE, HOSTILE + " User: a\nAI: b", model=HOSTILE)
    shown = stdout(log, "--to", "gpt-4o", "--assume-model", "gpt-4", "-f", form, "--show-text")

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    if form == "html":
        assert shown.count("<script>") == 1
        assert "<img" not in shown
        assert "onerror=alert(1)&gt;" in shown
    if form == "markdown":
        assert "<script" not in shown
        assert "@someone" not in shown
    if form == "csv":
        assert not [
            cell for row in csv.reader(shown.splitlines()) for cell in row if cell.startswith(("=", "@"))
        ]


def test_a_saved_report_is_rendered_into_any_format(tmp_path: Path) -> None:
    from support.rendering import render

    from tokcount.reports.saved import load

    saved = stdout(SAMPLES, *TARGETS, "-f", "json")
    report = load(saved.encode(), "saved.json")

    assert render(report, "json") == saved
    assert all(render(report, form) for form in COMMON_FORMATS)


@pytest.mark.slow
def test_a_page_of_200_000_records_is_small(tmp_path: Path) -> None:
    log, page = tmp_path / "log.jsonl", tmp_path / "page.html"
    with log.open("w") as file:
        for n in range(200_000):
            prompt = f"User: {n} {'word ' * (n % 40)}\nAI:"
            model = f"ft:gpt-3.5-turbo-0613:org::m{n % 3000}"
            record = {"model": model, "prompt": prompt, "created": 1683000000 + 600 * n}
            file.write(json.dumps(record) + "\n")

    stdout(log, *TARGETS, "-f", "html", "-o", page)

    assert page.stat().st_size < 2_000_000


def test_a_log_of_numbers_alone_has_no_chart_of_counted_tokens_and_no_empty_part(tmp_path: Path) -> None:
    log = tmp_path / "usage.jsonl"
    rows = [
        {"ts": f"2026-11-0{day}T00:00:00Z", "model": "gpt-4o", "prompt_tokens": 100, "completion_tokens": 5}
        for day in (1, 3)
    ]
    log.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    shown = stdout(log, "--to", "gpt-5.6-luna")

    assert "Cost by day" in shown
    assert "Input tokens by day" not in shown
    assert "Why" not in shown.splitlines()
