"""A pool of worker processes that are always cleaned up.

They are spawned, except on Linux while this process has no other threads: there they are forked from a process that
has loaded the vocabularies, which all workers then share. Results do not depend on which it is.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.sharedctypes import Synchronized
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

from tokcount.errors import DataError, ExitCode

P_co = TypeVar("P_co", covariant=True)
R = TypeVar("R")

GLANCE: Final = 0.2
"""Seconds between two looks at the progress of the workers, and at signals: the handler for Ctrl-C that polars
installs does not wake a thread that waits for a lock."""


class Pool(Generic[P_co]):
    """Worker processes; a context manager that ends them, whatever happens.

    Each has a processor of its own, which `make` makes and which it keeps between tasks. `progress` is called in this
    process with the bytes that all workers have read so far.
    """

    def __init__(self, make: Callable[[], P_co], jobs: int, progress: Callable[[int], None] | None) -> None:
        method = start_method()
        context = multiprocessing.get_context(method)
        prepared = make() if method == "fork" else None
        self._progress = progress
        self._read = context.Value("q", 0)
        self._others = set(multiprocessing.active_children())
        self._executor = ProcessPoolExecutor(
            jobs, context, _start, (make, self._read, prepared, gc.get_threshold())
        )
        # A worker that is killed while it sends a result leaves a thread of the executor waiting for the rest of it
        # for ever, unless the last end of the pipe that could still be written to is closed: this process holds it.
        self._results = self._executor._result_queue  # noqa: SLF001

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            # Killed rather than asked to end, and before the queues are closed: a worker that is still starting does
            # not listen yet, and would complain that they are missing.
            for child in set(multiprocessing.active_children()) - self._others:
                child.kill()
        self._executor.shutdown(wait=kind is None, cancel_futures=True)
        if kind is not None:
            self._results._writer.close()  # type: ignore[attr-defined] # noqa: SLF001 - see `__init__`

    def begin(self) -> None:
        """Start a worker, or all of them where they are forked, before this process does what forks do not allow."""
        with _held_interrupts():
            self._executor.submit(_nothing)

    def submit(self, function: Callable[..., R], *arguments: Any) -> Future[R]:
        """Queue a call of `function` in a worker, with its processor, the arguments, and what takes bytes read."""
        with _held_interrupts():
            return self._executor.submit(_call, function, arguments)

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
        with self._read.get_lock():
            self._read.value += count
        self._show_progress()

    def _show_progress(self) -> None:
        if self._progress is not None:
            self._progress(self._read.value)


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

    processor: Any
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
    _State.processor = prepared or make()
    _State.read = read


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(ExitCode.INTERRUPTED)


def _call(function: Callable[..., R], arguments: tuple[Any, ...]) -> R:
    return function(_State.processor, *arguments, _count_bytes)


def _nothing() -> None:
    """What a worker does that has just been started."""


def _count_bytes(count: int) -> None:
    with _State.read.get_lock():
        _State.read.value += count
