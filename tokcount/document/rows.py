"""The rows of a report for programs: flat, with raw numbers."""

from __future__ import annotations

from typing import Any

import msgspec

from tokcount.document.blocks import Cell

Row = dict[str, Cell]
"""One line of a CSV file: column name → raw value."""


def flat(entry: msgspec.Struct | dict[str, Any]) -> Row:
    """One row from an object: an inner object becomes columns such as `formats.openai.chat`, a list is left out."""
    row: Row = {}
    fields: dict[str, Any] = msgspec.to_builtins(entry)
    for key, value in fields.items():
        if isinstance(value, dict):
            row.update({f"{key}.{inner}": number for inner, number in value.items()})
        elif not isinstance(value, list):
            row[key] = value
    return row
