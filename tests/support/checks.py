"""Reports of ``check`` and ``config``, hostile ones among them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
from msgspec import structs

from support.budget_log import IN_PART, LOG, UNSURE, source
from support.frames import Skips
from tokcount.reports.budgets import compute
from tokcount.reports.budgets.language import parse
from tokcount.reports.budgets.report import CheckedBudget, CheckReport, ViolatingRecord
from tokcount.reports.budgets.verdict import CheckOptions
from tokcount.reports.inspect.report import ConfigReport, Setting
from tokcount.reports.overview import overview

HOSTILE_PATH = (
    "::error file=x,line=1::pwned%0A\n::set-output name=a::b\r]]>&<b>|`\x1b[31m\u202e\ufffe,=SUM(A1)"
)


def checked(
    log: Any, fail: list[str], warn: list[str], *targets: str, most_unknown: str = "0.01"
) -> CheckReport:
    gate = CheckOptions(
        fail=tuple(map(parse, fail)),
        warn=tuple(map(parse, warn)),
        most_unknown=Decimal(most_unknown),
        accepted_unread=Decimal("0.1"),
        top=2,
    )
    return compute.report(compute.judge(source(log, *targets), gate), overview(log, Skips()))


CHECKED = checked(
    LOG,
    ["input_tokens.max <= 250", "cost.total <= baseline + 5%", "records.total >= 1", "skipped.total <= 0"],
    ["drift.total <= -60% for gpt-4o", 'cost.total <= $0.01 where tag = "prod"'],
)
UNKNOWN = checked(LOG, ["input_tokens.max <= 250 where model = nothing"], [])
HELD = checked(LOG, ["input_tokens.max <= 8k"], [])
DOUBTFUL = checked(UNSURE, ["cost.total <= $25", "input_tokens.mean <= 1"], ["context.p95 <= 90%"], "gpt-4o")
FLOOR = checked(
    IN_PART,
    ["input_tokens.max <= 8k", "input_tokens.total >= 1", "drift.total <= 5% for gpt-4o"],
    ["input_tokens.max <= 100"],
    most_unknown="0.3",
)
HOSTILE = checked(
    LOG.with_columns(source=pl.lit(HOSTILE_PATH)),
    ["input_tokens.max <= 250 where model != '::error::x %0A ]]> <b>'"],
    ["input_tokens.min >= 5"],
)
CONFIGURED = ConfigReport(
    file="/work/[red]/pyproject.toml",
    settings=[
        Setting(key="to", value=["gpt-4o", "=x"], origin="/work/[red]/pyproject.toml"),
        Setting(key="jobs", value=2, origin="TOKCOUNT_JOBS"),
        Setting(key="strict", value=True, origin="command line"),
        Setting(key="format", value="table", origin="default"),
    ],
)
UNCONFIGURED = ConfigReport(file=None, settings=[Setting(key="jobs", value=None, origin="default")])
SHORT_CHECKS = {"checked": CHECKED, "held": HELD, "doubtful": DOUBTFUL, "unknown": UNKNOWN, "floor": FLOOR}
CHECKS = {**SHORT_CHECKS, "hostile": HOSTILE}
SETTINGS = {"configured": CONFIGURED, "unconfigured": UNCONFIGURED}


def with_budgets(report: CheckReport, *budgets: CheckedBudget) -> CheckReport:
    """The report with other budgets."""
    return structs.replace(report, budgets=list(budgets))


def with_records(budget: CheckedBudget, *records: ViolatingRecord) -> CheckedBudget:
    """The budget with other records that violate it."""
    return structs.replace(budget, records=list(records))
