"""Codex rollouts: the items of a session as they happened, with a `token_count` event after each call.

A record is one call: everything before its answer is the `input`, what the model wrote is the `output`.
`last_token_usage` is that of the call; `total_token_usage` is cumulative, so where only that is logged the
difference to the one before counts. The tool definitions are not in the file: `hidden_context`.

A fork begins with the history of its parent, written anew at the time of the fork, and a session may write its own
history again; the calls in it are those of the earlier lines. So a call is identified by the session that a fork goes
back to, the total so far and the answer, and the calls that a fork writes in its first second are `duplicate`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.adapt import (
    DUPLICATE,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    RunInfo,
    Session,
    Usage,
    UsageTable,
    body_record,
    dig,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_USAGE: UsageTable = {
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "total": ("total_tokens",),
    "cached_input": ("cached_input_tokens",),
    "cache_write": ("cache_write_input_tokens", "cache_creation_input_tokens"),
    "reasoning": ("reasoning_output_tokens",),
}

_TYPES = frozenset({"session_meta", "turn_context", "response_item", "event_msg", "compacted"})

_ANSWERS = frozenset(
    {
        "function_call",
        "custom_tool_call",
        "local_shell_call",
        "reasoning",
        "web_search_call",
        "image_generation_call",
    }
)
"""Items that the model writes, in addition to messages of the assistant."""


_REPLAY_SECONDS = 1
"""A fork writes the history of its parent at once; no user and no model is as fast."""


class _State(msgspec.Struct):
    """One rollout: its header, the history before the next call, and the items since the last call."""

    id: str | None = None
    """The session that the history goes back to: its own, or the parent of a fork."""
    own_id: str | None = None
    provider: str | None = None
    instructions: str | None = None
    model: str | None = None
    history: list[Any] = msgspec.field(default_factory=list)
    fresh: list[Any] = msgspec.field(default_factory=list)
    total: Usage | None = None
    calls: int = 0
    at: Location | None = None
    forked: float | None = None
    """When the session was forked from another."""


class Rollout(GroupedLogFormat):
    """`codex.rollout`: one session file."""

    name = "codex.rollout"
    keys = (frozenset({"type", "payload"}),)

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a session is in one file
        return _RolloutSession()


class _RolloutSession(Session):
    def __init__(self) -> None:
        self._state = _State()

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        kind, payload = value.get("type"), value.get("payload")
        if isinstance(kind, str) and kind in _TYPES and isinstance(payload, dict):
            return self._items(kind, payload, value, at)
        return None

    def _items(self, kind: str, payload: Json, value: Json, at: Location) -> Iterator[Item]:
        if kind == "session_meta" and self._is_another(payload):
            yield from self.finish()
            self._state = _State()
        session = self._state
        if kind == "session_meta":
            began = timestamp(payload.get("timestamp")) or timestamp(value.get("timestamp"))
            parent = text(payload.get("forked_from_id"))
            session.forked = began if parent and session.id is None else session.forked
            session.own_id = text(payload.get("id"))
            session.id = parent or session.own_id
            session.provider = text(payload.get("model_provider"))
            given = dig(payload, "base_instructions.text") or payload.get("instructions")
            session.instructions = given if isinstance(given, str) else None
        elif kind == "turn_context":
            session.model = text(payload.get("model")) or session.model
        elif kind == "response_item":
            session.fresh.append(payload)
            session.at = at
        elif kind == "compacted":
            kept = payload.get("replacement_history")
            session.history = list(kept) if isinstance(kept, list) else _summary(payload)
            session.fresh = []
        elif payload.get("type") == "token_count":
            yield from self._counted(session, payload, at, timestamp(value.get("timestamp")))

    def _is_another(self, header: Json) -> bool:
        """Whether a header begins another session in the file; one without an id shares no history with any."""
        name = text(header.get("id"))
        return self._state.at is not None and (name is None or name != self._state.own_id)

    def finish(self) -> Iterator[Item]:
        session = self._state
        if session.at is not None and any(_is_answer(item) for item in session.fresh):
            yield self._record(session, None, session.at, None)

    def _counted(self, session: _State, payload: Json, at: Location, time: float | None) -> Iterable[Item]:
        total = usage_from(dig(payload, "info.total_token_usage"), _USAGE, "response")
        if total is not None and total == session.total:
            return
        usage = usage_from(dig(payload, "info.last_token_usage"), _USAGE, "response")
        usage = usage or _difference(total, session.total)
        session.model = text(dig(payload, "info.model")) or text(payload.get("model")) or session.model
        session.total = total or session.total
        if usage is not None:
            yield self._record(session, usage, at, time)

    def _record(self, session: _State, usage: Usage | None, at: Location, time: float | None) -> Item:
        asked = [item for item in session.fresh if not _is_answer(item)]
        answered = [item for item in session.fresh if _is_answer(item)]
        session.calls += 1
        metadata = CallMetadata(
            model=session.model,
            provider=session.provider,
            id=_call_id(session, answered),
            timestamp=time,
            usage=usage,
            thread=session.id,
            flags={"hidden_context"},
        )
        if session.forked is not None and time is not None and time - session.forked <= _REPLAY_SECONDS:
            metadata.flags.add(DUPLICATE)
        request: Json = {"input": [*session.history, *asked]}
        if session.instructions:
            request["instructions"] = session.instructions
        if session.model:
            request["model"] = session.model
        session.history = [*session.history, *session.fresh]
        session.fresh = []
        response = {"output": answered} if answered else None
        return body_record(
            at, Rollout.name, kind="responses", request=request, response=response, metadata=metadata
        )


def _call_id(session: _State, answered: list[Any]) -> str | None:
    """The same for a call and its replays, whatever session they are in; `None` for a session without an id."""
    if not session.id:
        return None
    total = session.total
    so_far = session.calls if total is None else (total.input, total.output, total.cached_input)
    key = f"{session.id} {so_far} {answered}".encode("utf-8", "replace")
    return f"codex-{hashlib.blake2b(key, digest_size=12).hexdigest()}"


def _is_answer(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    kind = item.get("type")
    return item.get("role") == "assistant" or (isinstance(kind, str) and kind in _ANSWERS)


def _summary(payload: Json) -> list[Any]:
    summary = text(payload.get("message"))
    return [{"type": "message", "role": "user", "content": summary}] if summary else []


def _difference(total: Usage | None, before: Usage | None) -> Usage | None:
    """The usage of one call from two cumulative ones; a sum that is lower than before begins again."""
    if total is None or before is None or (total.input or 0) < (before.input or 0):
        return total
    usage = Usage(source="response")
    for field in _USAGE:
        now, then = getattr(total, field), getattr(before, field)
        if now is not None:
            setattr(usage, field, max(0, now - (then or 0)))
    return usage
