"""The kernels of this process: a worker that is given one batch after another keeps its vocabularies and its cache."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterable
from typing import Final

from tokcount.logs.format import Item
from tokcount.scanning.columns import Columns
from tokcount.scanning.counter import Kernel
from tokcount.scanning.plan import ScanPlan

KEPT: Final = 2
"""Plans that a process counts under at a time, as a rule one; the cache of each takes some 50 MB."""


class _Shared:
    """A kernel that one thread may use at a time."""

    def __init__(self, plan: ScanPlan) -> None:
        self.lock = threading.Lock()
        self.kernel = Kernel(plan)
        for line in self.kernel.warnings:
            warnings.warn(line, RuntimeWarning, stacklevel=4)


_kernels: dict[bytes, _Shared] = {}
_lock: Final = threading.Lock()


def count(key: bytes, plan: ScanPlan, records: Iterable[Item]) -> Columns:
    """The counted columns of the records. ``key`` is the same for equal plans, in every process."""
    shared = _shared(key, plan)
    with shared.lock:
        columns, _ = shared.kernel.count(records)
    return columns


def _shared(key: bytes, plan: ScanPlan) -> _Shared:
    with _lock:
        shared = _kernels.pop(key, None) or _Shared(plan)
        while len(_kernels) >= KEPT:
            del _kernels[next(iter(_kernels))]
        _kernels[key] = shared
        return shared


def forget() -> None:
    """Give up all kernels with their caches; the next batch begins anew."""
    with _lock:
        _kernels.clear()
