"""Finding out what the parts of a value mean: by changing them and reading the value again.

So nothing about any format is known here: that a format reads a changed value as another record shows the meaning of
what was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import cached_property
from typing import Any, Final, TypeAlias

from msgspec import structs

from tokcount.logs.alike.effects import ANYTHING, EFFECTS, TRIED, Effect
from tokcount.logs.alike.form import Effects, Form
from tokcount.logs.alike.skeleton import Skeleton
from tokcount.logs.credible import credible
from tokcount.logs.format import Location
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json

Read: TypeAlias = Callable[[Json, Location], "Record | None"]
"""Reads a value by itself; `None`: it is not exactly one record."""

_SOMEWHERE: Final = Location("", 1)
_LEAST_CERTAIN: Final = 2
"""Changes of a part for which a meaning has to be right."""
_TOGETHER: Final = 24
"""Trials in which all parts are changed."""


class Sample:
    """A value of a log, of which records with other parts are known by trying."""

    def __init__(self, value: Json, skeleton: Skeleton, read: Read) -> None:
        self._value = value
        self.skeleton = skeleton
        self._read = read
        self._leaves = (skeleton.parts(value) or [])[: len(skeleton.paths)]

    def effects(self) -> Effects:
        """What the parts mean, as far as changing each of them shows it."""
        found = {}
        lists = {place: ANYTHING for place, leaf in enumerate(self._leaves) if type(leaf) is list}
        for place, leaf in enumerate(self._leaves):
            trials = [_Trial(self, {place: new}) for new in TRIED.get(type(leaf), ())]
            for effect in EFFECTS.get(type(leaf), ()):
                form = self._form({**lists, place: effect})
                if form is not None and _is_right(form, trials, _LEAST_CERTAIN):
                    found[place] = effect
                    break
        return found

    def form(self, effects: Effects) -> Form | None:
        """The form of values like this one whose parts have these meanings, if they have them all together."""
        form = self._form(effects)
        if form is None:
            return None
        certain = {place: list(self._certain(place, effect)) for place, effect in effects.items()}
        trials = [
            _Trial(self, {place: new[(turn * 7 + place) % len(new)] for place, new in certain.items()})
            for turn in range(_TOGETHER)
        ]
        return form if _is_right(form, trials, len(trials)) else None

    def read(self, value: Json) -> Record | None:
        """The record of a value, if it is one."""
        return self._read(value, _SOMEWHERE)

    def _certain(self, place: int, effect: Effect) -> Iterable[Any]:
        """The parts to try in a place for which the meaning is certain."""
        return (new for new in TRIED[type(self._leaves[place])] if effect.value(new) is not None)

    def _form(self, effects: Effects) -> Form | None:
        form, value = Form(self.skeleton, effects), deepcopy(self._value)
        record, parts = self.read(value), self.skeleton.parts(value)
        if record is None or parts is None or not _is_credible(record):
            return None
        try:
            form.add(parts, record)
        except TypeError:  # a list among the parts that have to be the same
            return None
        return form

    def changed(self, changes: Mapping[int, Any]) -> Json:
        """A copy of the value with other parts in some places."""
        value = deepcopy(self._value)
        for place, new in changes.items():
            *way, key = self.skeleton.paths[place]
            holder: Any = value
            for step in way:
                holder = holder[step]
            holder[key] = deepcopy(new)
        return value


def _is_credible(record: Record) -> bool:
    """Is there nothing to correct in a record, nor would there be with other numbers of tokens?"""
    (found,) = credible([structs.replace(record)])
    usage = record.usage
    return found == record and (usage is None or not (usage.cached_input or usage.cache_write))


class _Trial:
    """A sample with other parts in some places."""

    def __init__(self, sample: Sample, changes: Mapping[int, Any]) -> None:
        self._sample = sample
        self._changes = changes

    @cached_property
    def read(self) -> Record | None:
        """What it really is."""
        return self._sample.read(self._sample.changed(self._changes))

    def by(self, form: Form) -> Record | None:
        """What it is by a form."""
        parts = self._sample.skeleton.parts(self._sample.changed(self._changes))
        alike = None if parts is None else form.alike(parts, _SOMEWHERE.source, _SOMEWHERE.line)
        return None if alike is None else alike.record()


def _is_right(form: Form, trials: Iterable[_Trial], least: int) -> bool:
    """Is the record of a form always the right one, and at least so often certain?"""
    certain = 0
    for trial in trials:
        record = trial.by(form)
        if record is None:
            continue
        if record != trial.read:
            return False
        certain += 1
    return certain >= least
