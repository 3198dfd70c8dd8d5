"""Why the tokens of new requests differ from those of their records under the target, record by record."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from tokcount.logs.record import Record
from tokcount.reports.migrate.requests import Migrated, Options

OF_TEXT: Final = frozenset(
    {
        *("suffix", "prompt", "name", "reasoning", "content", "response_format", "text.format", "tools"),
        *("functions", "tool_choice", "function_call", "parallel_tool_calls", "web_search_options"),
        *("instructions", "phase", "tool_calls", "reasoning_effort", "reasoning.effort", "reasoning.mode"),
        *("truncation", "context_management", "text"),
    }
)
"""Parameters that change what the model reads."""
_INSIDE: Final = re.compile(r"\[.*")
"""The rest of the path of a field inside a message or a tool."""
OTHER_ENDPOINT: Final = "another endpoint: Responses and chat frame requests differently"
SEVERAL: Final = "several requests take the place of one"
SYSTEM: Final = "a system message was added"
SPLIT: Final = "the prompt was split into messages"
OTHERWISE: Final = "the new requests have no time, so the rules of today hold"


class Difference(msgspec.Struct):
    """How many records differ for a reason, and by how many input tokens altogether."""

    records: int = 0
    tokens: int = 0

    def add(self, other: Difference) -> None:
        """Add the difference of other records."""
        self.records += other.records
        self.tokens += other.tokens


def reason_of(record: Record, migrated: Migrated, options: Options) -> str:
    """What was done to a record that changes what the API counts, in a few words."""
    own = "responses" if record.kind == "responses" else "chat"
    causes = {
        SYSTEM: options.system is not None,
        SPLIT: any(migrated.splits),
        SEVERAL: len(migrated.lines) > 1,
        **_causes(migrated, ("dropped", "changed")),
        OTHER_ENDPOINT: own != migrated.endpoint,
    }
    found = [cause for cause, holds in causes.items() if holds] or list(_causes(migrated, ("rewritten",)))
    return "; ".join(found) or OTHERWISE


def _causes(migrated: Migrated, effects: tuple[str, ...]) -> dict[str, bool]:
    return {
        f"{_INSIDE.sub('', loss.parameter)} {loss.effect}": True
        for loss in migrated.losses
        if loss.effect in effects and (loss.parameter in OF_TEXT or "[" in loss.parameter)
    }
