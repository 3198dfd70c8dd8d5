"""The report of `tokcount cost`."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from tokcount.reports.report import Count, GroupKeys, Overview, Usd

COMPONENT: Final = "component"
"""The key of `--by` that splits amounts instead of records."""


class UnpricedRecords(msgspec.Struct, frozen=True):
    """Records of one model that have no cost for the same reason."""

    model: str | None
    reason: str
    records: Count


class AppliedPrice(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the price table, and what was charged by it. Rates are in USD per 1,000,000 tokens."""

    name: str
    """Name of the price in the table."""
    start: date | None = msgspec.field(name="from")
    """First day of the price."""
    end: date | None = msgspec.field(name="to")
    """First day after the price."""
    input: Usd
    cached_input: Usd | None
    cache_write: Usd | None
    output: Usd
    long_threshold: int | None
    """Input tokens above which long-context rates apply."""
    basis: Literal["bundled", "user", "genai-prices"]
    verified: bool
    """More than one source has it."""
    extrapolated: bool
    """The day of a record is outside all known periods."""
    origin: str
    notes: list[str]
    source: str
    records: Count
    cost_usd: Usd


class ComponentCost(msgspec.Struct, frozen=True):
    """What one component of the charges costs: a kind of tokens, what a region adds, or the fees of a hosted tool."""

    component: str
    unit: Literal["tokens", "calls", "containers"] | None
    """What `quantity` counts; `None`: nothing."""
    quantity: Count | None
    rate_usd: Usd | None
    """USD per 1,000,000 tokens, or for one call or container; `None`: not known, or not the same for all records."""
    cost_usd: Usd | None
    """`None`: it is charged, but not known how much."""


class ReferenceCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the log costs under one reference. Sums are `None` where no record is priced.

    They are over the records that are priced under all references; one that has no price at all is left out of the
    comparison. Effects and difference compare the sums with those of the baseline; `None` for the baseline.
    """

    reference: str
    cost_usd: Usd | None
    input_cost_usd: Usd | None
    """Includes cached input and cache writes."""
    cached_input_cost_usd: Usd | None
    output_cost_usd: Usd | None
    regional_cost_usd: Usd | None = None
    """What is added for calls that were processed in a region."""
    tool_cost_usd: Usd | None = None
    """The fees of hosted tools."""
    components: list[ComponentCost] = []
    """What the cost consists of; tokens of each component are in no other."""
    monthly_usd: Usd | None
    """The cost projected to a month, rounded to 12 decimals."""
    input_tokens: Count
    """As charged."""
    cached_tokens: Count
    output_tokens: Count
    priced: Count
    """Records that have a price under this reference."""
    charged: Count
    """Records in the sums."""
    priced_share: float | None
    floor: bool
    """The true cost of the log is higher: some records are not in the sums, or charges are missing."""
    usage: dict[str, Count]
    """Where the charged tokens come from (`billed`, `counted`, `carried`, `not billed`) → records."""
    basis: dict[str, Count]
    """How sure the counts are → records whose tokens are not as billed."""
    low: dict[str, Count]
    """Why charges are missing → records."""
    long_context: Count
    """Records at long-context rates."""
    unpriced: list[UnpricedRecords]
    prices: list[AppliedPrice]
    """The largest amounts first."""
    token_effect_usd: Usd | None
    """Target tokens minus baseline tokens, at the baseline's prices."""
    price_effect_usd: Usd | None
    """The target's prices minus the baseline's, for the target's tokens."""
    difference_usd: Usd | None
    """Token effect + price effect."""
    compared_baseline_usd: Usd | None
    """What the compared records cost under the baseline."""
    difference_share: float | None
    """Difference / `compared_baseline_usd`, signed."""
    compared: Count | None
    """Records priced under both."""
    logged: Count | UnsetType = UNSET
    """Records in the sums at the amount that the log has for them; missing: none."""
    logged_usd: Usd | UnsetType = UNSET
    """What they cost; it is in no other part of the cost."""


class UncomparedCost(msgspec.Struct, frozen=True, kw_only=True):
    """Records that are in no sum because one reference cannot price them, and what they cost under the others."""

    reference: str
    """The first reference that cannot price them."""
    reason: str
    records: Count
    cost_usd: dict[str, Usd]
    """Reference → their cost, for the references that can price some of them."""


class GroupCost(msgspec.Struct, frozen=True, kw_only=True):
    """What a group costs under one reference. See `ReferenceCost`; the baseline has no effects."""

    reference: str
    cost_usd: Usd | None
    input_cost_usd: Usd | None
    output_cost_usd: Usd | None
    regional_cost_usd: Usd | None = None
    tool_cost_usd: Usd | None = None
    components: list[ComponentCost] | UnsetType = UNSET
    """Grouped by component too: what the cost of the group consists of."""
    token_effect_usd: Usd | UnsetType | None = UNSET
    price_effect_usd: Usd | UnsetType | None = UNSET
    priced: Count
    priced_share: float


class CostGroup(GroupKeys, frozen=True, kw_only=True):
    """The cost of some records under each reference, the baseline first."""

    references: list[GroupCost]


class Monthly(msgspec.Struct, frozen=True):
    """How totals are projected to a month."""

    basis: str
    """What the projection is derived from, or why there is none."""
    factor: Usd | None
    """What the costs of `records` are multiplied by."""
    records: Count
    """Records that the projection is made from."""
    start: date | None = msgspec.field(name="from", default=None)
    end: date | None = msgspec.field(name="to", default=None)
    days: Count | None = None
    """Days from the first to the last, without those of months that have no records."""
    months: list[str] = []
    """The whole calendar months that the projection is made from; empty when it is made from all days."""
    warning: str | UnsetType = UNSET
    """Why the projection rests on little; missing: it does not."""
    doubt: str | UnsetType = UNSET
    """How many records are not in it because their time is not known or wrong; missing: none."""

    @property
    def text(self) -> str:
        """What the projection is made from, and why that is little."""
        return self.basis if self.warning is UNSET else f"{self.basis}; {self.warning}"


class PriceData(msgspec.Struct, frozen=True):
    """The bundled prices."""

    version: str
    date: date


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """The cost of a log as a section of another report; the fields are those of `CostReport`."""

    records: Count
    baseline: str
    targets: list[str]
    currency: str
    as_of: date | None
    today: date
    batch: bool
    cached_share: Usd | None
    monthly: Monthly | None
    price_data: PriceData
    assumptions: list[str]
    references: list[ReferenceCost]
    uncompared: list[UncomparedCost]
    by: list[str]
    """The keys of the groups; `component` splits the amounts of each."""
    groups: list[CostGroup]


class CostReport(Overview, frozen=True, kw_only=True, tag="cost"):
    """What a log cost, and what it would cost on other models."""

    baseline: str
    targets: list[str]
    currency: str
    as_of: date | None
    """The day at whose prices everything is charged; `None`: records at their own day, named references at `today`."""
    today: date
    batch: bool
    """Everything is charged at batch rates."""
    cached_share: Usd | None
    """Share of long prompts assumed to be cached where the log has no cache data."""
    monthly: Monthly | None
    price_data: PriceData
    assumptions: list[str]
    """What the costs under targets assume; empty without targets."""
    references: list[ReferenceCost]
    """The baseline first."""
    uncompared: list[UncomparedCost]
    """What is in no sum, one entry per reference and reason; the most records first."""
    by: list[str]
    groups: list[CostGroup]

    @property
    def dimensions(self) -> list[str]:
        """The keys that records are grouped by."""
        return [key for key in self.by if key != COMPONENT]
