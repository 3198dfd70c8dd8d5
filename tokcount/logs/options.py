"""How to read a log: what users can choose, and the limits that bound memory and time."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

Kind = Literal["completions", "chat", "responses", "embeddings", "text", "usage"]
"""The endpoint behind a record. `text`: a prompt without an endpoint. `usage`: numbers only, no text."""

Unit = Literal["conversation", "last-request", "each-request"]

BLOCK_BYTES = 1 << 20
"""Bytes read at a time."""

HEAD_BYTES = 1 << 20
"""Bytes looked at to decide what a file is: the same ones however they come, so that a pipe is read as a file is."""

LARGEST_VALUE = 256 << 20
"""A line or a JSON value larger than this is skipped instead of kept in memory."""

LARGEST_RATIO = 1000
"""A compressed file may unpack to this many times its size; checked once `RATIO_GRACE` bytes have come out."""

RATIO_GRACE = 256 << 20


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """JMESPath expressions (or `$.a.b`, `.a.b`, `$[*]`) with the paths of things in values of an unknown format."""

    records_path: str | None = None
    messages_path: str | None = None
    prompt_path: str | None = None
    system_path: str | None = None
    completion_path: str | None = None
    model_path: str | None = None
    usage_path: str | None = None
    input_tokens_path: str | None = None
    output_tokens_path: str | None = None
    total_tokens_path: str | None = None
    cached_tokens_path: str | None = None
    cache_write_tokens_path: str | None = None
    reasoning_tokens_path: str | None = None
    cost_path: str | None = None
    time_path: str | None = None
    id_path: str | None = None
    user_path: str | None = None
    session_path: str | None = None
    tag_path: str | None = None
    kind: Kind | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, name) is not None for name in self.__struct_fields__)


class NamedMapping(msgspec.Struct, frozen=True, kw_only=True):
    """A format of the user's own: values in which every path of `match` finds something (not false) are mapped."""

    name: str
    match: tuple[str, ...]
    mapping: Mapping


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a user chose about reading.

    `formats`: formats of the user's own, tried before all others. `table`: the table to read in an SQLite database.
    `text`: `True` reads every file as one plain text; `None` does so only for standard input that is not
    recognised; `False` never. `max_ratio`: see `LARGEST_RATIO`; `max_value`: see `LARGEST_VALUE`.
    `text_encoding`: that of texts without a byte order mark; `None`: UTF-8 or UTF-16, as they look.
    `variables`: values to fill in for the variables of prompt files.
    `today`: records from after the next day are undated; `None`: by the clock.
    `alike`: values of a known form may be given as `tokcount.logs.alike.form.Alike` instead of `Record`.
    """

    input_format: str | None = None
    mapping: Mapping = Mapping()
    formats: tuple[NamedMapping, ...] = ()
    table: str | None = None
    unit: Unit = "conversation"
    text: bool | None = None
    text_encoding: str | None = None
    max_ratio: int = LARGEST_RATIO
    max_value: int = LARGEST_VALUE
    today: date | None = None
    alike: bool = False
    variables: dict[str, Any] = {}
