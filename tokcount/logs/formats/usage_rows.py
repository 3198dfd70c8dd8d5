"""Rows of a log of one's own that have token numbers and no text: `{"ts", "model", "prompt_tokens", …}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    NAMES,
    Item,
    Json,
    Location,
    LogFormat,
    Rank,
    Row,
    body_record,
    failure_of_row,
    has_meaning,
    metadata_around,
    skipped,
)
from tokcount.logs.formats.vetoes import without_text

if TYPE_CHECKING:
    from collections.abc import Iterable


def spellings(name: str) -> tuple[str, ...]:
    """How a name is written: `prompt_tokens`, `promptTokens`, `PromptTokens`, `prompt tokens`, `prompt-tokens`.

    The first of its words may be an object whose names were joined: `llm.prompt_tokens`.
    """
    words = name.split("_")
    pascal = "".join(word.capitalize() for word in words)
    return tuple(
        dict.fromkeys(
            (
                name,
                words[0] + pascal[len(words[0]) :],
                pascal,
                " ".join(words),
                "-".join(words),
                name.replace("_", ".", 1),
            )
        )
    )


KEYS = tuple(
    frozenset({key})
    for meaning in ("input", "output", "total", "usage")
    for name in NAMES[meaning]
    for key in spellings(name)
)


class UsageRows(LogFormat):
    """`generic.usage`: token numbers by conventional names, in the row or an object of it, with a model or a time."""

    name = "generic.usage"
    rank = Rank.NUMBERS
    keys = KEYS

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        row = {key.strip().lower(): cell for key, cell in value.items()} if type(value) is Row else value
        metadata = metadata_around(row)
        usage = metadata.usage
        if usage is None or not has_meaning(row, "model", "timestamp"):
            return None
        if usage.input is usage.output is None and not (usage.total and metadata.model):
            return None
        if without_text(row):
            return [skipped(at, "not_llm", "a call that generates no text, such as embeddings", self.name)]
        if not (usage.input or usage.output or usage.total) and (error := failure_of_row(row)):
            return [skipped(at, "error", f"a failed call ({error})", self.name)]
        return [body_record(at, self.name, metadata=metadata)]
