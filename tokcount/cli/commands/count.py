"""`tokcount count`: like `wc`, for tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from tokcount.cli.inputs import sources_of
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import Debug, Engine, MaxRatio, NoIgnore, Paths, Quiet, TextEncoding, list_option
from tokcount.cli.outputs import OutputGroup, show
from tokcount.errors import DataError
from tokcount.render.writing import write

if TYPE_CHECKING:
    from tokcount.logs.source import Source
    from tokcount.reports.inspect.report import CountedInput


@with_groups
def count(
    paths: Paths = None,
    encoding: Annotated[
        list[str] | None,
        list_option(
            "--encoding",
            "-e",
            help_text="Count under this encoding; repeatable, or NAME,NAME.",
            metavar="NAME",
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        list_option(
            "--model",
            "-m",
            help_text="Count under the encoding of this model; repeatable, or MODEL,MODEL.",
            metavar="MODEL",
        ),
    ] = None,
    bare: Annotated[
        bool, typer.Option("--bare", help="Print only the totals, one number per column.")
    ] = False,
    engine: Annotated[
        Engine, typer.Option("--engine", help="Tokenizer engine. Default: auto.", show_default=False)
    ] = "auto",
    text_encoding: TextEncoding = None,
    max_ratio: MaxRatio = 1000,
    no_ignore: NoIgnore = False,
    quiet: Quiet = False,
    debug: Debug = False,
    output: OutputGroup = OutputGroup(),
) -> None:
    """Count the tokens of plain text, like wc.

    Reads files or standard input and prints one column per encoding, by default p50k_base, cl100k_base and
    o200k_base. The text is counted as it is, without framing, even if it is a log: for the records of a log, use drift.
    """
    columns = _columns(encoding or [], model or [])
    sources = sources_of(paths, quiet=quiet, ignore=not no_ignore)
    inputs = list(_count_inputs(sources, columns, engine, max_ratio, text_encoding, quiet=quiet))
    if not inputs:
        raise DataError("no files to count were found.")
    total = {name: sum(item.tokens[name] for item in inputs) for name in columns}
    if bare:
        write("".join(f"{tokens}\n" for tokens in total.values()), output.output)
        return
    from tokcount.reports.inspect.report import CountReport

    show(CountReport(inputs=inputs, total=total), output)


def _columns(encodings: list[str], models: list[str]) -> dict[str, str]:
    """Column → encoding, in the order of the command line."""
    from tokcount.tokens.encodings import COUNTED_BY_DEFAULT, check_name

    columns = {name: check_name(name) for name in encodings}
    if models:
        from tokcount.models.resolve import resolve

        columns |= {name: resolve(name).model.encoding for name in models}
    return columns or {name: name for name in COUNTED_BY_DEFAULT}


def _count_inputs(
    sources: list[Source],
    columns: dict[str, str],
    engine: Engine,
    max_ratio: int,
    text_encoding: str | None,
    *,
    quiet: bool,
) -> Iterator[CountedInput]:
    from tokcount.logs.bytes.plain import PlainText
    from tokcount.render.escape import message
    from tokcount.reports.inspect.report import CountedInput
    from tokcount.tokens.counter import TextCounter
    from tokcount.tokens.stream import count_stream

    counter = TextCounter(tuple(columns.values()), engine=engine, cache_bytes=0)
    for warning in () if quiet else counter.warnings:
        typer.echo(f"tokcount: {warning}", err=True)
    for source in sources:
        text = PlainText(source, max_ratio, text_encoding)
        counts = count_stream(text, counter)
        if text.warning and not quiet:
            typer.echo(message(f"tokcount: {source.path}: {text.warning}; counted anyway"), err=True)
        tokens = dict(zip(columns, counts, strict=True))
        yield CountedInput(path=source.path, bytes=text.bytes, tokens=tokens)
