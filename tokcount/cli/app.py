"""The command line: every command is registered here and lives in a file of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from tokcount import __version__
from tokcount.cli import count, doctor, drift, formats, models, reconcile

EXIT_CODES = """Exit codes: 0 fine; 1 a budget is broken; 2 usage or configuration (also a missing file, an unknown
model); 3 data: nothing countable was found, or records were skipped under --strict; 130 interrupted."""

app = typer.Typer(
    help=f"""Count the tokens of real prompt and message logs, as the API bills them.

    {EXIT_CODES}""",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tokcount {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass


for command in (
    count.count,
    drift.drift,
    models.models,
    formats.formats,
    doctor.doctor,
    reconcile.reconcile,
    reconcile.calibrate,
):
    app.command()(command)
