"""What an audit needs of a record in addition to its counts: parts of its content, and verdicts on its request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from msgspec import structs

from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.scanning.columns import ColumnBuilder
from tokcount.scanning.doubts import RecordDoubts
from tokcount.scanning.features.parts import PartsCounter, PlainParts
from tokcount.scanning.features.verdicts import RequestVerdicts
from tokcount.scanning.laid_out import LaidOut
from tokcount.scanning.plan import ScanPlan
from tokcount.tokens.counter import TextCounter

MOST_JUDGED: Final = 256
"""Different parameters of requests with the same frame that are remembered."""
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})

Parameters: TypeAlias = tuple[object, ...]
"""Name and type of each parameter, and its value if that is looked at."""


class Features(NamedTuple):
    """What the plain calls with the same frame have in common for an audit.

    `looked_at`: see `RequestVerdicts.looked_at`. `judged`: what was found for requests with the same parameters of
    these: the codes of the strings of their rows, and the output tokens that they ask for.
    """

    doubts: RecordDoubts
    shape: str | None
    replacement: str | None
    parts: PlainParts | None
    looked_at: Mapping[str, bool]
    judged: dict[Parameters, tuple[tuple[int, ...], int | None]]


class AuditFeatures:
    """Puts the numbers that an audit needs into columns. `texts`: with classes, if the plan asks for parts."""

    def __init__(self, plan: ScanPlan, texts: TextCounter) -> None:
        self._parts = PartsCounter(texts) if plan.parts else None
        self._verdicts = RequestVerdicts(plan) if plan.verdicts else None

    def put(self, columns: ColumnBuilder, laid: LaidOut) -> str | None:
        """Put the numbers of a record; returns the verdicts on its request."""
        if self._parts is not None:
            columns.put_all(self._parts.numbers(laid.record, laid.request, laid.labelled()))
        verdicts, limit = self._judge(laid.record, laid.replacement)
        if limit is not None:
            columns.put("max_tokens", limit)
        return verdicts

    def in_common(self, laid: LaidOut, shape: str | None) -> Features:
        """What plain calls have in common, by one of them that is laid out with roles."""
        request = laid.record.request or {}
        parts = None if self._parts is None else self._parts.plain(request, laid.labelled())
        doubts = structs.replace(laid.doubts)  # a copy: counting flags the texts of this one call
        looked_at = {} if self._verdicts is None else self._verdicts.looked_at(laid.record, laid.replacement)
        return Features(doubts, shape, laid.replacement, parts, looked_at, {})

    def put_plain(
        self, columns: ColumnBuilder, record: Record, texts: list[str], known: Features
    ) -> tuple[int, ...]:
        """As `put`, of a plain call with these texts of messages; returns the codes of the strings of its row."""
        request = record.request or {}
        if self._parts is not None and known.parts is not None:
            columns.put_all(self._parts.of_plain(record, request, texts, known.parts))
        parameters = _parameters(request, known.looked_at)
        judged = None if parameters is None else known.judged.get(parameters)
        if judged is None:
            verdicts, limit = self._judge(record, known.replacement)
            strings = {"shape": known.shape, "replacement": known.replacement, "verdicts": verdicts}
            judged = columns.codes(record, known.doubts, **strings), limit
            if parameters is not None:
                if len(known.judged) >= MOST_JUDGED:
                    known.judged.clear()
                known.judged[parameters] = judged
        codes, limit = judged
        if limit is not None:
            columns.put("max_tokens", limit)
        return codes

    def _judge(self, record: Record, replacement: str | None) -> tuple[str | None, int | None]:
        """The verdicts on a request, and the output tokens that it asks for."""
        if self._verdicts is None:
            return None, None
        return self._verdicts.of(record, replacement), self._verdicts.output(record)


def _parameters(request: Json, looked_at: Mapping[str, bool]) -> Parameters | None:
    """The parameters of a plain chat request that are looked at; `None` where one of them is a list or an object."""
    found: list[object] = []
    for name, value in request.items():
        by_value = looked_at.get(name)
        if by_value is not None:
            if type(value) not in _SCALARS:
                return None
            found += name, type(value), by_value and value
    return tuple(found)
