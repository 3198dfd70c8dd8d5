"""New Relic's LLM events: a summary of the call and an event per message. Source: New Relic's agent specifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tokcount.logs.adapt import (
    GroupedLogFormat,
    Item,
    Json,
    Location,
    RunInfo,
    Session,
    body_record,
    chat_answer,
    label,
    metadata_from,
    number,
    skipped,
    text,
    truth,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = "newrelic.llm"
_SUMMARY, _MESSAGE = "LlmChatCompletionSummary", "LlmChatCompletionMessage"

_METADATA = {
    "model": ("request.model",),
    "served_model": ("response.model",),
    "provider": ("vendor",),
    "id": ("request_id", "id"),
    "timestamp": ("timestamp",),
    "thread": ("llm.conversation_id", "trace_id"),
}
_USAGE = {
    "input": ("response.usage.prompt_tokens",),
    "output": ("response.usage.completion_tokens",),
    "total": ("response.usage.total_tokens",),
}


class _Call(msgspec.Struct):
    """The events of one completion so far."""

    at: Location
    summary: Json | None = None
    messages: list[Json] = []


class Events(GroupedLogFormat):
    """`newrelic.llm`: the events of one completion are one record."""

    name = _NAME
    keys = (frozenset({"eventType", "vendor"}), frozenset({"eventType", "completion_id"}))

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a completion is in one file
        return _Events()


class _Events(Session):
    """The completions whose events are still coming."""

    def __init__(self) -> None:
        self._open: dict[str, _Call] = {}

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        kind = text(value.get("eventType")) or ""
        if not kind.startswith("Llm"):
            return None
        if kind not in (_SUMMARY, _MESSAGE):
            return [skipped(at, "not_llm", f"an event of another type ({label(kind, 'unnamed')})", _NAME)]
        key = text(value.get("completion_id" if kind == _MESSAGE else "id")) or f"line {at.line}"
        call = self._open.setdefault(key, _Call(at))
        if kind == _MESSAGE:
            call.messages.append(value)
        else:
            call.summary = value
        return self._complete(key, call)

    def _complete(self, key: str, call: _Call) -> list[Item]:
        if call.summary is None:
            return []
        wanted = number(call.summary.get("response.number_of_messages"))
        if wanted is None or len(call.messages) < wanted:
            return []
        del self._open[key]
        return [_item(call)]

    def finish(self) -> Iterable[Item]:
        """Completions of which events are missing."""
        return [_item(call) for call in self._open.values()]


def _item(call: _Call) -> Item:
    summary = call.summary or {}
    ordered = sorted(call.messages, key=lambda message: number(message.get("sequence")) or 0)
    if truth(summary.get("error")) and not any(truth(message.get("is_response")) for message in ordered):
        return skipped(call.at, "error", "a failed call", _NAME)
    metadata = metadata_from(summary or (ordered[0] if ordered else {}), _METADATA)
    metadata.usage = usage_from(summary, _USAGE)
    sent = [_message(message) for message in ordered if not truth(message.get("is_response"))]
    answers = [_message(message) for message in ordered if truth(message.get("is_response"))]
    request = {"messages": sent} if sent else None
    response = chat_answer(answers) if answers else None
    return body_record(call.at, _NAME, kind="chat", request=request, response=response, metadata=metadata)


def _message(event: Json) -> Json:
    return {"role": text(event.get("role")) or "user", "content": event.get("content")}
