"""A report of code quality for GitLab: an issue for each record or file that breaks a budget.

The format is that of CodeClimate, of which GitLab reads description, check name, fingerprint, severity and location.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from tokcount.document.budgets import STDIN, BudgetResult, Violation
from tokcount.document.document import Document
from tokcount.render.csv_json import to_json
from tokcount.render.escape import visible
from tokcount.render.terminal import OutputTarget

SEVERITIES: Final = {"fail": "major", "warn": "minor"}
PROVISIONAL: Final = "info"
NOWHERE: Final = Violation("", "", STDIN, None, None)
"""The place of a budget that no record breaks by itself."""


def render(document: Document, target: OutputTarget) -> str:
    """A JSON array; empty when every budget passes for certain."""
    issues = [issue for result in document.budgets().budgets for issue in _issues(result)]
    return to_json(issues, indent=2) + "\n"


def _issues(result: BudgetResult) -> list[dict[str, Any]]:
    if result.outcome == "passed":
        return []
    severity = PROVISIONAL if result.passed else SEVERITIES[result.level]
    return [_issue(result, violation, severity) for violation in result.violations or (NOWHERE,)]


def _issue(result: BudgetResult, violation: Violation, severity: str) -> dict[str, Any]:
    here = f"{violation.detail} here; " if violation.detail else ""
    place = f"{violation.source}\0{violation.line}\0{violation.index}\0{result.key}\0{result.level}"
    return {
        "description": visible(f"{here}{result.title}: {result.finding}"),
        "check_name": visible(result.key),
        "fingerprint": hashlib.sha256(place.encode("utf-8", "replace")).hexdigest(),
        "severity": severity,
        "location": {"path": visible(violation.source), "lines": {"begin": violation.line or 1}},
    }
