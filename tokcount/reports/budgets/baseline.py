"""Baselines: earlier values of budgets, in a small file that is kept with the code.

One value per line, sorted, without a timestamp, a path or any text of a log: two branches that each add a budget
merge, and a log that was moved or renamed still compares, because values are kept under what was measured
(`tokcount.reports.budgets.language.Budget.key`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from tokcount.document.amounts import is_plain
from tokcount.errors import UsageError
from tokcount.reports.budgets.metric import Unit
from tokcount.reports.columns import decimal_text

VERSION: Final = 1
LARGEST: Final = 10**18
SPAN: Final = re.compile(r"""(?:^|, )(?:since|until) [^"',]+(?=$|, (?:since|until) )""")
Baseline = Mapping[str, Decimal]
"""What was measured → its value; shares as fractions, money in USD."""


class SavedBaseline(msgspec.Struct, frozen=True):
    """What a file holds. `conditions`: which records the values are of, as `--where` selects them; empty: all."""

    values: Baseline
    conditions: str = ""


def conditions_of(selection: str) -> str:
    """The conditions of a selection as reports name it, without its span of time: periods may be compared."""
    return SPAN.sub("", selection)


def to_text(values: Mapping[str, tuple[Decimal, Unit]], conditions: str = "") -> str:
    """The file for some values: money as decimal strings, everything else as numbers."""
    plain = {key: json_value(value, unit) for key, (value, unit) in sorted(values.items())}
    selected = {"where": conditions} if conditions else {}
    document = {"tokcount_baseline": VERSION, **selected, "values": plain}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def from_text(content: bytes, name: str) -> SavedBaseline:
    """The content of a file; ``name`` is the source that errors report.

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
    numbers = {key: _decimal(value, f"{name}: {key}") for key, value in values.items()}
    return SavedBaseline(numbers, str(document.get("where", "")))


def need_same_records(saved: SavedBaseline, conditions: str, name: str) -> None:
    """Raise `UsageError` when a baseline is of other records than those that are selected now."""
    if saved.conditions != conditions:
        before, now = (
            f"--where {text!r}" if text else "all records" for text in (saved.conditions, conditions)
        )
        raise UsageError(
            f"{name} was saved over {before}, but this run is over {now}; select the same records, or save it again "
            f"with --save-baseline {name}"
        )


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
        if is_plain(number) and abs(number) < LARGEST:
            return number
    raise UsageError(f"{where}: {value!r} is not a number; save the baseline again with --save-baseline")
