"""The counters of this process: a worker that gets one batch after another keeps its vocabularies and its cache."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable
from typing import Final

from tokcount.logs.record import Record
from tokcount.scanning.columns import Columns
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.plan import ScanPlan

KEPT: Final = 2
"""Plans that a process keeps a counter for, usually one; the cache of each takes some 50 MB."""


class _Shared:
    """A counter that one thread may use at a time."""

    def __init__(self, plan: ScanPlan) -> None:
        self.lock = threading.Lock()
        self.counter = RecordCounter(plan)
        for line in self.counter.warnings:
            warnings.warn(line, RuntimeWarning, stacklevel=4)


_counters: dict[bytes, _Shared] = {}
_lock: Final = threading.Lock()


def count(key: bytes, plan: ScanPlan, records: Iterable[Record]) -> Columns:
    """The counted columns of the records. `key` is the same for equal plans, in every process."""
    shared = _shared(key, plan)
    with shared.lock:
        return shared.counter.process(records)


def _shared(key: bytes, plan: ScanPlan) -> _Shared:
    with _lock:
        shared = _counters.pop(key, None) or _Shared(plan)
        while len(_counters) >= KEPT:
            del _counters[next(iter(_counters))]
        _counters[key] = shared
        return shared


def forget() -> None:
    """Drop all counters with their caches; the next batch starts with new ones."""
    with _lock:
        _counters.clear()
