"""A pool of worker processes that are always cleaned up.

They are spawned, except on Linux while this process has no other threads: there they are forked, which costs a fraction
of that. A program that will load polars forks its workers before (`Workers.ahead`), when it does not know yet what
they will do. Results do not depend on which it is.
"""

from __future__ import annotations

import gc
import mmap
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.sharedctypes import Synchronized
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

from tokcount.errors import DataError, ExitCode

P_co = TypeVar("P_co", covariant=True)
R = TypeVar("R")

LARGEST_ORDER: Final = 64 << 20
"""Bytes that an order may take; it uses no more memory than it takes."""
GLANCE: Final = 0.2
"""Seconds between two looks at the progress of the workers, and at signals: the handler for Ctrl-C that polars
installs does not wake a thread that waits for a lock."""


class Workers:
    """Worker processes, which make their processors with `make`; without it, as `order` says later."""

    def __init__(self, jobs: int, make: Callable[[], Any] | None = None) -> None:
        method = start_method()
        context = multiprocessing.get_context(method)
        self.read = context.Value("q", 0)
        """The bytes that all of them have read."""
        self._order: mmap.mmap | None = None
        prepared = make() if make is not None and method == "fork" else None
        if make is None:
            self._order = mmap.mmap(-1, LARGEST_ORDER)
            make = partial(_ordered, self._order)
        self._others = set(multiprocessing.active_children())
        given = (make, self.read, prepared, gc.get_threshold())
        self.executor = ProcessPoolExecutor(jobs, context, _start, given)
        # A worker that is killed while it sends a result leaves a thread of the executor waiting for the rest of it
        # for ever, unless the last end of the pipe that could still be written to is closed: this process holds it.
        self._results = self.executor._result_queue  # noqa: SLF001

    @classmethod
    def ahead(cls, jobs: int, load: Callable[[], object] | None = None) -> Workers | None:
        """Workers that are forked now, for a pool that is made later; `None` where they would have to be spawned.

        `load` loads what all of them will need, once, before that.
        """
        if start_method() != "fork":
            return None
        if load is not None:
            load()
            if start_method() != "fork":
                return None
        workers = cls(jobs)
        workers.begin()
        return workers

    def begin(self) -> None:
        """Start one, or all of them where they are forked."""
        with _held_interrupts():
            self.executor.submit(_nothing)

    def order(self, make: Callable[[], Any]) -> None:
        """What processors are made with, in memory that the processes share; once."""
        if self._order is not None:
            self._order.write(pickle.dumps(make))

    def end(self, *, at_once: bool) -> None:
        """End them: after their tasks, or `at_once`."""
        if at_once:
            # Killed rather than asked to end, and before the queues are closed: a worker that is still starting does
            # not listen yet, and would complain that they are missing.
            for child in set(multiprocessing.active_children()) - self._others:
                child.kill()
        self.executor.shutdown(wait=not at_once, cancel_futures=True)
        if at_once:
            self._results._writer.close()  # type: ignore[attr-defined] # noqa: SLF001 - see `__init__`


class Pool(Generic[P_co]):
    """Worker processes; a context manager that ends them, whatever happens.

    Each has a processor of its own, which `make` makes and which it keeps between tasks. `progress` is called in this
    process with the bytes that all workers have read so far. `workers`: those that have been forked ahead.
    """

    def __init__(
        self,
        make: Callable[[], P_co],
        jobs: int,
        progress: Callable[[int], None] | None,
        workers: Workers | None = None,
    ) -> None:
        self._progress = progress
        self._workers = workers or Workers(jobs, make)
        self._workers.order(make)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._workers.end(at_once=kind is not None)

    def begin(self) -> None:
        """Start workers before this process does what forks do not allow."""
        self._workers.begin()

    def submit(self, function: Callable[..., R], *arguments: Any) -> Future[R]:
        """Queue a call of `function` in a worker, with its processor, the arguments, and what takes bytes read."""
        with _held_interrupts():
            return self._workers.executor.submit(_call, function, arguments)

    def result(self, future: Future[R]) -> R:
        """Wait for a call. Raises what it raised, and `DataError` when its process died."""
        try:
            while True:
                try:
                    return future.result(timeout=GLANCE)
                except NotYet:
                    self._show_progress()
        except BrokenProcessPool:
            problem = "a worker process died, perhaps out of memory: run again"
            raise DataError(
                f"{problem} with jobs=1 or on smaller files.",
                command_line=f"{problem} with --jobs 1 or on smaller files.",
            ) from None
        finally:
            self._show_progress()

    def advance(self, count: int) -> None:
        """Add bytes that this process has read itself."""
        with self._workers.read.get_lock():
            self._workers.read.value += count
        self._show_progress()

    def _show_progress(self) -> None:
        if self._progress is not None:
            self._progress(self._workers.read.value)


_ENDING = {signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)}


@contextmanager
def _held_interrupts() -> Iterator[None]:
    """Signals wait until a process has been started, and stay blocked in it until `_start` unblocks them.

    A worker that is forked and ended before it has begun would go on as the program itself; one that is spawned would
    not be known yet to the code that ends it. Blocking them in this thread is not enough where others can receive them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    numbers = (signal.SIGINT, *_ENDING)
    waiting: list[int] = []
    handlers = {}
    if threading.current_thread() is threading.main_thread():
        handlers = {
            number: signal.signal(number, lambda received, _: waiting.append(received)) for number in numbers
        }
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for received in waiting:
            signal.raise_signal(received)


class _State:
    """What a worker process keeps between tasks."""

    make: Callable[[], Any]
    processor: Any
    """`None` until the first task."""
    read: Synchronized[int]


def start_method() -> str:
    """`fork` where that is safe: on Linux, without other threads, and before polars has started its own."""
    alone = threading.active_count() == 1 and "polars" not in sys.modules
    return "fork" if sys.platform == "linux" and alone else "spawn"


def can_share() -> bool:
    """Whether processes can share memory here: a limit on the size of files, or a full disk, prevents it."""
    try:
        multiprocessing.get_context(start_method()).Value("q", 0)
    except OSError:
        return False
    return True


def _start(
    make: Callable[[], Any], read: Synchronized[int], prepared: Any, cycles: tuple[int, int, int]
) -> None:
    """Begin a worker process: the parent handles Ctrl-C, and without the parent there is nothing to do.

    A request to end is obeyed at once, whatever the parent does when it gets one. `cycles`: how often the parent looks
    for garbage in cycles.
    """
    gc.freeze()
    gc.set_threshold(*cycles)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for ending in _ENDING:
        signal.signal(ending, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    threading.Thread(target=_follow_parent, daemon=True).start()
    _State.make, _State.processor, _State.read = make, prepared, read


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(ExitCode.INTERRUPTED)


def _call(function: Callable[..., R], arguments: tuple[Any, ...]) -> R:
    if _State.processor is None:
        _State.processor = _State.make()
    return function(_State.processor, *arguments, _count_bytes)


def _ordered(order: mmap.mmap) -> Any:
    """A processor as the parent has ordered it."""
    make: Callable[[], Any] = pickle.load(order)  # noqa: S301 - what the parent wrote
    return make()


def _nothing() -> None:
    """What a worker does that has just been started."""


def _count_bytes(count: int) -> None:
    with _State.read.get_lock():
        _State.read.value += count
