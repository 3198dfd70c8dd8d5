"""OpenHands: evaluation output, event streams, and the folder of logged completions.

An event that came out of a call carries the whole response; several events of one response repeat it. The request is
not in the event, only in the logged completions. Source: OpenHands (events/serialization, llm/llm.py).
"""

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
    body_record,
    decoded_object,
    dig,
    money,
    skipped,
    text,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Output(LogFormat):
    """`openhands.output`: one instance of a benchmark with its history of events."""

    name = "openhands.output"
    keys = (
        frozenset({"instance_id", "history", "instruction"}),
        frozenset({"instance_id", "history", "metrics"}),
    )
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        history = value.get("history")
        if not isinstance(history, list):
            return None
        seen: set[str] = set()
        items: list[Item] = []
        for pair in history:
            for event in pair if isinstance(pair, list) else [pair]:
                response = _new_response(event, seen)
                if response is not None:
                    items.append(_call(at, self.name, response, event, len(items)))
        return items or [skipped(at, "empty", "a history without a logged response", self.name)]


class Events(GroupedLogFormat):
    """`openhands.events`: the events of one session; responses that several events repeat count once."""

    name = "openhands.events"
    keys = (frozenset({"id", "source", "action"}), frozenset({"id", "source", "observation"}))
    accepts = JSON_ONLY

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a session is in one file
        return _Events()


class _Events(Session):
    """The ids of the responses seen so far."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.get("source") not in ("user", "agent", "environment") or not isinstance(
            value.get("id"), int
        ):
            return None
        response = _new_response(value, self._seen)
        if response is None:
            return [skipped(at, "not_llm", "an event that is not the first of a call", Events.name)]
        return [_call(at, Events.name, response, value, 0)]


class Completion(LogFormat):
    """`openhands.completion`: a file of the completions folder, with the messages that were sent."""

    name = "openhands.completion"
    keys = (frozenset({"messages", "response", "args", "kwargs"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        parameters = {
            name: item for name, item in decoded_object(value.get("kwargs")).items() if item is not None
        }
        tools = value.get("fncall_messages") and parameters.get("tools")
        request = {**parameters, "messages": value.get("messages")}
        if tools:
            request["tools"] = tools
        metadata = CallMetadata(timestamp=timestamp(value.get("timestamp")))
        response = decoded_object(value.get("response")) or None
        item = body_record(at, self.name, kind="chat", request=request, response=response, metadata=metadata)
        return [_with_cost(item, money(value.get("cost")))]


def _with_cost(item: Item, cost: str | None) -> Item:
    usage = getattr(item, "usage", None)
    if usage is not None:
        usage.cost_usd = cost
    return item


def _new_response(event: object, seen: set[str]) -> Json | None:
    """The response of an event, unless an earlier event had it."""
    response = dig(event, "tool_call_metadata.model_response")
    if not isinstance(response, dict) or not response.get("choices"):
        return None
    key = text(response.get("id")) or ""
    if key in seen:
        return None
    seen.add(key)
    return response


def _call(at: Location, name: str, response: Json, event: object, index: int) -> Item:
    metadata = CallMetadata(
        model=text(response.get("model")),
        timestamp=timestamp(response.get("created")) or timestamp(dig(event, "timestamp")),
        flags={"hidden_context"},
    )
    return body_record(at, name, kind="chat", response=response, metadata=metadata, index=index)
