"""The content of a request in parts that add up to it: by text class, by role, and by position in the request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tokcount.framing.content import INSTRUCTION_ROLES, ROLES
from tokcount.framing.layout import Layout
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.scanning.features.metadata import Prefix, metadata_of, prefixes_of
from tokcount.scanning.schema import column
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.text_parts import by_class, total

Framed = Iterable[tuple[str, str, Layout]]
"""Label, encoding and layout (made with roles) of each reference that can count the record."""


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

    def _parts(self, layout: Layout, encoding: str, prefixes: dict[str, Prefix]) -> dict[str, int]:
        parts = content_parts(layout, encoding, self._texts)
        for name in ("lead", "history"):
            if name in prefixes:
                texts = prefixes[name].texts
                parts[f"{name}_tokens"] = sum([total(self._texts.by_class(encoding, text)) for text in texts])
        return parts


GIVEN_AS_IDS: Final = "given_as_ids"
"""The class of tokens that the log gives as ids, without a text."""


def content_parts(layout: Layout, encoding: str, texts: TextCounter) -> dict[str, int]:
    """`class[C]`, `role[R]` and `position[P]` → tokens, each of the three adding up to the content.

    Positions: `system`, `history` (messages before the last one), `last` and, of completions, `prompt`. The
    layout has to be made with roles.
    """
    roles = layout.roles or ["other"] * len(layout.content)
    counts = [texts.by_class(encoding, text) for text in layout.content]
    parts = {f"class[{name}]": tokens for name, tokens in by_class(sum(counts)).items()}
    for role, position, packed in zip(roles, _positions(roles), counts, strict=True):
        tokens = total(packed)
        _add(parts, f"role[{role if role in ROLES else 'other'}]", tokens)
        _add(parts, f"position[{position}]", tokens)
    if layout.token_ids:
        for name in (f"class[{GIVEN_AS_IDS}]", "role[prompt]", "position[prompt]"):
            _add(parts, name, layout.token_ids)
    return parts


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
