"""What a log holds, whatever is asked of it: records by format, kind and model, flags, period, what was skipped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import polars as pl

PLACES_PER_REASON = 10
"""Skipped places of each reason in a report; all are counted."""


class Place(Protocol):
    """One skipped item: where it stands, and why."""

    source: str
    line: int
    detail: str

    @property
    def reason(self) -> str:
        """One of the reasons of `tokcount.logs.record.SkipReason`."""
        ...


class SkippedSummary(Protocol):
    """What was skipped: a number for each reason, and the first places in the order of the input."""

    @property
    def reasons(self) -> dict[str, int]:
        """Reason → items."""
        ...

    @property
    def places(self) -> Sequence[Place]:
        """The first places of each reason."""
        ...


def overview(frame: pl.DataFrame, skipped: SkippedSummary) -> dict[str, Any]:
    """The keys that every report over records starts with; numbers are records unless the key says otherwise."""
    return {
        "records": frame.height,
        **skipped_entries(skipped),
        "formats": tally(frame["format"]),
        "kinds": tally(frame["kind"]),
        "models": [{"model": model, "records": n} for model, n in _counts(frame["model"])],
        "flags": words(frame["flags"], "|"),
        "period": _period(frame["timestamp"]),
    }


def skipped_entries(skipped: SkippedSummary) -> dict[str, Any]:
    """The keys that say what was skipped: how many items, why, and where the first ones stand."""
    return {
        "skipped": sum(skipped.reasons.values()),
        "skipped_reasons": dict(sorted(skipped.reasons.items())),
        "skipped_at": _places(skipped.places),
    }


def tally(values: pl.Series) -> dict[str, int]:
    """Value → how often, the most frequent first; nulls are left out."""
    return {value: n for value, n in _counts(values) if value is not None}


def _counts(values: pl.Series) -> list[tuple[str | None, int]]:
    counted = values.value_counts(name="n").rows()
    return sorted(((value, n) for value, n in counted), key=lambda pair: (-pair[1], pair[0] or ""))


def words(values: pl.Series, separator: str) -> dict[str, int]:
    """Word → in how many values of joined words it stands, in the order of the alphabet."""
    found: dict[str, int] = {}
    for joined, n in _counts(values):
        for word in set((joined or "").split(separator)) - {""}:
            found[word] = found.get(word, 0) + n
    return dict(sorted(found.items()))


def _places(places: Sequence[Place]) -> list[dict[str, Any]]:
    kept: dict[str, list[dict[str, Any]]] = {}
    for place in places:
        of_reason = kept.setdefault(place.reason, [])
        if len(of_reason) < PLACES_PER_REASON:
            entry = {
                "source": place.source,
                "line": place.line,
                "reason": place.reason,
                "detail": place.detail,
            }
            of_reason.append(entry)
    return [entry for reason in sorted(kept) for entry in kept[reason]]


def _period(timestamps: pl.Series) -> dict[str, Any]:
    return {
        "from": _instant(timestamps.min()),
        "to": _instant(timestamps.max()),
        "undated": timestamps.null_count(),
    }


def _instant(value: object) -> str | None:
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
