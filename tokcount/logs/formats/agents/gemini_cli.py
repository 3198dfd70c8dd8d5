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


class GeminiSession(LogFormat):
    """`gemini_cli.session`: a session in one JSON file."""

    name = "gemini_cli.session"
    keys = (frozenset({"sessionId", "projectHash", "messages"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        listed = value.get("messages")
        turns = (
            [_gemini_turn(row) for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
        )
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
        elif "$set" not in value:
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
        {"role": "assistant" if is_answer else "user", "content": row.get("content")},
        usage=usage_from(row.get("tokens"), _GEMINI_USAGE) if is_answer else None,
        model=text(row.get("model")),
        id=text(row.get("id")),
        timestamp=timestamp(row.get("timestamp")),
    )
