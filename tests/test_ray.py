"""The same rows on a Ray cluster, also when a worker dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from support.engines import LINES, SELECTED, TO, TODAY, assert_same, counted, local_rows, table_of, write_logs

pa = pytest.importorskip("pyarrow")
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
ray = pytest.importorskip("ray")

import tokcount.ray  # noqa: E402 - only where ray is
from tokcount.errors import UsageError  # noqa: E402

pytestmark = [
    pytest.mark.slow,  # a cluster of its own takes as long as a thousand other tests
    # Ray warns of what it will do otherwise in its next version, and leaves its pipes to the end of the process.
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """Two workers on this machine, without dashboard and statistics."""
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[pa.Table, pl.DataFrame]:
    """A log as a table of lines, and its rows by the local command."""
    folder = tmp_path_factory.mktemp("logs")
    paths = write_logs(folder)
    return table_of(paths), local_rows(paths, folder)


def dataset_of(table: pa.Table, rows: int = 120) -> ray.data.Dataset:
    return ray.data.from_arrow([table.slice(start, rows) for start in range(0, table.num_rows, rows)])


def collected(dataset: ray.data.Dataset) -> pa.Table:
    return pa.concat_tables(table for table in ray.get(dataset.to_arrow_refs()) if table.num_rows)


def test_a_dataset_has_the_rows_of_the_local_command(log: tuple[pa.Table, pl.DataFrame]) -> None:
    table, expected = log
    rows = tokcount.ray.scan(dataset_of(table), LINES, to=TO, today=TODAY, partitions=2)
    assert_same(counted(collected(rows)), expected)


def test_a_selection_selects_the_rows_of_the_local_command(tmp_path: Path) -> None:
    paths = write_logs(tmp_path)
    rows = tokcount.ray.scan(dataset_of(table_of(paths)), LINES, to=TO, today=TODAY, partitions=2, **SELECTED)
    assert_same(counted(collected(rows)), local_rows(paths, tmp_path, selected=SELECTED))


def test_without_looking_for_duplicates_every_block_is_counted_where_it_lies(
    log: tuple[pa.Table, pl.DataFrame],
) -> None:
    table, expected = log
    rows = collected(tokcount.ray.scan(dataset_of(table), LINES, duplicates=False, to=TO, today=TODAY))
    flags = pl.col("flags").str.replace(r"\|?duplicate$", "")
    assert_same(counted(rows), expected.with_columns(flags))


def test_nothing_is_lost_when_a_worker_is_killed(log: tuple[pa.Table, pl.DataFrame], tmp_path: Path) -> None:
    table, expected = log
    killed = tmp_path / "killed"

    def kill_once(block: pa.Table) -> pa.Table:
        if not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return block

    lines = dataset_of(table).map_batches(kill_once, batch_format="pyarrow", batch_size=None)
    rows = tokcount.ray.scan(lines, LINES, to=TO, today=TODAY, partitions=2)
    assert_same(counted(collected(rows)), expected)
    assert killed.exists()


def test_a_missing_column_is_named_before_anything_runs() -> None:
    with pytest.raises(UsageError, match="no column 'file' in the data; there are: text"):
        tokcount.ray.scan(ray.data.from_arrow(pa.table({"text": ["a"]})), LINES)
