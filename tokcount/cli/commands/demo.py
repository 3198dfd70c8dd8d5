"""`tokcount demo`: the main job on a sample log that comes with the package."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import typer

SAMPLE: Final = Path(__file__).parents[1] / "demo" / "support-chat.jsonl"
"""The first records of the sample log of the repository."""
NEXT: Final = """
This was: tokcount audit support-chat.jsonl --to gpt-5.6-luna
Next, with a log of yours:
  tokcount formats LOG                          what is in it, and what cannot be read
  tokcount reconcile LOG                        do the counts agree with the bill
  tokcount audit LOG --to MODEL                 what would break, cost and change
  tokcount check LOG --budget 'cost.total <= $20'   a gate in CI"""


def demo() -> None:
    """Show the main job on a sample log, and what to try next."""
    from tokcount.cli.app import app

    os.chdir(SAMPLE.parent)
    app(["audit", SAMPLE.name, "--to", "gpt-5.6-luna", "-q"], prog_name="tokcount", standalone_mode=False)
    typer.echo(NEXT, err=True)
