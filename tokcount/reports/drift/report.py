"""The report of `tokcount drift`."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from tokcount.reports.report import ByBasis, Count, GroupKeys, Overview, Usd


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one reference. Sums are `None` where it can count no record."""

    reference: str
    encoding: str | None
    """`None`: differs from record to record."""
    family: str | None
    """Family of framing rules; `None`: differs from record to record."""
    content_tokens: int | None
    framing_tokens: int | None
    hidden_tokens: int | None
    """Billed beyond what could be counted of partial records."""
    input_tokens: int | None
    """Content, framing and hidden, over the records that can be counted."""
    output_tokens: int | None
    drift: float | None
    """(target - baseline) / baseline of the sums over the compared records, signed; `None` for the baseline."""
    drift_p50: float | None
    """Median of the drift of single records, by linear interpolation."""
    drift_p95: float | None
    drift_max: float | None
    output_drift: float | None
    difference: int | None
    """Input tokens added, over the compared records."""
    counted: Count
    """Records that this reference can count."""
    compared: Count | None
    """Records that both this reference and the baseline can count."""
    zero_baseline: Count | None
    """Compared records of 0 tokens under the baseline, which have no drift."""
    basis: ByBasis
    """Records."""
    basis_tokens: ByBasis
    """Input tokens."""


class PricedMeasures(Measures, frozen=True, kw_only=True):
    """The numbers of one reference over the whole log."""

    cost_usd: Usd | None
    """`None`: no record is priced."""
    priced: Count
    """Records that have a price."""
    cost_floor: bool
    """The true cost is higher."""


class DriftGroup(GroupKeys, frozen=True, kw_only=True):
    """The measures of some records under each reference, the baseline first."""

    references: list[Measures]


class PricesUsed(msgspec.Struct, frozen=True):
    """Which prices were applied."""

    version: str
    today: date
    """The day at whose prices the references given by name are charged."""


class Uncompared(msgspec.Struct, frozen=True):
    """Records that some reference cannot count."""

    records: Count
    reasons: dict[str, Count]


class GrowingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that has more input tokens under a target than under the baseline."""

    reference: str
    source: str
    line: Count
    index: Count
    model: str | None
    baseline_tokens: int
    target_tokens: int
    difference: int
    drift: float | None
    basis: Literal["exact", "estimated", "partial"]
    excerpt: str | UnsetType = UNSET
    """The beginning of its text; in an audit with `--show-text`."""


class DriftReport(Overview, frozen=True, kw_only=True, tag="drift"):
    """Tokens of a log under a baseline and under targets: in total, by group, and of the records that grow most."""

    baseline: str
    targets: list[str]
    references: list[PricedMeasures]
    """The baseline first."""
    prices: PricesUsed | None
    """`None`: nothing was charged."""
    reasons: dict[str, Count]
    """Why records are not exact → records."""
    uncompared: Uncompared
    by: list[str]
    groups: list[DriftGroup]
    worst: list[GrowingRecord]
    """The records that grow most under each target, by tokens added."""
