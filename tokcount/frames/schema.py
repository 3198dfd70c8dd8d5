"""The typed columns of counted rows, known before there is any data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from tokcount.errors import UsageError
from tokcount.framing.content import ROLES
from tokcount.reports.columns import QUANTITIES
from tokcount.reports.per_record import PLACE_COLUMNS, has_prices
from tokcount.scanning.columns import BILLED_COLUMNS, WORD_COLUMNS
from tokcount.scanning.plan import ScanPlan

TIME: Final = pa.timestamp("us", "UTC")
TYPES: Final = {
    "line": pa.int64(),
    "index": pa.int64(),
    "timestamp": TIME,
    "messages": pa.int64(),
    "requests": pa.int64(),
    "identity": pa.int64(),
    "basis": pa.string(),
    "drift": pa.float64(),
    "cost_usd": pa.string(),
    "low": pa.string(),
    **dict.fromkeys(WORD_COLUMNS, pa.string()),
    **dict.fromkeys(BILLED_COLUMNS, pa.int64()),
    **dict.fromkeys(QUANTITIES, pa.int64()),
    **{f"content_tokens[{role}]": pa.int64() for role in ROLES},
}
"""Column, without its reference → type."""


def schema_of(plan: ScanPlan, extra: Sequence[str] = ()) -> pa.Schema:
    """The columns of ``tokcount drift --per-record`` under a plan, in their order, then the ``extra`` ones.

    Raises `UsageError` for an extra column that the scan does not have.
    """
    counts = [f"{label}:{name}" for label in plan.labels for name in (*QUANTITIES, "drift", "cost_usd")]
    names = (*PLACE_COLUMNS, *counts, "reason")
    available = _available(plan)
    for name in extra:
        if name not in available or name in names:
            raise UsageError(
                f"no further column {name!r}; there are: {', '.join(sorted(available - set(names)))}."
            )
    return pa.schema([(name, _type_of(name, plan)) for name in (*names, *extra)])


def _available(plan: ScanPlan) -> set[str]:
    """The columns that a scan has beside those of its rows."""
    roles = [f"content_tokens[{role}]" for role in ROLES] if plan.roles else []
    low = ["low"] if has_prices(plan) else []
    per_label = [f"{label}:{name}" for label in plan.labels for name in ("basis", *low, *roles)]
    return {*WORD_COLUMNS, *BILLED_COLUMNS, "messages", "requests", "identity", *per_label}


def _type_of(name: str, plan: ScanPlan) -> pa.DataType:
    label = next((label for label in plan.labels if name.startswith(f"{label}:")), None)
    return TYPES[name if label is None else name[len(label) + 1 :]]
