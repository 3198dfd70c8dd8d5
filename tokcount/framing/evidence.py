"""How well the rules for a request are confirmed: the table behind `exact` and `estimated`.

`evidence.csv` has a row for each feature of a request (`tokcount.framing.features`), with the recorded calls that have
it and how many of them are counted as they were billed. benchmarks/accuracy/evidence.py makes the file from recordings;
docs/framing.md explains it. A count is `exact` when

- recordings of its model and of each of its features confirm the rules (`Evidence.confirms`),
- no recordings of a feature on that model contradict them (`Evidence.contradicts`), and
- it is from no period that is known to have billed differently, unless recordings from that period confirm the rules.

What has no row has no recordings, so it is `estimated`.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from tokcount.framing.features import IMAGE, LOW_DETAIL, OF_RESPONSE_SCHEMA, OF_TOOL_SCHEMA

if TYPE_CHECKING:
    from tokcount.framing.family import Family
    from tokcount.framing.layout import Layout

ANY: Final = "*"
"""An endpoint or a scope: all of them bill alike."""
MODEL: Final = "model"
"""The feature that stands for a model as a whole."""
FEWEST_PROJECTS: Final = 2
FEWEST_DEFINITIONS: Final = 5
LEAST_SHARE: Final = 0.995
ONE_MAY_MISS: Final = 50
"""Recordings among which a single miss may be a mistake in the recording."""
CONTRADICTED_SHARE: Final = 0.9

_FILE: Final = Path(__file__).with_name("evidence.csv")
_UNFRAMED: Final = "completions"
"""The family that bills the text alone, whatever the model."""
_SNAPSHOT: Final = re.compile(r"(-20\d\d-?\d\d-?\d\d|-\d{4}|-latest|-preview)(?=-|$)")


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One row: what recordings say about a feature."""

    endpoint: str
    """`chat`, `responses`, `completions`, or `*`."""
    scope: str
    """A framing family, a renderer of tool definitions, a model without its date, or `*`."""
    feature: str
    since: date | None = None
    until: date | None = None
    """The first day, and the first day after; absent: at any time."""
    projects: int
    """Public projects that the recordings are from."""
    definitions: int
    """Distinct tool sets, schemas or, without them, message lists."""
    recordings: int
    exact: int
    """Recordings that are counted as billed."""

    @property
    def confirms(self) -> bool:
        """Enough independent recordings, and (nearly) all counted as billed."""
        misses = self.recordings - self.exact
        enough = self.projects >= FEWEST_PROJECTS and self.definitions >= FEWEST_DEFINITIONS
        agree = self.exact >= LEAST_SHARE * self.recordings
        return enough and (agree or (misses == 1 and self.recordings >= ONE_MAY_MISS))

    @property
    def contradicts(self) -> bool:
        """More than one recording, and too many, are billed differently."""
        misses = self.recordings - self.exact
        return misses > 1 and self.exact < CONTRADICTED_SHARE * self.recordings

    def covers(self, time: float) -> bool:
        """Whether a time (seconds since 1970) is in the period."""
        since, until = self.since, self.until
        return since is not None and until is not None and _seconds(since) <= time < _seconds(until)

    @property
    def span(self) -> str:
        """The period in words; empty: at any time."""
        if self.since is None or self.until is None:
            return ""
        first, last = f"{self.since:%B %Y}", f"{self.until - timedelta(days=1):%B %Y}"
        return first if first == last else f"{first} to {last}"


Key = tuple[str, str, str]
"""Endpoint, scope, feature."""


def line_of(model: str) -> str:
    """A model without its date: snapshots of a model are billed alike.

    >>> line_of("gpt-4o-2024-08-06"), line_of("ft:gpt-4o-mini-2024-07-18:team::1"), line_of("gpt-3.5-turbo-0125")
    ('gpt-4o', 'gpt-4o-mini', 'gpt-3.5-turbo')
    """
    name = model.strip().lower().rpartition("/")[2].removeprefix("ft:").partition(":")[0]
    return _SNAPSHOT.sub("", name)


def model_key(family: str, line: str) -> Key:
    """The row of a model as a whole, on all endpoints."""
    return ANY, f"{family}/{line}", MODEL


def feature_key(kind: str, family: str, renderer: str, line: str, feature: str) -> Key:
    """The row that confirms a feature. The shown text of schemas depends on no endpoint, images cost by their model."""
    if feature.endswith(OF_TOOL_SCHEMA):
        return ANY, renderer, feature
    if feature.endswith(OF_RESPONSE_SCHEMA):
        return ANY, ANY, feature
    if feature in (IMAGE, LOW_DETAIL):
        return ANY, line, feature
    return kind, family, feature


def keys_of(kind: str, family: str, renderer: str, model: str, features: Iterable[str]) -> list[Key]:
    """The rows that have to confirm a count: that of its model, if it has one, and those of its features."""
    line = line_of(model)
    keys = [feature_key(kind, family, renderer, line, feature) for feature in sorted(features)]
    return [model_key(family, line), *keys] if line and family != _UNFRAMED else keys


class EvidenceTable:
    """Rows, found by their keys."""

    def __init__(self, rows: Iterable[Evidence]) -> None:
        self.rows: Final = tuple(rows)
        self._always = {(row.endpoint, row.scope, row.feature): row for row in self.rows if row.since is None}
        self._periods = tuple(row for row in self.rows if row.since is not None)
        days = (day for row in self._periods for day in (row.since, row.until) if day is not None)
        self._boundaries = sorted({_seconds(day) for day in days})
        self._end = self._boundaries[-1] if self._boundaries else 0.0
        self.doubts = lru_cache(maxsize=10_000)(self._doubts)
        """`_doubts`, remembered: a log has few combinations of features."""

    def row(self, key: Key) -> Evidence | None:
        """The evidence for a feature at any time."""
        return self._always.get(key)

    def about(self, family: Family, model: str) -> list[Evidence]:
        """The rows that decide the labels of a model's counts, those of the model itself first."""
        line = line_of(model)
        own = {f"{family.name}/{line}", line}
        scopes = {*own, family.name, family.renderer, ANY}
        return sorted((row for row in self.rows if row.scope in scopes), key=lambda row: row.scope not in own)

    def period(self, timestamp: float | None) -> float | None:
        """A time that stands for all times between two days on which a period begins or ends."""
        if timestamp is None or timestamp >= self._end:
            return None
        place = bisect_right(self._boundaries, timestamp)
        return self._boundaries[place - 1] if place else None

    def _doubts(
        self,
        kind: str,
        family: str,
        renderer: str,
        model: str,
        features: frozenset[str],
        period: float | None = None,
    ) -> tuple[str, ...]:
        """Why a count is not exact, a few words each; empty: it is. An encoding has no `model`."""
        line = line_of(model)
        found = []
        for key in keys_of(kind, family, renderer, model, features):
            feature = key[-1]
            if not self._confirms(key):
                found.append(f"recordings of {line} are too few or disagree" if feature == MODEL else feature)
            elif self._contradicts((kind, line, feature)):
                found.append(f"{feature} on {line}")
        return (*found, *self._unusual(kind, family, features, period))

    def _confirms(self, key: Key) -> bool:
        row = self._always.get(key)
        return row is not None and row.confirms

    def _contradicts(self, key: Key) -> bool:
        row = self._always.get(key)
        return row is not None and row.contradicts

    def _unusual(self, kind: str, family: str, features: frozenset[str], time: float | None) -> Iterator[str]:
        if time is None:
            return
        for row in self._periods:
            applies = (row.endpoint, row.scope) == (kind, family) and row.feature in features
            if applies and row.covers(time) and not row.confirms:
                yield f"{row.feature}, {row.span}"


@cache
def bundled() -> EvidenceTable:
    """The table of the package."""
    text = _FILE.read_text("utf-8")
    return EvidenceTable(read(text.splitlines()))


def read(lines: Iterable[str]) -> list[Evidence]:
    """The rows of a file in CSV."""
    rows = list(csv.DictReader(lines))
    for row in rows:
        for name in ("since", "until"):
            if not row.get(name):
                row.pop(name, None)
    return msgspec.convert(rows, list[Evidence], strict=False)


def label(laid: Layout, endpoint: str, family: Family, model: str, timestamp: float | None) -> None:
    """Lower the basis of a layout to `estimated`, and say why, where its rules are not confirmed.

    `endpoint` is the one that bills the request; `model` is empty for an encoding.
    """
    table = bundled()
    period = table.period(timestamp)
    doubts = table.doubts(endpoint, family.name, family.renderer, model, laid.features, period)
    if doubts:
        laid.reasons = (*laid.reasons, *doubts)
        laid.basis = "estimated" if laid.basis == "exact" else laid.basis


@cache
def _seconds(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
