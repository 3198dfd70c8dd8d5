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
from tokcount.reports.cost.answers import AS_LOGGED, Answers

CACHED_FROM: Final = 1024
"""The shortest prompt that is cached (OpenAI's prompt caching guide)."""
CACHED_REPLY: Final = r"(^|\|)cached_reply(\||$)"
"""Flags of a record that a gateway answered from its own cache."""
SIDES: Final[tuple[Side, ...]] = ("input", "output")
SHARE_STEPS: Final = 1_000_000
NO_OUTPUT: Final = "no output in the log"
PARTIAL: Final = "counted in part"
AUDIO: Final = "audio tokens at the rate of text"
"""The price table has no rates of audio, which is dearer than text (OpenAI's pricing page)."""
WITHOUT_OUTPUT: Final = "embeddings"
"""The kind of calls that bill no output."""
USAGE_COLUMNS: Final = ("input", "cached", "write", "output", "usage", "low", "basis")
AUDIO_COLUMNS: Final = ("billed_audio_tokens", "billed_audio_output_tokens")
OPTIONAL_COLUMNS: Final = (
    *("billed_cached_tokens", "billed_cache_write_tokens", "billed_reasoning_tokens", "requests"),
    *AUDIO_COLUMNS,
)


def with_usage(
    frame: pl.DataFrame,
    label: str,
    baseline: str,
    cached_share: Decimal | None,
    answers: Answers = AS_LOGGED,
) -> pl.DataFrame:
    """One row per record: `input, cached, write, output` tokens charged (Int64) and `usage`, in the same order.

    `input` includes `cached` and `write`; it is null where neither a count nor a billed number is known.
    `usage` is `billed`, `counted`, `carried` for a target whose tokens include billed numbers that its own
    count cannot explain, or `not billed` for an answer from a gateway's cache. `low` is why the tokens are a
    lower bound: `NO_OUTPUT` (an unknown output is charged as 0), `PARTIAL` or `AUDIO`; else it is null.
    `basis` is that of the count, where one was needed.
    """
    missing = [name for name in OPTIONAL_COLUMNS if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, pl.Int64).alias(name) for name in missing)
    amounts = frame.select(_tokens(label, baseline, answers))
    shared = _cached_share(cached_share) if cached_share is not None else None
    cached = pl.lit(0, pl.Int64) if shared is None else shared
    if baseline == OWN:
        amounts = amounts.hstack(frame.select(*OPTIONAL_COLUMNS, own_input=best_known(OWN)))
        logged = _in_proportion("billed_cached_tokens")
        cached = pl.coalesce(logged, cached) if label == OWN or shared is None else cached
        written = _in_proportion("billed_cache_write_tokens").fill_null(0)
    else:
        written = pl.lit(0, pl.Int64)
    amounts = amounts.with_columns(cached=pl.min_horizontal(cached, "input"))
    amounts = amounts.with_columns(write=pl.min_horizontal(written, pl.col("input") - pl.col("cached")))
    amounts = amounts.with_columns(_basis(frame, label), _audio(frame), frame["kind"]).with_columns(
        low=_low(),
        output=pl.col("output").fill_null(0),
        basis=pl.when(pl.col("usage") != "billed").then("basis"),
    )
    return _without_cached_replies(amounts.select(USAGE_COLUMNS), frame)


def _basis(frame: pl.DataFrame, label: str) -> pl.Series:
    """How sure the count of each record is; null where the frame does not say."""
    name = column(label, "basis")
    if name in frame.columns:
        return frame[name].cast(pl.String).alias("basis")
    return pl.Series("basis", [None], pl.String).new_from_index(0, frame.height)


def _audio(frame: pl.DataFrame) -> pl.Series:
    """Whether audio tokens are among those billed."""
    heard = [pl.col(name).fill_null(0) > 0 for name in AUDIO_COLUMNS]
    return frame.select(audio=pl.any_horizontal(heard))["audio"]


def _low() -> pl.Expr:
    """Why the tokens of a record are less than what a call is charged for, or charged at less."""
    unanswered = pl.col("output").is_null() & (pl.col("kind") != WITHOUT_OUTPUT)
    partial = (pl.col("basis") == layout.PARTIAL) & (pl.col("usage") == "counted")
    audio = pl.col("audio") & (pl.col("usage") != "counted")
    return (
        pl.when(unanswered)
        .then(pl.lit(NO_OUTPUT))
        .when(partial)
        .then(pl.lit(PARTIAL))
        .when(audio)
        .then(pl.lit(AUDIO))
    )


def _without_cached_replies(usage: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    if "flags" not in frame.columns:
        return usage
    unbilled = frame["flags"].fill_null("").str.contains(CACHED_REPLY)
    if not unbilled.any():
        return usage
    amounts = pl.col("input", "cached", "write", "output")
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
        answers.tokens(known_out, reasoning, pl.max_horizontal("requests", pl.lit(1))).alias("output"),
        pl.when(is_source).then(pl.lit(source)).otherwise(pl.lit("counted")).alias("usage"),
    ]


def _cached_share(share: Decimal) -> pl.Expr:
    steps = int(share * SHARE_STEPS)
    cached = pl.col("input").cast(pl.Int128) * steps // SHARE_STEPS
    return pl.when(pl.col("input") >= CACHED_FROM).then(cached).otherwise(0).cast(pl.Int64)


def _in_proportion(logged: str) -> pl.Expr:
    """Logged tokens of a part of the own input, for an input of another size."""
    part = pl.col(logged).cast(pl.Int128) * pl.col("input") // pl.col("own_input")
    return pl.when(pl.col("own_input") > 0).then(part).otherwise(pl.col(logged)).cast(pl.Int64)
