"""The reports of `tokcount reconcile` and `tokcount calibrate`."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from tokcount.reports.report import ByBasis, Count, Overview

Basis = Literal["exact", "estimated", "partial"]


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How many of some records are counted exactly as billed."""

    compared: Count
    exact: Count
    exact_share: float | None
    """`None`: no record is compared."""


class BasisAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """The `Agreement` of the records of one basis."""

    basis: Basis
    compared: Count
    exact: Count
    exact_share: float | None


class OddBills(msgspec.Struct, frozen=True, kw_only=True):
    """Records whose bill differs for a known reason on the side of the API."""

    records: Count
    notes: dict[str, Count]
    """Reason → records."""
    without: Agreement
    """The agreement of all other records."""


class Uncompared(msgspec.Struct, frozen=True):
    """Records that cannot be compared, and why."""

    records: Count
    reasons: dict[str, Count]


class Billed(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of what was billed for the compared records; `None`: the log does not have it."""

    input_tokens: Count | None
    cached_tokens: Count | None
    """Read from a prompt cache; part of the input."""
    cache_write_tokens: Count | None
    audio_tokens: Count | None
    output_tokens: Count | None
    reasoning_tokens: Count | None


class ResidualCount(msgspec.Struct, frozen=True):
    """A residual, and how many records have it."""

    residual: int
    records: Count


class ShapeGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The residuals of the records with one request shape and endpoint."""

    shape: str | None
    endpoint: str | None
    n: Count
    """Compared records."""
    exact: Count
    residual_min: int | None
    residual_p50: float | None
    residual_max: int | None
    constant: bool
    """Two records or more, all with the same residual."""


class ModelGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The residuals of the records with one model, request shape, endpoint and month."""

    model: str | None
    shape: str | None
    endpoint: str | None
    month: str | None
    """In UTC, like 2026-01; `None`: the log has no time."""
    n: Count
    """Compared records."""
    exact: Count
    residual_min: int | None
    residual_p50: float | None
    residual_max: int | None
    constant: bool
    """Two records or more, all with the same residual."""


Side = Literal["input", "output"]


class Constant(msgspec.Struct, frozen=True, kw_only=True):
    """A residual other than 0 that (nearly) all records of a model share, or several of one of its groups."""

    side: Side
    """What is counted differently than billed."""
    model: str | None
    shape: str | None
    """`None`: it does not matter."""
    endpoint: str | None
    """`None`: it does not matter."""
    n: Count
    """Records with this residual."""
    of: Count
    """Records in all."""
    residual: int
    first_month: str | None
    last_month: str | None
    """The months of the records with this residual; `None`: the log has no time."""


class MissedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is not counted exactly as billed."""

    source: str
    line: Count
    index: Count
    model: str | None
    shape: str | None
    endpoint: str | None
    counted_input_tokens: int
    billed_input_tokens: Count
    residual_input_tokens: int
    basis: Basis
    reason: str | None
    """Why the basis is not exact."""
    note: str | None
    """Why the bill differs, where that is known."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What proposed constants change for the records of one request shape."""

    shape: str
    n: Count
    """Records."""
    exact_before: Count
    exact_after: Count


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """Framing constants for one model."""

    model: str
    like: str
    """The framing family that it was counted as."""
    known: bool
    """The catalog has the model."""
    constants: dict[str, int]
    """Field of the family → proposed value."""
    evidence: list[Evidence]


class LabelGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the evidence table, and the compared records that need it for their label."""

    endpoint: str
    """`*`: on all endpoints."""
    scope: str
    """Model, framing family or form of tool definitions; `*`: all of them."""
    feature: str
    label: Basis
    """`exact`: recordings confirm the rules, so that records with nothing else in doubt are `exact`."""
    n: Count
    """Compared records of this log that have the feature."""
    judged: Count
    """Those in which nothing else is in doubt."""
    exact: Count
    """Those of them that are counted as billed."""
    recordings: Count
    """Recorded calls behind the label."""
    recordings_exact: Count
    projects: Count
    """Public projects that they are from."""

    @property
    def is_contradicted(self) -> bool:
        """Whether the log disagrees with the label `exact`."""
        return self.label == "exact" and self.exact < self.judged


class ReconcileReport(Overview, frozen=True, kw_only=True, tag="reconcile"):
    """Counted tokens compared with the usage that was billed. A residual is counted - billed."""

    compared: Count
    """Records whose counted and billed input tokens are compared."""
    exact: Count
    """Compared records whose input tokens are counted exactly as billed."""
    exact_share: float | None
    """`None`: no record is compared."""
    output: Agreement
    by_basis: list[BasisAgreement]
    """The surest basis first."""
    basis_tokens: ByBasis
    """Counted input tokens of the compared records."""
    reasons: dict[str, Count]
    """Why compared records are not exact → records."""
    odd_bills: OddBills
    uncompared: Uncompared
    billed: Billed
    residuals: list[ResidualCount]
    """Of the input tokens, the most frequent first."""
    shapes: list[ShapeGroup]
    """Over all models, the largest group first."""
    groups: list[ModelGroup]
    """The largest group first."""
    constants: list[Constant]
    worst: list[MissedRecord]
    """The records with the largest residuals, the surest basis first."""
    proposals: list[Proposal]
    """Framing constants that make more records exact; `tokcount calibrate` writes them."""
    evidence: list[LabelGroup] | UnsetType = UNSET
    """With `--evidence`: what the labels of these records rest on, contradicted rows first, then the most used."""


class CalibrateReport(Overview, frozen=True, kw_only=True, tag="calibrate"):
    """Framing constants that make more records exact, proposed from a log with usage."""

    compared: Count
    """Records whose counted and billed input tokens are compared."""
    proposals: list[Proposal]
