"""`--where`, `--since` and `--until`: the same in every command that counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.in_process import run
from support.running import SAMPLES

import tokcount

COMPLETIONS = SAMPLES / "completions-2023.jsonl"
CHOSEN = ("--where", "model = text-*", "--since", "2023-05-10", "--until", "2023-05-20")
SENTENCE = 'records selected (model = "text-*", since 2023-05-10, until 2023-05-20)'


def selection(command: str, *arguments: str) -> dict[str, Any]:
    done = run(command, SAMPLES, *CHOSEN, "-f", "json", *arguments)
    assert done.code in (0, 1), done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("drift", ["--to", "gpt-4o"]),
        ("cost", []),
        ("audit", ["--to", "gpt-4o"]),
        ("check", ["--budget", "input_tokens.max <= 8k"]),
        ("reconcile", []),
        ("calibrate", []),
    ],
)
def test_every_report_is_over_the_selected_records(command: str, arguments: list[str]) -> None:
    found = selection(command, *arguments)

    assert found["selection"]["conditions"] == 'model = "text-*", since 2023-05-10, until 2023-05-20'
    assert found["selection"]["selected"] == found["records"] > 0
    assert found["selection"]["read"] > found["records"]
    assert [found["period"][end][:10] for end in ("from", "to")] == ["2023-05-10", "2023-05-20"]
    table = run(command, SAMPLES, *CHOSEN, *arguments)
    assert SENTENCE in table.out


def test_rows_and_report_are_over_the_same_records() -> None:
    rows = run("drift", SAMPLES, *CHOSEN, "--per-record", "-f", "jsonl")

    assert len(rows.out.splitlines()) == selection("drift")["records"]
    assert SENTENCE in rows.err


def test_migrate_writes_only_the_selected_requests(tmp_path: Path) -> None:
    output = tmp_path / "requests.jsonl"
    done = run("migrate", COMPLETIONS, "--to", "gpt-4o", "--where", "day = 2023-05-1?", "-o", output)

    assert done.code == 0
    assert '40 of 120 records selected (day = "2023-05-1?")' in done.out
    assert len(output.read_text("utf-8").splitlines()) == 40


def test_nothing_selected_is_an_error_that_says_so() -> None:
    done = run("cost", COMPLETIONS, "--where", "kind = chat")

    assert (done.code, done.out) == (3, "")
    assert '0 of 120 records selected (kind = "chat")' in done.err
    assert done.err.endswith("no record is selected.")


def test_a_configuration_file_selects_and_the_command_line_overrides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokcount.toml").write_text('where = "day = 2023-05-0?"\nsince = "2023-05-05"\n', "utf-8")
    monkeypatch.chdir(tmp_path)

    configured = json.loads(run("drift", COMPLETIONS, "-f", "json").out)
    overridden = json.loads(run("drift", COMPLETIONS, "--since", "2023-05-09", "-f", "json").out)

    assert configured["selection"]["conditions"] == 'day = "2023-05-0?", since 2023-05-05'
    assert overridden["selection"]["conditions"] == 'day = "2023-05-0?", since 2023-05-09'


def test_saved_reports_cannot_be_selected_from(tmp_path: Path) -> None:
    saved = tmp_path / "report.json"
    assert run("drift", COMPLETIONS, "-o", saved, "-f", "json").code == 0

    done = run("check", saved, "--budget", "input_tokens.max <= 8k", "--where", "kind = chat")

    assert done.code == 2
    assert done.err == "--where, --since and --until select records of logs, not of saved reports."


def test_python_selects_the_same_records() -> None:
    rows = tokcount.scan(SAMPLES, where="model = text-*", since="2023-05-10", until="2023-05-20")

    assert rows.height == selection("drift")["records"]
