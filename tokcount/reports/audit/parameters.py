"""Findings about requests: what a target refuses, renames or understands differently, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import polars as pl

from tokcount.reports.audit.finding import Case, Finding
from tokcount.reports.audit.report import Level
from tokcount.scanning.features.verdicts import TargetVerdict, verdicts_in

KINDS: Final[dict[str, tuple[str, Level]]] = {
    "endpoint": ("other_endpoint", "breaks"),
    "refused": ("refused", "breaks"),
    "renamed": ("renamed", "breaks"),
    "changed": ("changed", "look"),
    "unknown": ("not_known", "unsure"),
}
"""Status of a verdict → finding and its level."""


class About(NamedTuple):
    """What a finding is about under one target."""

    status: str
    parameter: str
    reference: str


def parameters(case: Case) -> Iterator[Finding]:
    """One finding for each parameter and target, by status and then the most frequent first."""
    if "verdicts" not in case.frame.columns:
        return
    found = sorted(_rows(case), key=lambda one: (list(KINDS).index(one[0].status), -one[2].height, one[0]))
    for about, verdict, rows in found:
        name, level = KINDS[about.status]
        yield Finding(
            id=name,
            level=level,
            rows=rows,
            reference=about.reference,
            parameter=about.parameter or None,
            endpoint=verdict.endpoint,
            to=verdict.to or None,
            why=verdict.why or None,
        )


def _rows(case: Case) -> Iterator[tuple[About, TargetVerdict, pl.DataFrame]]:
    """The records of each finding, in the order of the log."""
    texts: dict[About, list[str]] = {}
    first: dict[About, TargetVerdict] = {}
    for text in case.frame["verdicts"].drop_nulls().unique(maintain_order=True):
        for verdict in verdicts_in(text):
            if verdict.reference not in case.targets:
                continue
            about = About(verdict.status, verdict.parameter, verdict.reference)
            first.setdefault(about, verdict)
            texts.setdefault(about, []).append(text)
    for about, held in texts.items():
        yield about, first[about], case.frame.filter(pl.col("verdicts").is_in(held))
