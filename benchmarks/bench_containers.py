"""How long do other containers, and many small files, take beside one file of JSON lines with the same records?"""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

CONTAINERS = ("JSON lines", "gzip", "zstd", "CSV", "JSON array", "SQLite", "Parquet", "small files")
TABLES = ("CSV", "SQLite", "Parquet")
FILE_RECORDS = 20
NAMES = ("p50k_base", "cl100k_base", "o200k_base")


def row_of(line: str) -> dict[str, str]:
    """What a table has of a call: its model, and its messages as JSON."""
    call = json.loads(line)
    request = call.get("request", call)
    return {"model": request["model"], "messages": json.dumps(request["messages"], ensure_ascii=False)}


def packed(log: Path, container: str, folder: Path) -> Path:
    """The calls of a log in a container."""
    path, data = folder / "calls", log.read_bytes()
    lines = data.decode().splitlines()
    rows = [row_of(line) for line in lines] if container in TABLES else []
    match container:
        case "JSON lines":
            (path := path.with_suffix(".jsonl")).write_bytes(data)
        case "gzip":
            (path := path.with_suffix(".jsonl.gz")).write_bytes(gzip.compress(data))
        case "zstd":
            zstd = pytest.importorskip("backports.zstd")
            (path := path.with_suffix(".jsonl.zst")).write_bytes(zstd.compress(data))
        case "JSON array":
            (path := path.with_suffix(".json")).write_text("[" + ",\n".join(lines) + "]", "utf-8")
        case "CSV":
            with (path := path.with_suffix(".csv")).open("w", encoding="utf-8", newline="") as file:
                table = csv.DictWriter(file, rows[0])
                table.writeheader()
                table.writerows(rows)
        case "SQLite":
            path = path.with_suffix(".db")
            database = sqlite3.connect(path)
            database.execute(f"create table calls ({', '.join(rows[0])})")
            places = ", ".join("?" * len(rows[0]))
            database.executemany(f"insert into calls values ({places})", [[*row.values()] for row in rows])
            database.commit()
            database.close()
        case "Parquet":
            pl.DataFrame(rows).write_parquet(path := path.with_suffix(".parquet"))
        case "small files":
            path.mkdir()
            for start in range(0, len(lines), FILE_RECORDS):
                content = "\n".join(lines[start : start + FILE_RECORDS])
                (path / f"{start:08}.jsonl").write_text(content, "utf-8")
    return path


def drift(log: Path, out: Path) -> None:
    command = [sys.executable, "-m", "tokcount", "drift", log, "--per-record", "-f", "csv", "-o", out]
    subprocess.run([*command, "--engine", "fast"], check=True)


def totals_of(rows: Path) -> tuple[int, ...]:
    with rows.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    return len(found), *(sum(int(row[f"{name}:content_tokens"]) for row in found) for name in NAMES)


@pytest.fixture(scope="module")
def expected() -> dict[str, tuple[int, ...]]:
    """What JSON lines gave, once they were measured."""
    return {}


@pytest.mark.parametrize("container", CONTAINERS)
def bench_container(
    container: str,
    log_of: Callable[..., Path],
    tmp_path: Path,
    rounds: int,
    benchmark: Any,
    expected: dict[str, tuple[int, ...]],
) -> None:
    log, out = packed(log_of("short"), container, tmp_path), tmp_path / "rows.csv"
    drift(log, out)
    assert totals_of(out) == expected.setdefault("JSON lines", totals_of(out))
    benchmark.group = "containers"
    benchmark.pedantic(drift, (log, out), rounds=rounds)
