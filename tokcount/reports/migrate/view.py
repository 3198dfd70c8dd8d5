"""`tokcount migrate`: what was written, what could not be carried over and where, tokens before and after."""

from __future__ import annotations

from typing import Any

import msgspec

from tokcount.document.blocks import Block, Blocks, Cell, Column, Line, Table
from tokcount.document.rows import Row
from tokcount.document.values import integer, show
from tokcount.reports.phrases import counted, place, skipped
from tokcount.reports.report import SkippedItems

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
APIS = {"chat": "chat", "responses": "the Responses API"}


def blocks(data: dict[str, Any]) -> Blocks:
    """What was written first, then what was not, then the tokens."""
    return [
        Line(_written(data), "strong"),
        *skipped(msgspec.convert(data, SkippedItems)),
        *[Line(_left(entry), "warning") for entry in data["left"]],
        *_losses(data),
        *[Line(text, "note") for text in _remarks(data)],
        *_tokens(data),
    ]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each thing that was left or lost, with its first place."""
    left: list[dict[str, Any]] = [{"parameter": None, "effect": "left", **entry} for entry in data["left"]]
    return [
        {key: entry[key] for key in ("parameter", "effect", "reason", "records")}
        | {"first": _place(entry["places"][0])}
        for entry in left + data["losses"]
    ]


def _written(data: dict[str, Any]) -> str:
    written, target = data["written"], data["target"]
    what = counted(written["requests"], *FORMS[written["form"]])
    where = f" written to {written['path']}" if written["path"] else " written"
    of = f"{integer(data['migrated'])} of {counted(data['records'], 'record', 'records')}"
    return f"{what}{where}, for {target['model']} by {APIS[target['api']]}, from {of}"


def _left(entry: dict[str, Any]) -> str:
    records = counted(entry["records"], "record", "records")
    return f"{records} not migrated: {entry['reason']} ({_first(entry)})"


def _place(entry: dict[str, Any]) -> str:
    return place(entry["source"], entry["line"], entry["index"])


def _first(entry: dict[str, Any]) -> str:
    return _place(entry["places"][0]) + (" …" if entry["records"] > 1 else "")


def _losses(data: dict[str, Any]) -> list[Block]:
    if not data["losses"]:
        return [Line("Everything that the requests asked for was carried over.")] if data["migrated"] else []
    table: list[tuple[Cell, ...]] = [
        (loss["parameter"], f"{loss['effect']}: {loss['reason']}", loss["records"], _first(loss))
        for loss in data["losses"]
    ]
    records = counted(data["losing"], "record", "records")
    title = f"Not carried over as it was, in {records}"
    return [Table(LOSS_COLUMNS, tuple(table), title=title, note="--lost FILE lists every record")]


def _remarks(data: dict[str, Any]) -> list[str]:
    """What else someone should know before sending the requests."""
    remarks = [*_split(data), *_factors(data)]
    if data["unlimited"]:
        records = counted(data["unlimited"], "record", "records")
        remarks.append(
            f"{records} without max_tokens: completions end after 16 tokens then, chats when they are done."
        )
    if data["alone"]:
        records = counted(data["alone"], "prompt", "prompts")
        remarks.append(
            f"{records} without a call around: the log has no parameters there, and no limit of output tokens."
        )
    if (data["written"]["batch_files"] or 0) > 1:
        files = integer(data["written"]["batch_files"])
        remarks.append(
            f"A batch file takes 50,000 requests and 200 MB: split the lines into {files} or more."
        )
    return remarks


def _split(data: dict[str, Any]) -> list[str]:
    split = data["split"]
    if not data["written"]["split"]:
        return []
    prompts = counted(split["split"] + split["whole"], "prompt", "prompts")
    told = ", ".join(f"{integer(n)} {name}" for name, n in split["conventions"].items())
    return [f"Split into messages: {integer(split['split'])} of {prompts}" + (f" ({told})." if told else ".")]


def _factors(data: dict[str, Any]) -> list[str]:
    return [
        f"max_tokens of {factor['encoding']} models times {factor['factor']:.3f}: their logged outputs have "
        f"{show(factor['before_tokens'], 'int')} tokens before and {show(factor['after_tokens'], 'int')} after."
        for factor in data["factors"] or ()
    ]


def _tokens(data: dict[str, Any]) -> list[Block]:
    """The old models, the target as drift counts it, and what was written."""
    tokens, model = data["tokens"], data["target"]["model"]
    if not data["migrated"]:
        return []
    table = [
        _sums("before, under their own models", tokens["before"]),
        _sums(f"as drift --to {model} counts them", tokens["predicted"]),
    ]
    if tokens["after"] is None:
        unread = Line("Not read back: the requests were not written to a file (-o FILE).", "note")
        return [Table(TOKEN_COLUMNS, tuple(table), note=_uncounted(tokens["before"])), unread]
    table.append(_sums("written, read back", tokens["after"]))
    return [Table(TOKEN_COLUMNS, tuple(table), note=_uncounted(tokens["before"])), *_unread(data)]


def _unread(data: dict[str, Any]) -> list[Line]:
    """A warning when the file does not hold what was written."""
    found, wrote = data["tokens"]["after"]["records"], data["written"]["requests"]
    if found == wrote:
        return []
    return [Line(f"Read back {integer(found)} of {integer(wrote)} requests; the file changed.", "warning")]


def _uncounted(before: dict[str, Any]) -> str:
    if not before["uncounted"]:
        return ""
    records = counted(before["uncounted"], "record", "records")
    return f"the first row is without {records} of no known model"


def _sums(label: str, sums: dict[str, Any]) -> tuple[Cell, ...]:
    if not sums["records"]:
        return (label, 0, None, None, None)
    return (label, sums["records"], *(sums[f"{name}_tokens"] for name in ("content", "framing", "input")))
