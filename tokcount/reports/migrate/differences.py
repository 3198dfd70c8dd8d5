"""Why the tokens of new requests differ from those of their records under the target, record by record."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from tokcount.logs.record import Record
from tokcount.reports.migrate.requests import PROMPT_KINDS, Migrated, Options

OF_TEXT: Final = frozenset(
    {
        *("suffix", "prompt", "name", "reasoning", "content", "response_format", "text.format", "tools"),
        *(
            "functions",
            "tool_choice",
            "function_call",
            "parallel_tool_calls",
            "web_search_options",
            "messages",
        ),
        *("instructions", "phase", "tool_calls", "reasoning_effort", "reasoning.effort", "reasoning.mode"),
        *("truncation", "context_management"),
    }
)
"""Parameters that change what the model reads."""
_INSIDE: Final = re.compile(r"[.\[].*")
"""The rest of the path of a field inside a message or a tool."""
OTHER_ENDPOINT: Final = "endpoint: Responses frames a request in another way than chat"
SEVERAL: Final = "requests: several take the place of one"
SYSTEM: Final = "system: a message was added"
SPLIT: Final = "prompt: split into messages"
OTHERWISE: Final = "form: another one of the same request"


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
    causes = []
    if options.system is not None:
        causes.append(SYSTEM)
    if any(migrated.splits):
        causes.append(SPLIT)
    if len(migrated.lines) > 1:
        causes.append(SEVERAL)
    causes += [
        f"{_INSIDE.sub('', loss.parameter) if '[' in loss.parameter else loss.parameter} {loss.effect}"
        for loss in migrated.losses
        if loss.parameter in OF_TEXT or "[" in loss.parameter
    ]
    own = "responses" if record.kind == "responses" else "chat"
    if own != migrated.endpoint or (record.kind in PROMPT_KINDS and migrated.endpoint == "responses"):
        causes.append(OTHER_ENDPOINT)
    return "; ".join(dict.fromkeys(causes)) or OTHERWISE
