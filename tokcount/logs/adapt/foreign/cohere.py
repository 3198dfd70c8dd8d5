"""Cohere's Chat API, version 2. Source: Cohere's API reference (Chat, Chat with streaming)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tokcount.logs.adapt.foreign.api import Api, answer, plain
from tokcount.logs.scalars import Json, dig

_FINISHED: Final = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
}
_EVENTS: Final = frozenset(
    """
    message-start content-start content-delta content-end tool-plan-delta tool-call-start tool-call-delta
    tool-call-end citation-start citation-end message-end
    """.split()  # noqa: SIM905 - a list of words
)


class Chat(Api):
    """A message with a `finish_reason`, and usage in billed units; requests are those of the chat endpoint."""

    name = "cohere.chat"
    provider = "cohere"

    def is_request(self, body: Json) -> bool:
        return isinstance(body.get("messages"), list) and "citation_options" in body

    def is_response(self, body: Json) -> bool:
        message, reason = body.get("message"), body.get("finish_reason")
        if not isinstance(message, dict) or message.get("role") != "assistant":
            return False
        is_own = isinstance(reason, str) and (reason in _FINISHED or reason.isupper())
        return is_own or isinstance(dig(body, "usage.billed_units"), dict)

    def is_event(self, chunk: Json) -> bool:
        kind = chunk.get("type")
        return isinstance(kind, str) and kind in _EVENTS

    def request(self, body: Json, flags: set[str]) -> Json:  # noqa: ARG002 - nothing is lost
        return body

    def response(self, body: Json) -> Json:
        message = {**body["message"], "content": plain(body["message"].get("content"))}
        plan = message.pop("tool_plan", None)
        citations = message.pop("citations", None)
        if plan:
            message["reasoning_content"] = plan
        reason = body.get("finish_reason")
        finish = _FINISHED.get(reason, "content_filter") if isinstance(reason, str) else None
        choice: Json = {"message": message, "finish_reason": finish}
        known = {"citations": citations} if citations else {}
        return answer([choice], id=body.get("id"), usage=_usage(body.get("usage")), **known)

    def joined(self, chunks: Iterable[Json]) -> Json:
        body: Json = {"finish_reason": None}
        fragments: dict[str, dict[str, list[str]]] = {path: {} for path in _FRAGMENTS}
        calls: dict[str, Json] = {}
        for chunk in chunks:
            place, changed = str(chunk.get("index", 0)), dig(chunk, "delta.message")
            if chunk.get("type") == "message-start" and "id" in chunk:
                body["id"] = chunk["id"]
            for path, found in fragments.items():
                if isinstance(fragment := dig(changed, path), str):
                    found.setdefault(place, []).append(fragment)
            if isinstance(called := dig(changed, "tool_calls"), dict) and "id" in called:
                calls[place] = called
            if chunk.get("type") == "message-end" and isinstance(ended := chunk.get("delta"), dict):
                body |= ended
        texts, plan, arguments = fragments.values()
        body["message"] = {
            "role": "assistant",
            "content": [{"type": "text", "text": "".join(written)} for written in texts.values()],
            "tool_plan": "".join(part for written in plan.values() for part in written),
            "tool_calls": [_call(called, arguments.get(place, [])) for place, called in calls.items()],
        }
        return body


_FRAGMENTS: Final = ("content.text", "tool_plan", "tool_calls.function.arguments")


def _call(called: Json, fragments: list[str]) -> Json:
    named = {"name": dig(called, "function.name"), "arguments": "".join(fragments)}
    return {"type": "function", "id": called["id"], "function": named}


def _usage(usage: Any) -> Any:
    """The billed tokens: `tokens` also has those of Cohere's own template, which are free."""
    billed = dig(usage, "billed_units")
    return billed if isinstance(billed, dict) else dig(usage, "tokens")
