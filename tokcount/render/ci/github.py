r"""GitHub Actions: workflow commands that show a broken budget at the line of the log that breaks it.

The runner reads commands from the output of a step, so nothing from a log may look like one: every line is a command
made here, line breaks and other control characters in values are shown as `\n` or `\x1b`, and `%`, in properties `:`
and `,` as well, are escaped as in `@actions/core`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Final

from tokcount.document.budgets import STDIN, BudgetResult, Violation
from tokcount.document.document import Document
from tokcount.render import markdown
from tokcount.render.escape import visible
from tokcount.render.terminal import OutputTarget

LEVELS: Final = {"fail": "error", "warn": "warning"}
MAX_PER_LEVEL: Final = 10
"""GitHub shows at most this many errors, and as many warnings, per step."""
TITLE: Final = "tokcount check"


def render(document: Document, target: OutputTarget) -> str:
    """One annotation per violation, the worst of every budget first, and a notice with the verdict.

    A budget that passes provisionally has a notice of its own.
    """
    results = document.budgets()
    broken = [result for result in results.budgets if not result.passed]
    lines = [line for level in LEVELS for line in _of_level(broken, level)]
    lines += [
        command("notice", f"passed provisionally: {result.title}: {result.finding}", title=TITLE)
        for result in results.budgets
        if result.outcome == "provisional"
    ][: MAX_PER_LEVEL - 1]
    return "".join(f"{line}\n" for line in [*lines, command("notice", results.verdict, title=TITLE)])


def command(name: str, message: str, **properties: str | int) -> str:
    """One workflow command: `::error file=log.jsonl,line=3::message`."""
    pairs = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name}{' ' if pairs else ''}{pairs}::{_data(message)}"


def add_summary(document: Document, environ: Mapping[str, str]) -> bool:
    """Append the report as Markdown to the summary of the job; `False` outside of GitHub Actions.

    Raises `OSError` when the file cannot be written.
    """
    path = environ.get("GITHUB_STEP_SUMMARY")
    if environ.get("GITHUB_ACTIONS") != "true" or not path:
        return False
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"## {TITLE}\n\n{markdown.render(document, OutputTarget())}\n")
    return True


def _of_level(broken: Iterable[BudgetResult], level: str) -> Iterator[str]:
    columns = [list(_annotations(result)) for result in broken if result.level == level]
    ranked = [line for rank in zip_longest(*columns) for line in rank if line is not None]
    yield from ranked[:MAX_PER_LEVEL]


def _annotations(result: BudgetResult) -> Iterator[str]:
    name = LEVELS[result.level]
    if not result.violations:
        yield command(name, f"{result.title}: {result.finding}", title=TITLE)
    for number, violation in enumerate(result.violations):
        rest = f" ({rest})" if number == 0 and (rest := result.rest(1)) else ""
        here = f"{violation.detail} here; " if violation.detail else ""
        message = f"{here}{result.title}: {result.finding}{rest}"
        yield command(name, message, **_location(violation), title=TITLE)


def _location(violation: Violation) -> dict[str, str | int]:
    if violation.source == STDIN:
        return {}
    line = {"line": violation.line} if violation.line else {}
    return {"file": violation.source, **line}


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
