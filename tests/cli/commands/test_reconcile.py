"""`tokcount reconcile` and `tokcount calibrate` as commands."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.in_process import tokcount
from support.invoices import month, openai_usage_csv, write_log
from support.running import ROOT
from support.shared import SHARED, needs_shared

PAGE = ROOT / "docs" / "reconcile.md"


def json_of(*arguments: str | Path) -> dict[str, Any]:
    done = tokcount(*arguments, "-f", "json", "-q", "-j", "1")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of the worked example: 60 calls to a model that tokcount does not know."""
    monkeypatch.chdir(tmp_path)
    script = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    exec(compile(script, str(PAGE), "exec"), {})  # noqa: S102 - the page's own example
    return tmp_path / "calls.jsonl"


def test_the_worked_example_ends_with_counts_as_billed(calls: Path) -> None:
    unknown = json_of("reconcile", calls)
    assumed = json_of("reconcile", calls, "--assume-model", "gpt-5")
    (proposal,) = json_of("calibrate", calls, "--assume-model", "gpt-5")["proposals"]
    kept = calls.with_name("gpt-9.toml")
    assert tokcount("calibrate", calls, "--assume-model", "gpt-5", "--export", "-o", kept).returncode == 0
    calibrated = json_of("reconcile", calls, "--families", kept)

    assert unknown["uncompared"]["reasons"] == {"unknown model 'gpt-9'": 60}
    assert (assumed["exact"], assumed["basis_tokens"]["exact"]) == (0, 0)
    assert proposal["constants"] == {"per_message": 4, "priming": 4, "hidden": 121}
    assert (calibrated["exact"], calibrated["output"]["exact"]) == (60, 60)
    assert calibrated["reasons"] == {"calibrated: framing constants from the families file": 60}
    assert json_of("calibrate", calls, "--families", kept)["proposals"] == []


def test_a_billing_anomaly_is_named_in_the_report_and_in_its_row(tmp_path: Path) -> None:
    call = {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"}
    usage = {"input_tokens": 13, "output_tokens": 30, "total_tokens": 43}
    request = {"model": "gpt-4o", "input": "Hello!", "tools": [{"type": "function", "name": "f"}]}
    response = {"object": "response", "model": "gpt-4o", "output": [call, call], "usage": usage}
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps({"request": request, "response": response}))

    table = tokcount("reconcile", log, "-q").stdout.decode()
    row = json.loads(tokcount("reconcile", log, "-q", "--per-record", "-f", "jsonl").stdout)

    assert "1 record with a billing anomaly: input divided by the calls of the answer" in table
    assert (row["residual_input_tokens"], row["note"][:13]) == (13, "input divided")


def test_reasoning_tokens_are_output_as_logged(tmp_path: Path) -> None:
    usage = {
        "prompt_tokens": 8,
        "completion_tokens": 64 + 7 + 6,
        "completion_tokens_details": {"reasoning_tokens": 64},
    }
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": "It will rain."},
        "finish_reason": "stop",
    }
    request = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hello!"}]}
    response = {"model": "gpt-5", "choices": [choice], "usage": usage}
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps({"request": request, "response": response}))

    report = json_of("reconcile", log)

    assert report["billed"]["reasoning_tokens"] == 64
    assert report["output"] == {"compared": 1, "exact": 1, "exact_share": 1.0}


@needs_shared
def test_azure_is_compared_like_any_other() -> None:
    report = json_of("reconcile", SHARED / "samples" / "openai_pairs" / "azure_pairs.jsonl")

    assert (report["records"], report["compared"], report["exact"]) == (6, 6, 6)
    assert sum(report["basis_tokens"].values()) == report["billed"]["input_tokens"]


def test_the_evidence_of_a_log_is_listed_next_to_that_of_recordings(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    answer = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello!"}]}
    response = {"model": "gpt-4o", "choices": [answer], "usage": usage}
    log.write_text(json.dumps({"request": request, "response": response}))

    rows = json_of("reconcile", log, "--evidence")["evidence"]

    assert [(row["feature"], row["label"], row["n"], row["judged"], row["exact"]) for row in rows] == [
        ("messages", "exact", 1, 1, 1),
        ("model", "exact", 1, 1, 1),
    ]
    assert all(row["recordings"] > 100 for row in rows)
    assert "evidence" not in json_of("reconcile", log)


@pytest.fixture
def month_of_calls(tmp_path: Path) -> Path:
    """A log and the usage export of the same month."""
    calls = month(days=3)
    write_log(tmp_path / "log.jsonl", calls)
    (tmp_path / "usage.csv").write_text(openai_usage_csv(calls))
    (tmp_path / "less.csv").write_text(openai_usage_csv(calls[1:]))
    return tmp_path


def test_a_log_that_agrees_with_its_invoice_is_within_any_tolerance(month_of_calls: Path) -> None:
    against = ("--against", month_of_calls / "usage.csv")
    report = json_of("reconcile", month_of_calls / "log.jsonl", *against, "--tolerance", "0%")

    assert (report["command"], report["differing"], report["passed"]) == ("reconcile-invoice", 0, True)
    assert report["difference"] == {
        **report["difference"],
        "requests": 0,
        "input_tokens": 0,
        "cost_usd": None,
    }


@pytest.mark.parametrize(("tolerance", "code"), [("1%", 1), ("50%", 0), (None, 0)])
def test_differences_beyond_the_tolerance_exit_with_1(
    month_of_calls: Path, tolerance: str | None, code: int
) -> None:
    options = ["--tolerance", tolerance] if tolerance else []
    against = ("--against", month_of_calls / "less.csv")
    done = tokcount("reconcile", month_of_calls / "log.jsonl", *against, *options, "-q", "-j", "1")

    assert done.returncode == code
    assert "1 request, 2,000 input tokens" in done.stdout.decode()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--tolerance", "1%"], "--tolerance is for --against"),
        (["--timezone", "UTC"], "--timezone is for --against"),
        (["--against", "usage.csv", "--timezone", "Mars/Base"], "expected a name such as UTC"),
        (["--against", "usage.csv", "--tolerance", "little"], "expected a share such as 1%"),
        (["--against", "usage.csv", "--tolerance", "$1%"], "expected a share such as 1%"),
        (["--against", "usage.csv", "--tolerance", "-1%"], "expected a share such as 1%"),
        (["--against", "usage.csv", "--tolerance", "$1"], "no amounts in US dollars"),
        (["--against", "usage.csv", "--per-record"], "remove --per-record"),
        (["--against", "log.jsonl"], "log.jsonl: not an export of usage or costs"),
        (["--against", "none.csv"], "none.csv"),
        (["--against", "usage.csv", "-o", "usage.csv"], "is an input file (--against)"),
    ],
)
def test_options_that_do_not_fit_an_invoice_are_refused(
    month_of_calls: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    monkeypatch.chdir(month_of_calls)

    done = tokcount("reconcile", "log.jsonl", *options, "-j", "1")

    assert done.returncode == 2
    assert message in done.stderr.decode()


def test_days_that_were_not_selected_are_left_out_on_both_sides(month_of_calls: Path) -> None:
    against = ("--against", month_of_calls / "usage.csv")
    report = json_of("reconcile", month_of_calls / "log.jsonl", *against, "--since", "2026-09-02")

    assert (report["differing"], report["from"]) == (0, "2026-09-02")
    assert [entry["side"] for entry in report["not_compared"]] == ["invoice"]
