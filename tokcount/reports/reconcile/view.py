"""``tokcount reconcile``: how many records are counted as billed, and where the others miss."""

from __future__ import annotations

from typing import Any

import msgspec

from tokcount.document.blocks import Block, Blocks, Cell, Column, Line, Table
from tokcount.document.rows import Row
from tokcount.document.values import integer, share
from tokcount.reports.phrases import counted, flags, holdings, place, skipped, sureness, uncompared
from tokcount.reports.report import ByBasis, Overview

SHAPE_COLUMNS = (
    Column("shape"),
    Column("endpoint"),
    Column("n", "int"),
    Column("exact", "int"),
    Column("share", "share"),
    Column("min", "change"),
    Column("p50", "change"),
    Column("max", "change"),
)
GROUP_COLUMNS = (Column("model"), *SHAPE_COLUMNS)
WORST_COLUMNS = (
    Column("record"),
    Column("model"),
    Column("shape"),
    Column("counted", "int"),
    Column("billed", "int"),
    Column("residual", "change"),
    Column("basis"),
)
BILLED_WORDS = {
    "cached_tokens": "read from a cache",
    "cache_write_tokens": "written to a cache",
    "audio_tokens": "audio",
}


def blocks(data: dict[str, Any]) -> Blocks:
    """The verdict first, then constants, groups, the records that miss most, and how sure the counts are."""
    overview = msgspec.convert(data, Overview)
    tokens = msgspec.convert(data["basis_tokens"], ByBasis)
    return [
        Line(holdings(overview), "strong"),
        *skipped(overview),
        *flags(overview),
        *_verdict(data),
        *[Line(_constant(entry), "warning") for entry in data["constants"]],
        *_groups(data),
        *_worst(data),
        *([sureness(tokens, data["reasons"])] if data["compared"] else []),
    ]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each model, shape and endpoint."""
    return [dict(group) for group in data["groups"]]


def _verdict(data: dict[str, Any]) -> list[Line]:
    lines = []
    if data["compared"]:
        lines.append(Line(f"Input: {_exactly(data)}. {_bases(data['by_basis'])}"))
        lines.append(Line(_billed(data["billed"])))
        lines += _odd_bills(data["odd_bills"])
    else:
        lines.append(Line("No record can be compared.", "warning"))
    if data["output"]["compared"]:
        lines.append(Line(f"Output, with reasoning tokens as logged: {_exactly(data['output'])}."))
    return lines + uncompared(data["uncompared"]["records"], data["uncompared"]["reasons"], "note")


def _exactly(agreement: dict[str, Any]) -> str:
    of = counted(agreement["compared"], "record", "records")
    return (
        f"{integer(agreement['exact'])} of {of} counted exactly as billed ({share(agreement['exact_share'])})"
    )


def _bases(by_basis: list[dict[str, Any]]) -> str:
    told = [
        f"{entry['basis']} {integer(entry['exact'])} of {integer(entry['compared'])}"
        for entry in by_basis
        if entry["compared"]
    ]
    return f"By basis: {', '.join(told)}."


def _billed(billed: dict[str, int | None]) -> str:
    parts = [f"{integer(n)} {word}" for key, word in BILLED_WORDS.items() if (n := billed[key])]
    inside = f", of them {', '.join(parts)}" if parts else ""
    return f"Billed for these records: {integer(billed['input_tokens'] or 0)} input tokens{inside}."


def _odd_bills(odd: dict[str, Any]) -> list[Line]:
    """The records whose bill is odd for a known reason, and the share without them."""
    if not odd["records"]:
        return []
    named = counted(odd["records"], "record", "records")
    reasons = "; ".join(f"{note} ({integer(n)})" for note, n in odd["notes"].items())
    rest = f" Without them: {_exactly(odd['without'])}." if odd["without"]["compared"] else ""
    return [Line(f"{named} with a billing anomaly: {reasons}.{rest}")]


def _constant(entry: dict[str, Any]) -> str:
    who = " ".join(entry[key] for key in ("model", "shape", "endpoint") if entry[key]) or "unnamed"
    quantity = integer(entry["n"])
    how_many = f"All {quantity}" if entry["n"] == entry["of"] else f"{quantity} of {integer(entry['of'])}"
    sign = "+" if entry["residual"] > 0 else ""
    return (
        f"{how_many} {who} records: {sign}{integer(entry['residual'])}, a framing constant that is not known."
    )


def _groups(data: dict[str, Any]) -> list[Block]:
    """All shapes over the models, then by model what is not exact throughout."""
    if not data["groups"]:
        return []
    note = "residual (min, p50, max): counted − billed"
    found: list[Block] = [
        Table(SHAPE_COLUMNS, tuple(_residuals(entry) for entry in data["shapes"]), note=note)
    ]
    missing = [group for group in data["groups"] if group["exact"] < group["n"]]
    if missing:
        table = tuple((group["model"] or "not known", *_residuals(group)) for group in missing)
        found.append(Table(GROUP_COLUMNS, table, title="By model, where not all is exact"))
    exact = len(data["groups"]) - len(missing)
    if exact:
        groups = counted(exact, "group", "groups")
        found.append(
            Line(f"{groups} of one model, shape and endpoint exact throughout; -f csv lists all.", "note")
        )
    return found


def _residuals(group: dict[str, Any]) -> tuple[Cell, ...]:
    share_exact = group["exact"] / group["n"]
    residuals = (group[f"residual_{name}"] for name in ("min", "p50", "max"))
    return (group["shape"], group["endpoint"], group["n"], group["exact"], share_exact, *residuals)


def _worst(data: dict[str, Any]) -> list[Block]:
    if not data["worst"]:
        return []
    keys = ("model", "shape", "counted_input_tokens", "billed_input_tokens", "residual_input_tokens", "basis")
    table = tuple(
        (place(entry["source"], entry["line"], entry["index"]), *(entry[key] for key in keys))
        for entry in data["worst"]
    )
    return [Table(WORST_COLUMNS, table, title="Records that miss most, the surest basis first")]
