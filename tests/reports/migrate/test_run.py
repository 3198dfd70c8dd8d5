"""What is written, listed and counted, that nothing of a record is kept, and that processes change nothing."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from support.migration_records import GPT_4O, RESPONSES, chat, record, user

from tokcount.logs.options import ReadOptions
from tokcount.logs.source import expand
from tokcount.reports.migrate import run as migrating
from tokcount.reports.migrate.lines import SURROGATE, json_line
from tokcount.reports.migrate.parameters.mapping import UNKNOWN
from tokcount.reports.migrate.request import Loss
from tokcount.reports.migrate.requests import Migrated, Options
from tokcount.reports.migrate.run import Job, MigrationRun, MigrationWorker
from tokcount.reports.migrate.stats import KEYS_KEPT, PLACES_KEPT, MigrationStats, Tokens
from tokcount.scanning import run as scanning
from tokcount.scanning.parts import spans
from tokcount.scanning.plan import make_plan

JOB = Job(target=GPT_4O, options=Options(), plan=make_plan(to=["gpt-4o"], engine="tiktoken"))


class Done:
    """A finished run over a file: what it wrote, and itself."""

    def __init__(self, path: Path, jobs: int, job: Job = JOB) -> None:
        self.requests, self.losses = io.BytesIO(), io.BytesIO()
        self.run = migrating.run(
            job, expand([str(path)]), ReadOptions(), self.requests, self.losses, jobs=jobs
        )

    @property
    def bytes(self) -> tuple[bytes, bytes]:
        return self.requests.getvalue(), self.losses.getvalue()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    lines = [
        {"model": "text-davinci-003", "prompt": f"Question {n}", "echo": n % 5 == 0, "max_tokens": 9}
        if n % 7
        else {"model": "gpt-4o", "messages": []}
        for n in range(300)
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n{cut off\n", encoding="utf-8")
    return path


def in_parts(patch: pytest.MonkeyPatch) -> None:
    """Cut and start processes however small the input is."""
    plan = spans.plan
    patch.setattr(scanning, "WORTH_A_POOL", 0)
    patch.setattr(spans, "plan", lambda source, options: plan(source, options, 4_000))


def test_requests_and_losses_are_written_in_the_order_of_the_log(log: Path) -> None:
    done = Done(log, jobs=1)
    requests, losses = ([json.loads(line) for line in part.splitlines()] for part in done.bytes)

    assert [line["messages"][0]["content"] for line in requests] == [
        f"Question {n}" for n in range(300) if n % 7
    ]
    assert [list(entry.values()) for entry in losses][:2] == [
        [str(log), 1, 0, None, "left", "no messages"],
        [str(log), 6, 0, "echo", "dropped", "no equivalent in chat requests"],
    ]
    assert set(losses[0]) == {"source", "line", "index", "parameter", "effect", "reason"}
    assert (done.run.stats.records, done.run.stats.migrated) == (300, 257)
    assert done.run.skipped.reasons == {"unparsed": 1}


def test_several_processes_write_the_same_bytes(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Done(log, jobs=1)
    in_parts(monkeypatch)
    two = Done(log, jobs=2)

    assert two.bytes == one.bytes
    assert two.run.stats == one.run.stats
    assert two.run.skipped == one.run.skipped


def test_a_compressed_log_is_migrated_in_several_processes_to_the_same_bytes(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = log.with_name("log.jsonl.gz")
    packed.write_bytes(gzip.compress(log.read_bytes()))
    one = Done(packed, jobs=1)
    in_parts(monkeypatch)
    monkeypatch.setattr(spans, "SPAN_BYTES", 0)
    monkeypatch.setattr("tokcount.scanning.parts.blocks.BLOCK", 4_000)
    monkeypatch.setattr(MigrationRun, "stream", None)
    two = Done(packed, jobs=2)

    assert two.bytes == one.bytes
    assert two.run.stats == one.run.stats


def test_a_part_that_needs_the_whole_log_starts_the_run_again(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = '{"index":0,"text":"%s"}'
    chunk = '{"id":"c1","object":"text_completion","model":"davinci-002","choices":[' + choice + "]}"
    with log.open("a", encoding="utf-8") as file:
        file.write("\n".join(chunk % word for word in ("Hello", " there")) + "\n")
    whole = Done(log, jobs=1)
    in_parts(monkeypatch)

    assert Done(log, jobs=2).bytes == whole.bytes


def test_what_is_written_is_counted_as_it_would_be_read(log: Path, tmp_path: Path) -> None:
    done = Done(log, jobs=1)
    written = tmp_path / "new.jsonl"
    written.write_bytes(done.requests.getvalue())
    frame = scanning.run(expand([str(written)]), JOB.plan, ReadOptions(), jobs=1).frame()
    after = done.run.stats.after

    assert after.records == frame.height
    assert after.input_tokens == frame["gpt-4o:input_tokens"].sum()
    assert after == done.run.stats.predicted


def test_tokens_are_those_of_the_migrated_records() -> None:
    worker = MigrationWorker(JOB)
    _, sums = worker.process(
        [record("Say hi."), record("no one", model="nobody", request={"model": "nobody"})]
    )

    assert (sums.before.records, sums.before.uncounted, sums.before.framing_tokens) == (1, 1, 0)
    assert (sums.predicted.records, sums.predicted.framing_tokens) == (2, 14)
    assert sums.predicted.input_tokens == sums.predicted.content_tokens + 14
    assert worker.take().before == Tokens()


def test_tokens_add_up_over_many_records(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Done(log, jobs=1).run.stats
    monkeypatch.setattr(migrating, "RECORDS_AT_ONCE", 2)
    monkeypatch.setattr(migrating, "READ_BACK_BYTES", 10)

    assert Done(log, jobs=1).run.stats == whole


def test_requests_that_differ_from_the_prediction_are_counted_with_the_reason() -> None:
    named = chat(user("Hi", name="Ada"), user("Ho"), line=1)
    several = chat(user("Hi"), line=2, n=3)
    worker = MigrationWorker(
        Job(target=RESPONSES, options=Options(), plan=make_plan(to=["gpt-4o"], engine="tiktoken"))
    )
    _, sums = worker.process([chat(user("Hi")), named, several])

    one = sums.predicted.input_tokens - sums.after.input_tokens
    assert {reason: found.records for reason, found in sums.differences.items()} == {
        "name dropped; another endpoint: Responses and chat frame requests differently": 1,
        "several requests take the place of one; another endpoint: Responses and chat frame requests differently": 1,
    }
    assert sum(found.tokens for found in sums.differences.values()) == -one


def test_half_of_a_surrogate_pair_is_replaced_and_that_is_reported() -> None:
    assert json.loads(json_line({"text": "a\ud800b\ud83d\ude00"})) == {"text": "a\ufffdb\U0001f600"}
    assert SURROGATE in MigrationWorker(JOB).migrate(record("a\ud800b")).migrated.losses
    assert SURROGATE not in MigrationWorker(JOB).migrate(record("a\ufffdb")).migrated.losses
    assert json_line({"text": "é\u2028"}) == '{"text":"é\u2028"}\n'.encode()


def test_places_are_bounded_and_numbers_are_not() -> None:
    stats = MigrationStats()
    loss = Loss("echo", "dropped", "x")
    for line in range(PLACES_KEPT + 10):
        stats.add(record(line=line), Migrated(lines=[{}], losses=[loss]), 1, 1)

    assert stats.losses[loss].records == stats.losing == PLACES_KEPT + 10
    assert len(stats.losses[loss].first) == PLACES_KEPT


def test_a_log_with_endless_new_keys_takes_no_endless_memory() -> None:
    stats = MigrationStats()
    for line in range(KEYS_KEPT + 50):
        stats.add(
            record(line=line), Migrated(lines=[{}], losses=[Loss(f"key{line}", "dropped", UNKNOWN)]), 1, 1
        )

    assert len(stats.losses) == KEYS_KEPT + 1
    assert stats.losses[Loss("other keys", "dropped", UNKNOWN)].records == 50
