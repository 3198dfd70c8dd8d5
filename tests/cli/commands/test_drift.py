"""``tokcount drift`` on the sample logs."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.in_process import tokcount
from support.running import ROOT, SAMPLES
from support.running import tokcount as process

from tokcount.cli.options import GROUP_KEYS

LOGS = sorted(SAMPLES.glob("*.jsonl"))
FORMATS = ["table", "csv", "json", "jsonl", "markdown"]


def report(*arguments: str | Path) -> dict[str, Any]:
    done = tokcount("drift", *arguments, "-f", "json")
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def test_the_baseline_is_p50k_base_without_references() -> None:
    found = report(SAMPLES / "completions-2023.jsonl")

    assert found["baseline"] == "p50k_base"
    assert found["targets"] == ["cl100k_base", "o200k_base"]


def test_with_only_a_target_the_baseline_is_each_own_model() -> None:
    found = report(SAMPLES / "completions-2023.jsonl", "--to", "gpt-4o")

    assert found["baseline"] == "own"


def test_counts_of_the_completions_log_are_the_billed_ones() -> None:
    done = tokcount(
        "reconcile", SAMPLES / "completions-2023.jsonl", SAMPLES / "support-chat.jsonl", "-f", "json"
    )
    found = json.loads(done.stdout)

    assert (found["compared"], found["exact"]) == (214, 214)


def test_targets_may_be_a_list_with_commas() -> None:
    assert report(*LOGS, "--to", "gpt-4o,gpt-5.6-luna") == report(
        *LOGS, "--to", "gpt-4o", "--to", "gpt-5.6-luna"
    )


@pytest.mark.parametrize("by", GROUP_KEYS)
def test_every_grouping_adds_up_to_the_total(by: str) -> None:
    found = report(*LOGS, "--by", by)

    references = found["references"]
    for place, reference in enumerate(references):
        grouped = sum(group["references"][place]["input_tokens"] or 0 for group in found["groups"])
        parts = [reference[name] for name in ("content_tokens", "framing_tokens", "hidden_tokens")]
        assert grouped == reference["input_tokens"] == sum(parts)


def test_rows_add_up_to_the_report() -> None:
    done = process("drift", *LOGS, "--to", "gpt-4o", "--per-record", "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    found = report(*LOGS, "--to", "gpt-4o")

    assert len(rows) == found["records"] == 251
    for reference in found["references"]:
        label = reference["reference"]
        left_out = sum(entry["input_tokens"].get(label, 0) for entry in found["uncompared"]["left_out"])
        counted = sum(int(row[f"{label}:input_tokens"] or 0) for row in rows)
        assert counted == reference["input_tokens"] + left_out


def test_records_and_skipped_items_are_everything_in_the_files() -> None:
    found = report(*LOGS)

    lines = [line for log in LOGS for line in log.read_bytes().splitlines() if line.strip()]
    joined = 30 - 1
    assert found["records"] + found["skipped"] == len(lines) - joined


@pytest.fixture(scope="module")
def written_twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The output of two processes with different hash seeds: one file per format in each folder."""
    one, other = (tmp_path_factory.mktemp(seed) for seed in "12")
    for folder in (one, other):
        script = (
            "import sys\nfrom tokcount.__main__ import main\n"
            f"for form in {FORMATS!r}:\n"
            f"    sys.argv = ['tokcount', 'drift', *{list(map(str, LOGS))!r}, '-f', form, '-o', form, '-q']\n"
            "    try: main()\n"
            "    except SystemExit as stop: assert not stop.code\n"
        )
        environment = {**os.environ, "PYTHONHASHSEED": folder.name[0], "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", script], cwd=folder, env=environment, check=True)
    return one, other


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_reproducible(written_twice: tuple[Path, Path], form: str) -> None:
    first, second = ((folder / form).read_bytes() for folder in written_twice)

    assert first == second != b""


def test_wrong_keys_to_group_by_have_close_matches() -> None:
    done = tokcount("drift", *LOGS, "--by", "modle")

    assert done.returncode == 2
    assert done.stderr.decode() == "tokcount: --by modle: unknown key. Did you mean model, role?\n"


def test_a_reference_given_twice_is_a_usage_error() -> None:
    done = tokcount("drift", *LOGS, "--from", "gpt-4o", "--to", "gpt-4o")

    assert done.returncode == 2
    assert b"given twice" in done.stderr


def test_mapping_options_read_an_unknown_format(tmp_path: Path) -> None:
    log = tmp_path / "own.jsonl"
    log.write_text('{"a": {"q": "2 + 2 = 4", "m": "gpt-4o"}}\n')
    plain = tokcount("drift", log)
    mapped = report(log, "--prompt-path", "a.q", "--model-path", "a.m", "--kind", "completions")

    assert plain.returncode == 3
    assert b"map them with --messages-path or --prompt-path" in plain.stderr
    assert [reference["input_tokens"] for reference in mapped["references"]] == [5, 7, 7]


@pytest.mark.parametrize("form", ["table", "markdown", "html", "json"])
@pytest.mark.parametrize("command", ["drift", "cost", "audit"])
def test_every_report_shows_what_auto_replaces_by_what(command: str, form: str) -> None:
    done = tokcount(command, SAMPLES / "support-chat.jsonl", "--to", "auto", "-f", form)

    assert done.returncode == 0
    for text in (b"gpt-6-luna", b"2026-10-28", b"OpenAI deprecations page, edition of October 2026"):
        assert text in done.stdout
