"""Agents in editors: Cline and its relatives, Continue, Cursor; aider's analytics.

Source: cline (shared/ExtensionMessage.ts, core/storage), continue (core/data), Cursor's usage export,
aider (analytics.py).
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
    Rank,
    Turn,
    body_record,
    call_record,
    conversation_records,
    decoded_object,
    dig,
    metadata_from,
    number,
    skipped,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_CLINE_USAGE = {
    "input": ("metrics.inputTokens", "metrics.tokens.prompt"),
    "output": ("metrics.outputTokens", "metrics.tokens.completion"),
    "cached_input": ("metrics.cacheReadTokens", "metrics.tokens.cached"),
    "cache_write": ("metrics.cacheWriteTokens",),
    "cost_usd": ("metrics.cost",),
}


class ClineSession(LogFormat):
    """`cline.messages`: a session with its messages; answers carry their metrics."""

    name = "cline.messages"
    keys = (frozenset({"messages", "sessionId", "agent"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return _cline(value, at, text(value.get("sessionId")))


class ClineHistory(LogFormat):
    """`cline.messages`: the list of messages in `api_conversation_history.json`."""

    name = "cline.messages"
    keys = (frozenset({"messages"}),)
    rank = Rank.OTHER_BODY
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        messages = value.get("messages")
        if not isinstance(messages, list) or not any(
            "modelInfo" in m for m in messages if isinstance(m, dict)
        ):
            return None
        return _cline(value, at, None)


def _cline(value: Json, at: Location, session: str | None) -> list[Item] | None:
    listed = value.get("messages")
    if not isinstance(listed, list):
        return None
    turns = [_cline_turn(message) for message in listed if isinstance(message, dict)]
    return conversation_records(at, ClineSession.name, turns, CallMetadata(thread=session))


def _cline_turn(message: Json) -> Turn:
    return Turn(
        {"role": text(message.get("role")) or "user", "content": message.get("content")},
        usage=usage_from(message, _CLINE_USAGE, apart=True),
        model=text(dig(message, "modelInfo.modelId")) or text(dig(message, "modelInfo.id")),
        provider=text(dig(message, "modelInfo.provider")) or text(dig(message, "modelInfo.providerId")),
        id=text(message.get("id")),
        timestamp=timestamp(message.get("ts")),
    )


_CLINE_REQUEST = {
    "input": ("tokensIn",),
    "output": ("tokensOut",),
    "cached_input": ("cacheReads",),
    "cache_write": ("cacheWrites",),
    "cost_usd": ("cost",),
}


class ClineUi(LogFormat):
    """`cline.ui_messages`: what the panel shows; a started request has the numbers of its call."""

    name = "cline.ui_messages"
    keys = (frozenset({"ts", "type", "say"}), frozenset({"ts", "type", "ask"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.get("type") not in ("say", "ask"):
            return None
        started = decoded_object(value.get("text")) if value.get("say") == "api_req_started" else {}
        usage = usage_from(started, _CLINE_REQUEST, apart=True)
        if usage is None:
            return [skipped(at, "not_llm", "a message of the panel that is not a call", self.name)]
        metadata = CallMetadata(
            model=text(dig(value, "modelInfo.modelId")),
            provider=text(dig(value, "modelInfo.providerId")),
            timestamp=timestamp(value.get("ts")),
            usage=usage,
        )
        return [body_record(at, self.name, metadata=metadata)]


_CONTINUE_METADATA = {
    "model": ("modelName", "model", "modelTitle"),
    "provider": ("modelProvider", "provider"),
    "timestamp": ("timestamp",),
    "user": ("userId",),
    "thread": ("sessionId",),
}
_CONTINUE_USAGE = {
    "input": ("promptTokens",),
    "output": ("generatedTokens", "completionTokens"),
    "cost_usd": ("totalCost",),
}


class ContinueData(LogFormat):
    """`continue.dev_data`: development data; `chatInteraction` has texts, `tokensGenerated` numbers.

    The prompt of an interaction is a rendering of the messages with their roles as tags: an estimate.
    """

    name = "continue.dev_data"
    keys = (frozenset({"eventName", "schema"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        event = text(value.get("eventName"))
        metadata = metadata_from(value, _CONTINUE_METADATA)
        if event == "tokensGenerated":
            metadata.usage = usage_from(value, _CONTINUE_USAGE)
            return [body_record(at, self.name, metadata=metadata)]
        if event in ("chatInteraction", "editInteraction"):
            metadata.flags.add("reserialised")
            asked, answered = value.get("prompt"), value.get("completion")
            return [call_record(at, self.name, asked, answered, metadata=metadata)]
        return [skipped(at, "not_llm", "an event that is not a call to a model", self.name)]


class ContinueSession(LogFormat):
    """`continue.session`: one conversation, with the sums of its usage."""

    name = "continue.session"
    keys = (frozenset({"sessionId", "history", "workspaceDirectory"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        history = value.get("history")
        entries = [dig(entry, "message") for entry in history] if isinstance(history, list) else []
        messages = [message for message in entries if isinstance(message, dict)]
        metadata = CallMetadata(
            model=text(value.get("chatModelTitle")),
            id=text(value.get("sessionId")),
            usage=usage_from(value.get("usage"), _CONTINUE_USAGE),
            flags={"hidden_context"},
            conversation=True,
        )
        request = {"messages": messages} if messages else None
        return [body_record(at, self.name, kind="chat", request=request, metadata=metadata)]


_CURSOR_USAGE = {"output": ("output tokens",), "total": ("total tokens",), "cost_usd": ("cost",)}


class CursorUsage(LogFormat):
    """`cursor.usage`: the usage events that the dashboard exports; input is in three columns."""

    name = "cursor.usage"
    keys = (frozenset({"date", "model", "input (w/o cache write)", "output tokens"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        row = {key.strip().lower(): item for key, item in value.items() if isinstance(key, str)}
        fresh, written, cached = (
            number(row.get(name))
            for name in ("input (w/o cache write)", "input (w/ cache write)", "cache read")
        )
        metadata = metadata_from(row, {"model": ("model",), "timestamp": ("date",), "user": ("user",)})
        metadata.usage = usage_from(
            row, {"output": ("output tokens",), "total": ("total tokens",), "cost_usd": ("cost",)}
        )
        if metadata.usage is not None and fresh is not None:
            metadata.usage.input = fresh + (written or 0) + (cached or 0)
            metadata.usage.cached_input, metadata.usage.cache_write = cached, written
        return [body_record(at, self.name, metadata=metadata)]


_AIDER_USAGE = {
    "input": ("prompt_tokens",),
    "output": ("completion_tokens",),
    "total": ("total_tokens",),
    "cost_usd": ("cost",),
}


class AiderAnalytics(LogFormat):
    """`aider.analytics`: the events of aider's analytics log; `message_send` is a call."""

    name = "aider.analytics"
    keys = (frozenset({"event", "properties", "user_id", "time"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        properties = decoded_object(value.get("properties"))
        usage = usage_from(properties, _AIDER_USAGE) if value.get("event") == "message_send" else None
        if usage is None:
            return [skipped(at, "not_llm", "an event that is not a call to a model", self.name)]
        metadata = CallMetadata(
            model=text(properties.get("main_model")),
            timestamp=timestamp(value.get("time")),
            user=text(value.get("user_id")),
            usage=usage,
        )
        return [body_record(at, self.name, metadata=metadata)]
