"""What does it cost that a log is not one file of JSON lines? The same calls compressed, as tables, and in many files.

``tokcount drift LOG --per-record -f csv -o FILE`` with the fast engine. Rows are checked equal, but for where they are,
before anything is timed.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

MB = 60
FILES, PER_FILE = 5_000, 20
CONTAINERS = ("jsonl", "jsonl.gz", "jsonl.zst", "csv", "json", "sqlite", "parquet")
PLACE = ("source", "format", "line", "index")

Row = dict[str, Any]


def rows_of(log: Path) -> Iterator[Row]:
    """The calls of a log of short records as flat rows, with the messages as JSON text."""
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            request, response = record.get("request", record), record.get("response")
            usage = response.get("usage", {}) if isinstance(response, dict) else record
            answer = response["choices"][0]["message"]["content"] if isinstance(response, dict) else response
            yield {
                "timestamp": record["ts"],
                "user": record["user"],
                "model": request["model"],
                "messages": json.dumps(request["messages"], ensure_ascii=False),
                "response": answer,
                "prompt_tokens": usage.get("prompt_tokens"),
                "completion_tokens": usage.get("completion_tokens"),
            }


def lines_of(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_table(rows: list[Row]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def written(folder: Path, container: str, rows: list[Row]) -> Path:
    """A file with the rows."""
    path = folder / f"calls.{container}"
    if container == "sqlite":
        with sqlite3.connect(path) as database:
            database.execute(f"create table calls ({', '.join(rows[0])})")
            places = ", ".join("?" * len(rows[0]))
            database.executemany(
                f"insert into calls values ({places})", [tuple(row.values()) for row in rows]
            )
    elif container == "parquet":
        pl.DataFrame(rows).write_parquet(path, row_group_size=20_000)
    elif container == "jsonl.zst":
        path.write_bytes(pytest.importorskip("backports.zstd").compress(lines_of(rows)))
    else:
        content = {
            "jsonl": lambda: lines_of(rows),
            "jsonl.gz": lambda: gzip.compress(lines_of(rows), 6),
            "csv": lambda: as_table(rows),
            "json": lambda: json.dumps(rows, ensure_ascii=False).encode(),
        }
        path.write_bytes(content[container]())
    return path


def drift(log: Path, out: Path) -> None:
    command = [sys.executable, "-m", "tokcount", "drift", log, "--per-record", "-f", "csv", "-o", out]
    subprocess.run([*command, "--engine", "fast"], check=True, stderr=subprocess.DEVNULL)


def counted(out: Path) -> pl.DataFrame:
    """The rows of a run without where they are."""
    return pl.read_csv(out, infer_schema=False).drop(PLACE, strict=False)


@pytest.fixture(scope="session")
def rows(log_of: Callable[..., Path]) -> list[Row]:
    return list(rows_of(log_of("short", MB)))


@pytest.fixture(scope="session")
def expected(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    folder = tmp_path_factory.mktemp("expected")
    drift(written(folder, "jsonl", rows), folder / "rows.csv")
    return counted(folder / "rows.csv")


@pytest.mark.parametrize("container", CONTAINERS)
def bench_a_container(
    container: str, rows: list[Row], expected: pl.DataFrame, tmp_path: Path, rounds: int, benchmark: Any
) -> None:
    log, out = written(tmp_path, container, rows), tmp_path / "rows.csv"
    drift(log, out)
    assert counted(out).equals(expected.select(counted(out).columns))
    benchmark.group = "containers"
    benchmark.pedantic(drift, (log, out), rounds=rounds)


@pytest.mark.parametrize("side", ["one file", "many files"])
def bench_files(side: str, rows: list[Row], tmp_path: Path, rounds: int, benchmark: Any) -> None:
    folder, out, calls = tmp_path / "logs", tmp_path / "rows.csv", rows[: FILES * PER_FILE]
    folder.mkdir()
    size = len(calls) if side == "one file" else PER_FILE
    for place in range(0, len(calls), size):
        (folder / f"{place:07}.jsonl").write_bytes(lines_of(calls[place : place + size]))
    drift(folder, out)
    assert counted(out).height == len(calls)
    benchmark.group = "files"
    benchmark.pedantic(drift, (folder, out), rounds=rounds)
