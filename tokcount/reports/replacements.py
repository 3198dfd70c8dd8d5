"""What `--to auto` stands for: the recommended replacement of each logged model, and who recommends it since when."""

from __future__ import annotations

from typing import Final

import polars as pl
from msgspec import UNSET, UnsetType

from tokcount.document.blocks import Block, Column, Table
from tokcount.document.values import integer
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.lifecycle import recommendation, source_of
from tokcount.models.references import AUTO
from tokcount.reports.report import Overview, Replacement

LISTED: Final = 15
NOT_KNOWN: Final = "none known"
COLUMNS: Final = (
    Column("model"),
    Column("replacement"),
    Column("records", "int"),
    Column("recommended as of"),
)

Moves = list[tuple[str | None, str | None, int]]
"""Logged model, its recommended replacement, and how many records that concerns."""


def moves_of(frame: pl.DataFrame) -> Moves | None:
    """The replacements in the rows of a scan; `None` if `auto` was not a target."""
    if f"{AUTO}:input_tokens" not in frame.columns:
        return None
    return frame.group_by("model", "replacement").agg(pl.len()).rows()


def replacements(moves: Moves | None, catalog: Catalog | None) -> list[Replacement] | UnsetType:
    """The entries of a report, the most frequent first; unset if `auto` was not a target."""
    if moves is None:
        return UNSET
    ordered = sorted(moves, key=lambda move: (-move[2], move[0] or "", move[1] or ""))
    return [_entry(model, replacement, records, catalog) for model, replacement, records in ordered]


def _entry(model: str | None, replacement: str | None, records: int, catalog: Catalog | None) -> Replacement:
    found = names.find(model, catalog) if model and replacement else None
    if found is None or replacement is None:
        return Replacement(model, replacement, records, "", None)
    named_by = recommendation(found.model, replacement, catalog)
    return Replacement(model, replacement, records, source_of(named_by), named_by.replacement_as_of)


def blocks(report: Overview) -> list[Block]:
    """The table of what maps to what; nothing if `auto` was not a target."""
    return [_table(report.auto)] if report.auto else []


def _table(entries: list[Replacement]) -> Table:
    table = tuple(
        (
            entry.model or "no model named",
            entry.replacement or NOT_KNOWN,
            entry.records,
            entry.checked.isoformat() if entry.checked else "",
        )
        for entry in entries[:LISTED]
    )
    more = len(entries) - LISTED
    notes = [f"and {integer(more)} more models, see -f json"] if more > 0 else []
    sources = dict.fromkeys(entry.source for entry in entries[:LISTED] if entry.source)
    notes += [f"source: {'; '.join(sources)}"] if sources else []
    title = "auto: each record under the recommended replacement of its model"
    return Table(COLUMNS, table, title=title, note="; ".join(notes))
