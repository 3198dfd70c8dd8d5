"""What values that are alike have in common, and the record of one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from tokcount.logs.alike.effects import ANYTHING, Effect
from tokcount.logs.alike.skeleton import Key, Parts, Skeleton, getter
from tokcount.logs.format import Location
from tokcount.logs.record import Record, Usage
from tokcount.logs.scalars import Json

_IDENTIFIED: Final = str | list | dict
Make: TypeAlias = Callable[[Parts], Any]
Effects: TypeAlias = Mapping[int, Effect]
"""Place among the parts → what the part there means."""


class Model(NamedTuple):
    """The record of a value, and how the bodies of others like it are made of their parts."""

    record: Record
    usage: Usage | None
    request: Make
    response: Make


class Form:
    """Values that differ in certain parts only, of which is known what each means.

    All other parts must be those of a value that was `added`: its record is the model of the others.
    """

    def __init__(self, skeleton: Skeleton, effects: Effects) -> None:
        self.effects = effects
        self._own = {path[0]: place for place, path in enumerate(skeleton.paths) if len(path) == 1}
        self._fixed = getter([place for place in range(len(skeleton.paths)) if place not in effects])
        self._models: dict[Sequence[Any], Model] = {}
        self._free = [
            (place, each.value) for place, each in effects.items() if not each.field and each is not ANYTHING
        ]
        self._fields = [
            (place, *each[:2]) for place, each in effects.items() if each.field and not each.is_usage
        ]
        self._counts = [(place, *each[:2]) for place, each in effects.items() if each.is_usage]

    def add(self, parts: Parts, record: Record) -> None:
        """Take a value and its record as a model; `TypeError` where a part that must be the same is a list."""
        make = _Maker(parts, self._own)
        request, response = make.of(record.request), make.of(record.response)
        bare = msgspec.structs.replace(record, request=None, response=None)
        self._models[self._fixed(parts)] = Model(bare, record.usage, request, response)

    def take(self, other: Form) -> None:
        """Take the models of a form whose parts mean the same."""
        self._models |= other._models

    def record(self, parts: Parts, at: Location) -> Record | None:
        """The record of a value with these parts; `None` if no model or the meaning of a part is not certain."""
        model = self._models.get(self._fixed(parts))
        if model is None:
            return None
        for place, is_free in self._free:
            if is_free(parts[place]) is None:
                return None
        record: Record = model.record.__copy__()  # type: ignore[attr-defined]  # which every msgspec struct has
        for place, field, value in self._fields:
            if (found := value(parts[place])) is None:
                return None
            setattr(record, field, found)
        if model.usage is not None:
            usage = record.usage = model.usage.__copy__()  # type: ignore[attr-defined]
            for place, field, value in self._counts:
                if (found := value(parts[place])) is None:
                    return None
                setattr(usage, field, found)
        record.source, record.line, record.index = at.source, at.line, 0
        record.request, record.response = model.request(parts), model.response(parts)
        return record


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
