"""Sources → records.

    source ─▶ stream of UTF-8 ─▶ shape ─▶ values ─▶ format ─▶ Record | Skipped

Everything streams; memory is bounded by the largest value and by what grouped formats wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import msgspec

from tokcount.logs.bytes.decompress import container_of
from tokcount.logs.bytes.stream import Stream, bytes_of, unwrap
from tokcount.logs.containers.json_lines import Found, unreadable
from tokcount.logs.containers.sniff import Look, look, read_into_memory
from tokcount.logs.containers.values import END_OF_STREAM, NO_VALUES, plain_text, values_of
from tokcount.logs.conversations import as_units
from tokcount.logs.credible import credible
from tokcount.logs.detect import Detector
from tokcount.logs.format import Item, Location, NeedsWhole
from tokcount.logs.options import ReadOptions
from tokcount.logs.prompts.files import prompt_items
from tokcount.logs.record import Record, Skipped, SkipReason
from tokcount.logs.registry import Entry, is_known_header

if TYPE_CHECKING:
    from io import BytesIO
    from typing import IO

    from tokcount.logs.mapping.mapper import Mapper
    from tokcount.logs.source import Source


class FileWarning(msgspec.Struct, frozen=True):
    """Something the user should know about a file that could be read nevertheless."""

    source: str
    line: int
    text: str


def read(
    sources: Iterable[Source],
    options: ReadOptions | None = None,
    notes: list[FileWarning] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Item]:
    """The records of all sources, in order, and what was skipped.

    `notes` collects warnings, `progress` is called with the bytes read since its last call. Never raises for what a
    source contains, nor for a file that cannot be read (that is a `Skipped`). Raises `UsageError` for invalid options.
    """
    sources = list(sources)
    reader = Reader(options or ReadOptions(), files=len(sources), notes=notes, progress=progress)
    for source in sources:
        yield from reader.read(source)
    yield from reader.finish()


def stream_of(
    source: Source, file: IO[bytes], options: ReadOptions, progress: Callable[[int], None] | None = None
) -> Stream:
    """The content of an opened source, unpacked; `progress` is called with the bytes read since its last call."""
    blocks = bytes_of(source, file)
    if progress is not None:
        blocks = _reported(blocks, progress)
    return unwrap(blocks, max_ratio=options.max_ratio, encoding=options.text_encoding)


def _reported(blocks: Iterator[bytes], progress: Callable[[int], None]) -> Iterator[bytes]:
    for block in blocks:
        progress(len(block))
        yield block


def own_entries(options: ReadOptions) -> tuple[Entry, ...]:
    """The formats of the user's own, as the detector tries them."""
    if not options.formats:
        return ()
    from tokcount.logs.mapping.named import entries

    return entries(options.formats)


def _mapper(options: ReadOptions, detector: Detector) -> Mapper | None:
    """The user's own mapping, if there is one."""
    if not options.mapping:
        return None
    from tokcount.logs.mapping.mapper import Mapper

    return Mapper(options.mapping, detector.items)


class Reader:
    """Reads sources one after another. `container` is how the last one was compressed and structured.

    `files`: how many sources will come; formats that join files wait only when there are several.
    `part`, `alone`: see `tokcount.logs.detect.Detector`. `apart`: values are independent of each other, so those of a
    format that spreads a record over several are skipped. `unread` collects values of no known format. `progress` is
    called with the bytes read since its last call.
    """

    def __init__(
        self,
        options: ReadOptions,
        *,
        files: int = 1,
        part: bool = False,
        alone: bool = False,
        apart: bool = False,
        notes: list[FileWarning] | None = None,
        progress: Callable[[int], None] | None = None,
        unread: list[Any] | None = None,
    ) -> None:
        self._unread = unread
        self.options = options
        self.container = ""
        self._notes = notes
        self._progress = progress
        self._apart = apart
        self._detector = Detector(
            options.input_format, own=own_entries(options), files=files, part=part or apart, alone=alone
        )
        self._mapper = _mapper(options, self._detector)
        now = datetime.now(tz=UTC).date()  # no form is certain of later times
        is_usual = (options.today or now) >= now and options.unit == "conversation" and self._mapper is None
        self._alike = options.alike and is_usual

    def read(self, source: Source) -> Iterator[Item]:
        """The records of one source."""
        try:
            file = source.open()
        except OSError as error:
            yield _skipped(source.path, "unreadable", f"cannot be opened: {error.strerror}")
            return
        try:
            yield from self.read_opened(stream_of(source, file, self.options, self._progress), source)
        finally:
            if not source.is_stdin:
                file.close()

    def read_opened(self, stream: Stream, source: Source) -> Iterator[Item]:
        """The records of a source that has been opened."""
        prompts = None if self._mapper else prompt_items(stream, source, self.options, self._items)
        if prompts is None:
            path = source.path if source.is_on_disk and not stream.layers else None
            yield from self._opened(stream, source.path, path)
        else:
            self.container = "prompt"
            yield from self._finished(iter(prompts), stream, source.path)

    def finish(self) -> Iterable[Item]:
        """What formats that join files still hold after the last source."""
        return self._complete((), run=True)

    def _opened(
        self, stream: Stream, source: str, path: str | None, *, inside: bool = False
    ) -> Iterator[Item]:
        """The records of a stream; `path` is the plain file behind it, if there is one."""
        head, whole = stream.peek()
        container = container_of(head)
        if container is not None:
            items = self._binary(container, stream, source, path, inside=inside)
        else:
            seen = look(head, whole=whole, path=source, is_known_header=is_known_header)
            container, items = seen.shape, self._text(stream, seen, source)
        if not inside:
            self.container = "+".join((container, *stream.layers))
        nothing = True
        for item in self._finished(items, stream, source):
            nothing = False
            yield item
        if nothing and container != "empty" and not self._detector.is_waiting:
            yield nothing_in(source)

    def read_stream(self, stream: Stream, seen: Look, source: str) -> Iterator[Item]:
        """The records of a stream of text whose shape is known."""
        return self._finished(self._text(stream, seen, source), stream, source)

    def read_values(self, found: Iterator[Found | Record], source: str) -> Iterator[Item]:
        """The records of values that something else has found, as in a column of a table; records stay as they are."""
        return self._finished(self._items(found, source), Stream(()), source)

    def _complete(self, items: Iterable[Item], *, run: bool = False) -> Iterable[Item]:
        """The items, then those that formats held back: in the units asked for, without implausible values."""
        units = as_units(chain(items, self._held_back(run=run)), self.options.unit)
        return credible(units, self.options.today)

    def _finished(self, items: Iterator[Item], stream: Stream, source: str) -> Iterator[Item]:
        """The complete items of a stream; then the warnings about it."""
        yield from self._complete(items)
        if self._notes is not None:
            self._notes += warnings_of(stream, source)
            self._notes += [
                FileWarning(source, line, f"the records are inside other values, at --records-path '{path}'")
                for path, line in self._detector.envelopes.seen.items()
            ]
            self._detector.envelopes.seen.clear()

    def _binary(
        self, container: str, stream: Stream, source: str, path: str | None, *, inside: bool
    ) -> Iterator[Item]:
        """The records of a binary container; without a `path` it is kept in memory."""
        if container == "zip" and inside:
            detail = "an archive inside an archive; unpack it first"
            return iter((_skipped(source, "unsupported", detail),))
        file = path or read_into_memory(stream)
        if file is None:
            detail = f"a {container} file of this size must be a plain file, not piped or compressed"
            return iter((_skipped(source, "unsupported", detail),))
        if container == "zip":
            return self._archive(file, source)
        if container == "sqlite":
            from tokcount.logs.sqlite import database_items

            read_rows = partial(self._items, source=source)
            return database_items(file, source, stream.notes, read_rows, self.options.table)
        from tokcount.logs.containers.parquet import parquet_rows

        return self._items(parquet_rows(file, source, stream.notes), source)

    def _archive(self, file: str | BytesIO, source: str) -> Iterator[Item]:
        from tokcount.logs.containers import zip_archive as archive

        options = self.options
        members = archive.members(file, source, max_ratio=options.max_ratio, encoding=options.text_encoding)
        for member in members:
            if isinstance(member, Skipped):
                yield member
            else:
                name, inner = member
                yield from self._opened(inner, name, None, inside=True)

    def _text(self, stream: Stream, seen: Look, source: str) -> Iterator[Item]:
        """The records of a stream of text."""
        options = self.options
        as_text = options.text is True or (options.text is None and seen.shape == "text" and source == "-")
        if as_text and seen.shape not in ("empty", "binary"):
            return plain_text(stream, source, options.max_value)
        if stream.problem is not None and (seen.shape == "empty" or seen.shape in NO_VALUES):
            return iter((unreadable(stream, source, 1),))
        if seen.shape in NO_VALUES:
            return iter((_skipped(source, *NO_VALUES[seen.shape]),))
        return self._items(values_of(stream, seen, source, options.max_value), source)

    def _items(self, found: Iterator[Found | Record], source: str) -> Iterator[Item]:
        """Values → records. A format that fails on a value loses that value, not the run."""
        items = (self._mapper or self._detector).items
        new_items = partial(self._detector.items, is_new=True)
        for each in found:
            if isinstance(each, Record | Skipped):
                yield each
                continue
            line, index, value = each
            read = items
            if self._alike and not index:
                if alike := self._detector.memory.alike(value, source, line):
                    yield cast("Record", alike)  # which the caller asked for by its options
                    continue
                read = new_items
            place = Location(source, line, index)
            try:
                ends = value is END_OF_STREAM
                for item in self._detector.end_of_stream() if ends else read(value, place):
                    if index and isinstance(item, Record):
                        item.index += index
                    elif (
                        self._unread is not None
                        and isinstance(item, Skipped)
                        and item.reason == "unrecognised"
                    ):
                        self._unread.append(value)
                    yield item
            except NeedsWhole as signal:
                if not self._apart:
                    raise
                yield _spread(signal, place)
            except Exception as error:  # noqa: BLE001 - the promise is that no log content ends a run
                yield self._detector.broken(error, place)

    def _held_back(self, *, run: bool = False) -> Iterator[Item]:
        """What formats held back until the end of a file, or of the run."""
        try:
            yield from self._detector.finish(run=run)
        except Exception as error:  # noqa: BLE001 - see _items
            yield self._detector.broken(error, Location("", 0))


def warnings_of(stream: Stream, source: str) -> list[FileWarning]:
    """The warnings about a stream so far."""
    return [FileWarning(source, line, text) for text, line in stream.notes.items()]


def nothing_in(source: str) -> Skipped:
    """The item for a source without any value."""
    return _skipped(source, "empty", "it contains nothing that could be a record")


def _spread(signal: NeedsWhole, place: Location) -> Skipped:
    return Skipped(
        source=place.source,
        line=place.line,
        reason="unsupported",
        detail="a record of this format may span several lines or files; read the files themselves",
        format=signal.format_name,
    )


def _skipped(source: str, reason: SkipReason, detail: str, name: str | None = None) -> Skipped:
    return Skipped(source=source, line=1, reason=reason, detail=detail, format=name)
