"""The report of `tokcount audit`."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from tokcount.reports.cost.report import Costs
from tokcount.reports.drift.report import DriftReport, Measures
from tokcount.reports.report import Count, Usd

Level = Literal["breaks", "costs", "look", "unsure"]
"""`breaks`: calls that fail. `costs`: money. `look`: worth a look. `unsure`: numbers that are not complete."""


class NamedRecord(msgspec.Struct, frozen=True):
    """A record that the audit names."""

    source: str
    line: Count
    index: Count
    excerpt: str | UnsetType = UNSET
    """The beginning of its text, with `--show-text`."""


class Part(msgspec.Struct, frozen=True):
    """A part of the input tokens, under the baseline and under a target."""

    part: str
    baseline_tokens: int
    target_tokens: int
    difference: int
    drift: float | None


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """Where the difference of a target comes from. Each list of parts adds up to the totals."""

    reference: str
    baseline: str
    compared: Count
    """Records that both the target and the baseline can count."""
    baseline_tokens: int
    target_tokens: int
    difference: int
    classes: list[Part]
    """By kind of text; framing is the last part."""
    roles: list[Part]
    positions: list[Part]


class WindowFit(msgspec.Struct, frozen=True, kw_only=True):
    """How the requests fit the windows of one reference. Sizes are `None` where unknown or different by record."""

    reference: str
    context_window: Count | None
    max_input: Count | None
    max_output: Count | None
    measured: Count
    """Records whose input tokens and window are known, be it only as a lower bound."""
    unknown: Count
    """Records of which it is not known whether they fit: no count, no window, or a lower bound that fits."""
    too_long: Count
    """Records whose input alone exceeds the largest input of the model."""
    no_room: Count
    """Records whose input and `max_tokens` together exceed the window."""
    asks_too_much: Count
    """Records whose `max_tokens` exceeds the largest output of the model."""
    fill_p50: float | None
    """Median share of the window that the input takes."""
    fill_p95: float | None
    fill_max: float | None
    fullest: NamedRecord | None
    """The record that fills the window most."""


class ModelShutdown(msgspec.Struct, frozen=True):
    """A model that is shut down, or will be soon."""

    model: str
    day: str
    gone: bool
    replacements: list[str]
    """The recommended replacement, its own replacement, and so on."""


class FindingNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of a finding; each kind of finding has some of them."""

    window: Count | UnsetType | None = UNSET
    """Context window."""
    takes: Count | UnsetType | None = UNSET
    """Largest input."""
    writes: Count | UnsetType | None = UNSET
    """Largest output."""
    models: list[ModelShutdown | str] | UnsetType = UNSET
    parameters: list[str] | UnsetType = UNSET
    """Parameters with default values."""
    cached_tokens: Count | UnsetType = UNSET
    """Input tokens that caching would make cheaper."""
    input_tokens: Count | UnsetType = UNSET
    starts: Count | UnsetType = UNSET
    """Different beginnings of requests."""
    answered: Count | UnsetType = UNSET
    """Records with an answer."""
    lines: Count | UnsetType = UNSET
    """Lines that begin with a role."""
    compared: Count | UnsetType = UNSET
    """Records with billed tokens to compare."""
    exact: Count | UnsetType = UNSET
    """Records counted exactly as billed."""
    counted_tokens: Count | UnsetType = UNSET
    billed_tokens: Count | UnsetType = UNSET


class FindingTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A finding under one target."""

    reference: str
    count: Count
    """Records."""
    amount_usd: Usd | None
    """What the finding is worth under this target."""
    numbers: FindingNumbers
    endpoint: str | None
    """The endpoint that the requests are judged for; `None`: the finding is not about parameters."""
    to: str | None
    """A parameter's new name, or the endpoint to use instead."""
    why: str | None


class FindingEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know before a log is moved to another model."""

    number: Count
    id: str
    level: Level
    parameter: str | None
    """The parameter or input of a request that it is about."""
    targets: list[FindingTarget]
    """The targets that it is about; empty: the log."""
    count: Count
    """Records, each counted once whatever the number of targets."""
    of: Count
    """Records of the log."""
    cost_usd: Usd | None
    """What these records cost under the baseline; `None`: not known."""
    cost_share: float | None
    """The share of that in the cost of the log."""
    amount_usd: Usd | None
    """What the finding is worth; of several targets the least."""
    numbers: FindingNumbers
    """Of several targets: of the first."""
    records: list[NamedRecord]
    """The first records."""


class Breaking(msgspec.Struct, frozen=True, kw_only=True):
    """The requests that a target does not take as they are."""

    reference: str
    records: Count
    """Requests that fail if only the name of the model is changed."""
    judged: Count
    """Requests whose parameters were compared with what the model takes."""
    unclear: Count
    """Requests that do not break as far as known, with parameters that nothing is known of."""
    not_compared: Count
    """Requests that do not break as far as known, and whose parameters were not compared."""
    share: float | None
    """`records` as a share of all records."""
    cost_usd: Usd | None
    """What these requests cost under the baseline."""
    cost_share: float | None


class Bin(msgspec.Struct, frozen=True):
    """A bin of a histogram; `None` is open to that side."""

    start: float | None = msgspec.field(name="from")
    end: float | None = msgspec.field(name="to")
    records: Count


class Histogram(msgspec.Struct, frozen=True):
    """Records by their drift under a target."""

    reference: str
    records: Count
    step: float | None
    """Width of a bin."""
    bins: list[Bin]


class PeriodSums(msgspec.Struct, frozen=True):
    """Tokens and cost of a period under one reference."""

    reference: str
    input_tokens: Count
    output_tokens: Count
    cost_usd: Usd | None


class TimelinePeriod(msgspec.Struct, frozen=True):
    """A day, a week (its Monday) or a month (its first day); `None`: records without a timestamp."""

    period: str | None
    records: Count
    references: list[PeriodSums]


class Timeline(msgspec.Struct, frozen=True):
    """Tokens and cost over time."""

    unit: Literal["day", "week", "month"]
    periods: list[TimelinePeriod]


class ModelMeasures(Measures, frozen=True, kw_only=True):
    """The numbers of one reference over the records of one model."""

    cost_usd: Usd | None


class ModelGroup(msgspec.Struct, frozen=True):
    """The records of one model under each reference, the baseline first."""

    model: str | None
    records: Count
    references: list[ModelMeasures]


class Made(msgspec.Struct, frozen=True):
    """How the numbers were made."""

    engine: str
    scanned_parts: bool
    """Text was broken down into parts (not with `--no-why`)."""
    assumed_model: str | None


class AuditReport(DriftReport, frozen=True, kw_only=True, tag="audit"):
    """What moving a log to other models means: drift and its causes, cost, windows, findings."""

    cost: Costs
    """As of `tokcount cost`."""
    why: list[Attribution]
    """Where the difference of each target comes from."""
    windows: list[WindowFit]
    """The baseline first."""
    findings: list[FindingEntry]
    """The most serious first."""
    breaking: list[Breaking]
    """For each target."""
    distribution: list[Histogram]
    """Records by drift, for each target."""
    timeline: Timeline
    by_model: list[ModelGroup]
    made: Made
