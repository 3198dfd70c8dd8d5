"""What the columns of a table usually hold, by which whole rows are recognised inside a quoted cell."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

_LEARNED = 100
"""Rows from which the columns are learned."""

_MOST_VALUES = 20
"""Distinct values of a column whose values repeat, such as models."""

_NUMBER, _LABEL, _TEXT = range(3)
_NUMBER_OR_TIME = re.compile(r"(?=[^\d]*\d)[\d\s.,:/+\-$€%TZe]+")
_DAMAGE = {ord(character): None for character in '"\r\0'}
_WORD = re.compile(r"[\w.:/@+\-]{1,100}")


class Columns:
    """The columns of one table: how many cells its rows have, and of what kind they are."""

    def __init__(self, header: Sequence[str], delimiter: str) -> None:
        self.width = len(header)
        self.needed = max((number for number, name in enumerate(header, 1) if name), default=0)
        self._delimiter = delimiter
        self._learned = 0
        self._levels = [-1] * self.width
        self._values: list[set[str]] = [set() for _ in header]

    def is_row(self, cells: Sequence[str]) -> bool:
        """Are there as many cells as the header has? Empty cells may follow them."""
        return len(cells) >= self.needed and not any(cells[self.width :])

    def learn(self, cells: Sequence[str]) -> None:
        """Remember what kind of cells an undamaged row has."""
        if self._learned >= _LEARNED:
            return
        self._learned += 1
        for column, cell in enumerate(cells[: self.width]):
            self._levels[column] = max(self._levels[column], _level(cell))
            if len(self._values[column]) <= _MOST_VALUES:
                self._values[column].add(cell)

    def alone(self, line: str) -> list[str]:
        """The cells of a line taken by itself, whatever its quotes are."""
        text = line.rstrip("\r\n")
        if '"' not in text:
            return text.split(self._delimiter)
        try:
            return next(csv.reader([text], delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return text.translate(_DAMAGE).split(self._delimiter)

    def may_start_row(self, line: str) -> bool:
        """Does a line begin with a quoted cell that may be a whole one?"""
        if not line.startswith('"') or self._is_closing(line):
            return False
        try:
            next(csv.reader([line], delimiter=self._delimiter, strict=True), None)
        except csv.Error as error:
            return "end of data" in str(error)
        return True

    def fits(self, line: str) -> bool:
        """Is a line by itself a row of cells of the kinds that the columns have?"""
        return self._fits(self.alone(line))

    def takes_in_rows(self, lines: Sequence[str]) -> bool:
        """Do the lines of one row look like rows of their own, which a stray quote joined?

        Prose and tables in a prompt have lines with commas as well. So nearly all lines must have as many cells as
        the header, of the kinds that the columns have; a cell that is closed at the beginning of a line was meant to
        have lines; and the fewer columns there are, the more lines it needs.
        """
        if self.width < 2 or self._is_closing(lines[-1]):
            return False
        if any(line.count(self._delimiter) + 1 < self.needed for line in (lines[0], lines[-1])):
            return False
        rows = [self.alone(line) for line in lines if line.strip()]
        misfits = sum(not self._fits(cells) for cells in rows)
        if len(rows) < 2 or not self._fits(rows[0]) or misfits * 10 > len(rows):
            return False
        shown = [self._shown(cells) for cells in rows[:-1]]
        if 2 * sum(map(bool, shown)) >= len(shown) and sum(shown) >= (2 if self.width > 2 else 4):
            return True
        return not self._typical() and len(rows) > (2 if self.width > 2 else 8)

    def ends_row(self, line: str, *, is_first: bool) -> bool:
        """May a damaged row end with this line? Its last cells are of the kinds that the last columns have."""
        cells = self.alone(line)
        last = 0
        while self._learned and last < self.width and self._levels[-1 - last] in (_NUMBER, _LABEL):
            last += 1
        if len(cells) < (self.width if is_first or not last else min(last + 1, self.width)):
            return False
        ending = cells[len(cells) - last :]
        fit = all(
            _level(cell) <= level
            for cell, level in zip(ending, self._levels[self.width - last :], strict=True)
        )
        return fit and (any(ending) or not last)

    def _is_closing(self, line: str) -> bool:
        return line.rstrip("\r\n") == '"' or line.startswith('"' + self._delimiter)

    def _fits(self, cells: Sequence[str]) -> bool:
        if not self.is_row(cells):
            return False
        return not self._learned or all(
            _level(cell) <= max(level, _NUMBER) for cell, level in zip(cells, self._levels, strict=False)
        )

    def _shown(self, cells: Sequence[str]) -> int:
        """How many cells are what their column always holds: a number, or one of a few labels."""
        return sum(
            cells[column] in self._values[column] or self._levels[column] == _NUMBER
            for column in self._typical()
            if column < len(cells) and cells[column]
        )

    def _typical(self) -> list[int]:
        """The columns of numbers, and those of labels that repeat."""
        return [
            column
            for column, level in enumerate(self._levels)
            if level == _NUMBER
            or (level == _LABEL and len(self._values[column]) <= min(_MOST_VALUES, self._learned // 2))
        ]


def _level(cell: str) -> int:
    """-1 for an empty cell."""
    if not cell:
        return -1
    if _NUMBER_OR_TIME.fullmatch(cell):
        return _NUMBER
    return _LABEL if _WORD.fullmatch(cell) else _TEXT
