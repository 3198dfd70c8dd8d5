"""What an audit wants to know of each record beside its counts, as sparse columns.

``R:class[C]``, ``R:role[R]`` and ``R:position[P]`` add up to ``R:content_tokens`` each; ``R:lead_tokens`` and
``R:history_tokens`` are the text in the starts whose fingerprints are ``lead_id`` and ``history_id``; ``request_id``
is the fingerprint of the whole request; and the numbers of `tokcount.scanning.facts.facts_of`.
"""

from __future__ import annotations

from collections.abc import Iterable

from tokcount.counting.engine import Engine
from tokcount.counting.layout import Layout
from tokcount.counting.text_parts import ClassCounter, total
from tokcount.logs.record import Json, Record
from tokcount.scanning.facts import Prefix, facts_of, prefixes_of
from tokcount.scanning.parts import content_parts
from tokcount.scanning.sparse import SparseColumns

Laid = Iterable[tuple[str, str, Layout]]
"""Label, encoding and layout (made with roles) of each reference that can count the record."""


class PartsCounter:
    """Fills in the sparse columns of records; remembers texts like a `tokcount.counting.text.TextCounter`."""

    def __init__(self, engine: Engine) -> None:
        self._counter = ClassCounter(engine)

    def add(self, sparse: SparseColumns, row: int, record: Record, request: Json | None, laid: Laid) -> None:
        """Set the numbers of one record. Never raises for what a log may hold."""
        for name, value in facts_of(record, request).items():
            sparse.put(row, name, value)
        if request is None:
            return
        prefixes = prefixes_of(request)
        for name, prefix in prefixes.items():
            sparse.put(row, f"{name}_id", prefix.fingerprint)
        known: dict[str, tuple[Layout, dict[str, int]]] = {}
        for label, encoding, layout in laid:
            before = known.get(encoding)
            if before is None or before[0].content != layout.content or before[0].roles != layout.roles:
                before = known[encoding] = layout, self._parts(layout, encoding, prefixes)
            for name, tokens in before[1].items():
                sparse.put(row, f"{label}:{name}", tokens)

    def _parts(self, layout: Layout, encoding: str, prefixes: dict[str, Prefix]) -> dict[str, int]:
        parts = content_parts(layout, encoding, self._counter)
        for name in ("lead", "history"):
            if name in prefixes:
                texts = prefixes[name].texts
                parts[f"{name}_tokens"] = total(self._counter.count_all(encoding, texts))
        return parts
