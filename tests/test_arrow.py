"""Record batches in, the rows of `tokcount drift --per-record` out."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.engines import (
    GROUPED,
    LINES,
    SAMPLES,
    SELECTED,
    TO,
    TODAY,
    assert_same,
    counted,
    local_rows,
    table_of,
    write_logs,
)
from support.shared import SHARED, needs_shared

from tokcount.logs import source as files
from tokcount.logs.options import Mapping, ReadOptions
from tokcount.reports.per_record import money_of, record_rows
from tokcount.scanning.plan import make_plan
from tokcount.scanning.run import run

pa = pytest.importorskip("pyarrow")

import tokcount.arrow  # noqa: E402 - only where pyarrow is
from tokcount.arrow import Input, Scan, flag_duplicates, scan  # noqa: E402
from tokcount.errors import UsageError  # noqa: E402
from tokcount.frames import shared  # noqa: E402

CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Is it?"}]
CALL = {"request": {"model": "gpt-4o", "messages": CHAT}, "response": {"id": "c1", "choices": []}}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[pa.Table, pl.DataFrame]:
    """A log as a table of lines, and its rows by the local command."""
    folder = tmp_path_factory.mktemp("logs")
    paths = write_logs(folder)
    return table_of(paths), local_rows(paths, folder)


def rows_of(columns: dict[str, Any], given: Input, **options: Any) -> list[dict[str, Any]]:
    options = {"to": ["o200k_base"], "from_": "cl100k_base", **options}
    return Scan(given, **options).batch(pa.record_batch(columns)).to_pylist()


def test_a_log_has_the_rows_of_the_local_command(log: tuple[pa.Table, pl.DataFrame]) -> None:
    table, expected = log
    rows = counted(scan(table, LINES, to=TO, today=TODAY))
    assert_same(rows, expected)
    assert rows["flags"].str.contains("duplicate").sum() == 5


@needs_shared
def test_a_selection_selects_the_rows_of_the_local_command(tmp_path: Path) -> None:
    paths = write_logs(tmp_path)
    expected = local_rows(paths, tmp_path, selected=SELECTED)
    every = scan(table_of(paths), LINES, to=TO, today=TODAY)

    rows = scan(table_of(paths), LINES, to=TO, today=TODAY, **SELECTED)

    assert 0 < expected.height < counted(every).height
    assert_same(counted(rows), expected)
    assert rows.num_rows == every.num_rows


def test_a_record_that_is_not_selected_is_a_row_with_the_reason() -> None:
    lines = [
        json.dumps({"model": model, "prompt": "a", "timestamp": time})
        for model, time in (
            ("gpt-4o", "2026-11-02T00:00:00Z"),
            ("gpt-4", None),
            ("gpt-4o", None),
            ("gpt-4o", "2026-10-02T00:00:00Z"),
        )
    ]
    asked = {"where": "model = gpt-4o", "since": "2026-11-01"}

    rows = rows_of({"text": [*lines, "{"]}, Input(log="text"), **asked)

    assert [row["kind"] == "skipped" for row in rows] == [False, True, True, True, True]
    assert [row["reason"] for row in rows[1:4]] == [
        "not selected: condition",
        "not selected: no timestamp",
        "not selected: time",
    ]
    assert rows[4]["reason"].startswith("unparsed: ")


def test_a_selection_that_cannot_be_is_refused_before_there_is_data() -> None:
    for asked, message in (
        ({"where": "modl = x"}, "unknown field 'modl'. Did you mean model"),
        ({"since": "soon"}, "expected a day such as"),
        ({"where": "source = a*"}, "needs the column that holds it"),
    ):
        with pytest.raises(UsageError, match=message):
            Scan(Input(log="text"), **asked)


@needs_shared
def test_every_log_whose_records_stand_on_one_line_has_its_local_rows() -> None:
    plan = make_plan(to=["gpt-4o"])
    refused = []
    for path in sorted((SHARED / "samples").rglob("*.jsonl")):
        if path.stat().st_size == 0:
            continue
        result = run(files.expand([str(path)]), plan, ReadOptions(), jobs=1)
        rows = scan(table_of([path]), LINES, to=["gpt-4o"], today=TODAY)
        if any((reason or "").startswith("unsupported") for reason in rows["reason"].to_pylist()):
            refused.append(path.name)
            continue
        expected = record_rows(result.frame(), plan, money_of(plan, TODAY))
        assert_same(counted(rows), expected)
        assert rows.num_rows - expected.height >= result.skipped.total
    assert 5 <= len(refused) <= 12


@settings(max_examples=8, deadline=None)
@given(sizes=st.lists(st.integers(1, 200), min_size=1, max_size=12))
def test_the_size_of_batches_does_not_matter(log: tuple[pa.Table, pl.DataFrame], sizes: list[int]) -> None:
    table, expected = log
    batches, start = [], 0
    while start < table.num_rows:
        size = sizes[len(batches) % len(sizes)]
        batches.append(table.slice(start, size).combine_chunks().to_batches()[0])
        start += size
    cut = pa.Table.from_batches(batches)
    assert_same(counted(scan(cut, LINES, to=TO, today=TODAY)), expected)


def test_small_batches_are_counted_together_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    made, batches = Scan(Input(text="t")), [pa.record_batch({"t": ["a", None]})] * 5
    assert [rows.num_rows for rows in made.batches(batches)] == [10]
    monkeypatch.setattr(tokcount.arrow, "TOGETHER", 2 * batches[0].nbytes)
    assert [rows.num_rows for rows in made.batches(iter(batches))] == [4, 4, 2]
    assert list(made.batches([])) == []
    none = pa.record_batch({"t": pa.array([], pa.string())})
    assert [rows.num_rows for rows in made.batches([none, none])] == [0]


def test_what_the_local_command_skips_is_a_row_with_its_reason(log: tuple[pa.Table, pl.DataFrame]) -> None:
    table, expected = log
    frame = pl.DataFrame(pl.from_arrow(scan(table, LINES, to=TO, today=TODAY)))
    skipped = frame.filter(pl.col("kind") == "skipped")
    reasons = skipped["reason"].str.split(":").list.first().value_counts().rows()
    assert dict(reasons) == {"unparsed": 4, "error": 1, "unrecognised": 1, "nothing": 2}
    counts = [name for name in frame.columns if ":" in name]
    assert skipped.select(pl.col(*counts, "index", "model", "basis", "flags").is_null().all()).row(0) == (
        True,
    ) * (len(counts) + 4)
    assert frame.select("source", "line").n_unique() == table.num_rows
    assert frame.height == expected.height + skipped.height


def test_the_schema_is_known_without_data_and_true_for_every_batch(
    log: tuple[pa.Table, pl.DataFrame],
) -> None:
    table, expected = log
    made = Scan(LINES, to=TO, today=TODAY)
    assert made.schema.names == expected.columns
    assert made.batch(empty()).num_rows == 0
    nothing = pa.record_batch({"file": ["a"], "number": [1], "text": ["{cut"]})
    for batch in (*table.to_batches(max_chunksize=50)[:3], nothing):
        rows = made.batch(batch)
        assert rows.schema == made.schema
        rows.validate(full=True)


def empty() -> pa.RecordBatch:
    columns = {"file": pa.string(), "number": pa.int64(), "text": pa.binary()}
    return pa.RecordBatch.from_pylist([], schema=pa.schema(columns.items()))


def test_further_columns_follow_and_have_types() -> None:
    made = Scan(
        Input(log="l"), to=["gpt-4o"], by=["role"], extra=["tags", "own:basis", "identity", "requests"]
    )
    batch = pa.record_batch({"l": [json.dumps(CALL), json.dumps({"prompt": "a", "model": "davinci-002"})]})
    rows = made.batch(batch)
    assert rows.schema.names[-4:] == ["tags", "own:basis", "identity", "requests"]
    assert [row["own:basis"] for row in rows.to_pylist()] == ["exact", "exact"]
    assert [row["identity"] is None for row in rows.to_pylist()] == [False, True]
    with pytest.raises(UsageError, match="no further column 'colour'; there are: "):
        Scan(Input(log="l"), extra=["colour"])


def test_a_scan_can_be_pickled_and_gives_the_same_in_another_process(
    log: tuple[pa.Table, pl.DataFrame], tmp_path: Path
) -> None:
    table, _ = log
    made, batch = Scan(LINES, to=TO, today=TODAY), table.slice(0, 40).combine_chunks().to_batches()[0]
    (tmp_path / "given").write_bytes(pickle.dumps((made, batch)))
    program = (
        "import pickle, sys; scan, batch = pickle.load(open(sys.argv[1], 'rb'));"
        "pickle.dump(scan.batch(batch), open(sys.argv[2], 'wb'))"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path / "given", tmp_path / "rows"], check=True)
    rows = pickle.loads((tmp_path / "rows").read_bytes())  # noqa: S301 - written above
    assert rows.equals(made.batch(batch))


def test_a_process_keeps_its_counter_between_batches_and_between_equal_scans() -> None:
    batch = pa.record_batch({"t": ["some text"]})
    for _ in range(2):
        made = pickle.loads(pickle.dumps(Scan(Input(text="t"))))  # noqa: S301 - written here
        made.batch(batch)
    before = list(shared._counters.values())
    Scan(Input(text="t")).batch(batch)
    assert list(shared._counters.values()) == before
    for name in ("gpt-4o", "gpt-4"):
        Scan(Input(text="t"), to=[name]).batch(batch)
    assert len(shared._counters) == shared.KEPT


def test_threads_take_turns() -> None:
    made = Scan(Input(text="t"))
    batches = [pa.record_batch({"t": [f"text {n} of {thread}" for n in range(300)]}) for thread in range(4)]
    found: dict[int, pa.RecordBatch] = {}
    threads = [
        threading.Thread(target=lambda n=n, batch=batch: found.update({n: made.batch(batch)}))
        for n, batch in enumerate(batches)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[n].equals(made.batch(batch)) for n, batch in enumerate(batches)] == [True] * 4


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_texts_of_every_type_of_string_are_counted_as_they_are(kind: pa.DataType) -> None:
    texts = pa.array(["2 + 2 = 4", None, "", '[{"role": "user"}]', "<|endoftext|>"]).cast(kind)
    rows = rows_of({"t": texts}, Input(text="t"))
    assert [row["cl100k_base:input_tokens"] for row in rows] == [7, None, 0, 8, 7]
    assert [row["kind"] for row in rows] == ["text", "skipped", "text", "text", "text"]
    assert rows[1]["reason"] == "empty: the column is null in this row"
    assert rows[4]["flags"] == "special_token_text"


@pytest.mark.parametrize("kind", [pa.string(), pa.binary(), pa.large_binary(), pa.binary_view()])
def test_a_cell_may_hold_a_body_over_several_lines(kind: pa.DataType) -> None:
    cells = pa.array([json.dumps(CALL["request"], indent=2), json.dumps(CALL)]).cast(kind)
    rows = rows_of({"l": cells}, Input(log="l"))
    assert [row["cl100k_base:input_tokens"] for row in rows] == [17, 17]


def test_columns_that_are_null_throughout_are_read() -> None:
    rows = rows_of({"l": pa.nulls(2)}, Input(log="l"))
    assert [row["reason"] for row in rows] == ["empty: the column is null in this row"] * 2


def test_mapped_columns_count_as_json_text_and_as_nested_columns() -> None:
    usage = {"prompt_tokens": 16, "completion_tokens": 1}
    when = pa.array([1_700_000_000], pa.timestamp("s", "UTC")).cast(pa.timestamp("ns", "UTC"))
    mapped = Input(messages="m", completion="a", model="k", usage="u", time="w", id="i", tag="g")
    columns = {"a": ["Yes."], "k": ["gpt-4o"], "w": when, "i": ["c1"], "g": [["x", "y"]]}
    extra = ["tags", "billed_input_tokens", "identity"]
    nested = rows_of({"m": [CHAT], "u": [usage], **columns}, mapped, extra=extra)
    as_text = rows_of({"m": [json.dumps(CHAT)], "u": [json.dumps(usage)], **columns}, mapped, extra=extra)
    assert nested == as_text
    assert nested[0]["cl100k_base:input_tokens"] == 17
    assert nested[0]["cl100k_base:output_tokens"] == 2
    assert (nested[0]["tags"], nested[0]["billed_input_tokens"]) == ("x,y", 16)
    assert nested[0]["timestamp"].isoformat() == "2023-11-14T22:13:20+00:00"


def test_fields_that_only_other_rows_have_are_not_there() -> None:
    named = [{"role": "user", "content": "Is it?", "name": "ann"}]
    rows = rows_of({"m": [named, CHAT[1:], None]}, Input(messages="m"), to=["gpt-4o"], from_="gpt-4")
    alone = rows_of({"m": [CHAT[1:]]}, Input(messages="m"), to=["gpt-4o"], from_="gpt-4")
    assert rows[1]["gpt-4o:input_tokens"] == alone[0]["gpt-4o:input_tokens"] < rows[0]["gpt-4o:input_tokens"]
    assert rows[2]["kind"] == "skipped"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["messages", "role", "content", "request", "response", "prompt", "data", "object"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)
CELLS = st.none() | st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode())


@settings(deadline=None)
@given(cells=st.lists(CELLS, max_size=12), shape=st.sampled_from(["json", "prefixed", "python"]))
def test_no_cell_ends_a_scan_and_none_is_lost(cells: list[bytes | None], shape: Any) -> None:
    column = pa.array(cells, pa.binary())
    batch = pa.record_batch({"l": column, "n": pa.array(range(len(cells)), pa.int64())})
    rows = Scan(Input(log="l", line="n", shape=shape)).batch(batch)
    assert sorted(set(rows["line"].to_pylist())) == list(range(len(cells)))
    assert [row for row in rows.to_pylist() if row["kind"] == "skipped" and not row["reason"]] == []


def test_a_null_content_counts_the_same_nested_and_in_json() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    talk = [
        CHAT[1],
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "2"},
    ]
    given_ = Input(messages="m")
    assert rows_of({"m": [talk]}, given_, to=["gpt-4o"]) == rows_of(
        {"m": [json.dumps(talk)]}, given_, to=["gpt-4o"]
    )


@pytest.mark.parametrize(
    ("shape", "cell"),
    [
        ("prefixed", "2024-01-01 INFO sent " + json.dumps(CALL) + " ok"),
        ("python", repr(CALL)),
        ("json", json.dumps(CALL)),
    ],
)
def test_json_is_found_behind_other_text_and_in_python_literals(shape: Any, cell: str) -> None:
    rows = rows_of({"l": [cell, "nothing here", " "]}, Input(log="l", shape=shape))
    assert [row["cl100k_base:input_tokens"] for row in rows] == [17, None, None]
    assert rows[1]["reason"].startswith("unparsed: ")
    assert rows[2]["reason"] == "nothing: a blank line"


def test_one_row_with_several_records_gives_a_row_for_each() -> None:
    page = json.dumps({"object": "list", "data": [CALL, {"x": 1}, CALL]})
    rows = rows_of({"l": [page], "n": [7]}, Input(log="l", line="n"))
    assert [(row["line"], row["index"]) for row in rows] == [(7, 0), (7, 1), (7, None)]


def test_the_options_of_reading_hold_for_lines() -> None:
    cell = json.dumps({"q": "Is it?", "m": "gpt-4o"})
    mapping = Mapping(prompt_path="q", model_path="m")
    rows = rows_of({"l": [cell]}, Input(log="l"), reading=ReadOptions(mapping=mapping))
    assert (rows[0]["format"], rows[0]["model"], rows[0]["cl100k_base:input_tokens"]) == (
        "mapped",
        "gpt-4o",
        3,
    )
    small = rows_of({"l": [cell]}, Input(log="l"), reading=ReadOptions(max_value=5))
    assert small[0]["reason"] == "unparsed: a line of more than 0 MB"


@pytest.mark.parametrize("name", GROUPED)
def test_formats_whose_records_stand_on_several_lines_are_refused_with_a_reason(name: str) -> None:
    lines = (SAMPLES / name).read_text(encoding="utf-8").splitlines()
    rows = rows_of({"l": lines}, Input(log="l"))
    assert [(row["kind"], row["format"]) for row in rows] == [("skipped", "openai.batch")] * len(lines)
    assert rows[0]["reason"].startswith("unsupported: a record of this format may span several lines")


def test_places_are_null_where_nothing_names_them() -> None:
    row = rows_of({"t": ["a"]}, Input(text="t"))[0]
    assert (row["source"], row["line"], row["index"]) == (None, None, 0)


def test_the_first_call_by_source_line_and_index_is_no_duplicate() -> None:
    lines = [json.dumps(CALL)] * 3 + [json.dumps(CALL["request"])] * 2
    table = pa.table({"l": lines, "s": ["b", "a", "a", "a", "a"], "n": [1, 9, 2, 3, 4]})
    rows = scan(table, Input(log="l", source="s", line="n"))
    assert rows["flags"].to_pylist() == ["duplicate", "duplicate", "", "", ""]
    assert "identity" not in rows.schema.names
    unplaced = scan(table, Input(log="l"), extra=["identity"])
    assert unplaced["identity"].null_count == 2
    assert unplaced["flags"].to_pylist() == ["", "duplicate", "duplicate", "", ""]


def test_flagging_keeps_the_order_and_the_types_of_rows() -> None:
    made = Scan(Input(log="l"), extra=["tags", "identity"])
    rows = pa.Table.from_batches(made.batches([pa.record_batch({"l": [json.dumps(CALL), "{cut"]})]))
    flagged = flag_duplicates(rows)
    assert flagged.schema.equals(rows.schema)
    assert flag_duplicates(rows.slice(0, 0)).num_rows == 0


def test_polars_frames_are_data_too() -> None:
    frame = pl.DataFrame({"t": ["2 + 2 = 4", None]})
    assert scan(frame, Input(text="t"))["cl100k_base:input_tokens"].to_pylist() == [7, None]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({}, "no input: name the column of log=, text=, messages= or prompt=."),
        ({"model": "m"}, "no input: "),
        ({"log": "l", "text": "t"}, "log= cannot be combined with text"),
        (
            {"text": "t", "model": "m"},
            "text= cannot be combined with model; map columns with prompt=.",
        ),
        ({"log": "l", "kind": "chat"}, "log= cannot be combined with kind"),
    ],
)
def test_columns_that_make_no_sense_together_are_refused(names: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Input(**names)


@pytest.mark.parametrize(
    ("columns", "given_", "message"),
    [
        ({"t": ["a"]}, Input(text="x"), "no column 'x' in the data; there are: t."),
        ({"t": ["a"]}, Input(text="t", source="s"), "no column 's' in the data"),
        ({"t": [1]}, Input(text="t"), "text='t': a column of strings was expected, not of int64."),
        ({"t": [b"a"]}, Input(text="t"), "text='t': a column of strings was expected, not of binary."),
        ({"t": [1.0]}, Input(log="t"), "log='t': a column of strings or bytes was expected, not of double."),
    ],
)
def test_missing_columns_and_wrong_types_are_named(
    columns: dict[str, Any], given_: Input, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        rows_of(columns, given_)


def test_unknown_models_are_refused_before_there_is_data() -> None:
    with pytest.raises(UsageError, match="unknown model 'gpt4o'"):
        Scan(Input(text="t"), to=["gpt4o"])


EXTRAS = ("pyarrow", "ray", "duckdb", "pyspark")


@pytest.mark.parametrize(
    ("program", "loaded"),
    [
        ("import tokcount; tokcount.count('hi')", ()),
        ("import tokcount.cli.app, tokcount.api, tokcount.scanning.run", ()),
        ("import tokcount.polars", ()),
        ("import tokcount.arrow", ("pyarrow",)),
        ("import tokcount.duckdb", ("pyarrow", "duckdb")),
    ],
)
def test_no_extra_is_imported_unless_it_is_used(program: str, loaded: tuple[str, ...]) -> None:
    asked = f"{program}\nimport sys\nprint(*(name for name in {EXTRAS} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == set(loaded)


@pytest.mark.parametrize("name", ["arrow", "ray", "duckdb"])
def test_a_missing_extra_is_named(name: str) -> None:
    program = f"import sys; sys.modules['pyarrow'] = None; import tokcount.{name}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert f"pip install 'tokcount[{name}]'" in done.stderr.splitlines()[-1]
