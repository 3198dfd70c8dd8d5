"""JUnit XML, the dialect that GitLab, Jenkins, Azure and Buildkite read: one test case for each budget.

A broken budget is a failure, one that cannot be judged an error; a warning passes and says so in its output, and so
does a budget that passes only provisionally.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from tokcount.render.escape import visible
from tokcount.render.terminal import OutputTarget
from tokcount.reports.budgets.view import finding, is_provisional, others, record, title
from tokcount.reports.report import Report


def render(report: Report, surface: OutputTarget) -> str:  # noqa: ARG001 - XML is the same everywhere
    """The whole document, indented."""
    entries = report.data["budgets"]
    failures = sum(_kind(entry) == "failure" for entry in entries)
    errors = sum(_kind(entry) == "error" for entry in entries)
    counts = {"tests": str(len(entries)), "failures": str(failures), "errors": str(errors)}
    suites = ET.Element("testsuites", {"name": "tokcount", **counts})
    suite = ET.SubElement(suites, "testsuite", {"name": "tokcount check", **counts, "skipped": "0"})
    for entry in entries:
        _add_case(suite, entry)
    ET.indent(suites)
    document = ET.tostring(suites, encoding="unicode").replace("##", "#&#35;")  # no command to a runner
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}\n'


def _add_case(suite: ET.Element, entry: dict[str, Any]) -> None:
    attributes = {"name": _text(title(entry)), "classname": _text(f"tokcount.{entry['level']}"), "time": "0"}
    if entry["records"]:
        attributes["file"] = _text(entry["records"][0]["source"])
        attributes["line"] = _text(str(entry["records"][0]["line"]))
    case = ET.SubElement(suite, "testcase", attributes)
    told = _text(finding(entry))
    kind = _kind(entry)
    if kind is not None:
        element = ET.SubElement(
            case, kind, {"message": told, "type": "unknown" if kind == "error" else "budget"}
        )
        element.text = _lines([finding(entry), *_records(entry)])
        return
    output = ET.SubElement(case, "system-out")
    known = "passed provisionally: " if is_provisional(entry) else ""
    output.text = (
        f"{known}{told}" if entry["passed"] else _lines([f"warning: {finding(entry)}", *_records(entry)])
    )


def _kind(entry: dict[str, Any]) -> str | None:
    if entry["passed"] or entry["level"] != "fail":
        return None
    return "error" if entry["value"] is None or entry["limit"] is None else "failure"


def _records(entry: dict[str, Any]) -> list[str]:
    more = others(entry, len(entry["records"]))
    return [*(f"- {record(culprit)}" for culprit in entry["records"]), *([more] if more else [])]


def _lines(texts: list[str]) -> str:
    return "\n".join(map(_text, texts))


def _text(text: str) -> str:
    """Control characters, surrogates and what else XML 1.0 has no place for are shown as escapes."""
    return visible(text)
