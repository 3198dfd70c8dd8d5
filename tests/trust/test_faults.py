"""Runs that are killed, interrupted or out of disk end with one line and the right code, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.processes import unmeasured
from support.running import ROOT, SAMPLES

from tokcount.errors import ExitCode

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists() or not hasattr(os, "mkfifo"),
    reason="needs named pipes, and /proc to list processes",
)

CHAT = '{"model": "gpt-4o", "messages": [{"role": "user", "content": "some words to count"}]}\n'
COMPLETION = '{"model": "text-davinci-003", "prompt": "Once upon a time"}\n'
OLD = "what stood there before"
SPAWNED = (
    "import sys; from tokcount import processes as pool; pool.start_method = lambda: 'spawn'\n"
    "from tokcount.__main__ import main\n"
    "if __name__ == '__main__': main()\n"
)


class Run:
    """The program at work on a pipe whose end never comes, in a session of its own, so that it stays at work."""

    def __init__(self, folder: Path, program: list[str], arguments: list[str]) -> None:
        self.pipe, self.out, self.temporary = folder / "pipe.jsonl", folder / "out.csv", folder / "tmp"
        self.pipe.parent.mkdir(exist_ok=True)
        self.temporary.mkdir()
        os.mkfifo(self.pipe)
        self.out.write_text(OLD)
        self._before = set(folder.iterdir())
        self._folder = folder
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments, str(self.pipe), "-o", str(self.out)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)},
        )
        self._writer = os.open(self.pipe, os.O_WRONLY)  # returns when somebody reads
        os.write(self._writer, COMPLETION.encode() * 3)

    @property
    def workers(self) -> list[int]:
        pid = self.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in found if b"resource_tracker" not in _command(int(child))]

    def end(self) -> tuple[int, str]:
        """Exit code and standard error; asserts that nothing but the old output is left, and no process."""
        out, errors = self.process.communicate(timeout=60)
        os.close(self._writer)
        deadline = time.monotonic() + 20
        while (left := _of_session(self.process.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert left == []
        assert out == b""
        assert set(self._folder.iterdir()) == self._before
        assert list(self.temporary.iterdir()) == []
        assert self.out.read_text() == OLD
        return self.process.returncode, errors.decode()


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _of_session(session: int) -> list[int]:
    """The processes of a session that still run."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _session(pid) == session]  # noqa: PTH208


def _session(pid: int) -> int:
    try:
        state, _, _, session, *_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return 0
    return 0 if state == "Z" else int(session)


@pytest.fixture
def in_workers(tmp_path: Path) -> Iterator[Run]:
    """Two forked processes at work."""
    yield from _at_work(tmp_path, ["-m", "tokcount"])


@pytest.fixture
def in_spawned_workers(tmp_path: Path) -> Iterator[Run]:
    """Two spawned processes at work, as on Windows and macOS."""
    (tmp_path / "program").mkdir()
    program = tmp_path / "program" / "main.py"
    program.write_text(SPAWNED)
    yield from _at_work(tmp_path, [str(program)])


def _at_work(folder: Path, program: list[str]) -> Iterator[Run]:
    logs = folder / "logs"
    logs.mkdir()
    (logs / "big.jsonl").write_text(CHAT * 60_000)
    run = Run(folder / "run", program, ["drift", "--jobs", "2", "--engine", "tiktoken", str(logs)])
    yield run
    _kill(run)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Run]:
    """One process that has written a part of its output."""
    run = Run(tmp_path / "run", ["-m", "tokcount"], ["migrate", "-q", "--to", "gpt-4o"])
    yield run
    _kill(run)


def _kill(run: Run) -> None:
    with run.process:  # at its end it is waited for, and its pipes are closed
        for pid in _of_session(run.process.pid):
            os.kill(pid, signal.SIGKILL)


def test_a_worker_that_is_killed_ends_the_run_with_a_line(in_workers: Run) -> None:
    os.kill(in_workers.workers[-1], signal.SIGKILL)

    code, told = in_workers.end()
    assert code == ExitCode.DATA
    assert told.startswith("tokcount: a worker process died, perhaps out of memory: run again with --jobs 1")
    assert told.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_of_the_program_alone_ends_its_workers(in_workers: Run, number: int) -> None:
    os.kill(in_workers.process.pid, number)

    assert in_workers.end() == (ExitCode.INTERRUPTED, "tokcount: interrupted.\n")


def test_an_interrupt_from_the_terminal_goes_to_all_and_is_told_once(in_workers: Run) -> None:
    os.killpg(in_workers.process.pid, signal.SIGINT)

    assert in_workers.end() == (ExitCode.INTERRUPTED, "tokcount: interrupted.\n")


def test_an_interrupt_of_spawned_workers_is_told_once(in_spawned_workers: Run) -> None:
    """One of them is at work; another may just be starting."""
    os.killpg(in_spawned_workers.process.pid, signal.SIGINT)

    assert in_spawned_workers.end() == (ExitCode.INTERRUPTED, "tokcount: interrupted.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_is_half_written_is_taken_away(alone: Run, number: int) -> None:
    deadline = time.monotonic() + 20
    while len(list(alone.out.parent.iterdir())) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)  # the file that would replace the old one appears
    os.kill(alone.process.pid, number)

    assert alone.end() == (ExitCode.INTERRUPTED, "tokcount: interrupted.\n")


def limited(*arguments: str | Path, largest: int, **options: object) -> subprocess.CompletedProcess[bytes]:
    """The program on a disk on which no file may be larger than so many bytes."""
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    done: subprocess.CompletedProcess[bytes] = subprocess.run(  # type: ignore[call-overload]
        [sys.executable, "-B", "-m", "tokcount", *map(str, arguments)],
        capture_output=True,
        check=False,
        preexec_fn=limit,
        **{"env": unmeasured(), **options},
    )
    return done


@pytest.mark.parametrize(
    "arguments",
    [
        ("drift", SAMPLES / "support-chat.jsonl", "--per-record", "-f", "csv"),
        pytest.param(("audit", SAMPLES / "support-chat.jsonl", "--to", "gpt-4o"), marks=pytest.mark.slow),
        ("migrate", SAMPLES / "completions-2023.jsonl", "--to", "gpt-4o"),
    ],
)
def test_a_disk_that_fills_up_leaves_the_old_file(arguments: tuple[str | Path, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text(OLD)
    done = limited(*arguments, "-o", out, largest=2_000)

    assert done.returncode == ExitCode.USAGE
    assert done.stderr.decode().splitlines()[-1] == (
        f"tokcount: cannot write {out}: File too large; the file was left as it was"
    )
    assert b"Traceback" not in done.stderr
    assert out.read_text() == OLD
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [
        ("drift", SAMPLES / "support-chat.jsonl", "--per-record", "-f", "csv"),
        ("models",),
    ],
)
def test_a_full_disk_behind_standard_output_is_one_line(arguments: tuple[str | Path, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tokcount", *map(str, arguments)],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert done.returncode == ExitCode.USAGE
    assert done.stderr.decode().splitlines()[-1] == (
        "tokcount: cannot write to standard output: No space left on device"
    )
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("drift", SAMPLES / "support-chat.jsonl", "--per-record", "-f", "csv"), ExitCode.OK),
        (("drift", SAMPLES / "defects.jsonl", "--strict", "-q"), ExitCode.DATA),
        (("check", SAMPLES / "support-chat.jsonl", "--budget", "input_tokens.max <= 1"), ExitCode.BUDGET),
    ],
)
def test_a_reader_that_went_away_changes_no_code(arguments: tuple[str | Path, ...], code: int) -> None:
    """``| head`` is no error, and a broken budget stays one."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "tokcount", *map(str, arguments)],
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert b"Broken pipe" not in done.stderr


@pytest.mark.parametrize("closed", [1, 2])
def test_a_standard_stream_that_is_closed_is_no_bug(closed: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tokcount", "drift", str(SAMPLES / "support-chat.jsonl")],
        capture_output=True,
        preexec_fn=lambda: os.close(closed),
        check=False,
    )

    assert done.returncode == (ExitCode.USAGE if closed == 1 else ExitCode.OK)
    if closed == 1:
        told = "tokcount: cannot write to standard output: it is closed; name a file with -o FILE\n"
        assert done.stderr.decode().endswith(told)
