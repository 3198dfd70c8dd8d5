"""What can go wrong, and with which exit code.

    TokcountError
    ├── UsageError        2   a wrong option, a missing file, an unknown model or encoding
    ├── DataError         3   nothing countable was found, or records were skipped under --strict
    ├── VocabularyError   2   a shipped vocabulary does not have the hash that tiktoken publishes
    └── Interrupted     130   Ctrl-C, or a signal that ends the program

Every message is one line: what, where (``file:line``), what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of the program; a contract, shown in ``--help`` and the README."""

    OK = 0
    BUDGET = 1
    USAGE = 2
    DATA = 3
    INTERRUPTED = 130


class TokcountError(Exception):
    """An expected failure; its text is the one line a user sees."""

    exit_code: ExitCode = ExitCode.USAGE


class UsageError(TokcountError):
    """A wrong option or argument: a missing file, an unknown model, a bad mapping."""


class DataError(TokcountError):
    """The input was read and holds nothing that can be counted, or ``--strict`` refuses what it holds."""

    exit_code = ExitCode.DATA


class Interrupted(TokcountError):  # noqa: N818 - it is no error
    """The user, or the system, ended the program before its time."""

    exit_code = ExitCode.INTERRUPTED


class VocabularyError(TokcountError):
    """A vocabulary in the package is damaged."""


_COMPARED = 80
"""Characters of an unknown word that are compared; more is no slip of a name."""


def suggest(word: str, known: Iterable[str], *, cutoff: float = 0.6, instead: str | None = None) -> str:
    """What to do about an unknown word: the known ones that come close, else ``instead``, else all of them.

    >>> suggest("jsn", ["csv", "json"])
    'Did you mean json?'
    >>> suggest("xml", ["csv", "json"])
    'Known: csv, json.'
    """
    from difflib import get_close_matches

    names = list(known)
    close = get_close_matches(word.strip()[:_COMPARED], names, n=3, cutoff=cutoff)
    if close:
        return f"Did you mean {', '.join(close)}?"
    return f"Known: {', '.join(names)}." if instead is None else instead
