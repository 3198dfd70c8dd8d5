"""Cost reports for snapshots: everything priced, parts unknown, nothing priced."""

from __future__ import annotations

from datetime import date
from typing import Any

from support.frames import NEWER, Skips, counts, record
from support.frames import frame as counted_frame
from tokcount.reports.columns import NamedReference
from tokcount.reports.cost import compute as cost

OWN = NamedReference("own")
UNPRICED = NamedReference("gpt-6.2-astra-law")
REFERENCES = (OWN, NEWER, UNPRICED)
TODAY = date(2026, 11, 22)
HOSTILE = "=my|<b>`x`\x1b[31m\u202e"
BILLED = ("billed_input_tokens", "billed_output_tokens", "billed_cached_tokens")


def _call(
    line: int, tokens: int, output: int | None = 100, sure: str = "exact", **columns: Any
) -> dict[str, Any]:
    """One call that was billed as it is counted."""
    usage = dict(zip(BILLED, (tokens + 7, output, None), strict=True)) | {"tier": None, "requests": 1}
    counted = [counts(reference, tokens, 7, output, sure) for reference in REFERENCES]
    plain = record(line, kind="chat", model="gpt-4o") | usage | columns
    return {name: value for row in (plain, *counted) for name, value in row.items()}


CALLS = [_call(1, 1000), _call(2, 2000, billed_cached_tokens=1024), _call(3, 500, tags="prod", model="gpt-4")]
UNSURE = [
    _call(4, 100, None, billed_input_tokens=None),
    _call(7, 100, 50, "partial", billed_input_tokens=None),
    _call(5, 100, model=HOSTILE),
    _call(6, 100, model=None, timestamp=None),
]


def options(*targets: str, **more: Any) -> cost.CostOptions:
    """What is asked, on a fixed day."""
    return cost.CostOptions(targets=targets, today=TODAY, **more)


PRICED = cost.report(
    counted_frame(CALLS, REFERENCES), Skips(), options("gpt-5.6-luna", records_per_month=1_000_000)
)
FLOORS = cost.report(
    counted_frame(CALLS + UNSURE, REFERENCES),
    Skips(),
    options("gpt-5.6-luna", "gpt-6.2-astra-law", by=("model", "tag"), monthly=True, as_of=TODAY, batch=True),
)
UNKNOWN = cost.report(counted_frame(UNSURE[3:], REFERENCES), Skips(), options(monthly=True))

COSTS = {"cost": PRICED, "cost floors": FLOORS, "cost unknown": UNKNOWN}
