"""Findings about requests: what a target refuses, renames or understands differently, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import polars as pl

from tokcount.models.compatibility import DEFAULT_VALUE
from tokcount.reports.audit.finding import Case, Finding
from tokcount.reports.audit.report import FindingNumbers, Level
from tokcount.scanning.features.verdicts import TargetVerdict, verdicts_in

KINDS: Final[dict[str, tuple[str, Level]]] = {
    "endpoint": ("other_endpoint", "breaks"),
    "refused": ("refused", "breaks"),
    "renamed": ("renamed", "breaks"),
    "changed": ("changed", "look"),
    "unknown": ("not_known", "unsure"),
    "default": ("default_values", "unsure"),
}
"""Status of a verdict → finding and its level. `default`: it is unknown whether a default value is accepted."""


class About(NamedTuple):
    """What a finding is about under one target."""

    status: str
    parameter: str
    """Empty: the request, or several parameters."""
    reference: str


class Found(NamedTuple):
    """The first verdict of a finding, all its parameters, and its records in the order of the log."""

    verdict: TargetVerdict
    parameters: list[str]
    rows: pl.DataFrame


def parameters(case: Case) -> Iterator[Finding]:
    """One finding for each parameter and target, by status and then the most frequent first."""
    if "verdicts" not in case.frame.columns:
        return
    found = sorted(_found(case).items(), key=lambda item: _order(*item))
    for about, (verdict, parameters, rows) in found:
        name, level = KINDS[about.status]
        is_default = about.status == "default"
        yield Finding(
            id=name,
            level=level,
            rows=rows,
            reference=about.reference,
            numbers=FindingNumbers(parameters=parameters) if is_default else FindingNumbers(),
            parameter=about.parameter or None,
            endpoint=verdict.endpoint,
            to=verdict.to or None,
            why=None if is_default else verdict.why or None,
        )


def _order(about: About, found: Found) -> tuple[int, int, About]:
    return list(KINDS).index(about.status), -found.rows.height, about


def _found(case: Case) -> dict[About, Found]:
    texts: dict[About, list[str]] = {}
    verdicts: dict[About, dict[str, TargetVerdict]] = {}
    for text in case.frame["verdicts"].drop_nulls().unique(maintain_order=True):
        for verdict in verdicts_in(text):
            if verdict.reference in case.targets:
                about = _about(verdict)
                verdicts.setdefault(about, {}).setdefault(verdict.parameter, verdict)
                texts.setdefault(about, []).append(text)
    return {
        about: Found(
            next(iter(by_parameter.values())),
            sorted(by_parameter),
            case.where(pl.col("verdicts").is_in(list(dict.fromkeys(texts[about])))),
        )
        for about, by_parameter in verdicts.items()
    }


def _about(verdict: TargetVerdict) -> About:
    if verdict.status == "unknown" and verdict.why == DEFAULT_VALUE:
        return About("default", "", verdict.reference)
    return About(verdict.status, verdict.parameter, verdict.reference)
