"""aider's history of calls, `.aider.llm.history`, as `tokcount.logs.containers.aider_history` finds them.

The lines of a message are joined with line breaks; the model is not in the file. Tools and images are not in it either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    call_record,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class LlmHistory(LogFormat):
    """`aider.llm_history`: one call."""

    name = "aider.llm_history"
    keys = (frozenset({"aider_time", "messages"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        metadata = CallMetadata(timestamp=timestamp(value.get("aider_time")))
        answers = value.get("answer")
        answer = answers[0] if isinstance(answers, list) and answers else None
        return [call_record(at, self.name, value.get("messages"), answer, metadata=metadata)]
