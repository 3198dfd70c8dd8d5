"""What differs between systems makes no difference: how processes start, how paths look, what a console can show."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest
from support.in_process import run
from support.running import SAMPLES
from support.trust.canaries import FIXTURES

from tokcount import processes as pool
from tokcount.render.ci import sarif
from tokcount.render.registry import COMMON_FORMATS
from tokcount.scanning import run as running
from tokcount.scanning.parts import spans as blocks

LOG = SAMPLES / "support-chat.jsonl"


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are always started, and always anew, as on Windows and macOS; files are cut however small they are."""
    plan = blocks.plan
    monkeypatch.setattr(pool, "start_method", lambda: "spawn")
    monkeypatch.setattr(running, "WORTH_A_POOL", 0)
    monkeypatch.setattr(blocks, "plan", lambda source, options: plan(source, options, 20_000))


@pytest.mark.parametrize(
    "arguments",
    [
        ("drift", LOG, "--to", "gpt-5.6-luna", "-f", "json"),
        pytest.param(("audit", LOG, "--to", "gpt-5.6-luna", "-f", "json"), marks=pytest.mark.slow),
        pytest.param(("cost", SAMPLES, "--to", "gpt-5.6-luna", "-f", "json"), marks=pytest.mark.slow),
        pytest.param(("reconcile", FIXTURES, "-f", "json"), marks=pytest.mark.slow),
        pytest.param(
            ("check", LOG, "--budget", "input_tokens.max <= 9", "-f", "json"), marks=pytest.mark.slow
        ),
    ],
)
def test_spawned_processes_report_what_one_process_does(
    arguments: tuple[str | Path, ...], spawned: None
) -> None:
    assert run(*arguments, "--jobs", "2") == run(*arguments, "--jobs", "1")


def test_processes_are_forked_only_where_that_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    for system in ("win32", "darwin"):
        monkeypatch.setattr(sys, "platform", system)
        assert pool.start_method() == "spawn"
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(sys.modules, "polars", sys)
    assert pool.start_method() == "spawn"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1"])
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_console_that_knows_few_letters_gets_utf8_and_no_error(
    encoding: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports are UTF-8 wherever they go; in messages, letters that the console does not have are shown as escapes."""
    out, err = (
        io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors)
        for errors in ("strict", "backslashreplace")
    )
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(
        sys, "argv", ["tokcount", "drift", str(LOG), "--to", "gpt-4o", "--by", "script", "-f", form]
    )
    from tokcount import __main__

    with pytest.raises(SystemExit) as stop:
        __main__.main()
    assert stop.value.code == 0
    out.flush()
    shown = out.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined] # a BytesIO
    assert "·" in shown or form != "table"


def test_a_name_that_the_console_cannot_show_is_no_error(tmp_path: Path) -> None:
    log = tmp_path / "报告-é.jsonl"
    log.write_bytes(LOG.read_bytes()[:2_000])
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "tokcount", "drift", str(log), "-q", "--to", "gpt-4o"],
        capture_output=True,
        check=False,
        env=environment,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert ".jsonl" in done.stdout.decode()


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
def test_a_name_that_is_no_text_is_shown_as_its_bytes(tmp_path: Path) -> None:
    log = os.path.join(os.fsencode(tmp_path), b"caf\xe9.jsonl")  # noqa: PTH118 - bytes are no path
    with open(log, "wb") as file:  # noqa: PTH123
        file.write(LOG.read_bytes()[:2_000])
    for form in COMMON_FORMATS:
        done = run("drift", tmp_path, "-f", form, "--to", "gpt-4o", "--by", "source")
        assert done.code == 0, done.err
        assert "caf" in done.out


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_system_are_read(ending: str, tmp_path: Path) -> None:
    lines = LOG.read_text("utf-8").splitlines()[:5]
    log = tmp_path / "log.jsonl"
    log.write_bytes(ending.join(lines).encode())
    report = json.loads(run("drift", log, "-f", "json").out)

    assert (report["records"], report["skipped"]) == (5, 0)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (r"C:\logs\my log.jsonl", "file:///C%3A/logs/my%20log.jsonl"),
        (r"logs\day#1.jsonl", "logs/day%231.jsonl"),
        (r"\\server\share\log.jsonl", "file:///server/share/log.jsonl"),
    ],
)
def test_paths_of_windows_are_uris_in_reports(path: str, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "PurePath", PureWindowsPath)

    assert sarif.uri(path) == uri


def test_output_has_the_same_line_ends_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and standard output are written as bytes: no system makes CR LF of LF."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\r\n")
    monkeypatch.setattr(sys, "stdout", out)
    from tokcount.render.writing import write

    write("a\nb\n")
    write("a\nb\n", tmp_path / "out")
    assert out.buffer.getvalue() == b"a\nb\n" == (tmp_path / "out").read_bytes()  # type: ignore[attr-defined]


def test_a_pattern_finds_files_where_the_shell_does_not_expand_it(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl", "c.txt"):
        (tmp_path / name).write_bytes(LOG.read_bytes()[:2_000])

    files = json.loads(run("formats", tmp_path / "*.jsonl", "-f", "json").out)["files"]
    assert [Path(file["path"]).name for file in files] == ["a.jsonl", "b.jsonl"]
