"""``tokcount render``: a saved JSON report in any other format; compute once, render many times."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tokcount.cli.groups import with_groups
from tokcount.cli.options import OutputGroup
from tokcount.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class AnyOutputGroup(OutputGroup):
    """What is written, and where to; which formats there are depends on the report."""

    format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="table, csv, json, jsonl, markdown; of check also github, junit, sarif. Default: table.",
            metavar="FORMAT",
            show_default=False,
        ),
    ] = "table"  # type: ignore[assignment] # any format


@with_groups
def render(
    report: Annotated[
        str, typer.Argument(metavar="REPORT", help="A report saved with -f json; - for standard input.")
    ],
    output: AnyOutputGroup = AnyOutputGroup(),
) -> None:
    """Show a report that was saved with -f json in another format."""
    from tokcount.output.documents import load
    from tokcount.output.interface import emit

    emit(load(_content(report), report), output.format, output.output, output.color)


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{name}: cannot be read: {error.strerror}; save a report with -f json first"
        ) from error
