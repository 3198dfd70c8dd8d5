"""The rows of a report for programs: flat, with raw numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from tokcount.document.amounts import as_numbers
from tokcount.document.blocks import Cell

Row = dict[str, Cell | Decimal]
"""One line of a CSV file: column name → raw value; an amount of money is a `Decimal`."""


def flat(entry: msgspec.Struct | dict[str, Any]) -> Row:
    """One row from an object: an inner object becomes columns such as `formats.openai.chat`, a list is left out.

    Amounts of money become `Decimal`.
    """
    row: Row = {}
    fields: dict[str, Any] = as_numbers(msgspec.to_builtins(entry), type(entry))
    for key, value in fields.items():
        if isinstance(value, dict):
            row |= {f"{key}.{name}": part for name, part in value.items() if not isinstance(part, list)}
        elif not isinstance(value, list):
            row[key] = value
    return row
