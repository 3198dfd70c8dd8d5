"""What is written of a record: lines of JSON for its requests and for what was lost."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from tokcount.logs.format import Location
from tokcount.reports.migrate.request import Loss
from tokcount.reports.migrate.requests import Migrated

SURROGATE: Final = Loss("text", "changed", "half of a surrogate pair becomes U+FFFD")

_ENCODE = msgspec.json.Encoder().encode


def lines_of(migrated: Migrated) -> list[bytes]:
    """The lines of the requests of a record; what could not be written as it is, is added to its losses."""
    try:
        return [_ENCODE(line) + b"\n" for line in migrated.lines]
    except UnicodeEncodeError:
        migrated.losses.append(SURROGATE)
        return [json_line(line) for line in migrated.lines]


def json_line(value: dict[str, Any]) -> bytes:
    """One line of JSON. Half of a surrogate pair, which is no text, becomes U+FFFD, as it is counted."""
    try:
        return _ENCODE(value) + b"\n"
    except UnicodeEncodeError:
        halves = json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
        return halves.decode("utf-16-le", "replace").encode() + b"\n"


def losses_of(place: Location, migrated: Migrated) -> list[dict[str, Any]]:
    """What was left or lost of one record, with its location; the shape of `--lost`."""
    located = msgspec.structs.asdict(place)
    if migrated.reason:
        return [{**located, "parameter": None, "effect": "left", "reason": migrated.reason}]
    lost = [loss for loss in migrated.losses if loss.effect != "rewritten"]
    return [{**located, **msgspec.structs.asdict(loss)} for loss in lost]
