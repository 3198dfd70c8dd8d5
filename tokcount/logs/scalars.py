"""Single values of a log, read leniently: numbers, money, times, JSON in strings.

Every function accepts any decoded value and returns the plain value or `None`; none of them raises.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

Json = dict[str, Any]
"""A decoded JSON object."""

_LARGEST_SECONDS = 1e11
"""Epoch numbers above this (the year 5138 in seconds) are milliseconds, then micro- and nanoseconds."""


_LARGEST_COUNT = 10**12
"""A token count above this is not one: no provider bills a trillion tokens in one row, and sums of larger counts over
a log of millions of rows would not fit into 64 bits."""


_LARGEST_NUMBER = 10**15
"""A whole number above this is neither an amount of money nor an id."""


_DECODE = msgspec.json.Decoder().decode


_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[,'’ \u00a0\u202f]\d{2,3})*[,'’ \u00a0\u202f]\d{3}(?:\.0+)?")
"""Digits in groups: `1,024`, `1 234 567`, `1,00,000`. `1,5` and `1.024` are not: which number they are is not known."""
_ONE_OR_THOUSAND = re.compile(r"[1-9]\d{0,2}\.000")
"""One written with decimals, or a thousand with the separator of German."""


def number(value: object) -> int | None:
    """A count: `26`, `26.0`, `"26"`, `"59200.0"`, `"1,024"`; anything else, also a boolean or a fraction, is `None`."""
    if type(value) is int:
        return value if 0 <= value <= _LARGEST_COUNT else None
    if isinstance(value, str):
        plain = value.strip()
        if _ONE_OR_THOUSAND.fullmatch(plain):
            return None
        value = _float(re.sub(r"[^\d.]", "", plain) if _GROUPED.fullmatch(plain) else plain)
    if isinstance(value, float) and value.is_integer() and 0 <= value <= _LARGEST_COUNT:
        return int(value)
    return None


def is_numeric(value: object) -> bool:
    """Is a number meant: negative, broken or beyond all counts perhaps, but not a placeholder such as `""` or `n/a`?"""
    if isinstance(value, str):
        return any(sign.isdigit() for sign in value) or _float(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


_DECIMAL_COMMA = re.compile(r"-?(?:0|\d{1,3}),\d{1,2}|-?(?:0|\d{4,}),\d+|-?\d{1,3},\d{4,}")
"""`0,0012` and `12,5`; `1,234` has a separator of thousands."""


def money(value: object) -> str | None:
    """An amount in dollars as a decimal string; `"$1,234.50"` loses its dollar sign and separators."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return str(value) if abs(value) <= _LARGEST_NUMBER else None
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    if isinstance(value, str):
        plain = value.strip().lstrip("$")
        plain = plain.replace(",", "." if _DECIMAL_COMMA.fullmatch(plain) else "")
        as_float = _float(plain)
        return plain if as_float is not None and math.isfinite(as_float) else None
    return None


def truth(value: object) -> bool:
    """`true`, `1`, `"True"`, `"yes"`; everything else is false."""
    if isinstance(value, str):
        return value.strip().lower() in {"true", "t", "1", "yes"}
    return value is True or value == 1


def text(value: object) -> str | None:
    """A non-empty string, stripped; integers are converted, anything else is `None`."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) <= _LARGEST_NUMBER else None
    return None


_LABEL = re.compile(r"[\w.:/@$*+#<>-]+(?: [\w.:/@$*+#<>-]+)?")


def label(value: object, otherwise: str) -> str:
    """A name from a log (an error code, a type of call, a key), safe to show: one or two words, at most 40 characters.

    Anything else could be somebody's text and is `otherwise`.
    """
    name = text(value)
    return name if name and len(name) <= 40 and _LABEL.fullmatch(name) and name.isprintable() else otherwise


def timestamp(value: object, *, naive_utc: bool = False) -> float | None:
    """Seconds since 1970 in UTC, from epoch numbers of any magnitude, `[seconds, nanoseconds]` or ISO 8601.

    A time without a zone is `None` unless the format is known to write UTC (`naive_utc`): a guessed zone
    would move records to another day, and possibly to another price.
    """
    if value is None:
        return None
    if type(value) is int or type(value) is float:
        return _epoch(float(value)) if abs(value) < 1e30 else None
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(value, str):
        plain = value.strip()
        as_float = None if plain[4:5] == "-" else _float(plain)
        return _iso(plain, naive_utc=naive_utc) if as_float is None else _epoch(as_float)
    if isinstance(value, list) and len(value) == 2 and all(_is_number(part) for part in value):
        return _epoch(float(value[0])) if value[0] <= _LARGEST_SECONDS else None
    if _is_number(value):
        return _epoch(float(value))  # type: ignore[arg-type]  # narrowed by _is_number
    return None


def decoded(value: object) -> Any:
    """The JSON object or array in a string, one level deep; anything else is returned unchanged."""
    if not isinstance(value, str):
        return value
    start = value.lstrip()[:1]
    if start not in ("{", "["):
        return value
    try:
        return _DECODE(value)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        pass
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def unquoted(value: object) -> Any:
    """As `decoded`, also for JSON text that is a string: attributes of spans are often encoded twice."""
    if isinstance(value, str) and value[:1] == '"':
        if "\\" not in value and value.count('"') == 2 and value[-1] == '"':
            return decoded(value[1:-1])
        found = decoded(f"[{value}]")
        return decoded(found[0]) if isinstance(found, list) and len(found) == 1 else value
    return decoded(value)


def decoded_object(value: object) -> Json:
    """As `decoded`, and an empty object when it is not an object. A Parquet map, read as pairs, is one."""
    found = decoded(value)
    if isinstance(found, list) and found and all(_is_entry(item) for item in found):
        return {item["key"]: item["value"] for item in found}
    return found if isinstance(found, dict) else {}


def _is_entry(item: object) -> bool:
    return isinstance(item, dict) and item.keys() == {"key", "value"} and isinstance(item["key"], str)


def decoded_list(value: object) -> list[Any]:
    """As `decoded`, and an empty list when it is not a list."""
    found = decoded(value)
    return found if isinstance(found, list) else []


def objects(value: object) -> list[Json]:
    """The objects in a list; nothing for any other value."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def dig(value: object, path: str) -> Any:
    """The value at `path` (keys joined by dots), or `None`. A key that itself contains dots is found first."""
    if not isinstance(value, dict):
        return None
    if path in value:
        return value[path]
    for key in _steps(path):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


@cache
def _steps(path: str) -> tuple[str, ...]:
    """The keys of a path; paths come from tables, so there are few."""
    return tuple(path.split("."))


def first(value: object, paths: tuple[str, ...]) -> Any:
    """The first value at one of `paths` that is neither `None` nor an empty string."""
    for path in paths:
        found = dig(value, path)
        if found is not None and found != "":
            return found
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e30


def _float(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _epoch(value: float) -> float | None:
    if not math.isfinite(value) or value <= 0:
        return None
    while value > _LARGEST_SECONDS:
        value /= 1000
    return value


def _iso(value: str, *, naive_utc: bool) -> float | None:
    try:
        moment = datetime.fromisoformat(value.removesuffix(" UTC"))
    except ValueError:
        return None
    if value.endswith(" UTC"):
        moment = moment.replace(tzinfo=UTC)
    if moment.tzinfo is None:
        if not naive_utc:
            return None
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.timestamp()
    except (OverflowError, ValueError):
        return None


class Among:
    """Which of some names are keys of an object, in the order of the names; remembered for objects with the same keys.

    Rows of a log have few keys and there are many names: looking each up would take longer than all else.
    """

    __slots__ = ("_known", "_names")

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __call__(self, value: Json) -> tuple[str, ...]:
        keys = tuple(value)
        found = self._known.get(keys)
        if found is None:
            if len(self._known) >= _KNOWN_KEYS:
                self._known.clear()
            found = self._known[keys] = tuple(name for name in self._names if name in value)
        return found


_KNOWN_KEYS = 4096
"""Distinct sets of keys that are remembered."""


_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_NAME = 60
"""Characters of a name, an id or a time at most; a longer string may be text."""


def could_be_text(value: object) -> bool:
    """Could a model have read or written this: words, or a list or an object with words in it?"""
    if isinstance(value, str):
        return len(value) > _LONGEST_NAME or not value.isascii() or _has_words(value)
    if isinstance(value, dict):
        return any(map(could_be_text, value.values()))
    return isinstance(value, list) and any(map(could_be_text, value))


def _has_words(value: str) -> bool:
    """Are there two words with letters next to each other?"""
    lettered = [_LETTER.search(word) is not None for word in value.split()]
    return any(first and second for first, second in pairwise(lettered))
