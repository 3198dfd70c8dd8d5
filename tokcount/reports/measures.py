"""The numbers of one reference over some records: sums, drift and its distribution, basis.

Drift is (target - baseline) / baseline of the input tokens, a signed fraction. The drift of a total is that of the
sums, which are over the records that all references can count (`same_records`). The percentiles are those of the drift
of single records, exact, with linear interpolation between the two nearest (type 7 of Hyndman and Fan 1996; the default
of NumPy, pandas and Excel's PERCENTILE.INC). Records whose baseline is 0 tokens have no drift: they count in the totals
and are left out of the percentiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import polars as pl

from tokcount.framing.layout import BASIS_ORDER
from tokcount.reports.columns import QUANTITIES, NamedReference, column, tokens, total, with_found
from tokcount.reports.drift.report import Measures
from tokcount.reports.report import ByBasis

MEASURED: Final = (
    *QUANTITIES,
    *("drift", "drift_p50", "drift_p95", "drift_max", "output_drift", "difference"),
    *("counted", "compared", "zero_baseline"),
)
"""Fields of `Measures` that are aggregations of the same name."""
_AGGREGATED: Final = (
    *MEASURED,
    *(f"{of}.{word}" for of in ("basis", "basis_tokens") for word in BASIS_ORDER),
)
"""All aggregations that a reference may have."""

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)
Number = TypeVar("Number", float, pl.Expr)
Stats = dict[str, Any]
"""One aggregated row; the keys are those of `measures`, prefixed by the reference's label."""


def same_records(frame: pl.DataFrame, references: Sequence[NamedReference]) -> pl.DataFrame:
    """The frame with the counts of only those records whose input all references can count.

    Every sum over it is over the same records. A reference that can count no input at all is left out of the
    comparison; it would leave nothing to compare.
    """
    inputs = [column(reference.label, "input_tokens") for reference in references]
    common = [pl.col(name).is_not_null() for name in inputs if frame[name].count()]
    if not common:
        return frame
    counts = [column(reference.label, name) for reference in references for name in QUANTITIES]
    together = pl.all_horizontal(common)
    if frame.lazy().select(together.all()).collect().item():
        return frame
    found = frame.lazy().select(pl.when(together).then(pl.col(name)).alias(name) for name in counts)
    return with_found(frame, found.collect())


def record_drift(label: str, baseline: str) -> pl.Expr:
    """The drift of each record, as column `LABEL:drift`; null where a side is unknown or the baseline is 0."""
    before, after = tokens(baseline, "input_tokens"), tokens(label, "input_tokens")
    drift = pl.when(before > 0).then((after - before) / before)
    return drift.alias(column(label, "drift"))


def with_drift(frame: Frame, references: Sequence[NamedReference], baseline: NamedReference) -> Frame:
    """The frame with `record_drift` of each reference; the baseline has none."""
    others = [reference.label for reference in references if reference.label != baseline.label]
    empty = pl.lit(None, pl.Float64).alias(column(baseline.label, "drift"))
    return frame.with_columns(*(record_drift(label, baseline.label) for label in others), empty)


def measures(label: str, baseline: str) -> list[pl.Expr]:
    """Aggregations over a frame `with_drift`, for `select` or `group_by().agg`."""
    named = [*_sums(label), *_basis(label)]
    if label != baseline:
        named += [*_total_drift(label, baseline), *_distribution(label, baseline)]
    return [expression.alias(column(label, name)) for name, expression in named]


def _sums(label: str) -> list[tuple[str, pl.Expr]]:
    sums: list[tuple[str, pl.Expr]] = [(name, _known_sum(tokens(label, name))) for name in QUANTITIES]
    return [*sums, ("counted", tokens(label, "input_tokens").count())]


def _known_sum(values: pl.Expr) -> pl.Expr:
    return pl.when(values.count() > 0).then(total(values))


def _basis(label: str) -> list[tuple[str, pl.Expr]]:
    values = tokens(label, "input_tokens")
    basis = pl.col(column(label, "basis"))
    records = [(f"basis.{word}", (values.is_not_null() & (basis == word)).sum()) for word in BASIS_ORDER]
    return records + [(f"basis_tokens.{word}", total(values.filter(basis == word))) for word in BASIS_ORDER]


def _total_drift(label: str, baseline: str) -> list[tuple[str, pl.Expr]]:
    compared = _both(label, baseline, "input_tokens")
    difference = tokens(label, "input_tokens") - tokens(baseline, "input_tokens")
    return [
        ("compared", compared.sum()),
        ("difference", pl.when(compared.any()).then(total(difference))),
        ("drift", _drift_of_sums(label, baseline, "input_tokens")),
        ("output_drift", _drift_of_sums(label, baseline, "output_tokens")),
    ]


def _distribution(label: str, baseline: str) -> list[tuple[str, pl.Expr]]:
    drift = pl.col(column(label, "drift"))
    empty = _both(label, baseline, "input_tokens") & (tokens(baseline, "input_tokens") == 0)
    return [
        ("drift_p50", _percentile(drift, 0.5)),
        ("drift_p95", _percentile(drift, 0.95)),
        ("drift_max", drift.max()),
        ("zero_baseline", empty.sum()),
    ]


def _percentile(values: pl.Expr, share: float) -> pl.Expr:
    """Written out, because polars rounds `linear` differently in groups."""
    place = (values.count().cast(pl.Int64) - 1) * share
    lower, upper = values.quantile(share, "lower"), values.quantile(share, "higher")
    return interpolated(lower, upper, place - place.floor())


def interpolated(lower: Number, upper: Number, share: Number) -> Number:
    """Linear interpolation between two neighbours: `lower` at share 0, `upper` at 1."""
    return lower + share * (upper - lower)


def _both(label: str, baseline: str, quantity: str) -> pl.Expr:
    return tokens(label, quantity).is_not_null() & tokens(baseline, quantity).is_not_null()


def _drift_of_sums(label: str, baseline: str, quantity: str) -> pl.Expr:
    both = _both(label, baseline, quantity)
    before = total(tokens(baseline, quantity).filter(both))
    after = total(tokens(label, quantity).filter(both))
    return pl.when(before > 0).then((after - before) / before)


def measures_of(stats: Stats, reference: NamedReference) -> Measures:
    """The measures of one reference, out of an aggregated row. What the baseline does not have is `None`."""
    found: Stats = {name: stats.get(column(reference.label, name)) for name in _AGGREGATED}
    return Measures(
        reference=reference.label,
        encoding=reference.encoding,
        family=reference.family,
        **{name: found[name] for name in MEASURED},
        basis=ByBasis(**{word: found[f"basis.{word}"] for word in BASIS_ORDER}),
        basis_tokens=ByBasis(**{word: found[f"basis_tokens.{word}"] for word in BASIS_ORDER}),
    )
