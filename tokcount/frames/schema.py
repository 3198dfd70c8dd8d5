"""The typed columns of counted rows, known before there is any data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from tokcount.errors import UsageError
from tokcount.framing.content import ROLES
from tokcount.reports.columns import USD
from tokcount.reports.per_record import has_prices
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.schema import (
    DTYPES,
    RECORD_COLUMNS,
    REPORTED_COLUMNS,
    ROW_MEASURES,
    Dtype,
    column,
    parse_column,
)

_ARROW: Final[dict[Dtype, pa.DataType]] = {
    "text": pa.string(),
    "basis": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "money": pa.decimal128(USD.precision, USD.scale),
    "time": pa.timestamp("us", "UTC"),
}


def schema_of(plan: ScanPlan, extra: Sequence[str] = ()) -> pa.Schema:
    """The columns of `tokcount drift --per-record` under a plan, in their order, then the `extra` ones.

    Raises `UsageError` for an extra column that the scan does not have.
    """
    counts = [column(label, name) for label in plan.labels for name in ROW_MEASURES]
    names = (*REPORTED_COLUMNS, *counts, "reason")
    available = _available(plan)
    for name in extra:
        if name not in available or name in names:
            raise UsageError(
                f"no further column {name!r}; there are: {', '.join(sorted(available - set(names)))}."
            )
    return pa.schema([(name, _type_of(name)) for name in (*names, *extra)])


def _available(plan: ScanPlan) -> set[str]:
    """All columns of a scan."""
    measures = ["basis", "low"] if has_prices(plan) else ["basis"]
    found = {column(label, name) for label in plan.labels for name in measures}
    if plan.roles:
        found |= {column(label, "content_tokens", role) for label in plan.labels for role in ROLES}
    return found | {known.name for known in RECORD_COLUMNS}


def _type_of(name: str) -> pa.DataType:
    known = parse_column(name)
    return _ARROW[DTYPES[name if known is None else known.measure]]
