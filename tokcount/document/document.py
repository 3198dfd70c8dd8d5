"""`Document`: a finished report as an output format receives it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec

from tokcount.document.blocks import Blocks
from tokcount.document.budgets import BudgetResults
from tokcount.document.rows import Row
from tokcount.version import __version__

SCHEMA_VERSION: Final = 2
"""Raised when a JSON key is renamed or changes its meaning; additions leave it as it is."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The keys that every JSON document of tokcount begins with."""

    schema_version: int = SCHEMA_VERSION
    version: str = msgspec.field(name="tokcount", default=__version__)
    """The version of tokcount that made the report; for a saved report, the version that saved it."""
    command: str


class Run(msgspec.Struct, frozen=True):
    """When a report was made, and by which command. Options that change no number are left out of the command."""

    day: date
    command: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One report in the forms that output formats write. A renderer calls the one it needs; the others cost nothing.

    Each raises `UsageError` when a report of this command does not have that form.
    """

    envelope: Envelope
    run: Run | None = None
    blocks: Callable[[], Blocks]
    """For people: sentences, headings, tables and charts."""
    rows: Callable[[], list[Row]]
    """For programs: the main table, flat."""
    data: Callable[[], dict[str, Any]]
    """Everything, as JSON values, with the envelope first; an amount of money is a `Decimal`."""
    budgets: Callable[[], BudgetResults]
    """The outcome of each budget; reports of `check` only."""

    @property
    def command(self) -> str:
        """The command that made the report."""
        return self.envelope.command
