"""Custom ids: the log's own or made, the same at every run, and no two alike in a file."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from support.migration_records import record

from tokcount.reports.migrate import batch
from tokcount.reports.migrate.batch import CustomIds


def test_made_ids_say_file_line_and_place() -> None:
    ids = CustomIds()

    assert ids.of(record(source="/logs/may 2023.jsonl", line=7)) == ("may_2023.jsonl-7", False)
    assert ids.of(record(source="/logs/may 2023.jsonl", line=7, index=2)) == ("may_2023.jsonl-7.2", False)
    assert ids.of(record(source="-", line=1), "-2") == ("stdin-1-2", False)


def test_long_names_keep_their_end() -> None:
    (made, _) = CustomIds().of(record(source="x" * 300 + ".jsonl"))

    assert len(made) < 64
    assert made.endswith(".jsonl-1")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["a", "a-2", "a-3", "b", None]), max_size=30))
def test_no_two_lines_have_the_same_id_and_every_run_gives_the_same(wanted: list[str | None]) -> None:
    runs = []
    for _ in range(2):
        ids = CustomIds()
        runs.append([ids.of(record(custom_id=custom_id))[0] for custom_id in wanted])

    assert len(set(runs[0])) == len(wanted)
    assert runs[0] == runs[1]


def test_ids_are_forgotten_when_a_file_is_full(monkeypatch: object) -> None:
    ids = CustomIds()
    for line in range(batch.MOST_REQUESTS):
        ids.of(record(line=line))

    assert ids.of(record(line=3)) == ("may.jsonl-3", False)
