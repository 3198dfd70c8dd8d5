"""JSON values anywhere in a text: arrays, pretty-printed, concatenated, RS-separated.

The standard library finds where a value ends; when the text read so far is not enough, more is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.requests import begins_conversation
from tokcount.logs.bytes import text_encoding
from tokcount.logs.containers.json_lines import Found, problem_of, unparsed, unreadable

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream

_STRICT = json.JSONDecoder()
_LENIENT = json.JSONDecoder(strict=False)
_SPACE = " \t\r\n\x1e"
_LINE_END = re.compile(r"[\r\n]")
_NEXT = re.compile(r"[^ \t\r\n\x1e,]")


class Values:
    """The values of a stream, wherever they start; the elements of a top-level array are separate values.

    After an error inside an array the rest of the file is skipped, since what follows may be the inside of a
    damaged element; elsewhere reading continues at the next line that begins with a brace or bracket.
    """

    def __init__(self, stream: Stream, source: str, largest: int) -> None:
        self._stream = stream
        self._source = source
        self._largest = largest
        self._decoder = text_encoding.Decoder(stream.notes)
        self._text = ""
        self._at = 0
        self._line = 1
        self._counted = 0
        self._ended = False
        self._last_line = 0
        self._index = 0

    def __iter__(self) -> Iterator[Found]:
        while self._skip():
            if self._text[self._at] == "[" and not self._is_one_conversation():
                if not (yield from self._array()):
                    break
            elif not (yield from self._value()):
                self._resynchronise()
        if self._stream.problem is not None:
            yield unreadable(self._stream, self._source, self._line_at())

    def _array(self) -> Generator[Found, None, bool]:
        """The elements of the array at the position; returns whether reading can continue after it."""
        self._at += 1
        while self._skip():
            if self._text[self._at] == "]":
                self._at += 1
                return True
            if not (yield from self._value(in_array=True)):
                return False
        if self._stream.problem is None:
            self._stream.notes.setdefault("the array is not closed", self._line_at())
        return True

    def _value(self, *, in_array: bool = False) -> Generator[Found, None, bool]:
        """The value at the position; returns whether there was one."""
        line = self._line_at()
        found = self._decode()
        if isinstance(found, str):
            if self._stream.problem is None or not self._ended:
                rest = "; the rest of the array is skipped" if in_array else ""
                yield unparsed(self._source, line, found + rest)
            return False
        value, self._at = found
        self._index = self._index + 1 if line == self._last_line else 0
        self._last_line = line
        yield line, self._index, value
        return True

    def _decode(self) -> tuple[Any, int] | str:
        """The value at the position and where it ends, reading more as needed; or what is wrong."""
        decoder = _STRICT
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._is_control_character(error) and decoder is _STRICT:
                    decoder = _LENIENT
                elif not self._is_cut(error) or not self._fill():
                    return problem_of(error)
            except (ValueError, RecursionError) as error:
                return problem_of(error)
            else:
                if end < len(self._text) or not isinstance(value, int | float) or not self._fill():
                    return value, end
            if len(self._text) - self._at > self._largest:
                return f"a value of more than {self._largest >> 20} MB"

    def _is_control_character(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Invalid control") and self._text[error.pos] not in "\r\n"

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        """Does the value only lack what has not been read yet?"""
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - 6

    def _is_one_conversation(self) -> bool:
        """Is the array at the position a list of messages, and so one value? Reads all of its first element."""
        while True:
            start = _NEXT.search(self._text, self._at + 1)
            if start is not None:
                if start[0] != "{":
                    return False
                try:
                    return begins_conversation(_LENIENT.raw_decode(self._text, start.start())[0])
                except json.JSONDecodeError as error:
                    if not self._is_cut(error) or len(self._text) - self._at > self._largest:
                        return False
                except (ValueError, RecursionError):
                    return False
            if not self._fill():
                return False

    def _resynchronise(self) -> None:
        """Go to the next line that begins with a brace or bracket, or to the end."""
        while True:
            end = _LINE_END.search(self._text, self._at)
            if end is not None:
                self._at = end.end()
                if self._at < len(self._text) or self._fill():
                    if self._text[self._at] in "{[":
                        return
                    continue
            self._at = len(self._text)
            if not self._fill():
                return

    def _skip(self) -> bool:
        """Go to the next character that is neither space nor comma; `False` at the end."""
        while True:
            found = _NEXT.search(self._text, self._at)
            if found is not None:
                self._at = found.start()
                return True
            self._at = len(self._text)
            if not self._fill():
                return False

    def _fill(self) -> bool:
        """Read at least as much again as is waiting, so that a long value is tried few times."""
        if self._ended:
            return False
        self._line_at()
        pieces = [self._text[self._at :]]
        wanted, length = max(1, len(pieces[0])), 0
        self._counted = self._at = 0
        while length < wanted:
            block = next(self._stream, None)
            if block is None:
                self._ended = True
                pieces.append(self._decoder.decode(b"", final=True))
                break
            if not block:
                continue
            pieces.append(self._decoder.decode(block))
            length += len(pieces[-1])
        self._text = "".join(pieces)
        return len(self._text) > len(pieces[0])

    def _line_at(self) -> int:
        """The line of the position."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line
