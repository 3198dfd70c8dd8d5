"""What can go wrong, and with which exit code.

    TokcountError
    ├── UsageError        2   a wrong option, a missing file, an unknown model or encoding
    ├── DataError         3   nothing countable was found, or records were skipped under --strict
    ├── VocabularyError   2   a shipped vocabulary does not have the hash that tiktoken publishes
    └── Interrupted     130   Ctrl-C, or a signal that ends the program

Every message is one line: what, where (``file:line``), what to do.
"""

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
