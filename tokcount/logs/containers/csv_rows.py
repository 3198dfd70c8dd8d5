"""Lines of a table → rows of cells; damage is located, and the rows after it are read.

Quotes must be as RFC 4180 has them, so that no text of a cell changes. A quote that does not fit may have taken in
any number of rows: these are read again.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.lines import Lines

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream
    from tokcount.logs.containers.csv_columns import Columns

LARGEST_CELL = 128 << 20

NOT_CLOSED: Final = "a quoted cell that is not closed, or that takes in whole rows"
BAD_QUOTES: Final = "a row with quotes in a quoted cell that are not doubled"
CARRIAGE_RETURN: Final = "a row with a carriage return outside quotes"
NUL: Final = "a row with NUL bytes"
EXTRA_CELLS: Final = "a row with more cells than the header"
MISSING_CELLS: Final = "a row with fewer cells than the header"

_LONGEST_TAIL = 100
"""Lines in which the closing quote of a damaged row is looked for."""


class Rows:
    """The rows of a table, each with the line that it starts on: its cells, or what is wrong with it.

    `columns` is `None` until the header is known.
    """

    def __init__(
        self, stream: Stream, largest: int, delimiter: str, line_end: str, *, spaced: bool = False
    ) -> None:
        csv.field_size_limit(LARGEST_CELL)
        self.columns: Columns | None = None
        self.lines = Lines(stream, largest, line_end.encode())
        self._notes = stream.notes
        self._largest = largest
        self._delimiter, self._spaced = delimiter, spaced
        self._end = line_end
        self._new = self._new_lines()
        self._again = deque[tuple[int, str | None]]()
        self._alone_until = 0
        """The last line of those whose rows have one line each, because a damaged row took them in."""
        self._row: list[tuple[int, str | None]] = []
        self._size = 0

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        while True:
            self._row, self._size = [], 0
            found = self._next_row()
            if not self._row:
                return
            yield self._row[0][0], found

    def learn(self, cells: list[str]) -> None:
        """Remember what the columns hold, from a row that is not damaged."""
        if self.columns is not None:
            self.columns.learn(cells)

    def _next_row(self) -> list[str] | str:
        line = self._next_line()
        if line is None:
            return []
        if (cells := self._plain_cells(line[1])) is not None:
            self._row.append(line)
            return cells
        self._again.appendleft(line)
        return self._quoted_row()

    def _next_line(self) -> tuple[int, str | None] | None:
        return self._again.popleft() if self._again else next(self._new, None)

    def _plain_cells(self, text: str | None) -> list[str] | None:
        """The cells of a line without quotes and damage, which most are; `None` for any other."""
        if text is None or '"' in text or "\0" in text or self._spaced or len(text) > LARGEST_CELL:
            return None
        if "\r" in (text := text.rstrip("\r\n")):
            return None
        cells = text.split(self._delimiter) if text else []
        return cells if self.columns is None or not cells or self.columns.is_row(cells) else None

    def _quoted_row(self) -> list[str] | str:
        problem, cells = None, list[str]()
        try:
            cells = next(self._reader(self._asked_for()), cells)
        except csv.Error as error:
            problem = str(error)
        if self._row and self._row[-1][1] is None:
            problem = "too long"
        elif problem is None:
            problem = self._problem_of(cells)
        return cells if problem is None else self._damaged(problem)

    def _reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._delimiter, skipinitialspace=self._spaced, strict=True)

    def _asked_for(self) -> Iterator[str]:
        """Lines until the row is complete, or cannot become one."""
        while not self._row or not self._is_hopeless():
            line = self._next_line()
            if line is None:
                return
            self._row.append(line)
            if line[1] is None:
                return
            self._size += len(line[1])
            yield line[1]

    def _is_hopeless(self) -> bool:
        return self._row[0][0] <= self._alone_until or self._size > self._largest

    def _problem_of(self, cells: list[str]) -> str | None:
        """What is wrong with a row that is valid CSV."""
        if len(self._row) > 1 and self._takes_in_rows():
            return NOT_CLOSED
        if not cells:
            return None
        first = self._texts()[0]
        if "\0" in first and '"' not in first:
            return NUL
        if self.columns is None or self.columns.is_row(cells):
            return None
        return EXTRA_CELLS if len(cells) > self.columns.width else MISSING_CELLS

    def _takes_in_rows(self) -> bool:
        return self.columns is not None and self.columns.takes_in_rows(self._texts())

    def _texts(self) -> list[str]:
        return [text for _, text in self._row if text is not None]

    def _damaged(self, problem: str) -> str:
        """What is wrong with the row, in a line for people. The lines that follow its own are read again."""
        texts = self._texts()
        own = self._own_lines(texts)
        if own is None and "expected after" in problem and sum(map(_quotes, texts)) % 2:
            self._take_until_a_quote()
        elif own is not None and own < len(self._row):
            self._alone_until = self._row[-1][0] - 1
            self._again.extendleft(reversed(self._row[own:]))
            del self._row[own:]
        return self._described(problem, texts, took_rows=len(self._row) < len(texts))

    def _own_lines(self, texts: list[str]) -> int | None:
        """How many of the lines are those of the damaged row itself; `None` when all of them may be."""
        if self.columns is None or not texts:
            return None
        for number, text in enumerate(texts):
            if number and self.columns.may_start_row(text):
                return number
            if self.columns.ends_row(text, is_first=number == 0):
                return number + 1
        return 1 if len(self.columns.alone(texts[0])) == self.columns.width else None

    def _take_until_a_quote(self) -> None:
        """Add the lines up to the one that closes the cell."""
        following = [*islice(self._again, _LONGEST_TAIL)]
        following += islice(self._new, _LONGEST_TAIL - len(following))
        new = following[len(self._again) :]
        self._again.extend(new)
        for taken, (_, text) in enumerate(following, 1):
            if text is None or (self.columns and self.columns.may_start_row(text)):
                return
            if _quotes(text) % 2:
                self._row += [self._again.popleft() for _ in range(taken)]
                return
            if self.columns and self.columns.fits(text):
                return

    def _described(self, problem: str, texts: list[str], *, took_rows: bool) -> str:
        if self._size > self._largest or problem == "too long":
            return f"a row of more than {self._largest >> 20} MB"
        if "limit" in problem:
            return f"a cell of more than {LARGEST_CELL >> 20} MB"
        if any("\0" in text for text in texts):
            return NUL
        if "new-line" in problem:
            return CARRIAGE_RETURN
        if "expected after" in problem:
            return NOT_CLOSED if took_rows else BAD_QUOTES
        return NOT_CLOSED if "end of data" in problem else problem

    def _new_lines(self) -> Iterator[tuple[int, str | None]]:
        """The lines as text, with the line ends that quoted cells keep; `None` for one that is too long."""
        for number, line in self.lines:
            if line is None:
                yield number, None
                continue
            text = text_encoding.noted(line, number, self._notes).lstrip(
                "\0"
            )  # a crash leaves NULs before a line
            if "\r" in text.rstrip("\r") and '"' not in text:
                for row in self._split(text):
                    yield number, row + self._end
            else:
                yield number, text + self._end

    def _split(self, text: str) -> list[str]:
        """The rows of a line with carriage returns inside, where each of its parts is one."""
        columns, parts = self.columns, text.rstrip("\r").split("\r")
        if columns is None or not all(columns.is_row(columns.alone(part)) for part in parts):
            return [text]
        return parts


def _quotes(text: str) -> int:
    return text.count('"')
