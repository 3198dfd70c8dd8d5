r"""GitHub Actions: workflow commands that put a broken budget beside the line of the log that breaks it.

The runner reads commands from the output of a step, so nothing of a log may look like one: every line is a command of
this module's own, line breaks and other control characters in values are shown as ``\n`` or ``\x1b``, and ``%``, in
properties ``:`` and ``,`` as well, are escaped as ``@actions/core`` does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from tokcount.render import markdown
from tokcount.render.escape import visible
from tokcount.render.terminal import OutputTarget
from tokcount.reports.budgets.view import finding, is_provisional, others, record, title, verdict
from tokcount.reports.report import Report

LEVELS: Final = {"fail": "error", "warn": "warning"}
MOST_OF_A_LEVEL: Final = 10
"""GitHub shows as many errors, and as many warnings, of one step."""
STDIN: Final = "-"


def render(report: Report, surface: OutputTarget) -> str:  # noqa: ARG001 - a runner has no width and no colour
    """One annotation per record that violates a budget, the worst of every budget first, and a notice with the verdict.

    A budget that passes only provisionally gets a notice.
    """
    broken = [entry for entry in report.data["budgets"] if not entry["passed"]]
    lines = [line for level in LEVELS for line in _of_level(broken, level)]
    lines += [
        command("notice", f"passed provisionally: {title(entry)}: {finding(entry)}", title="tokcount check")
        for entry in report.data["budgets"]
        if is_provisional(entry)
    ][: MOST_OF_A_LEVEL - 1]
    closing = command("notice", verdict(report.data), title="tokcount check")
    return "".join(f"{line}\n" for line in [*lines, closing])


def command(name: str, message: str, **properties: str | int) -> str:
    """One workflow command: ``::error file=log.jsonl,line=3::message``."""
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name}{' ' if told else ''}{told}::{_data(message)}"


def add_summary(report: Report, environ: Mapping[str, str]) -> bool:
    """Append the report as Markdown to the summary of the job; ``False`` outside of GitHub Actions.

    Raises `OSError` when the file cannot be written.
    """
    path = environ.get("GITHUB_STEP_SUMMARY")
    if environ.get("GITHUB_ACTIONS") != "true" or not path:
        return False
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"## tokcount check\n\n{markdown.render(report, OutputTarget())}\n")
    return True


def _of_level(broken: list[dict[str, Any]], level: str) -> Iterator[str]:
    columns = [list(_annotations(entry)) for entry in broken if entry["level"] == level]
    ranked = [line for rank in zip_longest(*columns) for line in rank if line is not None]
    yield from ranked[:MOST_OF_A_LEVEL]


def _annotations(entry: dict[str, Any]) -> Iterator[str]:
    name, told = LEVELS[entry["level"]], f"{title(entry)}: {finding(entry)}"
    if not entry["records"]:
        yield command(name, told, title="tokcount check")
    for number, culprit in enumerate(entry["records"]):
        more = others(entry, 1) if number == 0 else ""
        message = f"{told}; {record(culprit)}{f' {more}' if more else ''}"
        yield command(name, message, **_place(culprit), title="tokcount check")


def _place(culprit: dict[str, Any]) -> dict[str, str | int]:
    if culprit["source"] == STDIN:
        return {}
    line = {"line": culprit["line"]} if culprit["line"] else {}
    return {"file": culprit["source"], **line}


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
