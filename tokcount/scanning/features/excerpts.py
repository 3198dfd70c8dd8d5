"""The beginning of the text of single records, read again from the log: only for those who ask for text."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

from tokcount.framing.content import read_content
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import read
from tokcount.logs.record import Record
from tokcount.logs.source import Source

LENGTH: Final = 160
"""Characters of an excerpt."""

Place = tuple[str, int, int]
"""Source, line and index of a record."""


def excerpts(sources: Sequence[Source], options: ReadOptions, places: AbstractSet[Place]) -> dict[Place, str]:
    """Place → the beginning of the prompt or of the last message, on one line; records without text are left out.

    Stops reading when all places are found. Standard input cannot be read twice and gives nothing.
    """
    files = [source for source in sources if source.size is not None]
    found: dict[Place, str] = {}
    missing = set(places)
    for item in read(files, options):
        if not missing:
            break
        if isinstance(item, Record) and (place := (item.source, item.line, item.index)) in missing:
            missing.discard(place)
            if text := _beginning(item):
                found[place] = text
    return found


def _beginning(record: Record) -> str:
    request = record.request or {}
    given: Any = next((request[key] for key in ("messages", "input", "prompt") if request.get(key)), "")
    last = given[-1] if isinstance(given, list) and given else given
    text = read_content(last.get("content"))[0] if isinstance(last, dict) else str(last)
    line = " ".join(text[: 4 * LENGTH].split())
    return line if len(line) <= LENGTH else line[: LENGTH - 1] + "…"
