"""The report of `tokcount check`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tokcount.reports.budgets.language import Group
from tokcount.reports.budgets.metric import Unit
from tokcount.reports.report import Count, Overview, Usd

Level = Literal["fail", "warn"]
Amount = int | float | Usd | None
"""Tokens and records as numbers, shares as fractions, money as an exact amount in USD; `None`: not known."""


class ViolatingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that violates a budget, or that has no value; or a file that does, at its first record."""

    source: str
    line: Count
    index: Count
    model: str | None
    value: Amount
    group: str | None = None
    """The file or tag that the value is of; `None`: it is that of the record."""
    baseline: Amount = None
    """The value of the file or tag in the baseline."""
    note: str | None
    """Why it has no value, or what else there is to report about it."""
    unit: Unit


class GroupValue(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a budget for one file or tag, now and in the baseline; `None`: it is not there, or not known."""

    name: str
    """Of a file: its path in the folder of the run."""
    value: Amount
    baseline: Amount


class CheckedBudget(msgspec.Struct, frozen=True, kw_only=True):
    """One budget under one target. Values are numbers, shares are fractions, money is an amount in USD."""

    budget: str
    """As it was written."""
    level: Level
    key: str
    """What was measured, in canonical form: metric, selection, target. Baselines are stored under it."""
    metric: str
    aggregate: str
    target: str | None
    """Measured under this model or encoding; `None`: under each record's own model."""
    unit: Unit
    value: Amount
    """`None`: not known."""
    is_floor: bool = msgspec.field(name="floor")
    """The true value is higher: some records have a value that is too low."""
    limit: Amount
    """`None`: relative to a value that is not in the baseline."""
    baseline: Amount
    difference: Amount
    """value - limit"""
    exceeded: bool = False
    """The value is known to be beyond the limit; a budget can be broken without that, because too much is unknown."""
    allowed: str = ""
    """The growth that a budget relative to the baseline allows, such as `+10 %`; empty: it is not relative."""
    each: Group | None = None
    """It applies to each file or tag, and this is the worst of them; `None`: to the whole."""
    margin: float | None
    """(value - limit) / |limit|"""
    passed: bool
    reason: str = msgspec.field(name="doubt")
    """Why the value is not that of all records, or why there is nothing to judge by; empty: neither."""
    undercounted: str = msgspec.field(name="rests_on")
    """How many records have a value that is too low, and why; empty: none."""
    is_certain: bool = msgspec.field(name="sure")
    """The verdict would be the same if everything were known."""
    unknown: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """The share of records whose value is not known, or not in full; or, where larger, of items that were not read."""
    report: str | None = None
    """The saved report that was judged, where several have different values."""
    assumptions: str = ""
    """What a cost under a target assumes; empty for all other values."""
    made_from: str | UnsetType = UNSET
    """What the value is made from: the days of a projection, amounts in the log; missing: every record at its price."""
    records: list[ViolatingRecord]
    """The records that violate the budget, the worst first."""
    more: Count
    """Further records that violate it."""
    groups: list[GroupValue] = []
    """The value for each file, or for each tag of a budget with `each tag`; the largest growth first.

    Only where they are compared with a baseline, saved, or judged by `each`.
    """

    @property
    def is_new(self) -> bool:
        """Whether there is nothing to compare it with yet: it passes, and is not judged."""
        return self.passed and self.value is not None and self.limit is None and not self.is_certain

    @property
    def is_provisional(self) -> bool:
        """Whether it passed, but might not if everything were known."""
        return self.passed and not self.is_certain


class CheckReport(Overview, frozen=True, kw_only=True, tag="check"):
    """Budgets compared with a log or with saved reports."""

    passed: bool
    """Every budget of level `fail` passed."""
    budgets: list[CheckedBudget]
