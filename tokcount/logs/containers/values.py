"""A stream of text → its values, by the shape it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tokcount.errors import UsageError
from tokcount.logs.adapt.record_builder import text_record
from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.lines import Lines
from tokcount.logs.bytes.sse import STRAY, events
from tokcount.logs.containers.aider_history import history_values
from tokcount.logs.containers.csv_table import table_rows
from tokcount.logs.containers.json_anywhere import Values
from tokcount.logs.containers.json_lines import Found, json_lines, unparsed, unreadable, values_in
from tokcount.logs.containers.prefixed import prefixed_lines, python_lines
from tokcount.logs.format import Item, Location
from tokcount.logs.record import Skipped, SkipReason

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream
    from tokcount.logs.containers.sniff import Look

END_OF_STREAM: Final = object()
"""Found in place of a value for `data: [DONE]`: the stream so far is complete."""

_NO_JSON = "plain text; read it as one prompt with --text, or log requests as JSON lines"
NO_VALUES: dict[str, tuple[SkipReason, str, str | None]] = {
    "text": (
        "unrecognised",
        _NO_JSON,
        "unrecognised",
    ),
    "vllm": (
        "unsupported",
        "a log of the vLLM server, with prompts as its template made them; log the requests of its API instead",
        "vllm.log",
    ),
    "binary": ("unsupported", "binary data of an unknown kind", None),
    "flows": (
        "unsupported",
        "mitmproxy flows; convert them with: mitmdump -nr FILE --set hardump=out.har",
        "mitmproxy.flows",
    ),
}
"""Shapes that cannot be read: the reason, what to do, and the format that was recognised."""


def values_of(stream: Stream, seen: Look, source: str, largest: int) -> Iterator[Found]:
    """The values of a stream that looks like `seen`."""
    match seen.shape:
        case "jsonl":
            return json_lines(stream, source, largest)
        case "json":
            return iter(Values(stream, source, largest))
        case "prefixed":
            return prefixed_lines(stream, source, largest)
        case "python":
            return python_lines(stream, source, largest)
        case "events":
            return event_values(stream, source, largest)
        case "aider":
            return history_values(stream, source, largest)
        case "cassette":
            return cassette_values(stream, source, largest)
        case "table" if seen.table is not None:
            return table_rows(stream, source, largest, seen.table)
    return iter(())


def event_values(stream: Stream, source: str, largest: int) -> Iterator[Found]:
    """The data of server-sent events, parsed."""
    lines = Lines(stream, largest)
    texts = (
        (number, text_encoding.noted(b"?" if line is None else line, number, stream.notes).rstrip("\r"))
        for number, line in lines
    )
    for event in events(texts):
        if event.name == STRAY:
            yield unparsed(source, event.line, "a line that is not a field of an event stream")
        elif event.data.strip() == "[DONE]":
            yield event.line, 0, END_OF_STREAM
        else:
            yield from _event_values(event.data, event.line, source)
    if stream.problem is not None:
        yield unreadable(stream, source, lines.number)


def _event_values(data: str, line: int, source: str) -> Iterator[Found]:
    """The value of an event, or the values of several without the blank lines between them."""
    values, _ = values_in(data)
    if not values:
        yield unparsed(source, line, "an event whose data is not JSON, or is cut off")
    for index, value in enumerate(values):
        yield line, index, value


def cassette_values(stream: Stream, source: str, largest: int) -> Iterator[Found]:
    """The interactions of a YAML cassette, with the lines they start on."""
    from tokcount.logs.containers.cassette import values

    text = _all_text(stream, largest)
    if text is None:
        yield unparsed(source, 1, f"a YAML file of more than {largest >> 20} MB")
        return
    try:
        for line, value in values(text):
            yield line, 0, value
    except UsageError as error:
        yield Skipped(source=source, line=1, reason="unsupported", detail=str(error), format="vcr")
    except ValueError as error:
        yield unparsed(source, 1, str(error))
    if stream.problem is not None:
        yield unreadable(stream, source, text.count("\n") + 1)


def plain_text(stream: Stream, source: str, largest: int) -> Iterator[Item]:
    """A file as one prompt."""
    text = _all_text(stream, largest)
    if text is None:
        yield unparsed(source, 1, f"a text of more than {largest >> 20} MB")
        return
    yield text_record(Location(source, 1), text)
    if stream.problem is not None:
        yield unreadable(stream, source, text.count("\n") + 1)


def _all_text(stream: Stream, largest: int) -> str | None:
    """All text of a stream, unless there is too much of it."""
    blocks, size = [], 0
    for block in stream:
        blocks.append(block)
        size += len(block)
        if size > largest:
            return None
    return "".join(text_encoding.Decoder(stream.notes).all(blocks))
