"""Events of the Realtime API, from the client or the server: a record per `response.done`.

The request is the session's instructions and the items of the conversation so far. Source: OpenAI API reference
(Realtime server and client events).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    RunInfo,
    Session,
    body_record,
    decoded_object,
    dig,
    skipped,
    text,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_EVENTS = (
    "session.",
    "conversation.",
    "input_audio_buffer.",
    "output_audio_buffer.",
    "response.",
    "rate_limits.",
    "transcription_session.",
    "error",
)
_CREATED = frozenset({"conversation.item.created", "conversation.item.added", "conversation.item.create"})


class Realtime(GroupedLogFormat):
    """`openai.realtime`: the events of one connection."""

    name = "openai.realtime"
    keys = (frozenset({"type", "event_id"}),)

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a connection is in one file
        return _Connection()


class _Connection(Session):
    """The session and the items of the conversation so far."""

    def __init__(self) -> None:
        self._session: Json = {}
        self._items: dict[str, Json] = {}

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        kind = text(value.get("type")) or ""
        if not kind.startswith(_EVENTS):
            return None
        if isinstance(value.get("session"), dict):
            self._session = {**self._session, **value["session"]}
        elif kind in _CREATED and isinstance(value.get("item"), dict):
            item = value["item"]
            self._items.setdefault(text(item.get("id")) or f"{len(self._items)}", item)
        elif kind == "conversation.item.deleted":
            self._items.pop(text(value.get("item_id")) or "", None)
        elif kind == "response.done":
            return [self._done(decoded_object(value.get("response")), at)]
        return []

    def _done(self, response: Json, at: Location) -> Item:
        usage = usage_from(response.get("usage"), BODY_USAGE, "response")
        if response.get("status") == "failed" and usage is None:
            return skipped(at, "error", "a failed response", Realtime.name)
        output = [item for item in response.get("output") or [] if isinstance(item, dict)]
        metadata = CallMetadata(
            model=text(self._session.get("model")),
            id=text(response.get("id")),
            thread=text(response.get("conversation_id")) or text(self._session.get("id")),
            usage=usage,
            flags={"hidden_context"},
        )
        request: Json = {
            name: self._session[name]
            for name in ("model", "instructions", "tools")
            if self._session.get(name)
        }
        request["input"] = list(self._items.values())
        item = body_record(
            at,
            Realtime.name,
            kind="responses",
            request=request,
            response={"output": output},
            metadata=metadata,
        )
        self._items.update({text(dig(each, "id")) or f"{len(self._items)}": each for each in output})
        return item
