"""Conservation: whatever a log holds and however it is packed, cut, ordered or read, the same numbers come out."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self

import msgspec
import polars as pl
import pytest
from fuzz.targets import Held
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from support.in_process import run
from support.strategies import PACKED, VALUES, bent_values, lines

from tokcount import processes as pool
from tokcount.logs import source as files
from tokcount.logs.format import NeedsWhole
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import Reader
from tokcount.logs.source import Source
from tokcount.reports.columns import NamedReference
from tokcount.reports.drift.compute import DriftOptions, report
from tokcount.reports.groups import DIMENSIONS
from tokcount.scanning import run as running
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.parts import spans as blocks
from tokcount.scanning.plan import make_plan
from tokcount.scanning.result import ScanResult

LAW = settings(
    deadline=None,
    max_examples=settings().max_examples // 2,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
ENCODINGS = ("p50k_base", "cl100k_base", "o200k_base")
PLAN = msgspec.structs.replace(make_plan(engine="tiktoken", by=("role", "script")), parts=True)
REFERENCES = [NamedReference(name, name) for name in ENCODINGS]
NUMBERS = ("content_tokens", "framing_tokens", "input_tokens", "output_tokens")

roles = st.sampled_from(["system", "user", "assistant", "developer", "tool", "narrator"])
texts = st.sampled_from(
    ["Say hi.", "你好，世界", "def f(x):\n    return x", "", "😀" * 3, "<|endoftext|>", "1,234.5 ñ"]
)
calls = st.builds(
    lambda messages, model, tags, created, usage: {
        "request": {"model": model, "messages": [{"role": role, "content": text} for role, text in messages]},
        "response": {"created": created, "choices": [{"message": {"role": "assistant", "content": "ok"}}]}
        | ({"usage": {"prompt_tokens": usage}} if usage else {}),
        "tags": tags,
    },
    st.lists(st.tuples(roles, texts), max_size=4),
    st.sampled_from(["gpt-4o", "gpt-4", "gpt-5", "o1-mini", "my-model", None]),
    st.lists(st.sampled_from(["prod", "test"]), max_size=2, unique=True),
    st.sampled_from([1700000000, 1700090000, None]),
    st.sampled_from([None, 8]),
)
"""Calls that differ in all that a report groups by."""

mixed = st.lists(
    calls.map(lambda call: json.dumps(call).encode())
    | lines
    | bent_values().map(lambda v: json.dumps(v).encode()),
    min_size=1,
    max_size=12,
)
"""Lines of a log in which formats and damage mix."""


counter_of = cache(RecordCounter)


@pytest.fixture(autouse=True)
def one_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vocabularies are taken apart once; what is remembered of earlier texts must change nothing."""
    monkeypatch.setattr(running, "RecordCounter", counter_of)


def is_apart(line: bytes) -> bool:
    """Is the line a complete record? Lines of streams, transcripts and batches belong together."""
    try:
        list(Reader(ReadOptions(), part=True).read(Held("log.jsonl", data=line)))
    except NeedsWhole:
        return False
    return True


WHOLE = b'{"model": "gpt-4o", "prompt": "the first line"}'
"""The first line decides what a file is; a damaged one could be the beginning of something else."""

apart = mixed.map(lambda found: [line for line in found if is_apart(line)])


def scan(*sources: Source, jobs: int = 1) -> ScanResult:
    return running.run(sources, PLAN, ReadOptions(), jobs=jobs)


def held(found: Sequence[bytes], name: str = "log.jsonl") -> Source:
    return Held(name, data=b"\n".join(found))


def totals(result: ScanResult) -> dict[str, Any]:
    """All that may not change: records, sums of tokens, and what was skipped for which reason."""
    reasons = {reason: count for reason, count in sorted(result.skipped.reasons.items()) if count}
    frame = result.frame()
    sums = frame.select(pl.col(r"^.*_tokens.*$").sum(), pl.col("requests").sum()).row(0, named=True)
    return {"records": frame.height, "reasons": reasons, **{name: total or 0 for name, total in sums.items()}}


@LAW
@given(found=mixed)
def test_records_and_skipped_are_all_that_was_read(found: list[bytes]) -> None:
    source = held(found)
    read = Reader(ReadOptions())
    items = [*read.read(source), *read.finish()]
    result = scan(source)

    assert result.records + result.skipped.total == len(items)


@LAW
@given(found=mixed, by=st.sets(st.sampled_from(sorted(DIMENSIONS)), min_size=1, max_size=3))
def test_the_groups_of_any_keys_add_up_to_the_total(found: list[bytes], by: set[str]) -> None:
    result = scan(held(found))
    options = DriftOptions(REFERENCES[0], tuple(REFERENCES[1:]), by=tuple(sorted(by)))
    data = report(result.frame(), result.skipped, options).data

    for place, total in enumerate(data["references"]):
        entries = [group["references"][place] for group in data["groups"]]
        for name in NUMBERS:
            assert sum(entry[name] or 0 for entry in entries) == (total[name] or 0), (by, name)
        parts = (total[f"{part}_tokens"] or 0 for part in ("content", "framing", "hidden"))
        assert sum(parts) == (total["input_tokens"] or 0)
    if "role" not in by:
        assert sum(group["records"] for group in data["groups"]) == data["records"]


@LAW
@given(found=mixed)
def test_the_parts_of_every_record_add_up_to_its_content(found: list[bytes]) -> None:
    """By role under every encoding; by class, role and position under the one that an audit takes apart."""
    frame = scan(held(found)).frame()
    for encoding in ENCODINGS:
        by_role = [name for name in frame.columns if name.startswith(f"{encoding}:content_tokens[")]
        row_sums = frame.select(
            pl.sum_horizontal(by_role).alias("parts"), pl.col(f"{encoding}:content_tokens")
        )
        assert row_sums.filter(pl.col("parts") != pl.col(f"{encoding}:content_tokens")).is_empty()


@LAW
@given(found=apart, cuts=st.lists(st.integers(0, 12), max_size=3))
def test_a_log_in_several_files_has_the_same_totals(found: list[bytes], cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(found)]
    parts = [
        held([WHOLE, *found[a:b]], f"part-{n}.jsonl") for n, (a, b) in enumerate(itertools.pairwise(places))
    ]

    assert totals(scan(*parts)) == totals(scan(held([*[WHOLE] * len(parts), *found])))


@LAW
@given(found=apart, seed=st.integers(0, 10))
def test_a_log_in_another_order_has_the_same_totals(found: list[bytes], seed: int) -> None:
    shuffled = random.Random(seed).sample(found, len(found))  # noqa: S311 - any order will do

    assert totals(scan(held([WHOLE, *shuffled]))) == totals(scan(held([WHOLE, *found])))


@LAW
@given(found=mixed, packing=st.sampled_from(sorted(PACKED)), size=st.integers(1, 300))
def test_packing_and_the_size_of_blocks_change_nothing(found: list[bytes], packing: str, size: int) -> None:
    """Rows, order, places and reasons: a pipe gives what it has, a disk gives big blocks."""
    whole = scan(held(found))
    packed = scan(Held("log.jsonl", data=PACKED[packing](b"\n".join(found)), step=size))

    assert packed.skipped == whole.skipped
    assert_frame_equal(packed.frame(), whole.frame())


@LAW
@given(found=mixed, size=st.integers(20, 2_000))
def test_a_file_read_in_parts_gives_the_same_rows(
    found: list[bytes], size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts of any size, put together as the processes' results are."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"\n".join(found * 3))
    (source,) = files.expand([str(path)])
    whole = scan(source)
    with monkeypatch.context() as patch:
        cut_anywhere(patch, size)
        patch.setattr(pool, "Pool", InThisProcess)
        parts = scan(source, jobs=2)

    assert parts.skipped.reasons == whole.skipped.reasons
    assert [place.line for place in parts.skipped.places] == [place.line for place in whole.skipped.places]
    assert_frame_equal(parts.frame(), whole.frame())


def cut_anywhere(patch: pytest.MonkeyPatch, size: int) -> None:
    plan = blocks.plan
    patch.setattr(running, "WORTH_A_POOL", 0)
    patch.setattr(blocks, "plan", lambda source, options: plan(source, options, size))
    patch.setattr(running, "load_polars_meanwhile", lambda: None)


class InThisProcess:
    """Stands in for the pool of processes: the same tasks, one after the other."""

    def __init__(self, make: Any, jobs: int, progress: Any, workers: Any) -> None:
        self._processor = make()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def begin(self) -> None:
        pass

    def advance(self, count: int) -> None:
        pass

    def submit(self, function: Any, *arguments: Any) -> Any:
        from concurrent.futures import Future

        future: Any = Future()
        try:
            future.set_result(function(self._processor, *arguments))
        except Exception as error:  # noqa: BLE001 - handed on, as by a process
            future.set_exception(error)
        return future

    def result(self, future: Any) -> Any:
        return future.result()


LONG = "word " * 30_000
BIG = {"model": "gpt-4o", "prompt": LONG}
SMALL = {"model": "gpt-4o", "prompt": "Say hi."}
LAYOUTS = {
    "lines": "\n".join(map(json.dumps, (BIG, SMALL, SMALL))),
    "pretty-printed": "\n".join(json.dumps(value, indent=1) for value in (BIG, SMALL, SMALL)),
    "opened on the first line": '{"prompt": "' + LONG + '",\n "model": "gpt-4o"}\n' + json.dumps(SMALL) * 2,
    "an array of lines": "[" + ",\n".join(map(json.dumps, (BIG, SMALL, SMALL))) + "]",
    "concatenated": "".join(map(json.dumps, (BIG, SMALL, SMALL))),
    "behind prefixes": "\n".join(f"INFO 12:00 {json.dumps(value)}" for value in (BIG, SMALL, SMALL)),
    "Python": "\n".join(repr(value) for value in (BIG, SMALL, SMALL)),
    "a table": f'prompt,model\n"{LONG}",gpt-4o\nSay hi.,gpt-4o\nSay hi.,gpt-4o\n',
    "behind blank lines": "\n" * 200_000 + "\n".join(map(json.dumps, (BIG, SMALL, SMALL))),
}
"""Shapes whose first record is longer than a pipe gives at once."""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_a_file_is_does_not_depend_on_how_much_of_it_comes_at_once(
    layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    path.write_text(LAYOUTS[layout], encoding="utf-8")
    (source,) = files.expand([str(path)])
    whole = scan(source).frame()
    piped = scan(Held(str(path), data=path.read_bytes(), step=1 << 16)).frame()
    cut_anywhere(monkeypatch, 50_000)
    monkeypatch.setattr(pool, "Pool", InThisProcess)
    parts = scan(source, jobs=2).frame()

    assert whole.height == 3
    assert_frame_equal(piped, whole)
    assert_frame_equal(parts, whole)


DAMAGED = [
    b'{"cut off',
    b"# a comment",
    b"42",
    b'{"data": [], "object": "list"}',
    b"[]",
    b'"a string"',
    b"{}",
    b"",
]
MANY = [*(json.dumps(value).encode() for value in VALUES), *DAMAGED]


def everything() -> bytes:
    """A log of every format with one record per line, between damage, a few times over."""
    return b"\n".join([line for line in MANY if is_apart(line)] * 6) + b"\n"


@pytest.mark.parametrize("method", [pytest.param("spawn", marks=pytest.mark.slow), "fork"])
def test_three_processes_give_the_rows_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """With either start method, over parts of every size that the log makes."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system does not {method}")
    path = tmp_path / "log.jsonl"
    path.write_bytes(everything())
    (source,) = files.expand([str(path)])
    whole = scan(source)
    monkeypatch.setattr(pool, "start_method", lambda: method)
    cut_anywhere(monkeypatch, 20_000)
    parts = scan(source, jobs=3)

    assert len(parts.chunks) > 3
    assert parts.skipped.reasons == whole.skipped.reasons
    assert_frame_equal(parts.frame(), whole.frame())


def test_the_report_is_the_same_from_a_file_a_pipe_a_folder_and_every_packing(tmp_path: Path) -> None:
    """As `tokcount drift` gives it; only places and names of files differ."""
    data = everything()
    found = data.splitlines(keepends=True)
    folder = tmp_path / "logs"
    folder.mkdir()
    for number, part in enumerate((found[: len(found) // 3], found[len(found) // 3 :])):
        (folder / f"{number}.jsonl").write_bytes(b"".join(part))
    inputs: dict[str, tuple[list[str], bytes | None]] = {
        "stdin": (["-"], data),
        "folder": ([str(folder)], None),
    }
    for name, pack in PACKED.items():
        path = tmp_path / name.replace(" ", "-")
        path.write_bytes(pack(data))
        inputs[name] = ([str(path)], None)
    reports = {
        name: run(
            "drift", *paths, "-f", "json", "--engine", "tiktoken", "--by", "model", "--jobs", "1", stdin=stdin
        )
        for name, (paths, stdin) in inputs.items()
    }
    numbers = {name: _numbers(json.loads(done.out)) for name, done in reports.items()}

    assert all(done.code == 0 for done in reports.values())
    assert {name for name, found in numbers.items() if found != numbers["plain"]} == set()
    assert numbers["plain"]["skipped_reasons"]["unparsed"] > 0


def _numbers(data: dict[str, Any]) -> dict[str, Any]:
    """The report without places and names of files."""
    return {
        name: value for name, value in data.items() if name not in ("run", "worst", "sources", "skipped_at")
    }
