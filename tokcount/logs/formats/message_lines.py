"""Messages logged one by one, each in a line or row of its own: put together to conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.adapt import (
    ANSWER_KEYS,
    CONVERSATION_KEYS,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    Rank,
    Row,
    RunInfo,
    Session,
    Turn,
    body_record,
    body_usage,
    conversation_records,
    decoded_list,
    dig,
    first,
    skipped,
    text,
    timestamp,
)
from tokcount.logs.formats.corpora import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROLE_KEYS = ("role", "author", "sender", "speaker", "from", "type")
TEXT_KEYS = ("content", "message", "text", "value")

_SPEAKERS = {**ROLES, "developer": "developer", "ai": "assistant", "bot": "assistant", "gemini": "assistant"}
_MOST_TEXT = 1 << 26
"""Characters of messages that wait for the rest of their conversations; then the oldest one is taken as finished."""

_ALONE = "messages without a conversation: name it in a session_id, or log each call as one list of messages"


class _Conversation(msgspec.Struct):
    """The messages of a conversation so far."""

    at: Location
    metadata: CallMetadata
    turns: list[Turn] = []
    places: list[Location] = []
    size: int = 0


class MessageLines(GroupedLogFormat):
    """`generic.message_lines`: lines or rows with the role and the text of one message, by conversation or session.

    Without a name of the conversation, all messages of a file are one, and lines of users alone are prompts.
    """

    name = "generic.message_lines"
    rank = Rank.TEXT
    keys = tuple(frozenset({role, content}) for role in ROLE_KEYS for content in TEXT_KEYS)

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a conversation is in one file
        return _Lines(self.name)


class _Lines(Session):
    """The conversations of a file that are not complete yet, by their names."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: dict[str, _Conversation] = {}
        self._size = 0
        self._cut: set[str] = set()

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if type(value) is Row:
            value = {key.strip().lower(): cell for key, cell in value.items()}
        message = _message(value)
        return None if message is None else self._add(value, message, at)

    def _add(self, value: Json, message: Json, at: Location) -> Iterator[Item]:
        named = text(first(value, CONVERSATION_KEYS)) or ""
        turn = Turn(
            message,
            usage=body_usage(value.get("usage")) if message["role"] == "assistant" else None,
            model=text(first(value, ("model", "model_name"))),
            id=text(first(value, ("message_id", "id"))),
            timestamp=_time(value),
        )
        known = self._open.get(named)
        if known is None:
            metadata = CallMetadata(thread=named or None, timestamp=turn.timestamp)
            if named in self._cut:
                metadata.flags.add("hidden_context")
            known = self._open[named] = _Conversation(at, metadata)
        known.turns.append(turn)
        known.places.append(at)
        size = len(str(message["content"]))
        known.size += size
        self._size += size
        while self._size > _MOST_TEXT:
            oldest = next(iter(self._open))
            self._cut.add(oldest)
            yield from self._finished(self._open.pop(oldest), oldest)

    def finish(self) -> Iterator[Item]:
        for named, conversation in self._open.items():
            yield from self._finished(conversation, named)

    def _finished(self, conversation: _Conversation, named: str) -> Iterator[Item]:
        self._size -= conversation.size
        turns, at = conversation.turns, conversation.at
        roles = {turn.message["role"] for turn in turns}
        if not named and "user" not in roles:
            yield skipped(at, "unrecognised", _ALONE, self._name)
        elif not named and roles == {"user"}:
            for place, turn in zip(conversation.places, turns, strict=True):
                metadata = CallMetadata(model=turn.model, timestamp=turn.timestamp)
                request = {"messages": [turn.message]}
                yield body_record(
                    place, self._name, kind="chat", request=request, metadata=metadata, index=place.index
                )
        else:
            yield from conversation_records(at, self._name, turns, conversation.metadata, start=at.index)


def _time(value: Json) -> float | None:
    return timestamp(first(value, ("timestamp", "ts", "time", "created_at", "createdAt", "date")))


def _message(value: Json) -> Json | None:
    """The message of a line; `None` when no role is named, or when the line also has the answer."""
    role = next((role for key in ROLE_KEYS if (role := _role(value.get(key)))), None)
    if isinstance(is_user := value.get("isCreatedByUser"), bool):
        role = "user" if is_user else "assistant"
    if role is None or (role == "user" and any(value.get(key) for key in ANSWER_KEYS)):
        return None
    content: Any = next((value[key] for key in TEXT_KEYS if value.get(key) is not None), None)
    inner = content if isinstance(content, dict) else {}
    content = inner.get("content", inner.get("text")) if inner else content
    calls = decoded_list(value.get("tool_calls", inner.get("tool_calls")))
    if not isinstance(content, str | list) and not calls:
        return None
    answered = text(value.get("tool_call_id", inner.get("tool_call_id")))
    return {
        "role": role,
        "content": content,
        **({"tool_calls": calls} if calls else {}),
        **({"tool_call_id": answered} if answered else {}),
    }


def _role(value: object) -> str | None:
    named = dig(value, "role") if isinstance(value, dict) else value
    return _SPEAKERS.get(named.strip().lower()) if isinstance(named, str) else None
