"""CSV, JSON and JSON Lines: a report for spreadsheets and programs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from secrets import token_hex
from typing import Any

from tokcount.document.blocks import Cell
from tokcount.document.document import Document
from tokcount.document.rows import Row
from tokcount.render.escape import csv_cell, json_text
from tokcount.render.terminal import OutputTarget


def render_csv(document: Document, target: OutputTarget) -> str:
    """A header and one line per row (RFC 4180, with plain line feeds); unknown values are empty cells.

    Empty when there are no rows. With a decimal comma, semicolons separate the cells.
    """
    return _separated(document, target.dialect.separator, target.dialect.decimal)


def render_tsv(document: Document, target: OutputTarget) -> str:
    """As `render_csv`, with tabs between the cells."""
    return _separated(document, "\t", target.dialect.decimal)


def _separated(document: Document, separator: str, decimal: str) -> str:
    rows = document.rows()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return separated(columns, rows, separator, decimal) if columns else ""


def separated(columns: Sequence[str], rows: Sequence[Row], separator: str, decimal: str) -> str:
    """A line with the names of the columns, and one line per row; a value that a row does not have is empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\n")
    writer.writerow([csv_cell(name) for name in columns])
    writer.writerows([_cell(row.get(name), decimal) for name in columns] for row in rows)
    return buffer.getvalue()


def render_json(document: Document, target: OutputTarget) -> str:
    """The whole report as one indented JSON document, keys in the order of the contract."""
    return to_json(document.data(), indent=2) + "\n"


def render_jsonl(document: Document, target: OutputTarget) -> str:
    """One JSON object per row, with the columns of the CSV format; no envelope."""
    return "".join(f"{to_json(row)}\n" for row in document.rows())


def to_json(value: Any, indent: int | None = None) -> str:
    """A value as JSON that is safe to show on a terminal; see `json_text`. A `Decimal` is a number with all its digits.

    The standard library writes no `Decimal`, so it is written as a string with a mark that nothing else can contain,
    and then freed of mark and quotes.
    """
    mark = token_hex()

    def marked(amount: Any) -> str:
        if not isinstance(amount, Decimal):
            raise TypeError(f"{type(amount).__name__} is not JSON")
        return f"{mark}{amount:f}"

    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False, default=marked)
    return json_text(re.sub(f'"{mark}([^"]*)"', r"\1", text) if mark in text else text)


def _cell(value: Cell | Decimal, decimal: str) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        digits = f"{value:f}" if isinstance(value, Decimal) else str(value)
        return digits.replace(".", decimal)
    return csv_cell(value) if isinstance(value, str) else value
