"""What ``tokcount migrate`` can be told, and what it means for the new requests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tokcount.cli.options import OwnGroup
from tokcount.cli.outputs import OutputGroup
from tokcount.errors import UsageError

if TYPE_CHECKING:
    from tokcount.analysis.migration import Factor
    from tokcount.migration.requests import Options


@dataclass(frozen=True, kw_only=True)
class MigrateGroup:
    """What the new requests are to be."""

    to: Annotated[str, typer.Option("--to", help="The model of the new requests.", metavar="MODEL")]
    api: Annotated[
        Literal["chat", "responses"],
        typer.Option("--api", help="Write chat or Responses requests. Default: chat.", show_default=False),
    ] = "chat"
    batch: Annotated[
        bool, typer.Option("--batch", help="Write lines of a Batch API file, each with a custom_id.")
    ] = False
    split: Annotated[
        Literal["roles"] | None,
        typer.Option(
            "--split", help="Make messages of prompts whose plain text is a conversation throughout."
        ),
    ] = None
    system: Annotated[
        str | None,
        typer.Option(
            "--system", help="A system message before each prompt: a text, or a file.", metavar="TEXT|FILE"
        ),
    ] = None
    scale_max_tokens: Annotated[
        bool,
        typer.Option(
            "--scale-max-tokens",
            help="Multiply max_tokens by the drift of the log's own outputs; reads the log twice.",
        ),
    ] = False
    with_responses: Annotated[
        bool,
        typer.Option(
            "--with-responses",
            help="Write the logged answers too; fine-tuning files become chat fine-tuning files.",
        ),
    ] = False
    lost: Annotated[
        Path | None,
        typer.Option("--lost", help="Write all that was left or lost, one JSON line each.", metavar="FILE"),
    ] = None


def check(asked: MigrateGroup, output: OutputGroup) -> None:
    """Raises `UsageError` for options that contradict each other."""
    if asked.batch and asked.with_responses:
        raise UsageError("--batch holds requests alone: leave out --with-responses.")
    if asked.lost is not None and (str(asked.lost) == "-" or asked.lost == output.output):
        raise UsageError(f"--lost {asked.lost}: give it a file of its own.")


def options_of(asked: MigrateGroup, own: OwnGroup, factors: list[Factor] | None) -> Options:
    """What is asked of the new requests. Raises `UsageError` for a system message that cannot be read."""
    from tokcount.migration.requests import Options

    return Options(
        batch=asked.batch,
        split=asked.split is not None,
        system=None if asked.system is None else _text_of(asked.system),
        answers=asked.with_responses,
        factors=None if factors is None else {factor.encoding: factor.factor for factor in factors},
        assume_model=own.assume_model,
    )


def _text_of(given: str) -> str:
    """The text itself, or that of the file of this name, without the line break at its end."""
    if not os.path.isfile(given):  # noqa: PTH113 - a long text is no path, and no error
        return given
    try:
        return Path(given).read_text("utf-8").removesuffix("\n")
    except OSError as error:
        raise UsageError(f"--system {given}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--system {given}: is not UTF-8 text.") from error
