"""``tokcount render``: a saved JSON report in any other format; compute once, render many times."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tokcount.cli.option_groups import with_groups
from tokcount.cli.outputs import CheckOutputGroup, show
from tokcount.errors import UsageError


@with_groups
def render(
    report: Annotated[
        str, typer.Argument(metavar="REPORT", help="A report saved with -f json; - for standard input.")
    ],
    output: CheckOutputGroup = CheckOutputGroup(),
) -> None:
    """Show a report that was saved with -f json in another format.

    github, junit and sarif are for reports of check.
    """
    from tokcount.render.json_report import load

    saved = load(_content(report), report)
    try:
        show(saved, output)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UsageError(
            f"{report} does not hold what a report of {saved.command} holds ({type(error).__name__}); make it anew"
        ) from error


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{name}: cannot be read: {error.strerror}; save a report with -f json first"
        ) from error
