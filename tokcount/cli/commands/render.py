"""`tokcount render`: convert a saved JSON report to another format: compute once, render many times."""

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
        str, typer.Argument(metavar="REPORT", help="A report saved with -f json, or - for standard input.")
    ],
    output: CheckOutputGroup = CheckOutputGroup(),
) -> None:
    """Convert a report saved with -f json to another format.

    The formats github, junit and sarif are for reports of check.
    """
    from tokcount.reports.saved import load

    saved = load(_content(report), report)
    try:
        show(saved, output)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UsageError(
            f"{report} is not a valid report of {saved.command} ({type(error).__name__}); create it again"
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
