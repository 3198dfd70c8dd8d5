"""The options of `count`, as groups."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import typer

from tokcount.cli.guide.completion import models
from tokcount.cli.options import (
    Debug,
    Engine,
    Jobs,
    MaxRatio,
    NoIgnore,
    Quiet,
    TextEncoding,
    list_option,
    option,
)

GroupKey = Literal["suffix", "folder", "heading"]
Order = Literal["tokens", "path", "none"]


class InputGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Which texts are read."""

    files0_from: Annotated[
        str | None,
        option(
            "--files0-from",
            help_text="Read names of files, each ended by NUL; - is stdin.",
            metavar="FILE",
        ),
    ] = None
    given: Annotated[
        list[str] | None,
        typer.Option("--input", "-i", help="One more file.", metavar="FILE", hidden=True),
    ] = None
    binary: Annotated[bool, option("--binary", help_text="Also count files that are not text.")] = False
    hidden: Annotated[bool, option("--hidden", help_text="Also read names with a leading dot.")] = False
    no_ignore: NoIgnore = False
    text_encoding: TextEncoding = None
    max_ratio: MaxRatio = 1000


class TokenGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Which tokens are counted, and how."""

    encoding: Annotated[
        list[str] | None,
        list_option(
            "--encoding",
            "-e",
            "--model",
            "-m",
            help_text="Encodings or models; repeatable, or NAME,NAME.",
            metavar="NAME",
            complete=models,
        ),
    ] = None
    engine: Annotated[
        Engine,
        option("--engine", help_text="tiktoken, fast, or auto (default)."),
    ] = "auto"
    jobs: Jobs = None


class UnitGroup(msgspec.Struct, frozen=True, kw_only=True):
    """What has a number of its own: files, lines, values of a field, or groups of these."""

    per_line: Annotated[
        bool, option("--per-line", help_text="Count each line, or each value of the field.")
    ] = False
    column: Annotated[
        str | None,
        option("--column", help_text="Field of CSV, TSV, JSON or Parquet rows.", metavar="NAME"),
    ] = None
    path: Annotated[
        str | None,
        option(
            "--path",
            help_text="Field: JMESPath, such as messages[].content.",
            metavar="EXPR",
        ),
    ] = None
    hist: Annotated[bool, option("--hist", help_text="Show percentiles and a histogram.")] = False
    by: Annotated[
        GroupKey | None,
        option("--by", help_text="Group by suffix, folder, or Markdown heading.", metavar="KEY"),
    ] = None


class ShowGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Which numbers are shown, and in which order."""

    sort: Annotated[
        Order | None,
        option("--sort", help_text="tokens (most first), path, or none (default).", metavar="KEY"),
    ] = None
    top: Annotated[
        int | None, option("--top", help_text="Show only the N largest.", metavar="N", at_least=1)
    ] = None
    total_only: Annotated[bool, option("--total-only", help_text="Show only the total.")] = False
    tree: Annotated[bool, option("--tree", help_text="Show a tree of folders.")] = False
    bare: Annotated[
        bool,
        option("--bare", help_text="Print only the number; with its name if several."),
    ] = False


class CutGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Texts as tokens, and texts cut between tokens, instead of numbers."""

    ids: Annotated[bool, option("--ids", "--encode", help_text="Print token ids; decode reverses it.")] = (
        False
    )
    pieces: Annotated[
        bool, option("--pieces", "--tokens", help_text="Print the text with token boundaries.")
    ] = False
    truncate: Annotated[
        int | None,
        option(
            "--truncate", "-t", help_text="Print the first N tokens of the text.", metavar="N", at_least=0
        ),
    ] = None
    keep: Annotated[
        Literal["first", "last"],
        option("--keep", help_text="What --truncate keeps: first or last.", metavar="END"),
    ] = "first"
    ellipsis: Annotated[
        str, option("--ellipsis", help_text="Text at the cut, part of the N.", metavar="TEXT")
    ] = ""
    chunk: Annotated[
        int | None,
        option(
            "--chunk", help_text="Print parts of at most N tokens as JSON Lines.", metavar="N", at_least=1
        ),
    ] = None
    overlap: Annotated[
        int,
        option("--overlap", help_text="Tokens that each part repeats.", metavar="N", at_least=0),
    ] = 0


class QuietGroup(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed to standard error."""

    quiet: Quiet = False
    debug: Debug = False
