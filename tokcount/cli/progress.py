"""A progress bar on standard error with bytes, speed and time left, shown on terminals only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tokcount.logs.source import Source

Progress = Callable[[int], None]
"""Called with the number of bytes read so far."""

PATIENCE = 1.0
"""Seconds before the bar appears, so that short jobs show none."""


@contextmanager
def progress_for(sources: Sequence[Source], *, shown: bool) -> Iterator[Progress | None]:
    """A function that updates the bar, or `None` if standard error is not a terminal."""
    if not shown or not sys.stderr.isatty():
        yield None
        return
    sizes = [source.size for source in sources]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    bar = _Bar(total)
    try:
        yield bar.move
    finally:
        bar.close()


@contextmanager
def advances_for(sources: Sequence[Source], *, shown: bool) -> Iterator[Progress]:
    """Like `progress_for`, for callers that report the bytes read since their last call."""
    from tokcount.scanning.run import summed

    with progress_for(sources, shown=shown) as move:
        yield summed(move)


class _Bar:
    """A rich progress bar that appears after `PATIENCE` seconds."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._started = time.monotonic()
        self._close: Callable[[], None] | None = None
        self._update: Callable[[int], None] | None = None

    def move(self, done: int) -> None:
        """Show that `done` bytes have been read."""
        if self._update is None:
            if time.monotonic() - self._started < PATIENCE:
                return
            self._open()
        if self._update is not None:
            self._update(done)

    def close(self) -> None:
        """Remove the bar from the screen."""
        if self._close is not None:
            self._close()

    def _open(self) -> None:
        from rich import progress
        from rich.console import Console

        bar = progress.Progress(
            progress.TextColumn("counting"),
            progress.BarColumn(),
            progress.DownloadColumn(),
            progress.TransferSpeedColumn(),
            progress.TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        task = bar.add_task("counting", total=self._total)
        bar.start()
        self._close = bar.stop
        self._update = lambda done: bar.update(task, completed=done)
