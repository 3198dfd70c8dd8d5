"""What a log says about a call in addition to its bodies."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tokcount.logs.record import Usage
from tokcount.logs.scalars import decoded, first, text, timestamp


class CallMetadata(msgspec.Struct, kw_only=True):
    """What a log says about a call in addition to its bodies; the names are those of `Record`."""

    model: str | None = None
    served_model: str | None = None
    provider: str | None = None
    id: str | None = None
    timestamp: float | None = None
    usage: Usage | None = None
    tier: str | None = None
    deployment: str | None = None
    user: str | None = None
    thread: str | None = None
    tags: tuple[str, ...] = ()
    flags: set[str] = msgspec.field(default_factory=set)
    conversation: bool = False


MetadataTable = Mapping[str, tuple[str, ...]]
"""Text field of `CallMetadata`, or `timestamp` → its paths, tried in order."""


def metadata_from(value: object, table: MetadataTable, *, naive_utc: bool = False) -> CallMetadata:
    """The metadata of `value` at the paths of `table`."""
    metadata = CallMetadata()
    for field, paths in table.items():
        found = first(value, paths)
        if found is None:
            continue
        if field == "timestamp":
            metadata.timestamp = timestamp(found, naive_utc=naive_utc)
        else:
            setattr(metadata, field, text(found))
    return metadata


def tags_from(value: object) -> tuple[str, ...]:
    """Labels: a list of strings as it is, an object as `key:value`; nested values are ignored."""
    found = decoded(value)
    if isinstance(found, list):
        return tuple(tag for tag in found if isinstance(tag, str) and tag)
    if isinstance(found, dict):
        return tuple(f"{key}:{word}" for key, item in found.items() if (word := text(item)))
    return (found,) if isinstance(found, str) and found else ()
