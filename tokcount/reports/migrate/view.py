"""`tokcount migrate`: what was written, what could not be carried over and where, tokens before and after."""

from __future__ import annotations

from tokcount.document.blocks import Block, Blocks, Cell, Column, Line, Measured, Table
from tokcount.document.rows import Row
from tokcount.document.values import integer
from tokcount.reports.migrate.report import LeftOut, LossEntry, MigrationReport
from tokcount.reports.migrate.stats import Tokens
from tokcount.reports.migrate.target import ENDPOINTS
from tokcount.reports.phrases import counted, location, skipped, tally

LOSS_COLUMNS = (
    Column("parameter"),
    Column("what happened"),
    Column("records", "int"),
    Column("first"),
)
TOKEN_COLUMNS = (
    Column("tokens"),
    Column("records", "int"),
    Column("content", "int"),
    Column("framing", "int"),
    Column("input", "int"),
)
FORMS = {
    "requests": ("request", "requests"),
    "batch": ("batch line", "batch lines"),
    "pairs": ("request with its answer", "requests with their answers"),
}
DIFFERENCE_COLUMNS = (
    Column("why the new requests differ from the prediction"),
    Column("records", "int"),
    Column("tokens", "int"),
)


def blocks(report: MigrationReport) -> Blocks:
    """What was written first, then what was not, then the tokens."""
    return [
        Line(_written(report), "strong"),
        *skipped(report),
        *[Line(_left(entry), "warning") for entry in report.left],
        *_losses(report),
        *_rewritten(report),
        *[Line(text, "note") for text in _remarks(report)],
        *_tokens(report),
    ]


def rows(report: MigrationReport) -> list[Row]:
    """One row per reason for a record that was left out, and per loss, with its first location."""
    left = [_row(None, "left", entry) for entry in report.left]
    return left + [_row(entry.parameter, entry.effect, entry) for entry in report.losses]


def _row(parameter: str | None, effect: str, entry: LeftOut | LossEntry) -> Row:
    return {
        "parameter": parameter,
        "effect": effect,
        "reason": entry.reason,
        "records": entry.records,
        "first": location(entry.places[0]),
    }


def _written(report: MigrationReport) -> str:
    written = report.written
    numbers = {ENDPOINTS[name]: count for name, count in written.endpoints.items() if count}
    kinds = (
        " and ".join(f"{integer(count)} {name}" for name, count in numbers.items())
        if len(numbers) > 1
        else f"{integer(written.requests)} {next(iter(numbers), '')}".rstrip()
    )
    requests = f"{kinds} {FORMS[written.form][written.requests != 1]} for {report.target.model}"
    of = f"{integer(report.migrated)} of {counted(report.records, 'record', 'records')}"
    if written.dry_run:
        return f"{of} can be migrated: {requests}; nothing was written (-o FILE writes them)"
    where = f" to {written.path}" if written.path else ""
    return f"Wrote {requests}{where} ({of} migrated)"


def _left(entry: LeftOut) -> str:
    records = counted(entry.records, "record", "records")
    return f"{records} not migrated: {entry.reason} ({_first(entry)})"


def _first(entry: LeftOut | LossEntry) -> str:
    return location(entry.places[0]) + (" …" if entry.records > 1 else "")


def _losses(report: MigrationReport) -> list[Block]:
    if not report.losses:
        return [Line("Nothing of the migrated requests was dropped or changed.")] if report.migrated else []
    table = [_loss(loss, f"{loss.effect}: {loss.reason}") for loss in report.losses]
    records = counted(report.losing, "record", "records")
    title = f"Dropped or changed, in {records}"
    return [Table(LOSS_COLUMNS, tuple(table), title=title, note="--lost FILE lists every record")]


def _rewritten(report: MigrationReport) -> list[Block]:
    table = [_loss(loss, loss.reason) for loss in report.rewritten]
    title = "Rewritten without loss"
    return [Table(LOSS_COLUMNS, tuple(table), title=title)] if table else []


def _loss(loss: LossEntry, what: str) -> tuple[Cell, ...]:
    return (loss.parameter, what, loss.records, _first(loss))


def _remarks(report: MigrationReport) -> list[str]:
    """What else to know before sending the requests."""
    remarks = [*_split(report), *_factors(report)]
    if report.unlimited:
        records = counted(report.unlimited, "record", "records")
        remarks.append(
            f"{records} without max_tokens: completions then end after 16 tokens, chats when they are done."
        )
    if report.alone:
        prompts = counted(report.alone, "prompt", "prompts")
        remarks.append(
            f"{prompts} without a call: the log has neither parameters nor an output limit for them."
        )
    if report.conversations:
        records = counted(report.conversations, "stored conversation", "stored conversations")
        remarks.append(f"{records} with the last answer; --unit last-request ends each request before it.")
    if (report.written.batch_files or 0) > 1:
        files = integer(report.written.batch_files or 0)
        remarks.append(
            f"A batch file takes 50,000 requests and 200 MB: split the lines into {files} or more files."
        )
    return remarks


def _split(report: MigrationReport) -> list[str]:
    split = report.split
    if not report.written.split:
        return []
    prompts = counted(split.split + split.whole, "prompt", "prompts")
    conventions = f" ({tally(split.conventions)})" if split.conventions else ""
    return [f"Split into messages: {integer(split.split)} of {prompts}{conventions}."]


def _factors(report: MigrationReport) -> list[str]:
    return [
        f"max_tokens of {factor.encoding} models multiplied by {factor.factor:.3f}: their logged outputs have "
        f"{integer(factor.before_tokens)} tokens before and {integer(factor.after_tokens)} after."
        for factor in report.factors or ()
    ]


def _tokens(report: MigrationReport) -> list[Block]:
    """The old models, the target as drift counts it, and what was written."""
    tokens = report.tokens
    if not report.migrated:
        return []
    table = [
        _sums("before, under their own models", tokens.before),
        _sums(f"as drift --to {report.target.model} counts them", tokens.predicted),
    ]
    table.append(_sums("the new requests, read back", tokens.after))
    blocks: list[Block] = [Table(TOKEN_COLUMNS, tuple(table), note=_uncounted(tokens.before))]
    if tokens.differences:
        rows: list[tuple[Cell, ...]] = [
            (difference.reason, difference.records, Measured(difference.tokens, "int"))
            for difference in tokens.differences
        ]
        blocks.append(Table(DIFFERENCE_COLUMNS, tuple(rows)))
    return blocks


def _uncounted(before: Tokens) -> str:
    if not before.uncounted:
        return ""
    records = counted(before.uncounted, "record", "records")
    return f"the first row leaves out {records} of unknown models"


def _sums(label: str, sums: Tokens) -> tuple[Cell, ...]:
    if not sums.records:
        return (label, 0, None, None, None)
    return (label, sums.records, sums.content_tokens, sums.framing_tokens, sums.input_tokens)
