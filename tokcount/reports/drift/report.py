"""The report of `tokcount drift`."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from tokcount.reports.report import ByBasis, Count, GroupKeys, Overview, Usd


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of one reference, over the records that all references can count.

    Sums are `None` where there is no such record. A reference that can count no record at all is left out of the
    comparison: its own sums are `None`, and those of the others are over the records that the others can count.
    """

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
    """Content, framing and hidden."""
    output_tokens: int | None
    drift: float | None
    """(target - baseline) / baseline of the input tokens, signed; `None` for the baseline."""
    drift_p50: float | None
    """Median of the drift of single records, by linear interpolation."""
    drift_p95: float | None
    drift_max: float | None
    output_drift: float | None
    difference: int | None
    """Input tokens added."""
    counted: Count
    """Records in the sums."""
    compared: Count | None
    """Records in the sums of both this reference and the baseline; `None` for the baseline."""
    zero_baseline: Count | None
    """Compared records of 0 tokens under the baseline, which have no drift."""
    basis: ByBasis
    """Records."""
    basis_tokens: ByBasis
    """Input tokens."""


class PricedMeasures(Measures, frozen=True, kw_only=True):
    """The numbers of one reference in total."""

    cost_usd: Usd | None
    """Over the records that have a price under all references; `None`: no record is priced."""
    priced: Count
    """Records that have a price under this reference."""
    charged: Count
    """Records in the cost."""
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
    assumptions: list[str]
    """What the costs under targets assume; empty without targets."""
    same_records: bool
    """The costs are over the same records as the tokens."""
    logged: Count | UnsetType = UNSET
    """Records whose own cost is the amount in the log; missing: none."""


class LeftOut(msgspec.Struct, frozen=True):
    """Records that are in no sum, for one reason."""

    reason: str
    records: Count
    input_tokens: dict[str, Count]
    """Reference → their input tokens, for the references that can count some of them."""


class Uncompared(msgspec.Struct, frozen=True):
    """Records that some reference cannot count."""

    records: Count
    reasons: dict[str, Count]
    """Each record has one reason."""
    left_out: list[LeftOut]
    """Those of them that are in no sum because another reference can count them; by reason."""


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
    alike: Count = 1
    """Records of the same model with the same tokens on both sides; this is the first of them."""
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
