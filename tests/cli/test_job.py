"""Behaviour shared by all counting commands: wrong options, skipped items, where reports go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.in_process import run
from support.inside import Inside
from support.processes import unmeasured
from support.running import SAMPLES

from tokcount.cli import outputs

CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
COUNTING = ("drift", "cost", "reconcile", "check", "audit", "calibrate")
BUDGET = ("--budget", "records.total >= 1")


@pytest.fixture
def log(inside: Inside) -> Path:
    """Three records and seven skipped lines, more than a sentence lists."""
    broken = [*["not JSON"] * 5, '{"colour": "red"}', "[]"]
    return inside.write("log.jsonl", "\n".join([*map(json.dumps, [CHAT] * 3), *broken]))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("drift", "--jobs", "0"), "'--jobs' / '-j': 0 is not in the range x>=1"),
        (("cost", "--jobs", "-1"), "'--jobs' / '-j': -1 is not in the range x>=1"),
        (("audit", "--max-ratio", "-5"), "'--max-ratio': -5 is not in the range x>=1"),
        (("reconcile", "--top", "-1"), "'--top': -1 is not in the range x>=0"),
        (("drift", "-f", "parquet"), "-f parquet is for rows: add --per-record"),
        (("cost", "-f", "html", "--per-record"), "-f html is for reports: remove --per-record"),
        (("calibrate", "-f", "parquet"), "'parquet' is only for rows. Known: table, csv"),
        (("models", "-f", "parquet"), "'parquet' is only for rows. Known: table, csv"),
        (("drift", "-f", "sarif"), "'sarif' is only for reports of check. Known: table, csv"),
        (("drift", "--colour", "never"), "No such option: --colour"),
        (("dirft",), "No such command 'dirft'. Did you mean 'drift'"),
        (("--quiet",), "No such option: --quiet"),
    ],
)
def test_a_wrong_option_is_reported_in_one_line_before_counting(
    arguments: tuple[str, ...], expected: str
) -> None:
    done = run(*arguments, *([] if arguments[0] == "models" else [SAMPLES / "support-chat.jsonl"]))

    assert (done.code, done.out) == (2, "")
    assert expected in done.err
    assert len(done.err.splitlines()) == 1


def test_help_is_shown_without_arguments() -> None:
    assert "Commands:" in run().err + run().out


@pytest.mark.parametrize("command", COUNTING)
def test_the_skipped_summary_is_worded_as_in_the_report(inside: Inside, log: Path, command: str) -> None:
    done = inside(command, log, "--assume-model", "gpt-4o", *(BUDGET if command == "check" else ()))

    (closing,) = [line for line in done.err.splitlines() if " skipped (" in line]
    if command == "audit":  # its table of what is not known has a row for each reason
        rows = [line.split("\t") for line in done.out.splitlines() if line.startswith("skipped: ")]
        assert [(row[0].removeprefix("skipped: "), row[1]) for row in rows] == [
            ("empty entry", "1"),
            ("unreadable or cut-off lines", "5"),
            ("record of no known format", "1"),
        ]
    else:
        assert closing.removeprefix("tokcount: ") in done.out
    assert f"5 unreadable or cut-off lines, 1 empty entry, 1 record of no known format): {log}:4" in closing
    assert closing.endswith("; and 4 more (--skipped FILE lists all)")


def test_the_skipped_summary_appears_once_per_terminal(
    inside: Inside, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "is_on_screen", lambda output: output.output is None)

    shown, rows = inside("drift", log), inside("drift", log, "--per-record")

    assert " skipped (" in shown.out
    assert " skipped (" not in shown.err
    assert " skipped (" in rows.err


def test_the_report_of_migrate_on_stderr_shows_the_skipped_summary_once(inside: Inside, log: Path) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write('\n{"prompt": "hi"}')

    piped = inside("migrate", log, "--to", "gpt-4o")
    filed = inside("migrate", log, "--to", "gpt-4o", "-o", "new.jsonl")

    assert piped.err.count(" skipped (") == 1
    assert (filed.out + filed.err).count(
        " skipped ("
    ) == 2  # standard output and standard error are two places here


@pytest.mark.parametrize("command", [*COUNTING, "formats"])
def test_skipped_items_can_be_listed_in_a_file(inside: Inside, log: Path, command: str) -> None:
    done = inside(command, log, "--skipped", "skipped.jsonl", *(BUDGET if command == "check" else ()))

    listed = [json.loads(line) for line in Path("skipped.jsonl").read_text("utf-8").splitlines()]
    assert done.code in (0, 1)
    assert [entry["line"] for entry in listed] == [4, 5, 6, 7, 8, 9, 10]
    assert {entry["reason"] for entry in listed} == {"unparsed", "unrecognised", "empty"}
    assert all(set(entry) == {"source", "line", "reason", "detail", "format"} for entry in listed)


def test_the_list_of_skipped_items_reads_the_log_again_and_replaces_no_input(
    inside: Inside, log: Path
) -> None:
    piped = run("drift", "-", "--skipped", "skipped.jsonl", stdin="x")
    same = inside("drift", log, "--skipped", log)

    assert "--skipped reads the log twice, but - can be read only once" in piped.err
    assert "is an input file" in same.err
    assert (piped.code, same.code) == (2, 2)


def test_formats_prints_the_warnings_about_a_file_too(inside: Inside) -> None:
    (inside.folder / "x.jsonl").write_bytes(json.dumps(CHAT).encode().replace(b"hi", b"caf\xe9"))

    assert "x.jsonl:1 not valid UTF-8" in inside("formats", "x.jsonl").err
    assert inside("formats", "x.jsonl", "-q").err == ""


def test_a_report_shares_the_terminal_only_if_both_streams_are_terminals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tokcount.cli.outputs import OutputGroup

    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)

    assert outputs.is_on_screen(OutputGroup())
    assert not outputs.is_on_screen(OutputGroup(format="csv"))
    assert not outputs.is_on_screen(OutputGroup(output=Path("x")))


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_without_suggestions_nothing_is_exported(form: str) -> None:
    done = run("calibrate", SAMPLES / "completions-2023.jsonl", "-f", form)

    assert (done.code, done.out) == (0, "")


def test_check_accepts_every_format_of_render(inside: Inside, log: Path) -> None:
    inside("check", log, *BUDGET, "-f", "json", "-o", "report.json")

    for form in ("html", "markdown", "sarif", "junit"):
        assert (
            inside("check", log, *BUDGET, "-f", form).out == inside("render", "report.json", "-f", form).out
        )


ASSUMED = "2 records counted and charged as gpt-4 (--assume-model): 1 without a model, 1 of mystery"


@pytest.mark.parametrize("command", ["drift", "cost", "audit", "check"])
def test_records_that_a_model_is_assumed_for_are_named(inside: Inside, command: str) -> None:
    models = ("mystery", None, "claude-x", "gpt-4o")
    inside.write("log.jsonl", "".join(json.dumps({**CHAT, "model": model}) + "\n" for model in models))
    options = BUDGET if command == "check" else ("--to", "gpt-4o") if command == "audit" else ()
    own = ("--to", "gpt-4o") if command == "drift" else options

    done = inside(command, "log.jsonl", *own, "--assume-model", "gpt-4")

    assert ASSUMED in done.out
    assert f"tokcount: {ASSUMED}" in done.err.splitlines()
    assert "(--assume-model)" not in inside(command, "log.jsonl", *own).out


def test_an_alias_applies_on_the_command_line_and_in_the_configuration(inside: Inside) -> None:
    inside.write("log.jsonl", json.dumps({**CHAT, "model": "mystery"}))
    given = inside("drift", "log.jsonl", "--to", "gpt-4o", "--alias", "mystery=gpt-4", "-f", "json")
    inside.write("tokcount.toml", '[alias]\nmystery = "gpt-4"\n')
    table = inside("drift", "log.jsonl", "--to", "gpt-4o", "-f", "json")
    inside.write("tokcount.toml", 'alias = ["mystery=gpt-4"]\n')
    listed = inside("drift", "log.jsonl", "--to", "gpt-4o", "-f", "json")

    assert json.loads(given.out)["references"][0]["input_tokens"] > 0
    assert given.out == table.out == listed.out


@pytest.mark.parametrize("command", ["drift", "audit"])
def test_without_a_known_model_the_report_gives_advice(inside: Inside, command: str) -> None:
    inside.write("log.jsonl", json.dumps({**CHAT, "model": "mystery"}))

    done = inside(command, "log.jsonl", "--to", "gpt-4o")

    hint = "Without a known model there is no baseline: --alias NAME=MODEL says which model a name is"
    assert hint in done.out
    assert hint not in inside(command, "log.jsonl", "--to", "gpt-4o", "--from", "gpt-4").out
    assert hint not in inside(command, SAMPLES / "support-chat.jsonl", "--to", "gpt-4o").out


def test_top_0_hides_the_records_and_still_counts_them() -> None:
    log = SAMPLES / "completions-2023.jsonl"

    audit = run("audit", log, "--to", "gpt-4o", "--top", "0").out
    check = run("check", log, "--budget", "input_tokens.max <= 50", "--top", "0").out

    assert "How the numbers were made" in audit
    assert "Records that grow most" not in audit
    assert "✗ input_tokens.max <= 50: 59 records in violation (--top N lists them)" in check


@pytest.mark.parametrize("content", ["[1, 2, 3]", "null", "42\n", "[[1], [2]]"])
def test_json_without_objects_is_not_reported_as_plain_text(inside: Inside, content: str) -> None:
    err = inside("drift", inside.write("x.json", content)).err

    assert "plain text" not in err
    assert "a bare number or word, not an object" in err or "a list of numbers or lists" in err
    assert (
        "plain text; read it as one prompt with --text" in inside("drift", inside.write("y.json", "hi")).err
    )


@pytest.mark.parametrize("command", COUNTING[:-1])
@pytest.mark.parametrize(("share", "code"), [("70%", 0), ("0.7", 0), ("69.9%", 3), ("0", 3)])
def test_a_share_of_the_log_may_be_skipped(
    inside: Inside, log: Path, command: str, share: str, code: int
) -> None:
    budget = BUDGET if command == "check" else ()

    done = inside(command, log, *budget, "--max-skipped", share)

    assert done.code == code
    assert done.out
    sentence = "7 of 10 items were skipped (70 %), more than --max-skipped allows"
    assert (sentence in done.err) == (code == 3)


def test_the_skipped_share_is_that_of_the_whole_log(inside: Inside, log: Path) -> None:
    """A selection leaves it as it is, and `formats` takes all its files together."""
    selected = inside("drift", log, "--where", "model = gpt-4o", "--max-skipped", "70%")
    listed = inside("formats", log, "--max-skipped", "0.69")

    assert (selected.code, listed.code) == (0, 3)


@pytest.mark.parametrize("share", ["-1%", "2", "many"])
def test_what_is_not_a_share_is_a_wrong_option(inside: Inside, log: Path, share: str) -> None:
    done = inside("drift", log, f"--max-skipped={share}")

    assert done.code == 2
    assert "expected a share from 0 to 1, such as 0.01 or 1%" in done.err


def test_the_skipped_share_is_a_setting(inside: Inside, log: Path) -> None:
    inside.write("tokcount.toml", 'max_skipped = "10%"')
    limited = inside("drift", log)
    inside.write("tokcount.toml", 'max_skipped = "ten"')
    wrong = inside("drift", log)

    assert (limited.code, wrong.code) == (3, 2)
    assert "tokcount.toml:1: max_skipped: share 'ten': expected a share from 0 to 1" in wrong.err


BEGUN = """
import os, sys
from tokcount import processes
from tokcount.__main__ import main
from tokcount.scanning import run

def ahead(jobs, load=None):
    print(sys.argv[1], jobs, "polars" in sys.modules, flush=True)
    os._exit(0)

processes.Workers.ahead = ahead
run.WORTH_A_POOL = 0
log, *commands = sys.argv[1:]
for command in commands:
    if os.fork() == 0:
        sys.argv = ["tokcount", *command.split(), log, "--jobs", "2"]
        main()
    os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_workers_are_forked_before_polars_starts_its_threads(tmp_path: Path) -> None:
    """A process with threads must not be forked, and starting another Python takes longer than many logs."""
    commands = [
        "drift",
        "drift --per-record",
        "cost",
        "audit",
        "reconcile",
        "calibrate",
        "check",
        "migrate --to gpt-5",
    ]
    (tmp_path / "tokcount.toml").write_text("[check]\nfail = 'input_tokens.max < 9'\n")
    begun = subprocess.run(
        [sys.executable, "-c", BEGUN, str(SAMPLES / "support-chat.jsonl"), *commands],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=unmeasured(),
    )

    assert begun.stdout.splitlines() == [f"{command.split()[0]} 2 False" for command in commands], (
        begun.stderr
    )
