"""Server-sent events: the text form of a streamed answer.

Follows the event-stream section of the HTML standard: an event ends at a blank line, its `data` lines are joined
with a newline, lines that start with a colon are comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

FIELDS = ("data:", "event:", "id:", "retry:", ":")
"""How the first line of an event stream begins."""


STRAY = "?"
"""The name given to a line that is not part of an event: it has none of the fields."""


class Event(msgspec.Struct, gc=False):
    """One event: the line it starts on, its name, its data, and whether its closing blank line was there."""

    line: int
    name: str | None
    data: str
    complete: bool


def events(lines: Iterable[tuple[int, str]]) -> Iterator[Event]:
    """The events of numbered lines without their line ends; the last one may be incomplete."""
    start, name, data = 0, None, list[str]()
    for number, line in lines:
        if not line:
            if data:
                yield Event(start, name, "\n".join(data), complete=True)
            name, data = None, []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            start = start if data else number
            data.append(value)
        elif field == "event":
            name = value
        elif field not in ("", "id", "retry"):
            yield Event(number, STRAY, "", complete=True)
    if data:
        yield Event(start, name, "\n".join(data), complete=False)


def events_of_text(text: str) -> Iterator[Event]:
    """The events of a whole captured stream."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return events(enumerate(lines, 1))
