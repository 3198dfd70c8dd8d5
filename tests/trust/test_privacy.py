"""No text of a log is in anything that tokcount says, writes or leaves behind, unless it is asked for."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import polars as pl
import pytest
from support.in_process import Done, run
from support.trust import canaries
from support.trust.commands import LOG_COMMANDS, ROW_COMMANDS, migrate

from tokcount.render.registry import COMMON_FORMATS, REPORT_FORMATS


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    canaries.write_logs(folder)
    return folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files, the current one as well."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(folder)
    return folder


def assert_no_text(*said: str | bytes) -> None:
    for each in said:
        data = each if isinstance(each, bytes) else each.encode()
        assert list(canaries.found_in(data)) == []


def test_the_logs_hold_marks_and_are_read(logs: Path) -> None:
    """Otherwise the other tests would prove nothing."""
    with_marks = [path for path in logs.iterdir() if list(canaries.found_in(path.read_bytes()))]
    report = run("drift", logs, "--per-record", "-f", "csv").out.splitlines()

    assert len(with_marks) > 45
    assert len(report) > 350
    assert len({line.split(",")[3] for line in report}) > 35


@pytest.mark.parametrize("command", LOG_COMMANDS)
def test_no_report_and_no_message_holds_text(command: str, logs: Path, temporary: Path) -> None:
    paths = logs / "*.jsonl" if command == "count" else logs  # count refuses damaged files
    done = run(*LOG_COMMANDS[command], paths, "-f", "json", "-o", temporary / "report.json")

    report = (temporary / "report.json").read_bytes()
    assert_no_text(done.out, done.err, report)
    for name in _formats(command):
        shown = run("render", temporary / "report.json", "-f", name)
        assert shown.code == 0, shown.err
        assert_no_text(shown.out, shown.err)
    assert [path.name for path in temporary.iterdir()] == ["report.json"]


def _formats(command: str) -> list[str]:
    return REPORT_FORMATS if command == "check" else COMMON_FORMATS


@pytest.mark.parametrize("name", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("command", ROW_COMMANDS)
def test_no_row_holds_text(command: str, name: str, logs: Path, temporary: Path) -> None:
    done = run(*ROW_COMMANDS[command], logs, "-f", name, "-o", temporary / "rows")

    assert done.code == 0
    rows = temporary / "rows"
    assert_no_text(done.out, done.err, _plain(rows) if name == "parquet" else rows.read_bytes())


def _plain(parquet: Path) -> bytes:
    """The rows of a Parquet file, whose pages are compressed."""
    lines = io.BytesIO()
    pl.read_parquet(parquet).write_ndjson(lines)
    return lines.getvalue()


def test_no_list_of_what_was_skipped_holds_text(logs: Path, temporary: Path) -> None:
    run("drift", logs, "--to", "gpt-4o", "--skipped", temporary / "skipped.jsonl")

    listed = (temporary / "skipped.jsonl").read_bytes()
    assert listed.count(b"\n") > 30
    assert_no_text(listed)


@pytest.mark.parametrize("files", [["drift"], ["count"], ["formats"]])
def test_no_message_of_a_run_that_fails_holds_text(files: list[str], logs: Path, temporary: Path) -> None:
    """Each damaged file alone, refused."""
    for name in canaries.damaged():
        counts = files == ["count"]
        done = run(*files, logs / name, *([] if counts else ["--strict"]))
        assert done.code in ((0, 2) if counts else (0, 3))  # count has no count of a file that is cut off
        assert_no_text(done.out, done.err)


def test_migrate_writes_text_into_the_requests_only(logs: Path, temporary: Path) -> None:
    requests, lost = temporary / "requests.jsonl", temporary / "lost.jsonl"
    done = run(*migrate(logs, requests, lost))

    assert canaries.MARK.encode() in requests.read_bytes()
    assert_no_text(done.out, done.err, lost.read_bytes())
    assert {path.name for path in temporary.iterdir()} == {requests.name, lost.name}


@pytest.mark.parametrize("asked", [False, True])
def test_text_is_shown_when_it_is_asked_for(asked: bool, logs: Path) -> None:
    done = run("audit", logs / "openai.jsonl", "--to", "gpt-5.6-luna", *(["--show-text"] if asked else []))

    assert (canaries.MARK in done.out) == asked


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_an_unexpected_error_shows_where_and_of_which_type_but_not_what_it_says(
    debug: list[str], logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What an exception says may be text of the log: the key that was missing, the line that was no JSON."""
    done = _failing(["tokcount", "drift", str(logs / "openai.jsonl"), *debug], monkeypatch, capsys)

    assert done.code == 3
    assert_no_text(done.out, done.err)
    assert "KeyError" in done.err
    assert ('File "' in done.err) == bool(debug)


def test_what_an_unexpected_error_says_is_shown_when_text_is_asked_for(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["tokcount", "audit", str(logs / "openai.jsonl"), "--to", "gpt-4o", "--debug", "--show-text"]
    done = _failing(arguments, monkeypatch, capsys)

    assert canaries.MARK in done.err


def _failing(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Done:
    """The program with a fault that meets the text of a record."""
    from tokcount import __main__
    from tokcount.scanning import counter

    def broken(*_: object, **__: object) -> None:
        raise KeyError(canaries.MARK) from ValueError(f"{canaries.MARK}\n  {canaries.MARK}")

    monkeypatch.setattr(counter.RecordCounter, "add", broken)
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as stop:
        __main__.main()
    out, err = capsys.readouterr()
    return Done(int(str(stop.value.code)), out, err)
