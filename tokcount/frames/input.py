"""Which columns of a data frame hold what: specified once and checked before any row is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from tokcount.errors import UsageError
from tokcount.logs.record import Kind

Shape = Literal["json", "prefixed", "python"]
FIELDS = ("messages", "prompt", "completion", "model", "usage", "time", "id", "tag")
"""Columns that are mapped as the options `--messages-path` and so on map places in a log."""


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """Names of columns: one of `log`, `text`, and `messages` or `prompt`.

    `log` holds lines of a log or JSON bodies of requests, as strings or bytes, in any format with one record per
    line; `shape` specifies how the JSON is written (`prefixed`: after other text; `python`: as printed by Python).
    `text` holds prompts, and nothing else is known. `messages` and `prompt` hold such values, as JSON text or as
    nested columns, and may be joined by `completion`, `model`, `usage` (an object, or the input tokens as a
    number), `time`, `id`, `tag` and a `kind` for all rows.

    `source` and `line` identify where a row came from. They are copied to the counted rows, and their order decides
    which of several rows of the same call is the first; without them both are null.

    Raises `UsageError` when the names make no sense together.
    """

    log: str | None = None
    text: str | None = None
    messages: str | None = None
    prompt: str | None = None
    completion: str | None = None
    model: str | None = None
    usage: str | None = None
    time: str | None = None
    id: str | None = None
    tag: str | None = None
    kind: Kind | None = None
    shape: Shape = "json"
    source: str | None = None
    line: str | None = None

    def __post_init__(self) -> None:
        mapped = self.mapped
        whole = [name for name in ("log", "text") if getattr(self, name) is not None]
        if not whole and not {"messages", "prompt"} & mapped.keys():
            raise UsageError("no input: name the column of log=, text=, messages= or prompt=.")
        if len(whole) > 1 or (whole and (mapped or self.kind)):
            others = ", ".join((*whole[1:], *mapped, *(["kind"] if self.kind else [])))
            raise UsageError(f"{whole[0]}= cannot be combined with {others}; map columns with prompt=.")

    @property
    def mapped(self) -> dict[str, str]:
        """Field → column, of those that are mapped one by one."""
        return {name: column for name in FIELDS if (column := getattr(self, name)) is not None}

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read."""
        named = (self.log, self.text, *self.mapped.values(), self.source, self.line)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    def check(self, names: Iterable[str]) -> None:
        """Raise `UsageError` unless all columns are among `names`."""
        known = list(names)
        for column in self.columns:
            if column not in known:
                raise UsageError(
                    f"no column {column!r} in the data; there are: {', '.join(known) or 'none'}."
                )
