"""What a migration did: how much was rewritten, what was lost, and the tokens before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec
import polars as pl
from msgspec import structs

from tokcount.models.references import OWN
from tokcount.reports.columns import column
from tokcount.reports.migrate.batch import MOST_BYTES, MOST_REQUESTS
from tokcount.reports.migrate.report import (
    LeftOut,
    LossEntry,
    MigrationReport,
    OutputFactor,
    SplitPrompts,
    TokenDifference,
    TokenSums,
    Written,
    WrittenRequests,
)
from tokcount.reports.migrate.request import Loss
from tokcount.reports.migrate.requests import SOURCES
from tokcount.reports.migrate.stats import MigrationStats, Places
from tokcount.reports.migrate.target import MigrationTarget
from tokcount.reports.overview import SkippedSummary, skipped_items

K = TypeVar("K")


class Factor(msgspec.Struct, frozen=True):
    """How the logged outputs of models of one encoding grow under the target: tokens before, tokens after."""

    encoding: str
    before_tokens: int
    after_tokens: int

    @property
    def factor(self) -> float:
        """The factor for limits of output tokens."""
        return self.after_tokens / self.before_tokens


def output_factors(
    frame: pl.DataFrame, label: str, encoding_of: Callable[[str | None], str | None]
) -> list[Factor]:
    """The drift of the logged outputs, by the encoding of the old model.

    The frame has the counts under each record's own model and under `label`; `encoding_of` returns the
    encoding of a model name of the log.
    """
    own, new = (pl.col(column(name, "output_tokens")) for name in (OWN, label))
    both = frame.filter(pl.col("kind").is_in(list(SOURCES)), own.is_not_null(), new.is_not_null())
    sums = both.group_by("model").agg(own.sum().alias("before"), new.sum().alias("after"))
    totals: dict[str, tuple[int, int]] = {}
    for model, before, after in sums.sort("model").iter_rows():
        encoding = encoding_of(model)
        if encoding is not None:
            old_before, old_after = totals.get(encoding, (0, 0))
            totals[encoding] = (old_before + before, old_after + after)
    return [Factor(encoding, *sums) for encoding, sums in sorted(totals.items()) if sums[0]]


def report(
    stats: MigrationStats,
    target: MigrationTarget,
    written: Written,
    skipped: SkippedSummary,
    *,
    factors: list[Factor] | None,
) -> MigrationReport:
    """The report of a migration; `factors`: `None` when limits are not scaled."""
    return MigrationReport(
        target=target,
        written=WrittenRequests(
            **structs.asdict(written),
            requests=stats.requests,
            endpoints=dict(sorted(stats.endpoints.items())),
            bytes=stats.bytes,
            batch_files=_batch_files(stats) if written.form == "batch" else None,
        ),
        records=stats.records,
        migrated=stats.migrated,
        **structs.asdict(skipped_items(skipped)),
        left=[LeftOut(reason, places.records, places.first) for reason, places in _most_first(stats.left)],
        losing=stats.losing,
        losses=_entries(stats.losses),
        rewritten=_entries(stats.rewritten),
        split=SplitPrompts(stats.conventions.total(), stats.whole, dict(sorted(stats.conventions.items()))),
        unlimited=stats.unlimited,
        alone=stats.alone,
        conversations=stats.conversations,
        factors=None if factors is None else [_factor(factor) for factor in factors],
        tokens=TokenSums(stats.before, stats.predicted, stats.after, _differences(stats)),
    )


def _entries(losses: Mapping[Loss, Places]) -> list[LossEntry]:
    return [
        LossEntry(loss.parameter, loss.effect, loss.reason, places.records, places.first)
        for loss, places in _most_first(losses)
    ]


def _differences(stats: MigrationStats) -> list[TokenDifference]:
    largest_first = sorted(stats.differences.items(), key=lambda entry: -abs(entry[1].tokens))
    return [TokenDifference(reason, found.records, found.tokens) for reason, found in largest_first]


def _factor(factor: Factor) -> OutputFactor:
    return OutputFactor(factor.encoding, factor.before_tokens, factor.after_tokens, factor.factor)


def _batch_files(stats: MigrationStats) -> int:
    """The fewest batch files that hold the requests, by the limits of the Batch API."""
    return max(1, -(-stats.requests // MOST_REQUESTS), -(-stats.bytes // MOST_BYTES))


def _most_first(found: Mapping[K, Places]) -> list[tuple[K, Places]]:
    return sorted(found.items(), key=lambda entry: -entry[1].records)
