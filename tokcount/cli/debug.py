"""What is said of an error that nobody expected: where it came from and of which type it is.

What an exception says may be text of a log, such as a key that was missing, so it is left out unless text is asked for.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from typing import Final

_FRAME: Final = re.compile(r'  File "[^"\n]+", line \d+, in \S+')
"""A line of a traceback that a worker process sent as text."""


def traceback_lines(error: BaseException, *, with_text: bool) -> Iterator[str]:
    """The tracebacks of an error and of what led to it, the first cause first, without line ends."""
    for each in reversed(list(_chain(error))):
        yield "Traceback (most recent call last):"
        for entry in traceback.extract_tb(each.__traceback__).format():
            yield from entry.rstrip("\n").split("\n")
        yield from _of_worker(each, with_text=with_text)
        yield f"{type(each).__name__}: {each}" if with_text else type(each).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, its cause, the cause of that, and so on."""
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _of_worker(error: BaseException, *, with_text: bool) -> Iterator[str]:
    """The frames of another process, which come as one text (`concurrent.futures.process`)."""
    if type(error).__name__ == "_RemoteTraceback":
        lines = str(error).split("\n")
        yield from lines if with_text else filter(_FRAME.fullmatch, lines)
