"""SARIF 2.1.0 (OASIS), for code scanning: one rule for each budget, one result for each record that breaks it.

A budget that passes only provisionally is a note without a location.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePath, PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from tokcount.render.escape import json_text, visible
from tokcount.render.terminal import OutputTarget
from tokcount.reports.budgets.view import finding, is_provisional, record, title, verdict
from tokcount.reports.report import Report

VERSION: Final = "2.1.0"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final = {"fail": "error", "warn": "warning"}
STDIN: Final = "-"


def render(report: Report, surface: OutputTarget) -> str:  # noqa: ARG001 - JSON is the same everywhere
    """The whole log with one run."""
    entries = report.data["budgets"]
    rules = list({entry["key"]: _rule(entry) for entry in entries}.values())
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    broken = [entry for entry in entries if not entry["passed"]]
    driver = {"name": "tokcount", "version": report.tokcount, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            *(result for entry in broken for result in _results(entry, numbers[entry["key"]])),
            *(_note(entry, numbers[entry["key"]]) for entry in entries if is_provisional(entry)),
        ],
        "properties": {"verdict": verdict(report.data)},
    }
    document = {"$schema": SCHEMA, "version": VERSION, "runs": [run]}
    return json_text(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def _rule(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": entry["key"],
        "shortDescription": {"text": visible(f"Budget: {title(entry)}")},
        "defaultConfiguration": {"level": LEVELS[entry["level"]]},
    }


def _results(entry: dict[str, Any], number: int) -> list[dict[str, Any]]:
    told = f"{title(entry)}: {finding(entry)}"
    if not entry["records"]:
        return [_result(entry, number, told)]
    return [_result(entry, number, f"{told}; {record(culprit)}", culprit) for culprit in entry["records"]]


def _note(entry: dict[str, Any], number: int) -> dict[str, Any]:
    told = f"Passed provisionally: {title(entry)}: {finding(entry)}"
    return {**_result(entry, number, told), "level": "note"}


def _result(
    entry: dict[str, Any], number: int, message: str, culprit: dict[str, Any] | None = None
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": entry["key"],
        "ruleIndex": number,
        "level": LEVELS[entry["level"]],
        "message": {"text": visible(message)},
    }
    if culprit is None or culprit["source"] == STDIN:
        return result
    place = f"{culprit['source']}\0{culprit['line']}\0{culprit['index']}\0{entry['key']}"
    digest = hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()
    return {
        **result,
        "locations": [{"physicalLocation": _location(culprit)}],
        "partialFingerprints": {"budgetAndPlace/v1": digest},
    }


def _location(culprit: dict[str, Any]) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": uri(culprit["source"])}}
    if culprit["line"]:
        location["region"] = {"startLine": culprit["line"]}
    return location


def uri(source: str) -> str:
    """A path as a URI reference: relative ones stay relative, to whatever the reader takes for the root."""
    path = PurePath(source)
    if path.is_absolute():
        return "file://" + quote(f"/{path.as_posix().lstrip('/')}", errors="replace")
    return quote(PurePosixPath(path.as_posix()).as_posix(), errors="replace")
