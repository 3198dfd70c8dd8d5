"""``tokcount calibrate``: framing constants to keep in the configuration, with their evidence."""

from __future__ import annotations

from typing import Any

import msgspec

from tokcount.document.blocks import Block, Blocks, Column, Heading, Line, Table
from tokcount.document.rows import Row
from tokcount.reports.phrases import counted, holdings, skipped
from tokcount.reports.report import Overview

EVIDENCE_COLUMNS = (
    Column("shape"),
    Column("records", "int"),
    Column("exact before", "int"),
    Column("exact after", "int"),
)


def blocks(data: dict[str, Any]) -> Blocks:
    """One section for each model: the table to keep, and what it rests on."""
    found = [block for proposal in data["proposals"] for block in _proposal(proposal)]
    compared = Line(f"{counted(data['compared'], 'record', 'records')} with billed usage compared")
    if not found:
        found = [Line("Nothing to propose: no constants make more records exact.", "note")]
    overview = msgspec.convert(data, Overview)
    return [Line(holdings(overview), "strong"), *skipped(overview), compared, *found]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each model and shape, with the proposed constants."""
    return [
        {"model": proposal["model"], "like": proposal["like"], **proposal["constants"], **evidence}
        for proposal in data["proposals"]
        for evidence in proposal["evidence"]
    ]


def _proposal(proposal: dict[str, Any]) -> list[Block]:
    constants = ", ".join(f"{field} = {value}" for field, value in proposal["constants"].items())
    keys = ("shape", "n", "exact_before", "exact_after")
    table = tuple(tuple(evidence[key] for key in keys) for evidence in proposal["evidence"])
    return [
        Heading(proposal["model"]),
        Line(f"like {proposal['like']}, but {constants}", "strong"),
        Table(EVIDENCE_COLUMNS, table),
    ]
