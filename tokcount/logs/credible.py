"""Values of a record that cannot be true are taken out and flagged, whatever format they were read from.

The last step of reading. An API call has input tokens, it was made after such APIs existed and before tomorrow ends,
and a name is not a paragraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from tokcount.logs.record import IMPLAUSIBLE, Record, Skipped, Usage
from tokcount.logs.scalars import timestamp

WITHHELD: Final = "…"
"""Shown instead of a label that could be somebody's text."""
_WRONG_USAGE, _WRONG_TIME, _WRONG_LABEL = IMPLAUSIBLE

_FIRST_DAY: Final = date(2020, 1, 1).toordinal()
_EPOCH: Final = date(1970, 1, 1).toordinal()
_DAY: Final = 86_400
FIRST_TIME: Final = (_FIRST_DAY - _EPOCH) * _DAY
"""The first time that a record can be from, in seconds since 1970."""
_LONGEST_LABEL = 100
_MOST_WORDS = 2
_MOST_SIGNS = 12
"""Characters of scripts that write no spaces between words, in one label."""
_UNSPACED = "\u0e00"
"""Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean: the scripts from here on write no or few spaces."""

_PROMPTS: Final = ("messages", "prompt", "input", "instructions")
_ANSWER_TEXTS: Final = frozenset({"text", "content", "refusal", "arguments", "input", "name"})
"""Fields of choices, messages, items and calls in which a model writes."""


def credible(items: Iterable[Record | Skipped], today: date | None = None) -> Iterator[Record | Skipped]:
    """The items, without the values of records that cannot be true.

    `today` is the day in UTC of which the next is the last that a record can be from; `None`: the clock's.
    """
    today = today or datetime.now(tz=UTC).date()
    first, last = FIRST_TIME, (today.toordinal() + 2 - _EPOCH) * _DAY
    for item in items:
        if type(item) is Record:
            time, usage = item.timestamp, item.usage
            if time is not None and not first <= time < last:
                _correct_time(item, first, last)
            if usage is not None and (usage.is_doubtful or usage.output == 0 or _lacks_input(usage)):
                _correct_usage(item, usage)
            _bound_labels(item)
        yield item


def _flag(record: Record, flag: str) -> None:
    record.flags = tuple(sorted({*record.flags, flag}))


def _correct_time(record: Record, first: int, last: int) -> None:
    """Take the time of the answer, if it can be true; else the record is undated."""
    answered = record.response or {}
    said = timestamp(answered.get("created")) or timestamp(answered.get("created_at"))
    record.timestamp = said if said is not None and first <= said < last else None
    _flag(record, _WRONG_TIME)


def _correct_usage(record: Record, usage: Usage) -> None:
    """Numbers that cannot be those of this text become "not logged", so the text is counted instead.

    A call with text has input tokens, and output tokens if it was answered. Cached tokens are part of the input of
    OpenAI's APIs; other vendors log them apart from it. Without a true input, its parts are not known either. Sums of
    several calls, and answers from a gateway's cache, may
    be 0.
    """
    if usage.requests > 1 or "cached_reply" in record.flags:
        return
    request, response = record.request or {}, record.response or {}
    is_answered = _holds_text(response.get("choices")) or _holds_text(response.get("output"))
    is_wrong = usage.is_doubtful
    if _lacks_input(usage, apart="non_openai" in record.flags) and (
        is_answered or any(map(request.get, _PROMPTS))
    ):
        usage.input, is_wrong = None, True
        usage.cached_input = usage.cache_write = usage.cache_write_long = None
    if usage.output == 0 and is_answered and not request.get("echo"):
        usage.output, is_wrong = None, True
    if is_wrong:
        _flag(record, _WRONG_USAGE)


def _lacks_input(usage: Usage, *, apart: bool = False) -> bool:
    """Is the logged input less than its own parts, or nothing? `apart`: cached tokens are not part of it."""
    if usage.input is None:
        return False
    cached = max(usage.cached_input or 0, usage.cache_write or 0)
    return usage.input == cached == 0 if apart else usage.input < max(cached, 1)


def _holds_text(answer: Any) -> bool:
    """Does a part of an answer hold anything that a model wrote? However deep it is: a log may nest for ever."""
    waiting = [answer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            if any(value.get(key) and isinstance(value[key], str) for key in _ANSWER_TEXTS):
                return True
            waiting += value.values()
    return False


def _bound_labels(record: Record) -> None:
    """Labels that could be text become `WITHHELD`; a served model that is one, or an id, is not known."""
    few = _are_names(record.model, record.served_model, record.deployment, *record.tags)
    if few and is_name(record.user) and is_name(record.thread) and is_id(record.id):
        return
    record.served_model = record.served_model if is_name(record.served_model) else None
    record.model, record.user, record.deployment, record.thread = (
        name if is_name(name) else WITHHELD
        for name in (record.model, record.user, record.deployment, record.thread)
    )
    record.tags = tuple(dict.fromkeys(tag if is_name(tag) else WITHHELD for tag in record.tags))
    record.id = record.id if is_id(record.id) else None
    _flag(record, _WRONG_LABEL)


@lru_cache(maxsize=4096)
def _are_names(*labels: str | None) -> bool:
    return all(map(is_name, labels))


def is_name(label: str | None) -> bool:
    """Is this short enough for a name: at most 100 characters and two words, on one line?"""
    if label is None:
        return True
    if (
        len(label) <= _LONGEST_LABEL
        and label.isascii()
        and label.isprintable()
        and label.count(" ") < _MOST_WORDS
    ):
        return True
    is_short = len(label) <= _LONGEST_LABEL and label.isprintable() and len(label.split()) <= _MOST_WORDS
    return is_short and (label.isascii() or sum(sign >= _UNSPACED for sign in label) <= _MOST_SIGNS)


def is_id(value: str | None) -> bool:
    """Ids are compared and never shown; they may be long, but are no text."""
    return value is None or " " not in value or is_name(value)
