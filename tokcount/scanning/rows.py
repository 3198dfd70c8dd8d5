"""One record in, one row of counts out: where logs, models and counting meet."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from typing import Any

import msgspec

from tokcount.counting import families, framing, output
from tokcount.counting.layout import BASIS_ORDER, Basis, Layout
from tokcount.counting.text import TextCounter
from tokcount.errors import UsageError
from tokcount.logs.record import Kind, Record, Usage
from tokcount.models import names
from tokcount.scanning.columns import NULL, NULL_BILLED, Columns
from tokcount.scanning.plan import OWN, ScanPlan
from tokcount.scanning.shapes import shape_of

PROMPT_KINDS = frozenset({"completions", "text"})
UNCOUNTED_FLAGS = frozenset({"truncated", "redacted"})
ROLES = ("system", "developer", "user", "assistant", "tool", "function", "prompt", "other")


class Target(msgspec.Struct):
    """A reference made ready: its encoding, framing family, and the model name that image rules go by."""

    label: str
    encoding: str
    family: str
    model: str
    is_encoding: bool = False


class RowCounter:
    """Counts records under the references of a plan and appends one row each to `columns`.

    Not safe to share between threads; every worker has its own, with its own cache of counted texts.
    """

    def __init__(self, plan: ScanPlan) -> None:
        self.plan = plan
        self.counter = TextCounter(plan.encodings, engine=plan.engine)
        self.targets = [
            Target(
                reference.label,
                reference.encoding,
                reference.family,
                reference.model.name if reference.model else "",
                reference.model is None,
            )
            for reference in plan.references
        ]
        self.columns = self.fresh_columns()
        self._own: dict[tuple[str | None, str | None], Target | str] = {}

    def fresh_columns(self) -> Columns:
        """Empty columns for the next block."""
        return Columns(self.plan.labels, ROLES if self.plan.roles else ())

    def take(self) -> Columns:
        """The rows so far; counting goes on in fresh columns."""
        done, self.columns = self.columns, self.fresh_columns()
        return done
