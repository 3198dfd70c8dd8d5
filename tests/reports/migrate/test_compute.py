"""What a migration did, as a report: sums of tokens, factors of limits, everything lost in its order."""

from __future__ import annotations

import pytest
from support.frames import Skips, counts, frame, record

from tokcount.logs.record import Record
from tokcount.reports.columns import NamedReference
from tokcount.reports.migrate.compute import Factor, output_factors, report
from tokcount.reports.migrate.report import Written
from tokcount.reports.migrate.request import Loss
from tokcount.reports.migrate.requests import Migrated
from tokcount.reports.migrate.stats import MigrationStats
from tokcount.reports.migrate.target import MigrationTarget

OWN, NEW = NamedReference("own"), NamedReference("gpt-4o")
TARGET = MigrationTarget(model="gpt-4o", encoding="o200k_base")
ENCODINGS = {"davinci": "r50k_base", "text-davinci-003": "p50k_base", "code-davinci-002": "p50k_base"}


def row(line: int, before: int, after: int, **columns: object) -> dict[str, object]:
    return record(line, **columns) | counts(OWN, 10, 0, before) | counts(NEW, 8, 7, after)


def test_factors_are_the_drift_of_outputs_by_old_encoding() -> None:
    rows = frame(
        [
            row(1, 100, 60),
            row(2, 100, 100, model="code-davinci-002"),
            row(3, 50, 25, model="davinci"),
            row(4, 999, 1, model="nobody"),
            row(5, 999, 1, kind="embeddings"),
        ],
        (OWN, NEW),
    )

    factors = output_factors(rows, "gpt-4o", lambda name: ENCODINGS.get(name or ""))

    assert factors == [Factor("p50k_base", 200, 160), Factor("r50k_base", 50, 25)]
    assert [factor.factor for factor in factors] == [0.8, 0.5]


def test_outputs_without_tokens_give_no_factor() -> None:
    rows = frame([row(1, 0, 0)], (OWN, NEW))

    assert output_factors(rows, "gpt-4o", lambda name: ENCODINGS.get(name or "")) == []


@pytest.mark.parametrize(
    ("requests", "size", "files"),
    [(1, 10, 1), (50_000, 10, 1), (50_001, 10, 2), (10, 200_000_001, 2), (0, 0, 1)],
)
def test_a_batch_says_in_how_many_files_it_fits(requests: int, size: int, files: int) -> None:
    stats = MigrationStats(requests=requests, bytes=size)

    data = made(stats, Written(path=None, form="batch"))

    assert data["written"]["batch_files"] == files
    assert made(stats, Written(path=None, form="requests"))["written"]["batch_files"] is None


def test_the_most_frequent_loss_comes_first_and_numbers_are_records() -> None:
    stats = MigrationStats()
    often, once = Loss("echo", "dropped", "often"), Loss("best_of", "dropped", "once")
    for line, losses in enumerate(([once, often, often], [often], []), start=1):
        stats.add(
            Record(source="a", line=line, format="x", kind="completions"),
            Migrated(lines=[{}], losses=losses),
            1,
            1,
        )

    data = made(stats, Written(path="new.jsonl", form="requests"))

    assert [(loss["parameter"], loss["records"]) for loss in data["losses"]] == [("echo", 2), ("best_of", 1)]
    assert (data["losing"], data["migrated"]) == (2, 3)
    assert data["losses"][0]["places"][0] == {"source": "a", "line": 1, "index": 0}


def made(stats: MigrationStats, written: Written) -> dict[str, object]:
    return report(
        stats,
        TARGET,
        written,
        Skips(),
        factors=None,
    ).data
