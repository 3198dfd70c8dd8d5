"""What values that are alike have in common, and the record of one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from tokcount.logs.alike.effects import ANYTHING, Effect
from tokcount.logs.alike.skeleton import Key, Parts, Path, Skeleton, getter
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json

_IDENTIFIED: Final = str | list | dict
Make: TypeAlias = Callable[[Parts], Any]
Effects: TypeAlias = Mapping[int, Effect]
"""Place among the parts → what the part there means."""


class Model(msgspec.Struct, eq=False):
    """The record of a value without its bodies, and what differs in others like it.

    `fields`: those that have the values of an `Alike`; the last of them, `counts`, are of the usage. `free`: the places
    of the parts that no field has. `request` and `response` make the bodies of the parts. `value`: the place of the
    value itself among its parts.
    """

    record: Record
    fields: Sequence[str]
    counts: Sequence[str]
    free: Mapping[int, Path]
    request: Make
    response: Make
    value: int


class Alike(NamedTuple):
    """A value that has a form: its parts, and the values of the fields in which its record differs from the model."""

    model: Model
    parts: Parts
    values: list[Any]
    source: str
    line: int

    def record(self) -> Record:
        """The record of the value."""
        model = self.model
        record: Record = model.record.__copy__()  # type: ignore[attr-defined]  # which every msgspec struct has
        for field, value in zip(model.fields, self.values, strict=False):
            setattr(record, field, value)
        if record.usage is not None:
            usage = record.usage = record.usage.__copy__()  # type: ignore[attr-defined]
            for field, value in zip(model.counts, self.values[len(model.fields) :], strict=True):
                setattr(usage, field, value)
        record.source, record.line, record.index = self.source, self.line, 0
        record.request, record.response = model.request(self.parts), model.response(self.parts)
        return record


class Form:
    """Values that differ in certain parts only, of which is known what each means.

    All other parts must be those of a value that was `added`: its record is the model of the others.
    """

    def __init__(self, skeleton: Skeleton, effects: Effects) -> None:
        self.effects = effects
        self._own = {path[0]: place for place, path in enumerate(skeleton.paths) if len(path) == 1}
        self._leaves = len(skeleton.paths)
        self._fixed = getter([place for place in range(self._leaves) if place not in effects])
        self._models: dict[Sequence[Any], Model] = {}
        free = {place: effect for place, effect in effects.items() if not effect.field}
        self._checks = [(place, each.value) for place, each in free.items() if each is not ANYTHING]
        self._free = {place: skeleton.paths[place] for place in free}
        counts = [(place, each) for place, each in effects.items() if each.is_usage]
        fields = [(place, each) for place, each in effects.items() if each.field and not each.is_usage]
        self._values = [(place, each.value) for place, each in (*fields, *counts)]
        self._names = [each.field for _, each in fields], [each.field for _, each in counts]

    def add(self, parts: Parts, record: Record) -> None:
        """Take a value and its record as a model; `TypeError` where a part that must be the same is a list."""
        make = _Maker(parts, self._own)
        request, response = make.of(record.request), make.of(record.response)
        bare = msgspec.structs.replace(record, request=None, response=None)
        self._models[self._fixed(parts)] = Model(
            bare, *self._names, self._free, request, response, self._leaves
        )

    def take(self, other: Form) -> None:
        """Take the models of a form whose parts mean the same."""
        self._models |= other._models

    def alike(self, parts: Parts, source: str, line: int) -> Alike | None:
        """The value with these parts; `None` if it has no model, or the meaning of a part is not certain."""
        model = self._models.get(self._fixed(parts))
        if model is None:
            return None
        for place, is_free in self._checks:
            if is_free(parts[place]) is None:
                return None
        values = []
        for place, value in self._values:
            found = value(parts[place])
            if found is None:
                return None
            values.append(found)
        return Alike(model, parts, values, source, line)


class _Maker:
    """Finds out which parts of a value a body was made of, by their identity.

    Numbers, `true` and `null` have none: they are found by their key among the leaves of the value itself.
    """

    def __init__(self, parts: Parts, own: Mapping[Key, int]) -> None:
        self._parts = parts
        self._own = own
        self._places = {id(part): place for place, part in enumerate(parts) if isinstance(part, _IDENTIFIED)}

    def of(self, body: Any, key: Key = "") -> Make:
        """How a body, or something in it at a key, is made of parts."""
        place = self._place(body, key)
        if place is not None:
            return itemgetter(place)
        if isinstance(body, dict):
            return self._object(body)
        if isinstance(body, list):
            made = [self.of(item) for item in body]
            return lambda parts: [make(parts) for make in made]
        return lambda _: body

    def _place(self, body: Any, key: Key) -> int | None:
        if isinstance(body, _IDENTIFIED):
            return self._places.get(id(body))
        place = self._own.get(key)
        same = place is not None and type(self._parts[place]) is type(body) and self._parts[place] == body
        return place if same else None

    def _object(self, body: Json) -> Make:
        places = [self._place(item, key) for key, item in body.items()]
        keys = tuple(body)
        if None not in places and len(places) > 1:
            get = itemgetter(*places)
            return lambda parts: dict(zip(keys, get(parts), strict=True))
        made = [(key, self.of(item, key)) for key, item in body.items()]
        return lambda parts: {key: make(parts) for key, make in made}
