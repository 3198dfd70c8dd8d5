"""Sources → records: the one way through the logs room.

    source ─▶ stream of UTF-8 ─▶ shape ─▶ values ─▶ format ─▶ Record | Skipped

Everything streams; memory is bounded by the largest value and by what grouped formats wait for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from tokcount.logs.detect import Detector
from tokcount.logs.formats.interface import Item, Place
from tokcount.logs.json_stream import Found, Values, json_lines, unreadable
from tokcount.logs.options import ReadOptions
from tokcount.logs.record import Skipped
from tokcount.logs.shape import Look, look
from tokcount.logs.streams import Stream, blocks_of, unwrap

if TYPE_CHECKING:
    from tokcount.logs.files import Source


class Note(msgspec.Struct, frozen=True):
    """Something worth saying about a file that was read all the same."""

    source: str
    line: int
    text: str


def read(
    sources: Iterable[Source], options: ReadOptions | None = None, notes: list[Note] | None = None
) -> Iterator[Item]:
    """The records of all sources, in order, and what was skipped.

    ``notes`` collects warnings. Never raises for what a source holds or for a file that cannot be read (that is
    a `Skipped`); raises `UsageError` for options that make no sense.
    """
    options = options or ReadOptions()
    detector = Detector(options.input_format)
    for source in sources:
        yield from _read_source(source, options, detector, notes)
    yield from detector.finish(run=True)


def _read_source(
    source: Source, options: ReadOptions, detector: Detector, notes: list[Note] | None
) -> Iterator[Item]:
    try:
        file = source.open()
    except OSError as error:
        yield Skipped(
            source=source.path, line=0, reason="unreadable", detail=f"cannot be opened: {error.strerror}"
        )
        return
    try:
        stream = unwrap(blocks_of(file), max_ratio=options.max_ratio)
        yield from read_stream(stream, source.path, options, detector)
        yield from detector.finish()
        if notes is not None:
            notes += [Note(source.path, line, text) for text, line in stream.notes.items()]
    finally:
        if not source.is_stdin:
            file.close()


def read_stream(stream: Stream, source: str, options: ReadOptions, detector: Detector) -> Iterator[Item]:
    """The records of one stream, whatever it holds."""
    head, whole = stream.peek()
    seen = look(head, whole=whole, path=source)
    for found in values_of(stream, seen, source, options):
        if isinstance(found, Skipped):
            yield found
        else:
            line, index, value = found
            yield from detector.items(value, Place(source, line, index))


def values_of(stream: Stream, seen: Look, source: str, options: ReadOptions) -> Iterator[Found]:
    """The values of a stream by its shape."""
    if seen.shape == "jsonl":
        return json_lines(stream, source, options.max_value)
    if seen.shape == "json":
        return iter(Values(stream, source, options.max_value))
    return iter(())
