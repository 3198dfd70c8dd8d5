"""Small logs written for one test, and what the reader makes of them."""

import json
from pathlib import Path
from typing import Any

from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import FileWarning, read
from tokcount.logs.record import Record, Skipped
from tokcount.logs.source import expand

CHAT: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "héllo 你好"}]}
COMPLETION: dict[str, Any] = {"model": "text-davinci-003", "prompt": "Once upon a time", "max_tokens": 16}
CHAT_LINE = json.dumps(CHAT, ensure_ascii=False)


def write(folder: Path, data: str | bytes, name: str = "log.jsonl") -> str:
    """A file with this content; its path."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(path)


def read_all(
    folder: Path, data: str | bytes, name: str = "log.jsonl", **options: Any
) -> tuple[list[Record], list[Skipped]]:
    """The records and the skipped items of a file with this content."""
    items = list(read(expand([write(folder, data, name)]), ReadOptions(**options)))
    records = [item for item in items if isinstance(item, Record)]
    return records, [item for item in items if isinstance(item, Skipped)]


def records_of(folder: Path, *values: Any, **options: Any) -> list[Record]:
    """The records of a file with these values, one a line; nothing may be skipped."""
    records, skipped = read_all(folder, "\n".join(map(json.dumps, values)), **options)
    assert skipped == []
    return records


def notes_of(folder: Path, data: str | bytes, name: str = "log.jsonl") -> list[FileWarning]:
    """The notes that reading a file with this content gives."""
    notes: list[FileWarning] = []
    list(read(expand([write(folder, data, name)]), notes=notes))
    return notes


def places(skipped: list[Skipped]) -> list[tuple[int, str]]:
    """Line and reason of each skipped item."""
    return [(item.line, item.reason) for item in skipped]
