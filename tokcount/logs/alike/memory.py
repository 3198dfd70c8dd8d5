"""Reading values like others that were read already, which nearly all values of a log are.

A program writes lines that differ in texts, numbers, times and labels only. For such values, a `Form` says what each
part of a value is in its record. It is found by `trials`: nothing about a format is repeated here, and a value whose
form is not certain is read as any other. `tests/logs/alike` shows that both ways give the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from typing import Any, Final

import msgspec

from tokcount.logs.alike.form import Alike, Form
from tokcount.logs.alike.skeleton import MOST_LEAVES, Skeleton
from tokcount.logs.alike.trials import Read, Sample
from tokcount.logs.format import Format, Location, LogFormat
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json

SEEN: Final = 200
"""Values with the same keys that are read the general way before one of them is tried."""
MOST_SAMPLES: Final = 64
"""Values that are tried: each takes about as long as reading a thousand."""
_MOST_KEYS: Final = 256
_MOST_SKELETONS: Final = 4
_HOPELESS: Final = 5_000
"""Values read the general way from which one form must have helped more often than not."""


Forms = dict[tuple[type, ...], Form]
"""Types of the parts of a value → its form."""


class _Known(msgspec.Struct):
    """What is known of values with the same keys."""

    forms: list[tuple[Skeleton, Forms]] = []
    read: int = 0
    """Values that were read by a form."""
    others: int = 0


@cache
def memory_of(input_format: str | None) -> Memory:  # noqa: ARG001 - one for each
    """The only memory of this process for values of these formats."""
    return Memory()


class Memory:
    """The forms of the values of logs. `samples`: how many values are tried."""

    def __init__(self, seen: int = SEEN, samples: int = MOST_SAMPLES) -> None:
        self._seen = seen
        self._most_samples = samples
        self._known: dict[tuple[str, ...], _Known] = {}
        self._samples = 0

    def alike(self, value: Any, source: str, line: int) -> Alike | None:
        """A value that has a known form; `None`: it has to be read the general way."""
        known = self._known.get(tuple(value)) if type(value) is dict else None
        if known is None:
            return None
        for skeleton, forms in known.forms:
            parts = skeleton.parts(value)
            if parts is None:
                continue
            form = forms.get(tuple(map(type, parts)))
            found = None if form is None else form.alike(parts, source, line)
            if found is not None:
                known.read += 1
                return found
        return None

    def note(self, value: Json, formats: Iterable[Format]) -> None:
        """Take note of a value that was read the general way; `formats`: those that fit its keys, in order."""
        if type(value) is not dict:
            return
        keys = tuple(value)
        known = self._known.get(keys)
        if known is None:
            if len(self._known) < _MOST_KEYS:
                self._known[keys] = _Known()
            return
        known.others += 1
        if known.others % self._seen == 0 and self._samples < self._most_samples:
            self._samples += 1
            _learn(known, value, partial(_read, tuple(formats)))
        if known.others == _HOPELESS and known.read < known.others:
            known.forms.clear()


def _read(formats: Iterable[Format], value: Json, at: Location) -> Record | None:
    """The record of a value, if it is exactly one, and would be among any other values."""
    for each in formats:
        found = each.read(value, at) if isinstance(each, LogFormat) else ()
        if found is not None:
            items = list(found)
            return items[0] if len(items) == 1 and isinstance(items[0], Record) else None
    return None


def _learn(known: _Known, value: Json, read: Read) -> None:
    """Find the form of a value, or that it has one that is known."""
    skeleton, forms = _skeleton_of(known, value)
    parts = skeleton.parts(value)
    if parts is None or len(skeleton.paths) > MOST_LEAVES:
        return
    sample, types = Sample(value, skeleton, read), tuple(map(type, parts))
    form = forms.get(types)
    if form is None:
        if (form := sample.form(sample.effects())) is not None:
            forms[types] = form
    elif (other := sample.form(form.effects)) is not None:
        form.take(other)


def _skeleton_of(known: _Known, value: Json) -> tuple[Skeleton, Forms]:
    """The skeleton of a value, which is kept as long as there are few with its keys, and the forms that have it."""
    for skeleton, forms in known.forms:
        if skeleton.parts(value) is not None:
            return skeleton, forms
    found = Skeleton(value), Forms()
    if len(known.forms) < _MOST_SKELETONS:
        known.forms.append(found)
    return found
