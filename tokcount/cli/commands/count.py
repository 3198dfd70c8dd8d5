"""`tokcount count`: like `wc`, for tokens; and `tokcount decode`, which turns token ids into text."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tokcount.cli.files import need_pipe
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import option
from tokcount.cli.outputs import OutputGroup, check_format, show, write_rows
from tokcount.cli.text import modes
from tokcount.cli.text.inputs import Inputs
from tokcount.cli.text.options import CutGroup, InputGroup, QuietGroup, ShowGroup, TokenGroup, UnitGroup
from tokcount.errors import UsageError, suggest
from tokcount.render.writing import write

if TYPE_CHECKING:
    from tokcount.reports.inspect.count_report import CountReport

ONE: Final = "o200k_base"
"""The encoding of texts that are cut or decoded, unless another one is named."""

Texts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, folders (read recursively), globs, or - for standard input. Default: piped input.",
        show_default=False,
    ),
]


@with_groups
def count(
    paths: Texts = None,
    tokens: TokenGroup = TokenGroup(),
    unit: UnitGroup = UnitGroup(),
    shown: ShowGroup = ShowGroup(),
    cut: CutGroup = CutGroup(),
    read: InputGroup = InputGroup(),
    run: QuietGroup = QuietGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Count the tokens of plain text, like wc; or show and cut texts at tokens.

    Prints one column per encoding. The text is counted as it is, without framing, even if it is a log: for the records
    of a log, use drift.
    """
    modes.check(cut, output)
    _check(unit, shown, output)
    columns = _columns(tokens.encoding or [])
    inputs = Inputs(paths, read, quiet=run.quiet)
    if modes.is_asked(cut):
        from tokcount.texts.tokens import Cutter

        modes.write_texts(inputs, Cutter(_only(columns), tokens.engine), cut, output)
        return
    _count(inputs, columns, tokens, unit, shown, output)


@with_groups
def decode(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Token ids. Default: piped input.", show_default=False),
    ] = None,
    encoding: Annotated[
        str,
        option(
            "--encoding",
            "-e",
            "--model",
            "-m",
            help_text="Encoding, or the model whose encoding it is. Default: o200k_base.",
            metavar="NAME",
        ),
    ] = ONE,
    run: QuietGroup = QuietGroup(),
) -> None:
    """Turn token ids into text.

    Reads numbers separated by blanks or commas, such as count --ids prints. The text is written as it is, without a
    line end.
    """
    from tokcount.texts.tokens import decode as text_of

    given = " ".join(ids) if ids else _piped()
    words = [word for word in re.split(r"[\s,\[\]]+", given) if word]
    wrong = next((word for word in words if not (word.isascii() and word.isdecimal())), None)
    if wrong is not None:
        raise UsageError(
            f"{wrong!r} is not a token id; expected numbers, such as: tokcount decode 24912 2375."
        )
    write(text_of(map(int, words), _encoding_of(encoding)))


def _piped() -> str:
    need_pipe("name token ids, or pipe them to standard input")
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def _count(
    inputs: Inputs,
    columns: dict[str, str],
    tokens: TokenGroup,
    unit: UnitGroup,
    shown: ShowGroup,
    output: OutputGroup,
) -> None:
    from tokcount.cli.text.measuring import Measuring, measure
    from tokcount.texts.counting import FileCounter

    with FileCounter(tuple(columns.values()), tokens.engine, tokens.jobs) as counter:
        measuring = Measuring(tuple(columns), counter, unit)
        measure(inputs, measuring)
        for warning in counter.warnings:
            inputs.say(warning)
    if not measuring.inputs:
        inputs.close(0)
    if unit.per_line and not unit.hist and not shown.bare:
        write_rows(measuring.rows(shown), "count", output)
    else:
        report = measuring.report(shown)
        write(_bare(report), output.output) if shown.bare else show(report, output)
    inputs.close(len(measuring.inputs))


def _bare(report: CountReport) -> str:
    """The only number, or each number with its name."""
    if len(report.total) == 1:
        return "".join(f"{tokens}\n" for tokens in report.total.values())
    return "".join(f"{tokens}\t{name}\n" for name, tokens in report.total.items())


def _check(unit: UnitGroup, shown: ShowGroup, output: OutputGroup) -> None:
    """Raise `UsageError` for options that contradict each other."""
    pairs = (
        (unit.column is not None and unit.path is not None, "--column and --path both name the field"),
        (unit.per_line and unit.by is not None, "--per-line and --by count different things"),
        (unit.hist and unit.by is not None, "--hist and --by show different things"),
        (shown.tree and unit.by is not None, "--tree and --by show different things"),
        (shown.tree and (shown.sort is not None or shown.top is not None), "--tree has an order of its own"),
    )
    problem = next((sentence for is_wrong, sentence in pairs if is_wrong), None)
    if problem is not None:
        raise UsageError(f"{problem}; use one of them.")
    check_format(output, per_record=unit.per_line and not unit.hist and not shown.bare)


def _columns(names: list[str]) -> dict[str, str]:
    """Column → encoding, in the order of the command line."""
    from tokcount.tokens.encodings import COUNTED_BY_DEFAULT

    return {name: _encoding_of(name) for name in names or COUNTED_BY_DEFAULT}


def _only(columns: dict[str, str]) -> str:
    """The encoding under which texts are shown or cut. Raises `UsageError` if several were named."""
    from tokcount.tokens.encodings import COUNTED_BY_DEFAULT

    if tuple(columns) == COUNTED_BY_DEFAULT:
        return ONE
    found = list(dict.fromkeys(columns.values()))
    if len(found) > 1:
        raise UsageError(f"one encoding at a time: {' or '.join(f'-e {name}' for name in columns)}.")
    return found[0]


def _encoding_of(name: str) -> str:
    """The encoding of this name, or that of the model of this name. Raises `UsageError` for neither."""
    from tokcount.tokens.encodings import is_known, known_names

    if is_known(name):
        return name
    from tokcount.models.catalog import default
    from tokcount.models.references import encoding_of
    from tokcount.models.resolve import find

    found = find(name)
    if found is not None:
        return encoding_of(found.model, name)
    known = [*known_names(), *default().models]
    encodings = f"Encodings: {', '.join(known_names())}."
    raise UsageError(f"unknown encoding or model {name!r}. {suggest(name, known, instead=encodings)}")
