"""The report of `tokcount reconcile --money`."""

from __future__ import annotations

import msgspec

from tokcount.reports.report import Count, Overview, Usd


class ModelMoney(msgspec.Struct, frozen=True, kw_only=True):
    """The amounts of the calls of one model."""

    model: str | None
    records: Count
    """Compared records."""
    differing: Count
    computed_usd: Usd
    logged_usd: Usd
    difference_usd: Usd
    """Computed - logged."""
    reason: str | None
    """What explains most of the differing records; `None`: nothing does."""
    explained: Count
    """Differing records that it explains to the last digit of the log."""


class MoneyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record whose amount in the log is not the computed one."""

    source: str
    line: Count
    index: Count
    model: str | None
    computed_usd: Usd
    logged_usd: Usd
    difference_usd: Usd
    reason: str | None


class NotCompared(msgspec.Struct, frozen=True):
    """Records without one of the amounts."""

    reason: str
    records: Count
    usd: Usd
    """The amount that they have: in the log, or else computed."""


class MoneyReport(Overview, frozen=True, kw_only=True, tag="reconcile-money"):
    """The amounts in a log compared with what its calls cost by prices. A difference is computed - logged."""

    compared: Count
    """Records with both amounts."""
    differing: Count
    computed_usd: Usd
    """Sums over the compared records."""
    logged_usd: Usd
    difference_usd: Usd
    difference_share: float | None
    """Of the amounts in the log; `None`: nothing is compared."""
    floor: bool
    """What some compared records cost is not wholly known."""
    by_model: list[ModelMoney]
    """The largest differences first."""
    worst: list[MoneyRecord]
    """The records with the largest differences."""
    uncompared: list[NotCompared]
