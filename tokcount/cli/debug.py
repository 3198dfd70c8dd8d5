"""Tracebacks of unexpected errors.

The message of an exception may contain text from a log, such as a missing key, so it is shown only with `--show-text`.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from typing import Final

_FRAME: Final = re.compile(r'  File "[^"\n]+", line \d+, in \S+')
"""A line of a traceback that a worker process sent as text."""


def traceback_lines(error: BaseException, *, with_text: bool) -> Iterator[str]:
    """The tracebacks of an error and its causes, the first cause first, one line at a time."""
    for each in reversed(list(_chain(error))):
        yield "Traceback (most recent call last):"
        for entry in traceback.extract_tb(each.__traceback__).format():
            yield from entry.rstrip("\n").split("\n")
        yield from _of_worker(each, with_text=with_text)
        yield f"{type(each).__name__}: {each}" if with_text else type(each).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, its cause, the cause of the cause, and so on."""
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _of_worker(error: BaseException, *, with_text: bool) -> Iterator[str]:
    """The frames of a worker process, which arrive as one text (`concurrent.futures.process`)."""
    if type(error).__name__ == "_RemoteTraceback":
        lines = str(error).split("\n")
        yield from lines if with_text else filter(_FRAME.fullmatch, lines)
