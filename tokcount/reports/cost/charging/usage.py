"""How many tokens of each record are charged under each reference.

What the log says was billed wins for the record's own model; everything else is counted. A target is charged its
own count plus what the count of the own model could not see (billed minus counted: hidden context, images,
reasoning), so that both sides include the same things; where nothing could be counted, the billed numbers are used.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

from tokcount.framing import layout
from tokcount.models.references import OWN
from tokcount.reports.columns import Side, best_known, billed, column, tokens
from tokcount.reports.cost.charging.answers import AS_LOGGED, Answers
from tokcount.reports.cost.charging.components import CACHED, PARTS, REASONING, WRITTEN, Component, split

CACHED_FROM: Final = 1024
"""The shortest prompt that is cached (OpenAI's prompt caching guide)."""
CACHED_REPLY: Final = r"(^|\|)cached_reply(\||$)"
"""Flags of a record that a gateway answered from its own cache."""
SIDES: Final[tuple[Side, ...]] = ("input", "output")
SHARE_STEPS: Final = 1_000_000
NO_OUTPUT: Final = "no output in the log"
PARTIAL: Final = "counted in part"
WITHOUT_OUTPUT: Final = "embeddings"
"""The kind of calls that bill no output."""
USAGE_COLUMNS: Final = ("input", "output", "cached_input", "cache_write", "usage", "low", "basis")
ALWAYS: Final = (CACHED, WRITTEN)
"""The parts that have a column in every log."""
OPTIONAL_COLUMNS: Final = (CACHED.billed, WRITTEN.billed, REASONING.billed, "requests")


def with_usage(
    frame: pl.DataFrame,
    label: str,
    baseline: str,
    cached_share: Decimal | None,
    answers: Answers = AS_LOGGED,
) -> pl.DataFrame:
    """One row per record: `input` and `output` tokens charged, and the parts of them (Int64), in the same order.

    The parts are those of `components.PARTS` that the log has any tokens of, cached input and cache writes always.
    `input` is null where neither a count nor a billed number is known. `usage` is `billed`, `counted`, `carried` for a
    target whose tokens include billed numbers that its own count cannot explain, or `not billed` for an answer from a
    gateway's cache. `low` is why the tokens are a lower bound: `NO_OUTPUT` (an unknown output is charged as 0) or
    `PARTIAL`; else it is null. `basis` is that of the count, where one was needed.
    """
    missing = [name for name in OPTIONAL_COLUMNS if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, pl.Int64).alias(name) for name in missing)
    has_own = baseline == OWN
    parts = [part for part in PARTS if part in ALWAYS or (has_own and _is_logged(frame, part))]
    if answers.reasoning is not None and REASONING not in parts:
        parts.append(REASONING)
    amounts = frame.select(*_tokens(label, baseline, answers))
    if has_own:
        own = [best_known(OWN, side).alias(f"own_{side}") for side in SIDES]
        amounts = amounts.hstack(frame.select(*own, *(part.billed for part in parts)))
    amounts = amounts.with_columns(
        _part(part, label, cached_share, has_own=has_own).alias(part.name) for part in parts
    )
    amounts = split(amounts).with_columns(_basis(frame, label), frame["kind"])
    amounts = amounts.with_columns(
        low=_low(),
        output=pl.col("output").fill_null(0),
        basis=pl.when(pl.col("usage") != "billed").then("basis"),
    )
    kept = dict.fromkeys([*USAGE_COLUMNS, *(part.name for part in parts)])
    return _without_cached_replies(amounts.select(*kept), frame)


def _is_logged(frame: pl.DataFrame, part: Component) -> bool:
    """Whether any record has tokens of a part."""
    return part.billed in frame.columns and bool((frame[part.billed].cast(pl.Int64) > 0).any())


def _part(part: Component, label: str, cached_share: Decimal | None, *, has_own: bool) -> pl.Expr:
    """The tokens of a part: as logged, in proportion to its side under a target, or as is assumed."""
    if part == REASONING:
        return pl.col("hidden")
    assumed = _cached_share(cached_share) if part == CACHED and cached_share is not None else None
    if not has_own:
        return pl.lit(0, pl.Int64) if assumed is None else assumed
    logged = _in_proportion(part.billed, part.side)
    if assumed is None:
        return logged
    return pl.coalesce(logged, assumed) if label == OWN else assumed


def _basis(frame: pl.DataFrame, label: str) -> pl.Series:
    """How sure the count of each record is; null where the frame does not say."""
    name = column(label, "basis")
    if name in frame.columns:
        return frame[name].cast(pl.String).alias("basis")
    return pl.Series("basis", [None], pl.String).new_from_index(0, frame.height)


def _low() -> pl.Expr:
    """Why the tokens of a record are less than what a call is charged for."""
    unanswered = pl.col("output").is_null() & (pl.col("kind") != WITHOUT_OUTPUT)
    partial = (pl.col("basis") == layout.PARTIAL) & (pl.col("usage") == "counted")
    return pl.when(unanswered).then(pl.lit(NO_OUTPUT)).when(partial).then(pl.lit(PARTIAL))


def _without_cached_replies(usage: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    if "flags" not in frame.columns:
        return usage
    unbilled = frame["flags"].fill_null("").str.contains(CACHED_REPLY)
    if not unbilled.any():
        return usage
    amounts = pl.exclude("usage", "low", "basis")
    return usage.with_columns(
        pl.when(unbilled).then(pl.lit(0, pl.Int64)).otherwise(amounts).name.keep(),
        usage=pl.when(unbilled).then(pl.lit("not billed")).otherwise("usage"),
        low=pl.when(~unbilled).then("low"),
        basis=pl.when(~unbilled).then("basis"),
    )


def _tokens(label: str, baseline: str, answers: Answers) -> list[pl.Expr]:
    """`input`, `output` and `usage` of each record."""
    has_own = baseline == OWN
    known_in, known_out = (best_known(label, side, has_own=has_own) for side in SIDES)
    counted_in, counted_out = (tokens(label, f"{side}_tokens") for side in SIDES)
    reasoning = pl.col("billed_reasoning_tokens") if has_own else pl.lit(0)
    if label == OWN:
        source, is_source = "billed", billed("input").is_not_null()
    else:
        uncounted = counted_in.is_null() & known_in.is_not_null()
        source, is_source = "carried", (known_in != counted_in) | (known_out != counted_out) | uncounted
    is_source = is_source.fill_null(value=False)
    return [
        known_in.alias("input"),
        *answers.tokens(known_out, reasoning, pl.max_horizontal("requests", pl.lit(1))),
        pl.when(is_source).then(pl.lit(source)).otherwise(pl.lit("counted")).alias("usage"),
    ]


def _cached_share(share: Decimal) -> pl.Expr:
    steps = int(share * SHARE_STEPS)
    cached = pl.col("input").cast(pl.Int128) * steps // SHARE_STEPS
    return pl.when(pl.col("input") >= CACHED_FROM).then(cached).otherwise(0).cast(pl.Int64)


def _in_proportion(logged: str, side: Side) -> pl.Expr:
    """Logged tokens of a part of the own input or output, for one of another size."""
    own = f"own_{side}"
    part = pl.col(logged).cast(pl.Int128) * pl.col(side) // pl.col(own)
    return pl.when(pl.col(own) > 0).then(part).otherwise(pl.col(logged)).cast(pl.Int64)
