"""SARIF 2.1.0 (OASIS), for code scanning: one rule per budget, one result per record that breaks it.

A budget that passes provisionally is a note without a location.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePath, PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from tokcount.document.budgets import STDIN, BudgetResult, Violation
from tokcount.document.document import Document
from tokcount.render.csv_json import to_json
from tokcount.render.escape import visible
from tokcount.render.terminal import OutputTarget

VERSION: Final = "2.1.0"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final = {"fail": "error", "warn": "warning"}
Json = dict[str, Any]


def render(document: Document, target: OutputTarget) -> str:
    """The whole log with one run."""
    results = document.budgets()
    rules = list({result.key: _rule(result) for result in results.budgets}.values())
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    broken = [result for result in results.budgets if not result.passed]
    provisional = [result for result in results.budgets if result.outcome == "provisional"]
    run = {
        "tool": {"driver": {"name": "tokcount", "version": document.envelope.version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [
            *(entry for result in broken for entry in _entries(result, numbers[result.key])),
            *(_note(result, numbers[result.key]) for result in provisional),
        ],
        "properties": {"verdict": results.verdict},
    }
    return to_json({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2) + "\n"


def _rule(result: BudgetResult) -> Json:
    return {
        "id": result.key,
        "shortDescription": {"text": visible(f"Budget: {result.title}")},
        "defaultConfiguration": {"level": LEVELS[result.level]},
    }


def _entries(result: BudgetResult, number: int) -> list[Json]:
    summary = f"{result.title}: {result.finding}"
    if not result.violations:
        return [_entry(result, number, summary)]
    return [
        {**_entry(result, number, f"{summary}; {violation.text}"), **_place(violation, result.key)}
        for violation in result.violations
    ]


def _note(result: BudgetResult, number: int) -> Json:
    message = f"Passed provisionally: {result.title}: {result.finding}"
    return {**_entry(result, number, message), "level": "note"}


def _entry(result: BudgetResult, number: int, message: str) -> Json:
    return {
        "ruleId": result.key,
        "ruleIndex": number,
        "level": LEVELS[result.level],
        "message": {"text": visible(message)},
    }


def _place(violation: Violation, key: str) -> Json:
    """Where a record is, and a fingerprint by which it is known in the next run; empty for standard input."""
    if violation.source == STDIN:
        return {}
    place = f"{violation.source}\0{violation.line}\0{violation.index}\0{key}"
    digest = hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()
    return {
        "locations": [{"physicalLocation": _location(violation)}],
        "partialFingerprints": {"budgetAndPlace/v1": digest},
    }


def _location(violation: Violation) -> Json:
    location: Json = {"artifactLocation": {"uri": uri(violation.source)}}
    if violation.line:
        location["region"] = {"startLine": violation.line}
    return location


def uri(source: str) -> str:
    """A path as a URI reference: relative ones stay relative, to whatever the reader takes for the root."""
    path = PurePath(source)
    if path.is_absolute():
        return "file://" + quote(f"/{path.as_posix().lstrip('/')}", errors="replace")
    return quote(PurePosixPath(path.as_posix()).as_posix(), errors="replace")
