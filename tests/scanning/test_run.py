"""Scanning: the same rows in the same order, whatever the number of processes, the packing or the parts."""

import gzip
import importlib
import io
import json
import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from support.paths import SAMPLES
from support.processes import alive, children_of

from tokcount import processes as pool
from tokcount.errors import DataError
from tokcount.logs import source as files
from tokcount.logs.options import ReadOptions
from tokcount.scanning import run as running
from tokcount.scanning.parts import spans as blocks
from tokcount.scanning.parts import tasks
from tokcount.scanning.parts.tasks import Task, run_task
from tokcount.scanning.plan import make_plan
from tokcount.scanning.result import ScanResult

PLAN = make_plan(engine="tiktoken")
CHUNK = json.dumps(
    {
        "id": "c",
        "object": "chat.completion.chunk",
        "model": "gpt-4o",
        "choices": [{"index": 0, "delta": {"content": "a"}}],
    }
)
"""Part of a streamed answer: what it belongs to may come later."""
BEGIN = """
import signal
from tokcount import processes as pool
def is_held(): return signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, ())
before = is_held()
pool._start(None, None, object(), (700, 10, 10))
print(before, is_held())
"""
"""A process that begins as a worker does: whether it holds SIGTERM back before and after."""


def lines(count: int) -> list[str]:
    made = []
    for n in range(count):
        messages = [{"role": "user", "content": f"Question {n % 7}: how much is {n} times 三?"}]
        made.append(json.dumps({"model": "gpt-4o", "messages": messages}))
        if n % 10 == 3:
            made.append('{"cut off')
        if n % 10 == 6:
            made.append("")
    return made


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(lines(200)) + "\n", encoding="utf-8")
    return path


def scan(*paths: Path, jobs: int = 1) -> ScanResult:
    return running.run(files.expand([str(path) for path in paths]), PLAN, ReadOptions(), jobs=jobs)


def in_parts(patch: pytest.MonkeyPatch) -> None:
    """Cut and start processes however small the input is."""
    patch.setattr(running, "WORTH_A_POOL", 0)
    plan = blocks.plan
    patch.setattr(blocks, "plan", lambda source, options: plan(source, options, 4_000))


def places(result: ScanResult) -> list[tuple[str, int, str]]:
    return [(place.source, place.line, place.reason) for place in result.skipped.places]


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_processes_change_nothing(log: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system does not {method}")
    monkeypatch.setattr(pool, "start_method", lambda: method)
    whole = scan(log)
    in_parts(monkeypatch)
    parts = scan(log, jobs=2)

    assert len(parts.chunks) > 2
    assert places(parts) == places(whole)
    assert parts.skipped.reasons == whole.skipped.reasons == {"unparsed": 20}
    assert_frame_equal(parts.frame(), whole.frame())


def test_every_container_is_counted_by_several_processes_with_the_same_rows(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it goes wrong: an archive that is cut, values nested too deeply to be handed over, a format that
    needs the rest of its file."""
    text, values = log.read_text("utf-8"), [line for line in lines(40) if line.endswith("}")]
    deep = values[0].replace('"model"', '"metadata": ' + "[" * 700 + "]" * 700 + ', "model"')
    rows = [{"prompt": line, "model": "gpt-4o"} for line in values]
    pl.DataFrame(rows).write_csv(tmp_path / "rows.csv")
    pl.DataFrame(rows).write_parquet(tmp_path / "rows.parquet")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(text.encode())[:-9])
    (tmp_path / "utf16.jsonl").write_bytes(text.encode("utf-16"))
    (tmp_path / "grouped.jsonl.gz").write_bytes(gzip.compress(f"{text}{CHUNK}\n{text}{CHUNK}".encode()))
    (tmp_path / "values.json").write_text(f"[{', '.join(values)}]", "utf-8")
    (tmp_path / "deep.json").write_text(f"[{', '.join([*values, deep, *values])}]", "utf-8")
    whole = scan(tmp_path)
    in_parts(monkeypatch)
    monkeypatch.setattr(blocks, "SPAN_BYTES", 0)
    monkeypatch.setattr("tokcount.scanning.parts.blocks.BLOCK", 4_000)
    parts = scan(tmp_path, jobs=2)

    assert len(parts.chunks) > 20
    assert places(parts) == places(whole)
    assert parts.skipped.reasons == whole.skipped.reasons
    assert sorted(parts.warnings) == sorted(whole.warnings)
    assert_frame_equal(parts.frame(), whole.frame())


@pytest.mark.parametrize("ends", ["", "grouped"])
def test_what_can_be_read_only_once_is_counted_by_several_processes(
    log: Path, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    """From a format on that needs the rest of the input, this process goes on by itself."""
    text = log.read_bytes() * 2 + f"{CHUNK}\n".encode() * bool(ends) + log.read_bytes()
    seen: list[int] = []

    def scanned(jobs: int) -> ScanResult:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(text))))
        return running.run(files.expand(["-"]), PLAN, ReadOptions(), jobs=jobs, progress=seen.append)

    whole = scanned(1)
    in_parts(monkeypatch)
    monkeypatch.setattr("tokcount.scanning.parts.blocks.BLOCK", 4_000)
    parts = scanned(2)

    assert len(parts.chunks) > (8 if ends else 12)
    assert places(parts) == places(whole)
    assert seen[-1] == len(gzip.compress(text))
    assert_frame_equal(parts.frame(), whole.frame())


def test_standard_input_is_read_beside_files_that_several_processes_would_read(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(monkeypatch)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(log.read_bytes())))
    both = running.run(files.expand(["-", str(log)]), PLAN, ReadOptions(), jobs=2)

    assert both.frame()["source"].unique_counts().to_list() == [200, 200]


def test_a_grouped_format_in_a_part_makes_the_file_read_whole(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = '{"index":0,"delta":{"content":"%s"}}'
    chunk = '{"id":"c1","object":"chat.completion.chunk","model":"gpt-4o","choices":[' + choice + "]}"
    with log.open("a", encoding="utf-8") as file:
        file.write("\n".join(chunk % word for word in ("Hello", " there")) + "\n")
    whole = scan(log).frame()
    in_parts(monkeypatch)

    assert_frame_equal(scan(log, jobs=2).frame(), whole)


def test_batch_files_are_joined_whatever_the_number_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    both = (SAMPLES / "batch-input.jsonl", SAMPLES / "batch-output.jsonl")
    whole = scan(*both).frame()
    in_parts(monkeypatch)

    assert whole.height == 30
    assert_frame_equal(scan(*both, jobs=2).frame(), whole)


def test_small_files_are_read_in_bundles_with_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(9):
        made = lines(5 + n) + ['{"cut off', ""] * (n % 2)
        (tmp_path / f"{n}.jsonl").write_text("\n".join(made), encoding="utf-8")
    whole = scan(tmp_path)
    monkeypatch.setattr(running, "WORTH_A_POOL", 0)
    monkeypatch.setattr(tasks, "BUNDLE_FILES", 4)
    bundles = scan(tmp_path, jobs=2)

    assert (len(whole.chunks), len(bundles.chunks)) == (1, 3)
    assert places(bundles) == places(whole)
    assert_frame_equal(bundles.frame(), whole.frame())


def test_a_batch_that_lies_in_two_bundles_is_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its input is read in one process and its output in another, until that is known."""
    for place, name in (("0", "batch-input"), ("9", "batch-output")):
        (tmp_path / f"{place}.jsonl").write_bytes((SAMPLES / f"{name}.jsonl").read_bytes())
    for n in range(1, 9):
        (tmp_path / f"{n}.jsonl").write_text("\n".join(lines(3)), encoding="utf-8")
    whole = scan(tmp_path).frame()
    monkeypatch.setattr(running, "WORTH_A_POOL", 0)
    monkeypatch.setattr(tasks, "BUNDLE_FILES", 4)

    assert_frame_equal(scan(tmp_path, jobs=2).frame(), whole)


def test_compressing_and_splitting_changes_no_count(log: Path, tmp_path: Path) -> None:
    packed = tmp_path / "log.jsonl.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    rows = log.read_bytes().splitlines(keepends=True)
    halves = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    halves[0].write_bytes(b"".join(rows[:100]))
    halves[1].write_bytes(b"".join(rows[100:]))
    totals = pl.col("^.*_tokens$").sum()
    expected = scan(log).frame().select(totals)

    assert_frame_equal(scan(packed).frame().select(totals), expected)
    assert_frame_equal(scan(*halves).frame().select(totals), expected)


def test_only_the_first_records_of_a_file_of_lines_are_counted_before_processes_are_forked(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(monkeypatch)
    packed = tmp_path / "log.jsonl.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    counted: list[int] = []
    monkeypatch.setattr(
        running.RecordCounter, "process", lambda _, records: counted.extend(each.line for each in records)
    )

    for path in (log, packed):
        running.load(files.expand([str(path)]), PLAN, ReadOptions())

    assert counted[0] == 1
    assert counted == sorted(set(counted))
    assert len(counted) <= running.FIRST_RECORDS


def test_progress_ends_at_the_size_of_the_file(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = files.expand([str(log)])
    for jobs in (1, 2):
        seen: list[int] = []
        running.run(sources, PLAN, ReadOptions(), jobs=jobs, progress=seen.append)
        assert seen[-1] == log.stat().st_size
        in_parts(monkeypatch)


def test_a_worker_that_dies_is_one_clear_error(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_parts(monkeypatch)

    def kill_workers(done: int) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(DataError, match="a worker process died"):
        running.run(files.expand([str(log)]), PLAN, ReadOptions(), jobs=2, progress=kill_workers)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
def test_a_worker_ended_in_the_middle_of_a_result_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = multiprocessing.get_context("fork").Event()

    class HalfAResult:
        selection = None

        def __init__(self, *_: object) -> None: ...

        def process(self, *_: object) -> None:
            os.write(results._writer.fileno(), struct.pack("!i", 1_000) + b"x")
            begun.set()
            time.sleep(60)

    monkeypatch.setattr(pool, "start_method", lambda: "fork")
    workers = pool.Pool(HalfAResult, 1, None)
    results: Any = workers._workers.executor._result_queue
    workers.submit(run_task, Task(()), ReadOptions())
    reader = workers._workers.executor._executor_manager_thread
    assert begun.wait(20)
    while results._reader.poll():
        time.sleep(0.01)

    workers.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    reader.join(10)
    waiting = reader.is_alive()
    results._writer.close()

    assert not waiting


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="this system holds no signals back")
def test_signals_wait_until_a_new_worker_is_ready_for_them() -> None:
    """A forked copy that is ended before it is a worker would go on as the program."""
    with pool._held_interrupts():
        held = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        begun = subprocess.run([sys.executable, "-c", BEGIN], capture_output=True, text=True, check=True)
    after = signal.pthread_sigmask(signal.SIG_BLOCK, ())

    assert {signal.SIGINT, signal.SIGTERM} <= held
    assert not {signal.SIGINT, signal.SIGTERM} & after
    assert begun.stdout == "True False\n"


def test_an_import_that_an_exit_cuts_short_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unhandled error in a thread would fail this test as it would print a traceback."""

    def cut_short(_name: str) -> None:
        raise RuntimeError("can't register atexit after shutdown")

    monkeypatch.setattr(importlib, "import_module", cut_short)
    before = set(threading.enumerate())
    running.load_polars_meanwhile()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)


def test_no_worker_outlives_its_parent(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(lines(100)) * 600, encoding="utf-8")
    command = [sys.executable, "-m", "tokcount", "drift", str(log), "--jobs", "2", "--engine", "tiktoken"]
    parent = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    children = children_of(parent.pid)
    assert children
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 20
    while any(alive(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert not [child for child in children if alive(child)]
