"""Baselines: earlier values of budgets, in a small file that is kept with the code.

One value per line, sorted, without a timestamp, a path or any text of a log: two branches that each add a budget
merge, and a log that was moved or renamed still compares, because values are kept under what was measured
(`tokcount.reports.budgets.language.Budget.key`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tokcount.errors import UsageError
from tokcount.reports.budgets.metric import Unit
from tokcount.reports.columns import decimal_text

VERSION: Final = 1
LARGEST: Final = 10**18
Baseline = Mapping[str, Decimal]
"""What was measured → its value; shares as fractions, money in USD."""


def to_text(values: Mapping[str, tuple[Decimal, Unit]]) -> str:
    """The file for some values: money as decimal strings, everything else as numbers."""
    plain = {key: json_value(value, unit) for key, (value, unit) in sorted(values.items())}
    document = {"tokcount_baseline": VERSION, "values": plain}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def from_text(content: bytes, name: str) -> dict[str, Decimal]:
    """The values of a file; ``name`` is the source that errors report.

    Raises `UsageError` when it is not a baseline, or one of an unknown version.
    """
    try:
        document = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{name} is not JSON ({error}); save it again with --save-baseline {name}"
        ) from error
    values = document.get("values") if isinstance(document, dict) else None
    if not isinstance(values, dict) or "tokcount_baseline" not in document:
        raise UsageError(f"{name} is not a baseline; save one with --save-baseline {name}")
    if document["tokcount_baseline"] != VERSION:
        raise UsageError(
            f"{name} is a baseline of version {document['tokcount_baseline']}; this tokcount reads version {VERSION}"
        )
    return {key: _decimal(value, f"{name}: {key}") for key, value in values.items()}


def merged(baselines: Iterable[Baseline]) -> dict[str, Decimal]:
    """Several baselines as one; the later ones win."""
    return {key: value for baseline in baselines for key, value in baseline.items()}


def json_value(value: Decimal, unit: Unit) -> str | int | float:
    """A value as reports and baselines write it: money as a decimal string, whole numbers as integers."""
    if unit == "usd":
        return decimal_text(value)
    return int(value) if unit != "share" and value == value.to_integral_value() else float(value)


def _decimal(value: Any, where: str) -> Decimal:
    if isinstance(value, (int, str, Decimal)) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("nan")
        if number.is_finite() and abs(number) < LARGEST:
            return number
    raise UsageError(f"{where}: {value!r} is not a number; save the baseline again with --save-baseline")
