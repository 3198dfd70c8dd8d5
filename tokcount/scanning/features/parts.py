"""The content of a request in parts that add up to it: by text class, by role, and by position in the request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from tokcount.framing.content import INSTRUCTION_ROLES, ROLES
from tokcount.framing.layout import Layout
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.scanning.features.metadata import (
    Prefix,
    Starts,
    is_cut_off,
    metadata_of,
    prefixes_of,
    prefixes_with,
    role_markers,
    starts_of,
)
from tokcount.scanning.schema import column
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.text_classes import CLASSES
from tokcount.tokens.text_parts import by_class, total

Framed = Iterable[tuple[str, str, Layout]]
"""Label, encoding and layout (made with roles) of each reference that can count the record."""


class PlainReference(NamedTuple):
    """The columns of a reference for plain calls with the same roles: by class, and of each text in turn."""

    encoding: str
    classes: dict[str, str]
    roles: Sequence[str]
    positions: Sequence[str]
    starts: dict[str, str]


class PlainParts(NamedTuple):
    """What the parts of plain calls with the same roles have in common."""

    starts: Starts
    references: Sequence[PlainReference]


class PartsCounter:
    """Computes the parts of records. `texts` is a counter with classes."""

    def __init__(self, texts: TextCounter) -> None:
        self._texts = texts

    def numbers(self, record: Record, request: Json | None, framed: Framed) -> dict[str, int]:
        """Column → number of everything that is known of one record. Never raises for what a log may hold."""
        found = metadata_of(record, request)
        if request is None:
            return found
        prefixes = prefixes_of(request)
        for name, prefix in prefixes.items():
            found[f"{name}_id"] = prefix.fingerprint
        known: dict[str, tuple[Layout, dict[str, int]]] = {}
        for label, encoding, layout in framed:
            before = known.get(encoding)
            if before is None or before[0].content != layout.content or before[0].roles != layout.roles:
                before = known[encoding] = layout, self._parts(layout, encoding, prefixes)
            for name, tokens in before[1].items():
                found[column(label, name)] = tokens
        return found

    @staticmethod
    def plain(request: Json, framed: Framed) -> PlainParts:
        """What `of_plain` needs to know of the first of several plain calls with the same roles."""
        return PlainParts(starts_of(request["messages"]), [_plain_reference(*one) for one in framed])

    def of_plain(self, record: Record, request: Json, texts: list[str], known: PlainParts) -> dict[str, int]:
        """As `numbers`, of a plain call with these texts of messages: names and places are known already."""
        found: dict[str, int] = {}
        if record.response is not None and is_cut_off(record.response):
            found["cut_off"] = 1
        if lines := role_markers(texts[-1:]):
            found["role_markers"] = lines
        prefixes = prefixes_with(known.starts, request["messages"], texts)
        for name, prefix in prefixes.items():
            found[f"{name}_id"] = prefix.fingerprint
        encoding, counts, classes, starts = "", [0], {"": 0}, {"": 0}
        for reference in known.references:
            if reference.encoding != encoding:
                encoding = reference.encoding
                packed = self._texts.all_by_class(encoding, texts)
                counts, classes = list(map(total, packed)), by_class(sum(packed))
                starts = self._starts(prefixes, counts, known.starts, encoding) if len(prefixes) > 1 else {}
            for name, tokens in classes.items():
                found[reference.classes[name]] = tokens
            for name, tokens in starts.items():
                found[reference.starts[name]] = tokens
            for role, position, tokens in zip(reference.roles, reference.positions, counts, strict=True):
                _add(found, role, tokens)
                _add(found, position, tokens)
        return found

    def _starts(
        self, prefixes: dict[str, Prefix], counts: list[int], starts: Starts, encoding: str
    ) -> dict[str, int]:
        """The tokens of the starts of a request, given those of each of its texts."""
        found = {name: sum(counts[:size]) for name, size in zip(Starts._fields, starts, strict=True) if size}
        if "lead" in prefixes and not starts.lead:
            found["lead"] = sum(map(total, self._texts.all_by_class(encoding, prefixes["lead"].texts)))
        return found

    def _parts(self, layout: Layout, encoding: str, prefixes: dict[str, Prefix]) -> dict[str, int]:
        parts = content_parts(layout, encoding, self._texts)
        for name in ("lead", "history"):
            if name in prefixes:
                packed = self._texts.all_by_class(encoding, prefixes[name].texts)
                parts[f"{name}_tokens"] = sum(map(total, packed))
        return parts


def _plain_reference(label: str, encoding: str, layout: Layout) -> PlainReference:
    roles = _roles(layout)
    return PlainReference(
        encoding,
        {name: column(label, f"class[{name}]") for name in CLASSES},
        [column(label, _role(role)) for role in roles],
        [column(label, f"position[{position}]") for position in _positions(roles)],
        {name: column(label, f"{name}_tokens") for name in Starts._fields},
    )


GIVEN_AS_IDS: Final = "given_as_ids"
"""The class of tokens that the log gives as ids, without a text."""


def content_parts(layout: Layout, encoding: str, texts: TextCounter) -> dict[str, int]:
    """`class[C]`, `role[R]` and `position[P]` → tokens, each of the three adding up to the content.

    Positions: `system`, `history` (messages before the last one), `last` and, of completions, `prompt`. The
    layout has to be made with roles.
    """
    roles = _roles(layout)
    counts = texts.all_by_class(encoding, layout.content)
    parts = {f"class[{name}]": tokens for name, tokens in by_class(sum(counts)).items()}
    for role, position, packed in zip(roles, _positions(roles), counts, strict=True):
        tokens = total(packed)
        _add(parts, _role(role), tokens)
        _add(parts, f"position[{position}]", tokens)
    if layout.token_ids:
        for name in (f"class[{GIVEN_AS_IDS}]", "role[prompt]", "position[prompt]"):
            _add(parts, name, layout.token_ids)
    return parts


def _roles(layout: Layout) -> list[str]:
    return layout.roles or ["other"] * len(layout.content)


def _role(role: str) -> str:
    return f"role[{role if role in ROLES else 'other'}]"


def _positions(roles: Sequence[str]) -> list[str]:
    last = len(roles) - 1
    return [_position(role, is_last=place == last) for place, role in enumerate(roles)]


def _position(role: str, *, is_last: bool) -> str:
    if role in INSTRUCTION_ROLES:
        return "system"
    if role == "prompt":
        return "prompt"
    return "last" if is_last else "history"


def _add(parts: dict[str, int], name: str, tokens: int) -> None:
    parts[name] = parts.get(name, 0) + tokens
