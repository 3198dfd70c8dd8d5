"""The expected failures, each with its exit code.

    TokcountError
    ├── UsageError        2   a wrong option, a missing file, an unknown model or encoding
    │   └── MistakesError     all mistakes of a file
    ├── DataError         3   nothing countable was found, or records were skipped under --strict
    ├── VocabularyError   2   a bundled vocabulary does not have the hash that tiktoken publishes
    └── Interrupted     130   Ctrl-C, or a signal that ends the program

Every message is one line: what is wrong, where (`file:line`), and what to do about it. A `MistakesError` has one line
per mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of the program: a public contract, listed in `--help` and the README."""

    OK = 0
    BUDGET = 1
    USAGE = 2
    DATA = 3
    INTERRUPTED = 130


class TokcountError(Exception):
    """An expected failure. Its text is the one line that a Python caller sees.

    `command_line` is the text for the command line, given where the two differ: a Python caller passes arguments,
    the command line takes options.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, message: str, *, command_line: str | None = None) -> None:
        super().__init__(message)
        self.command_line = message if command_line is None else command_line

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines to print on a terminal, each with what is wrong, where, and what to do."""
        return (self.command_line,)


class UsageError(TokcountError):
    """A wrong option or argument: a missing file, an unknown model, a bad mapping."""


class MistakesError(UsageError):
    """All mistakes of one file, each a line of its own."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.args = lines

    @property
    def lines(self) -> tuple[str, ...]:
        """The mistakes, each with file, line, key, and what to do."""
        return self.args

    def __str__(self) -> str:
        return "\n".join(self.args)


class DataError(TokcountError):
    """The input was read but holds nothing countable, or holds something that `--strict` does not allow."""

    exit_code = ExitCode.DATA


class Interrupted(TokcountError):  # noqa: N818 - not an error
    """The user or the system stopped the program."""

    exit_code = ExitCode.INTERRUPTED


class VocabularyError(TokcountError):
    """A vocabulary in the package is damaged."""


_COMPARED = 80
"""How many characters of an unknown word are compared: anything longer is not a misspelt name."""


def suggest(word: str, known: Iterable[str], *, cutoff: float = 0.6, instead: str | None = None) -> str:
    """Advice for an unknown word: the closest known words, else `instead`, else all known words.

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
