"""Streams that are closed or full, limits of the system, and days at the end of time are not bugs of the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.in_process import tokcount
from support.running import SAMPLES

from tokcount.errors import ExitCode

PROGRAM = f"{sys.executable} -B -m tokcount"  # a limit on files would cut off what is compiled
LOG = SAMPLES / "support-chat.jsonl"
NO_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
NO_SHELL = pytest.mark.skipif(sys.platform == "win32", reason="limits of a POSIX shell")


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=120)


@NO_FULL
@pytest.mark.parametrize("options", ["--version", "--help", "drift --help"])
def test_a_full_disk_is_one_line_for_what_is_no_report(options: str) -> None:
    done = shell(f"{PROGRAM} {options} > /dev/full")

    assert done.returncode == ExitCode.USAGE
    assert done.stderr.startswith("tokcount: No space left on device; check disk space")
    assert done.stderr.count("\n") == 1


@NO_SHELL
@pytest.mark.parametrize("options", ["--version", "--help", "drift --help"])
def test_a_reader_that_goes_away_changes_no_exit_code(options: str) -> None:
    done = shell(f"{PROGRAM} {options} | true; exit ${{PIPESTATUS[0]}}")

    assert (done.returncode, done.stderr) == (ExitCode.OK, "")


@NO_SHELL
def test_a_closed_standard_input_is_a_file_that_cannot_be_read() -> None:
    done = shell(f"{PROGRAM} drift - <&-")

    assert done.returncode == ExitCode.DATA
    assert "-:1 cannot be opened: standard input is closed" in done.stderr


@NO_SHELL
def test_one_process_counts_where_several_cannot_share_memory(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(LOG.read_bytes() * (9_000_000 // LOG.stat().st_size))
    done = shell(f"(ulimit -f 1; {PROGRAM} drift {log} -j 2 -q --to gpt-4o) | cat; exit ${{PIPESTATUS[0]}}")

    assert done.returncode == ExitCode.OK, done.stderr
    assert "gpt-4o" in done.stdout


@NO_SHELL
def test_a_limit_on_memory_is_named_where_a_library_fails() -> None:
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 36, resource.getrlimit(resource.RLIMIT_AS)[1]))\n"
        "from tokcount import __main__\n"
        "from tokcount.cli import app as module\n"
        "module.app = lambda **_: 1 / 0\n"
        "sys.argv = ['tokcount', 'drift']\n"
        "__main__.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == ExitCode.DATA
    assert done.stderr.startswith(
        "tokcount: unexpected ZeroDivisionError: perhaps out of memory, the limit is 65,536 MB (ulimit -v)"
    )


@pytest.mark.parametrize("today", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("command", ["drift", "cost", "audit"])
def test_any_day_can_be_today(command: str, today: str) -> None:
    done = tokcount(command, LOG, "--to", "auto", "--to", "gpt-4.1", TOKCOUNT_TODAY=today)

    assert done.returncode == ExitCode.OK
    assert b"bug" not in done.stderr


@NO_SHELL
def test_a_signal_at_the_end_of_the_run_ends_it_as_any_other() -> None:
    script = (
        "import atexit, os, signal, sys\n"
        "atexit.register(lambda: os.kill(os.getpid(), signal.SIGHUP))\n"
        "sys.argv = ['tokcount', '--version']\n"
        "from tokcount.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=60)

    assert done.returncode == ExitCode.INTERRUPTED
