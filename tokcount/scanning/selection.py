"""Which records are counted: conditions on their fields, and a span of time.

    conditions = condition { "and" condition }
    condition  = field ("=" | "!=") name
    name       = word | '"' text '"' | "'" text "'"

In a name, `*` matches any characters and `?` any one character. Budgets have the same conditions after `where`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final, Literal, NoReturn

import msgspec

from tokcount.errors import UsageError, suggest
from tokcount.logs.record import Record
from tokcount.scanning.schema import TIME_FORMATS

Field = Literal["model", "kind", "tag", "source", "format", "day", "week", "month", "user"]

FIELDS: Final[tuple[Field, ...]] = (
    *("model", "kind", "tag", "source", "format"),
    *("day", "week", "month", "user"),
)
LeftOut = Literal["condition", "time", "no timestamp"]
"""Why a record is not selected. Without a timestamp it is in no span of time, though it meets the conditions."""
LONGEST: Final = 1000
"""Characters of a text that is parsed."""
_SECONDS_A_DAY: Final = 86_400
_INSTANT: Final = 1e-6
"""Timestamps are compared to the microsecond."""


class Condition(msgspec.Struct, frozen=True, order=True):
    """`field = pattern` or `field != pattern`. A record without the field matches no pattern."""

    field: Field
    is_equal: bool
    pattern: str

    def __str__(self) -> str:
        return f"{self.field} {'=' if self.is_equal else '!='} {_quoted(self.pattern)}"

    def meets(self, record: Record) -> bool:
        """Whether a record meets the condition; for `tag`, whether one of its tags matches."""
        pattern = _compiled(self.pattern)
        found = any(pattern.fullmatch(value) for value in _values(record, self.field))
        return found == self.is_equal


class Selection(msgspec.Struct, frozen=True):
    """The records that meet all conditions and lie in a span of time, from `since` to before `before` (epoch seconds).

    `text` is the selection for people. A record without a timestamp lies in no span of time.
    """

    where: tuple[Condition, ...] = ()
    since: float | None = None
    before: float | None = None
    text: str = ""

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day of the span of time, in UTC; `None`: it is open to that side."""
        last = None if self.before is None else self.before - _INSTANT
        first, end = (
            None if time is None else datetime.fromtimestamp(time, UTC) for time in (self.since, last)
        )
        return first and first.date(), end and end.date()

    def meets(self, record: Record) -> bool:
        """Whether a record meets all conditions."""
        return all(condition.meets(record) for condition in self.where)

    def leaves_out(self, record: Record) -> LeftOut | None:
        """Why a record is not selected; `None`: it is."""
        if not self.meets(record):
            return "condition"
        if self.spans(record.timestamp):
            return None
        return "no timestamp" if record.timestamp is None else "time"

    def spans(self, timestamp: float | None) -> bool:
        """Whether the span of time contains a timestamp; without a span, every record is in it."""
        if timestamp is None:
            return self.since is None and self.before is None
        if self.since is not None and timestamp < self.since:
            return False
        return self.before is None or timestamp < self.before


def selection_of(
    where: Sequence[str] | str = (), since: str | date | None = None, until: str | date | None = None
) -> Selection | None:
    """As `make_selection`; days and times may also be those of `datetime`. `None`: every record is asked for."""
    if not where and since is None and until is None:
        return None
    return make_selection(where, _iso(since), _iso(until))


def _iso(time: str | date | None) -> str | None:
    return time.isoformat() if isinstance(time, date) else time


def make_selection(
    where: Sequence[str] = (), since: str | None = None, until: str | None = None
) -> Selection:
    """A selection from what a user wrote.

    `since` and `until` are days (`2026-11-01`) or ISO 8601 times, in UTC if they name no time zone; both are included.
    Raises `UsageError` for a text that is not a condition or a time, and for an empty span of time.
    """
    texts = (where,) if isinstance(where, str) else where
    conditions = tuple(condition for text in texts for condition in parse_conditions(text))
    start = None if since is None else _bounds(since, "since")[0]
    end = None if until is None else _bounds(until, "until")[1]
    if start is not None and end is not None and start >= end:
        raise UsageError(f"since {since!r} is later than until {until!r}.")
    spans = [f"{name} {text.strip()}" for name, text in (("since", since), ("until", until)) if text]
    return Selection(conditions, start, end, ", ".join([*map(str, conditions), *spans]))


def _bounds(text: str, name: str) -> tuple[float, float]:
    """The first second of a day or time, and the one after its end."""
    plain = text.strip()
    try:
        day = date.fromisoformat(plain)
    except ValueError:
        pass
    else:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
        return start, start + _SECONDS_A_DAY
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        raise UsageError(
            f"{name} {text!r}: expected a day such as 2026-11-22, or a time such as 2026-11-22T08:00."
        ) from None
    start = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return start, start + _INSTANT


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Parse `field = pattern and …`. Raises `UsageError` with the column and close matches."""
    if len(text) > LONGEST:
        raise UsageError(f"condition {text[:40]!r}…: longer than {LONGEST} characters")
    return ConditionReader(text, "condition").all_conditions()


class ConditionReader:
    """Reads a text from left to right; `_at` is the offset of the next character.

    `subject` is what the text is called in errors.
    """

    def __init__(self, text: str, subject: str) -> None:
        self._text = text
        self._subject = subject
        self._at = 0

    def all_conditions(self) -> tuple[Condition, ...]:
        """The conditions that the whole text consists of."""
        conditions = self._conditions()
        start = self._start()
        if start < len(self._text):
            rest = self._text[start:].split()[0]
            self._fail(start, f"unexpected {rest!r}; only 'and' and another condition may follow")
        return conditions

    def _conditions(self) -> tuple[Condition, ...]:
        conditions = [self._condition()]
        while True:
            before = self._at
            if self._take(_WORD) != "and":
                self._at = before
                return tuple(conditions)
            conditions.append(self._condition())

    def _condition(self) -> Condition:
        start, word = self._expect(_WORD, f"a field: {', '.join(FIELDS)}")
        field = next((field for field in FIELDS if field == word), None)
        if field is None:
            self._fail(start, f"unknown field {word!r}. {suggest(word, FIELDS)}")
        _, equality = self._expect(_EQUALITY, f"= or != after {word}")
        _, pattern = self._expect(NAME, f'a pattern for {word}, e.g. "gpt-4o*"')
        return Condition(field, equality == "=", unquoted(pattern))

    def _start(self) -> int:
        """The offset of the next character that is not a space."""
        space = _SPACE.match(self._text, self._at)
        return space.end() if space else self._at

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self._text, self._start())
        if found is None:
            return None
        self._at = found.end()
        return found[0]

    def _expect(self, pattern: re.Pattern[str], what: str) -> tuple[int, str]:
        start = self._start()
        found = self._take(pattern)
        if found is None:
            self._fail(start, f"expected {what}")
        return start, found

    def _fail(self, place: int, problem: str) -> NoReturn:
        raise UsageError(f"{self._subject} {self._text!r}, column {place + 1}: {problem}")


NAME: Final = re.compile(r"""\"[^"]*\"|'[^']*'|[^\s"'=!<>]+""")
_SPACE: Final = re.compile(r"\s*")
_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_EQUALITY: Final = re.compile(r"!=|=")


def unquoted(name: str) -> str:
    """A `NAME` without its quotes."""
    return name[1:-1] if name[0] in "\"'" else name


def _quoted(pattern: str) -> str:
    return f"'{pattern}'" if '"' in pattern else f'"{pattern}"'


def glob(pattern: str, any_character: str = ".") -> str:
    """A pattern as a regular expression without anchors."""
    wildcards = {"*": f"{any_character}*", "?": any_character}
    return "".join(wildcards.get(character) or re.escape(character) for character in pattern)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(glob(pattern), re.DOTALL)


_FIELDS: Final[dict[str, Callable[[Record], str | None]]] = {
    "model": lambda record: record.served_model or record.model,
    "kind": lambda record: record.kind,
    "source": lambda record: record.source,
    "format": lambda record: record.format,
    "user": lambda record: record.user,
}
"""Field → its value; those that are not here are tags or units of time."""


def _values(record: Record, field: Field) -> tuple[str, ...]:
    if field == "tag":
        return record.tags
    if field in TIME_FORMATS:
        if record.timestamp is None:
            return ()
        return (datetime.fromtimestamp(record.timestamp, UTC).strftime(TIME_FORMATS[field]),)
    value = _FIELDS[field](record)
    return () if value is None else (value,)
