"""Where output goes: the width of the terminal, and whether to colour."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

ColorChoice = Literal["auto", "always", "never"]
"""The values of `--color`."""
Decimal = Literal[".", ","]
"""The values of `--decimal`."""


class Dialect(msgspec.Struct, frozen=True):
    """How CSV is written, and the numbers of TSV. `delimiter`: `None` is a comma, or `;` with a decimal comma."""

    decimal: Decimal = "."
    delimiter: str | None = None

    @property
    def separator(self) -> str:
        """What separates the cells of CSV, so that it differs from the decimal separator."""
        return self.delimiter or (";" if self.decimal == "," else ",")


PLAIN_CSV = Dialect()


class OutputTarget(msgspec.Struct, frozen=True):
    """Where output goes. `width` in terminal cells; `None` is a pipe or a file, where lines are never broken."""

    width: int | None = None
    color: bool = False
    for_programs: bool = False
    """Whether tables are for `sort`, `cut` and `awk`: tabs between plain numbers."""
    dialect: Dialect = PLAIN_CSV


class Stream(Protocol):
    """Something that may be a terminal."""

    def isatty(self) -> bool:
        """Whether a person is looking."""
        ...


def target_of(
    stream: Stream | None, color: ColorChoice = "auto", environ: Mapping[str, str] = os.environ
) -> OutputTarget:
    """The target behind a stream; `None` is a file: any width, and no colour unless it is asked for.

    What is not a terminal is for programs.
    """
    is_terminal = stream is not None and stream.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else None
    colored = takes_color(color, is_terminal=is_terminal, environ=environ)
    return OutputTarget(width=width, color=colored, for_programs=not is_terminal)


def takes_color(color: ColorChoice, *, is_terminal: bool, environ: Mapping[str, str]) -> bool:
    """Whether to colour: by the option, else by `NO_COLOR` (no-color.org), `FORCE_COLOR`, the terminal and `TERM`."""
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return is_terminal and environ.get("TERM") != "dumb"
