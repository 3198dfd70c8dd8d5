"""Whether a value is one that a parameter takes at all: its type, its range, its words."""

from __future__ import annotations

import math
from typing import Any

from tokcount.models.compatibility.rules import Limit, Takes

NAMES: dict[Takes, str] = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "text": "a text",
    "texts": "a text or a list of texts",
    "object": "an object",
}


def beyond(value: Any, limit: Limit) -> str:
    """Which limit a value is beyond, as the end of a sentence; nothing if it is within all of them."""
    if limit.takes and not _is(value, limit.takes):
        return f"it takes {NAMES[limit.takes]}"
    if limit.values is not None:
        words = value if isinstance(value, list | tuple) else (value,)
        if any(word not in limit.values for word in words):
            return f"it takes {', '.join(limit.values)}"
    return _out_of_range(value, limit)


def _out_of_range(value: Any, limit: Limit) -> str:
    low, high = limit.low, limit.high
    is_list = isinstance(value, list)
    if not is_list and not _is(value, "number"):
        return ""
    size = len(value) if is_list else value
    if (low is None or size >= low) and (high is None or size <= high):
        return ""
    unit = " items" if is_list else ""
    if low is None:
        return f"it takes at most {high:g}{unit}"
    return f"it takes at least {low:g}{unit}" if high is None else f"it takes {low:g} to {high:g}{unit}"


def _is(value: Any, takes: Takes) -> bool:
    match takes:
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "text":
            return isinstance(value, str)
        case "texts":
            return isinstance(value, str) or (
                isinstance(value, list) and all(isinstance(item, str) for item in value)
            )
        case "object":
            return isinstance(value, dict)
