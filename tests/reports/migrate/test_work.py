"""The way through: what is written, listed and counted, and that nothing of a record is kept."""

from __future__ import annotations

import io
import json
from typing import Any

from support.migration_records import migrator, record

from tokcount.logs.format import Item
from tokcount.logs.record import Skipped
from tokcount.reports.migrate import work as working
from tokcount.reports.migrate.carrying import UNKNOWN, Loss
from tokcount.reports.migrate.requests import Migrated
from tokcount.reports.migrate.tally import KEYS_KEPT, PLACES_KEPT, Tally
from tokcount.reports.migrate.work import Work, json_line
from tokcount.scanning.plan import make_plan


def run(items: list[Item], **options: Any) -> tuple[Work, list[dict[str, Any]], list[dict[str, Any]]]:
    work = Work(migrator(**options), make_plan(to=["gpt-4o"]))
    requests, lost = io.BytesIO(), io.BytesIO()
    work.run(items, requests, lost)
    return work, *([json.loads(line) for line in file.getvalue().splitlines()] for file in (requests, lost))


def test_requests_and_losses_go_out_line_by_line_in_the_order_of_the_log() -> None:
    items: list[Item] = [
        record("one", line=1),
        Skipped(source="logs/may.jsonl", line=2, reason="error"),
        record("three", line=3, kind="chat"),
        record(["a", "b"], line=4, index=2, request={"echo": True}),
    ]
    work, requests, lost = run(items)

    assert [line["messages"][0]["content"] for line in requests] == ["one", "a", "b"]
    assert [list(entry.values()) for entry in lost] == [
        ["logs/may.jsonl", 3, 0, None, "left", "chat, not completions"],
        ["logs/may.jsonl", 4, 2, "echo", "dropped", "no equivalent in chat requests"],
    ]
    assert set(lost[0]) == {"source", "line", "index", "parameter", "effect", "reason"}
    assert (work.tally.records, work.tally.migrated, work.tally.requests) == (3, 2, 3)
    assert work.skipped.total == 1


def test_tokens_are_those_of_the_migrated_records() -> None:
    items: list[Item] = [record("Say hi."), record("no one", model="nobody", request={"model": "nobody"})]
    work, _, _ = run(items)

    assert (work.before.records, work.before.uncounted, work.before.framing_tokens) == (1, 1, 0)
    assert (work.predicted.records, work.predicted.framing_tokens) == (2, 14)
    assert work.predicted.input_tokens == work.predicted.content_tokens + 14


def test_tokens_add_up_over_many_blocks(monkeypatch: Any) -> None:
    items: list[Item] = [record(f"prompt {line}", line=line) for line in range(1, 8)]
    whole, _, _ = run(items)
    monkeypatch.setattr(working, "ROWS_AT_ONCE", 2)
    parts, _, _ = run(items)

    assert (parts.before, parts.predicted) == (whole.before, whole.predicted)


def test_a_lone_surrogate_is_written_as_it_is() -> None:
    assert json.loads(json_line({"text": "a\ud800b"})) == {"text": "a\ud800b"}
    assert json_line({"text": "é\u2028"}) == '{"text":"é\u2028"}\n'.encode()


def test_places_are_bounded_and_numbers_are_not() -> None:
    tally = Tally()
    loss = Loss("echo", "dropped", "x")
    for line in range(PLACES_KEPT + 10):
        tally.add(record(line=line), Migrated(lines=[{}], losses=[loss]), 1)

    assert tally.losses[loss].records == tally.losing == PLACES_KEPT + 10
    assert len(tally.losses[loss].first) == PLACES_KEPT


def test_a_log_with_endless_new_keys_takes_no_endless_memory() -> None:
    tally = Tally()
    for line in range(KEYS_KEPT + 50):
        tally.add(record(line=line), Migrated(lines=[{}], losses=[Loss(f"key{line}", "dropped", UNKNOWN)]), 1)

    assert len(tally.losses) == KEYS_KEPT + 1
    assert tally.losses[Loss("other keys", "dropped", UNKNOWN)].records == 50
