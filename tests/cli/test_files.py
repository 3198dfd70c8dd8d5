"""Nothing that a command reads is replaced, and no two outputs are one file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.inside import Inside

CHAT = '{"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}\n'
COMPLETION = '{"model": "text-davinci-003", "prompt": "hi"}\n'
BUDGET = ("--budget", "records.total <= 9")
AT_BASELINE = ("--budget", "records.total <= baseline", "--baseline", "base.json")


@pytest.fixture
def inputs(inside: Inside) -> Inside:
    """A folder with one file of every kind that a command reads."""
    inside.write("a.jsonl", CHAT)
    inside.write("logs/b.jsonl", CHAT)
    inside.write("c.jsonl", COMPLETION)
    inside.write("system.txt", "Be brief.\n")
    inside("cost", "a.jsonl", "-o", "report.json")
    inside("check", "a.jsonl", *BUDGET, "--save-baseline", "base.json")
    inside("models", "--export", "-o", "prices.toml")
    inside.write("families.toml", "")
    inside.write("tokcount.toml", "jobs = 1\n")
    return inside


@pytest.mark.parametrize(
    ("arguments", "replaced"),
    [
        (("drift", "a.jsonl", "-f", "csv", "-o"), "a.jsonl"),
        (("drift", "logs", "-f", "csv", "-o"), "logs/b.jsonl"),
        (("drift", "l*/*", "-f", "csv", "-o"), "logs/../logs/b.jsonl"),
        (("drift", "a.jsonl", "--skipped"), "a.jsonl"),
        (("render", "report.json", "-f", "markdown", "-o"), "report.json"),
        (("check", "report.json", *BUDGET, "-o"), "report.json"),
        (("check", "a.jsonl", *AT_BASELINE, "-o"), "base.json"),
        (("cost", "a.jsonl", "--prices", "prices.toml", "-f", "csv", "-o"), "prices.toml"),
        (("models", "--prices", "prices.toml", "--export", "-o"), "prices.toml"),
        (("cost", "a.jsonl", "--families", "families.toml", "-f", "csv", "-o"), "families.toml"),
        (("migrate", "c.jsonl", "--to", "gpt-4o", "--system", "system.txt", "-o"), "system.txt"),
        (("migrate", "c.jsonl", "--to", "gpt-4o", "-o", "new.jsonl", "--lost"), "c.jsonl"),
        (("drift", "a.jsonl", "-f", "csv", "-o"), "tokcount.toml"),
    ],
)
def test_an_input_is_never_replaced(inputs: Inside, arguments: tuple[str, ...], replaced: str) -> None:
    before = Path(replaced).read_bytes()

    done = inputs(*arguments, replaced)

    assert (done.code, done.out) == (2, "")
    assert f"{Path(replaced)} is an input file" in done.err
    assert Path(replaced).read_bytes() == before
    assert not Path("new.jsonl").exists()


def test_the_log_behind_standard_input_is_not_replaced(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(CHAT)
    command = [sys.executable, "-m", "tokcount", "drift", "-f", "csv", "-o", str(log)]
    with log.open("rb") as stdin:
        done = subprocess.run(command, stdin=stdin, capture_output=True, check=False)

    assert done.returncode == 2
    assert log.read_text() == CHAT


def test_the_price_file_of_the_environment_is_not_replaced(inputs: Inside) -> None:
    done = inputs("cost", "a.jsonl", "-f", "csv", "-o", "prices.toml", TOKCOUNT_PRICES="prices.toml")

    assert (done.code, "prices.toml is an input file" in done.err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("drift", "a.jsonl", "-o", "x.csv", "--skipped", "./x.csv"),
        ("check", "a.jsonl", *BUDGET, "-o", "x.json", "--save-baseline", "x.json"),
        ("migrate", "c.jsonl", "--to", "gpt-4o", "-o", "x.jsonl", "--lost", "x.jsonl"),
    ],
)
def test_two_outputs_cannot_be_one_file(inputs: Inside, arguments: tuple[str, ...]) -> None:
    done = inputs(*arguments)

    assert (done.code, done.out) == (2, "")
    assert "choose a different file for one of them" in done.err
    assert not list(Path().glob("x.*"))


def test_a_baseline_can_be_updated(inputs: Inside) -> None:
    done = inputs("check", "a.jsonl", *BUDGET, "--baseline", "base.json", "--save-baseline", "base.json")

    assert done.code == 0


def test_missing_folders_of_every_output_are_created(inputs: Inside) -> None:
    done = inputs(
        *("check", "a.jsonl", *BUDGET, "-o", "new/report.json"),
        *("--save-baseline", "new/base/main.json", "--skipped", "new/skipped/items.jsonl"),
    )

    assert done.code == 0
    assert json.loads(Path("new/report.json").read_text())["passed"]
    assert Path("new/base/main.json").is_file()
    assert Path("new/skipped/items.jsonl").is_file()
