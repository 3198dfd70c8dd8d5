"""`tokcount calibrate`: framing constants to keep in the configuration, with their evidence."""

from __future__ import annotations

from tokcount.document.blocks import Block, Blocks, Column, Heading, Line, Table
from tokcount.document.rows import Row, flat
from tokcount.reports.phrases import counted, holdings, skipped
from tokcount.reports.reconcile.report import CalibrateReport, Proposal

EVIDENCE_COLUMNS = (
    Column("shape"),
    Column("records", "int"),
    Column("exact before", "int"),
    Column("exact after", "int"),
)


def blocks(report: CalibrateReport) -> Blocks:
    """One section per model: the constants, and the evidence for them."""
    found = [block for proposal in report.proposals for block in _proposal(proposal)]
    compared = Line(f"{counted(report.compared, 'record', 'records')} with billed usage compared")
    if not found:
        found = [Line("Nothing to propose: no constants make more records exact.", "note")]
    return [Line(holdings(report), "strong"), *skipped(report), compared, *found]


def rows(report: CalibrateReport) -> list[Row]:
    """One row per model and shape, with the proposed constants."""
    return [
        {"model": proposal.model, "like": proposal.like, **proposal.constants, **flat(evidence)}
        for proposal in report.proposals
        for evidence in proposal.evidence
    ]


def _proposal(proposal: Proposal) -> list[Block]:
    constants = ", ".join(f"{field} = {value}" for field, value in proposal.constants.items())
    table = tuple((e.shape, e.n, e.exact_before, e.exact_after) for e in proposal.evidence)
    return [
        Heading(proposal.model),
        Line(f"like {proposal.like}, but {constants}", "strong"),
        Table(EVIDENCE_COLUMNS, table),
    ]
