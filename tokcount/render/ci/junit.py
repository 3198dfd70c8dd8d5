"""JUnit XML, the dialect that GitLab, Jenkins, Azure and Buildkite read: one test case per budget.

A broken budget is a failure, one that cannot be judged an error. A warning passes with a note in its output, as does a
budget that passes provisionally.
"""

from __future__ import annotations

from typing import Literal
from xml.etree import ElementTree as ET

from tokcount.document.budgets import BudgetResult
from tokcount.document.document import Document
from tokcount.render.escape import visible
from tokcount.render.terminal import OutputTarget


def render(document: Document, target: OutputTarget) -> str:
    """The whole document, indented."""
    results = document.budgets().budgets
    kinds = [_kind(result) for result in results]
    counts = {
        "tests": str(len(results)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
    }
    suites = ET.Element("testsuites", {"name": "tokcount", **counts})
    suite = ET.SubElement(suites, "testsuite", {"name": "tokcount check", **counts, "skipped": "0"})
    for result in results:
        _add_case(suite, result)
    ET.indent(suites)
    xml = ET.tostring(suites, encoding="unicode").replace("##", "#&#35;")  # not a command to a CI runner
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n'


def _add_case(suite: ET.Element, result: BudgetResult) -> None:
    attributes = {"name": _text(result.title), "classname": _text(f"tokcount.{result.level}"), "time": "0"}
    if result.violations:
        attributes["file"] = _text(result.violations[0].source)
        attributes["line"] = _text(str(result.violations[0].line))
    case = ET.SubElement(suite, "testcase", attributes)
    kind = _kind(result)
    if kind is None:
        ET.SubElement(case, "system-out").text = _output(result)
        return
    reason = "unknown" if kind == "error" else "budget"
    element = ET.SubElement(case, kind, {"message": _text(result.finding), "type": reason})
    element.text = _lines([result.finding, *_violations(result)])


def _kind(result: BudgetResult) -> Literal["failure", "error"] | None:
    if result.passed or result.level != "fail":
        return None
    return "error" if result.outcome == "unknown" else "failure"


def _output(result: BudgetResult) -> str:
    """What a test case that does not fail prints."""
    if not result.passed:
        return _lines([f"warning: {result.finding}", *_violations(result)])
    prefix = "passed provisionally: " if result.outcome == "provisional" else ""
    return prefix + _text(result.finding)


def _violations(result: BudgetResult) -> list[str]:
    rest = result.rest(len(result.violations))
    return [*(f"- {violation.text}" for violation in result.violations), *([rest] if rest else [])]


def _lines(texts: list[str]) -> str:
    return "\n".join(map(_text, texts))


def _text(text: str) -> str:
    """Control characters, surrogates and everything else that XML 1.0 does not allow become visible escapes."""
    return visible(text)
