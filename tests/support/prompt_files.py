"""Prompt files written for one test, and what the reader makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import read
from tokcount.logs.record import Record, Skipped
from tokcount.logs.source import expand


def write_all(folder: Path, files: dict[str, str]) -> Path:
    """These files, by path from the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def read_folder(folder: Path, **options: Any) -> tuple[list[Record], list[Skipped]]:
    """What a folder holds that was named."""
    items = list(read(expand([str(folder)]), ReadOptions(**options)))
    return [each for each in items if isinstance(each, Record)], [
        each for each in items if isinstance(each, Skipped)
    ]


def read_file(folder: Path, name: str, text: str, /, **values: Any) -> Record:
    """The only record of one file that was named; `values` fill in its variables."""
    write_all(folder, {name: text})
    (found,) = read(expand([str(folder / name)]), ReadOptions(variables=values))
    assert isinstance(found, Record), found
    return found


def read_names(folder: Path) -> list[str]:
    """The names of the files of a folder that hold a prompt."""
    records, _ = read_folder(folder)
    return [Path(record.source).relative_to(folder).as_posix() for record in records]


def spoken(record: Record) -> list[tuple[str, Any]]:
    """Role and content of each message of a request."""
    assert record.request is not None
    return [(message["role"], message["content"]) for message in record.request["messages"]]
