"""The program as a whole: help, version, exit codes, pipes, interrupts, full disks, hostile content."""

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.in_process import tokcount
from support.processes import children_of
from support.running import SAMPLES
from support.running import tokcount as process

from tokcount.cli.app import COMMANDS
from tokcount.errors import ExitCode
from tokcount.version import __version__

CHAT = '{"model": "gpt-4o", "messages": [{"role": "user", "content": %s}]}\n'


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command_and_the_exit_codes(flag: str) -> None:
    help_text = tokcount(flag).stdout.decode()

    assert all(command in help_text for command in COMMANDS)
    assert "Exit codes:" in help_text


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_the_version_is_shown(flag: str) -> None:
    assert tokcount(flag).stdout.decode() == f"tokcount {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_agrees_with_their_help(command: str) -> None:
    module, function = COMMANDS[command][0].split(":")
    docstring = getattr(importlib.import_module(f"tokcount.cli.commands.{module}"), function).__doc__

    first_paragraph = " ".join(docstring.split("\n\n")[0].split())
    assert first_paragraph.startswith(COMMANDS[command][1])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    done = tokcount(command, "--help")

    assert done.returncode == 0
    assert b"--help" in done.stdout
    assert f"tokcount {command}" in done.stdout.decode().partition("Examples:\n")[2]


def test_help_loads_neither_polars_nor_tiktoken_nor_the_commands() -> None:
    script = (
        "import sys; sys.argv = ['tokcount', '--help']\n"
        "heavy = {'polars', 'tiktoken', 'rich', 'msgspec', 'tokcount.cli.commands.drift'}\n"
        "from tokcount.__main__ import main\n"
        "try: main()\n"
        "finally: print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert done.stderr.decode().strip() == "[]"


def test_an_unknown_command_is_a_usage_error_with_a_suggestion() -> None:
    done = process("dirft")

    assert done.returncode == ExitCode.USAGE
    assert b"drift" in done.stderr


def test_an_empty_pipe_has_nothing_to_count() -> None:
    done = process("drift")

    assert done.returncode == ExitCode.DATA
    assert b"nothing countable" in done.stderr


def test_a_terminal_without_a_path_is_a_usage_error() -> None:
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "tokcount", "drift"], stdin=slave, capture_output=True, check=False, timeout=60
    )
    os.close(master)
    os.close(slave)

    assert done.returncode == ExitCode.USAGE
    assert b"no input" in done.stderr


def test_strict_fails_on_skipped_records_after_the_report() -> None:
    log = CHAT % '"ok"' + '{"cut'
    lenient, strict = tokcount("drift", stdin=log), tokcount("drift", "--strict", stdin=log)

    assert lenient.returncode == ExitCode.OK
    assert strict.returncode == ExitCode.DATA
    assert strict.stdout == lenient.stdout != b""


@pytest.mark.parametrize("to", ["gpt4o", "o200k"])
def test_an_unknown_target_is_one_line_with_close_matches(to: str) -> None:
    done = tokcount("drift", SAMPLES / "support-chat.jsonl", "--to", to)

    assert done.returncode == ExitCode.USAGE
    assert done.stdout == b""
    assert done.stderr.decode().startswith(f"tokcount: unknown model '{to}'.")


def test_a_closed_pipe_is_quiet() -> None:
    command = (
        f"{sys.executable} -m tokcount drift {SAMPLES / 'support-chat.jsonl'} --per-record -f jsonl | head -1"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=True)

    assert json.loads(done.stdout)["line"] == 1
    assert done.stderr == b""


def test_an_interrupt_exits_with_130_without_a_traceback(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text((CHAT % '"some words to count, again and again"') * 200_000)
    out = tmp_path / "out.csv"
    running = subprocess.Popen(
        [sys.executable, "-m", "tokcount", "drift", str(log), "-j", "2", "-o", str(out)],
        stderr=subprocess.PIPE,
    )
    assert children_of(running.pid)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)

    assert running.returncode == ExitCode.INTERRUPTED
    assert b"Traceback" not in errors
    assert list(tmp_path.iterdir()) == [log]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_line() -> None:
    done = tokcount("drift", SAMPLES / "support-chat.jsonl", "-o", "/dev/full")

    assert done.returncode == ExitCode.USAGE
    assert done.stderr.decode().startswith("tokcount: cannot write /dev/full: No space left on device")


def test_an_unexpected_error_is_one_line_unless_debugging(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tokcount import __main__
    from tokcount.cli import app as module

    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "app", broken)
    monkeypatch.setattr(sys, "argv", ["tokcount", "drift"])
    with pytest.raises(SystemExit) as stop:
        __main__.main()
    assert stop.value.code == ExitCode.DATA
    assert "unexpected ZeroDivisionError" in capsys.readouterr().err

    monkeypatch.setattr(sys, "argv", ["tokcount", "drift", "--debug"])
    with pytest.raises(SystemExit) as stop:
        __main__.main()
    text = capsys.readouterr().err
    assert stop.value.code == ExitCode.DATA
    assert text.startswith("Traceback")
    assert "in broken" in text


def test_escapes_and_markup_in_a_log_do_not_reach_the_terminal() -> None:
    log = '{"model": "evil\\u001b[31m[bold]=1+1", "messages": [{"role": "user", "content": "x"}]}\n'
    for form in ("table", "csv", "json", "jsonl", "markdown"):
        for rows in ((), ("--per-record",)):
            done = tokcount("drift", "-f", form, "--to", "gpt-4o", *rows, stdin=log)
            assert b"\x1b" not in done.stdout + done.stderr, form


def test_reports_go_to_stdout_and_everything_else_to_stderr() -> None:
    done = process("drift", SAMPLES / "defects.jsonl", "-f", "json")

    assert json.loads(done.stdout)["skipped"] == 5
    assert done.stderr.decode().startswith("tokcount: 5 skipped (")
    assert tokcount("drift", SAMPLES / "defects.jsonl", "-f", "json", "-q").stderr == b""


@pytest.mark.parametrize(
    "arguments",
    [
        ("drift", "LOG", "-o", "LOG"),
        ("migrate", "LOG", "--to", "gpt-4o", "-o", "LOG"),
        ("migrate", "LOG", "--to", "gpt-4o", "-o", "NEW", "--lost", "LOG"),
        ("count", "LOG", "-o", "LOG"),
    ],
)
def test_an_input_file_is_never_replaced(arguments: tuple[str, ...], tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes((SAMPLES / "completions-2023.jsonl").read_bytes())
    names = {"LOG": log, "NEW": tmp_path / "new.jsonl"}
    done = tokcount(*(names.get(argument, argument) for argument in arguments))

    assert done.returncode == ExitCode.USAGE
    assert b"is an input file; choose a different output path" in done.stderr
    assert log.read_bytes() == (SAMPLES / "completions-2023.jsonl").read_bytes()


def test_an_empty_folder_has_nothing_to_count(tmp_path: Path) -> None:
    assert tokcount("count", tmp_path).returncode == ExitCode.DATA


def test_records_that_are_not_shown_are_not_described() -> None:
    done = tokcount("drift", SAMPLES / "completions-2023.jsonl", "--to", "gpt-5.6-luna", "--top", "0")

    assert b"No record has more" not in done.stdout
