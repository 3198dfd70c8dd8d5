"""What a migration did: how much was rewritten, what was lost, and the tokens before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import polars as pl

from tokcount.models.references import OWN
from tokcount.reports.columns import column
from tokcount.reports.migrate.batch import MOST_BYTES, MOST_REQUESTS
from tokcount.reports.migrate.requests import PROMPT_KINDS
from tokcount.reports.migrate.stats import MigrationStats, Places
from tokcount.reports.migrate.target import MigrationTarget
from tokcount.reports.overview import SkippedSummary, skipped_items
from tokcount.reports.report import DictReport, Report


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
    both = frame.filter(pl.col("kind").is_in(list(PROMPT_KINDS)), own.is_not_null(), new.is_not_null())
    sums = both.group_by("model").agg(own.sum().alias("before"), new.sum().alias("after"))
    totals: dict[str, tuple[int, int]] = {}
    for model, before, after in sums.sort("model").iter_rows():
        encoding = encoding_of(model)
        if encoding is not None:
            old_before, old_after = totals.get(encoding, (0, 0))
            totals[encoding] = (old_before + before, old_after + after)
    return [Factor(encoding, *sums) for encoding, sums in sorted(totals.items()) if sums[0]]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """Where the requests went and in which form: `requests`, `batch` or `pairs`."""

    path: str | None
    form: str
    system: bool = False
    split: bool = False


def report(
    stats: MigrationStats,
    target: MigrationTarget,
    written: Written,
    skipped: SkippedSummary,
    *,
    factors: list[Factor] | None,
) -> Report:
    """The report of a migration.

    `factors`: `None` when limits are not scaled.
    """
    data: dict[str, Any] = {
        "target": msgspec.to_builtins(target),
        "written": {
            **msgspec.to_builtins(written),
            "requests": stats.requests,
            "bytes": stats.bytes,
            "batch_files": _batch_files(stats) if written.form == "batch" else None,
        },
        "records": stats.records,
        "migrated": stats.migrated,
        **msgspec.to_builtins(skipped_items(skipped)),
        "left": [{"reason": reason, **_places(places)} for reason, places in _most_first(stats.left)],
        "losing": stats.losing,
        "losses": [
            {**msgspec.to_builtins(loss), **_places(places)} for loss, places in _most_first(stats.losses)
        ],
        "split": {
            "split": stats.conventions.total(),
            "whole": stats.whole,
            "conventions": dict(sorted(stats.conventions.items())),
        },
        "unlimited": stats.unlimited,
        "alone": stats.alone,
        "factors": None if factors is None else [_factor(factor) for factor in factors],
        "tokens": {
            "before": msgspec.to_builtins(stats.before),
            "predicted": msgspec.to_builtins(stats.predicted),
            "after": msgspec.to_builtins(stats.after),
        },
    }
    return DictReport("migrate", data)


def _batch_files(stats: MigrationStats) -> int:
    """The fewest batch files that hold the requests, by the limits of the Batch API."""
    return max(1, -(-stats.requests // MOST_REQUESTS), -(-stats.bytes // MOST_BYTES))


def _most_first(found: Mapping[Any, Places]) -> list[tuple[Any, Places]]:
    return sorted(found.items(), key=lambda entry: -entry[1].records)


def _places(places: Places) -> dict[str, Any]:
    return {"records": places.records, "places": msgspec.to_builtins(places.first)}


def _factor(factor: Factor) -> dict[str, Any]:
    return {**msgspec.to_builtins(factor), "factor": factor.factor}
