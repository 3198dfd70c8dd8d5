"""What a budget can be about: the metrics, what they aggregate to, and in which unit."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Unit = Literal["tokens", "records", "share", "usd"]

QUANTILES: Final = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
"""Percentiles, exact, with linear interpolation between the two nearest values, as everywhere in tokcount."""
ORDERED: Final = ("max", "min", *QUANTILES)
"""Aggregates that are the value of one record, or lie between two."""
_DISTRIBUTION: Final = ("total", "mean", *ORDERED)


class Metric(msgspec.Struct, frozen=True):
    """One thing that is measured of every record.

    ``units`` has the aggregates and the unit of each. ``counted``: it depends on the model that the record is counted
    under, so ``for`` makes sense. ``selectable``: it can be measured over some of the records, so ``where`` makes
    sense. ``ratios``: aggregates that are a part of a whole.
    """

    name: str
    meaning: str
    units: dict[str, Unit]
    counted: bool = True
    selectable: bool = True
    ratios: tuple[str, ...] = ()

    @property
    def aggregates(self) -> tuple[str, ...]:
        """The words that may follow the name."""
        return tuple(self.units)


def _all(aggregates: tuple[str, ...], unit: Unit) -> dict[str, Unit]:
    return dict.fromkeys(aggregates, unit)


_METRICS: Final = (
    Metric(
        "input_tokens",
        "content and framing; of a record that can only be billed, not counted, the billed number",
        _all(_DISTRIBUTION, "tokens"),
    ),
    Metric(
        "output_tokens",
        "what came back, over the records with a response; billed where the log says so, since that includes "
        "reasoning, else counted",
        _all(_DISTRIBUTION, "tokens"),
    ),
    Metric("content_tokens", "the text itself", _all(_DISTRIBUTION, "tokens")),
    Metric("framing_tokens", "what the API adds around the text", _all(_DISTRIBUTION, "tokens")),
    Metric(
        "framing",
        "framing tokens of the input tokens",
        _all(("share", *ORDERED), "share"),
        ratios=("share",),
    ),
    Metric(
        "cost",
        "USD, at the record's own day under its own model, else at today's prices or those of --as-of",
        _all(("total", "per_record", "per_month", "mean", *ORDERED), "usd"),
    ),
    Metric(
        "drift",
        "(target - baseline) / baseline of the input tokens; the baseline is --from, else each record's own model",
        _all(("total", "mean", *ORDERED), "share"),
        ratios=("total",),
    ),
    Metric(
        "context",
        "input tokens of what the model takes as input",
        _all(("mean", *ORDERED), "share"),
    ),
    Metric(
        "residual",
        "counted against billed input, over the records with usage: the share counted exactly, and by how many "
        "tokens, in either direction, the others miss",
        {"exact": "share", **_all(("mean", *ORDERED), "tokens")},
        counted=False,
        ratios=("exact",),
    ),
    Metric("records", "records read", {"total": "records"}, counted=False),
    Metric(
        "skipped",
        "what could not be read as a record",
        {"total": "records", "share": "share"},
        counted=False,
        selectable=False,
        ratios=("share",),
    ),
    Metric(
        "uncounted",
        "records whose input tokens are neither counted nor billed",
        {"total": "records", "share": "share"},
        ratios=("share",),
    ),
    Metric("unpriced", "records without a price", {"total": "records", "share": "share"}, ratios=("share",)),
    Metric(
        "estimated",
        "input tokens whose basis is not exact",
        {"total": "tokens", "share": "share"},
        ratios=("share",),
    ),
)

METRICS: Final[dict[str, Metric]] = {metric.name: metric for metric in _METRICS}
"""Name → metric."""
