"""A mapping for a log of no known format: `tokcount formats FILE --suggest`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from tokcount.logs.options import Mapping, NamedMapping, ReadOptions
from tokcount.logs.reader import Reader
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.logs.source import Source
from tokcount.logs.unknown.guess import ENOUGH, Guess, guess

LOOKED_AT: Final = 1000
"""Values of no known format that are looked at."""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A format of the user's own, and what it would read: records of each kind."""

    format: NamedMapping
    kinds: dict[str, int]

    @property
    def text(self) -> str:
        """The table for the configuration, with what it reads in a comment."""
        given = self.format
        paths = {name: path for name in Mapping.__struct_fields__ if (path := getattr(given.mapping, name))}
        kinds = ", ".join(f"{n:,} {kind}" for kind, n in self.kinds.items())
        total = sum(self.kinds.values())
        table = f"[tool.tokcount.formats.{given.name}]"
        lines = [
            f"# Reads {total:,} {'record' if total == 1 else 'records'} ({kinds}). In pyproject.toml: {table}",
            f"[formats.{given.name}]",
            f"match = {json.dumps(given.match, ensure_ascii=False)}",
            *(f"{name} = {json.dumps(path, ensure_ascii=False)}" for name, path in paths.items()),
        ]
        return "\n".join(lines) + "\n"


def suggest(sources: Sequence[Source], options: ReadOptions) -> Suggestion | None:
    """The mapping that reads most of what no format reads; `None` when no field looks like a prompt or tokens."""
    values = _unread(sources, options)
    found = [known for known in map(guess, values) if not known.keys().isdisjoint(ENOUGH)]
    if not found:
        return None
    (shape, _), *_ = Counter(tuple(known.items()) for known in found).most_common(1)
    own = NamedMapping(name=_name(sources[0]), match=_match(dict(shape)), mapping=_mapping(dict(shape)))
    kinds = Counter[str]()
    reader = Reader(msgspec.structs.replace(options, formats=(*options.formats, own)), files=len(sources))
    for source in sources:
        kinds.update(
            item.kind for item in reader.read(source) if isinstance(item, Record) and item.format == own.name
        )
    return Suggestion(format=own, kinds=dict(sorted(kinds.items()))) if kinds else None


def _unread(sources: Sequence[Source], options: ReadOptions) -> list[Json]:
    values: list[Any] = []
    for source in sources:
        for _ in Reader(options, unread=values).read(source):
            if len(values) >= LOOKED_AT:
                break
    return [value for value in values if isinstance(value, dict)]


def _mapping(found: Guess) -> Mapping:
    return msgspec.convert({f"{name}_path": path for name, path in found.items()}, Mapping)


def _match(found: Guess) -> tuple[str, ...]:
    """The path of the text, else those of the numbers; with that of the model."""
    text = [found[name] for name in ("messages", "prompt") if name in found][:1]
    numbers = [found[name] for name in ENOUGH[2:] if name in found]
    return (*(text or numbers), *([found["model"]] if "model" in found else ()))


def _name(source: Source) -> str:
    stem = Path(source.path).name.partition(".")[0].lower()
    return re.sub(r"[^a-z0-9]+", "_", stem).strip("_") or "own"
