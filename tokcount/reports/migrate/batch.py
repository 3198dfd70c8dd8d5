"""Lines of a Batch API file, each with a `custom_id` that no other line has.

Limits of a file: 50,000 requests and 200 MB (OpenAI API reference, "Create batch").
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.logs.source import STDIN
from tokcount.reports.migrate.request import Endpoint
from tokcount.reports.migrate.target import URLS

MOST_REQUESTS: Final = 50_000
MOST_BYTES: Final = 200_000_000

LONGEST_NAME: Final = 32
_OTHER: Final = re.compile(r"[^A-Za-z0-9._-]+")


def batch_line(custom_id: str, endpoint: Endpoint, body: Json) -> Json:
    """One line of a batch input file."""
    return {"custom_id": custom_id, "method": "POST", "url": URLS[endpoint], "body": body}


class CustomIds:
    """Ids for the lines of batch files: the log's own where it has one, else file, line and prompt.

    An id is the same at every run over the same log. Ids that were given before get `-2`, `-3`…; what was given
    is forgotten after `MOST_REQUESTS` ids, where a file is full.
    """

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def of(self, record: Record, suffix: str = "") -> tuple[str, bool]:
        """The id of a request, and whether the log's own had to be changed; `suffix` distinguishes the prompts."""
        wanted = (record.custom_id or _made(record)) + suffix
        if len(self._given) >= MOST_REQUESTS:
            self._given.clear()
        given = wanted
        while given in self._given:
            self._given[wanted] += 1
            given = f"{wanted}-{self._given[wanted]}"
        self._given[given] = 1
        return given, record.custom_id is not None and given != wanted


def _made(record: Record) -> str:
    source = "stdin" if record.source == STDIN else PurePath(record.source).name or "log"
    name = _OTHER.sub("_", source)[-LONGEST_NAME:]
    return f"{name}-{record.line}" + (f".{record.index}" if record.index else "")
