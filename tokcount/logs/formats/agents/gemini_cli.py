"""Gemini CLI: recorded sessions, as one JSON file or line by line. Source: gemini-cli (chatRecordingTypes.ts)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    LogFormat,
    RunInfo,
    Session,
    Turn,
    conversation_records,
    decoded_list,
    dig,
    objects,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_GEMINI_USAGE = {
    "input": ("input",),
    "output": ("output",),
    "total": ("total",),
    "cached_input": ("cached",),
    "reasoning": ("thoughts",),
}


_NOTICES = frozenset({"info", "warning", "error"})
"""Types of what the program showed and did not send."""


class GeminiSession(LogFormat):
    """`gemini_cli.session`: a session in one JSON file."""

    name = "gemini_cli.session"
    keys = (frozenset({"sessionId", "projectHash", "messages"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        listed = value.get("messages")
        rows = objects(listed)
        turns = [_gemini_turn(row) for row in rows if row.get("type") not in _NOTICES]
        metadata = CallMetadata(provider="google", thread=text(value.get("sessionId")))
        return conversation_records(at, self.name, turns, metadata)


class GeminiLines(GroupedLogFormat):
    """`gemini_cli.session`, line by line."""

    name = "gemini_cli.session"
    keys = (
        frozenset({"sessionId", "projectHash", "startTime"}),
        frozenset({"id", "timestamp", "type", "content"}),
        frozenset({"$set"}),
    )
    accepts = JSON_ONLY

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a session is one file
        return _GeminiSession()


class _GeminiSession(Session):
    """The turns of the session so far."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._thread: str | None = None
        self._at: Location | None = None

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if "projectHash" in value:
            self._thread, self._at = text(value.get("sessionId")), at
        elif self._at is None:
            return None
        elif "$set" not in value and value.get("type") not in _NOTICES:
            self._turns.append(_gemini_turn(value))
        return []

    def finish(self) -> Iterable[Item]:
        """The calls of the session, when the file ends."""
        if self._at is None:
            return []
        metadata = CallMetadata(provider="google", thread=self._thread)
        return conversation_records(self._at, GeminiLines.name, self._turns, metadata)


def _gemini_turn(row: Json) -> Turn:
    is_answer = row.get("type") == "gemini"
    return Turn(
        {"role": "assistant" if is_answer else "user", **_content(row)},
        usage=usage_from(row.get("tokens"), _GEMINI_USAGE) if is_answer else None,
        model=text(row.get("model")),
        id=text(row.get("id")),
        timestamp=timestamp(row.get("timestamp")),
    )


def _content(row: Json) -> Json:
    """The text of a turn, or its parts (`PartListUnion`) and the calls of tools with their results."""
    content, calls = row.get("content"), row.get("toolCalls")
    calls = [_call(call) for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    if not calls and not isinstance(content, list | dict):
        return {"content": content}
    parts = content if isinstance(content, list) else [content] if content else []
    return {"content": None, "parts": [*parts, *calls]}


def _call(call: Json) -> Json:
    """A call with its result, as the parts of a UI message that the accounting of messages knows."""
    answered = [dig(part, "functionResponse.response") for part in decoded_list(call.get("result"))]
    output = [dig(answer, "output") or answer for answer in answered if answer]
    return {
        "type": f"tool-{text(call.get('name')) or ''}",
        "toolCallId": call.get("id"),
        "input": call.get("args"),
        "output": output[0] if len(output) == 1 else output or None,
    }
