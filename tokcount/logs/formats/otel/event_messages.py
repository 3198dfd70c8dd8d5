"""Messages that OpenTelemetry keeps as events (semantic conventions v1.26 to v1.36): an event → chat messages."""

from __future__ import annotations

from typing import Any

from tokcount.logs.adapt import (
    Json,
    carried,
    decoded,
    decoded_object,
    dig,
    messages_by_role,
    messages_of_blocks,
    text,
    tool_call,
)
from tokcount.logs.formats.otel.span import plain_attributes

ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}

CHOICE = "gen_ai.choice"

DETAILS = "gen_ai.client.inference.operation.details"
"""The event that holds the attributes with the messages (from v1.37 on)."""

_OLD_PROMPT, _OLD_COMPLETION = "gen_ai.content.prompt", "gen_ai.content.completion"

_NAMES = ("name", "event_name", "event.name")


def details_of(events: list[Json]) -> Json:
    """The attributes in the events of a span that hold its messages as attributes."""
    found: Json = {}
    for event in events:
        if _name(event) == DETAILS:
            found |= plain_attributes(event)
    return found


def messages_of_events(events: list[Json], flags: set[str]) -> tuple[list[Json], list[Json]]:
    """Prompt and answers in the events of a span, or in those that are one of its attributes."""
    prompt: list[Json] = []
    answers: list[Json] = []
    for event in events:
        name = _name(event)
        attributes = plain_attributes(event) if "attributes" in event else event
        if name == _OLD_PROMPT:
            prompt += _plain_messages(attributes.get("gen_ai.prompt"), flags)
        elif name == _OLD_COMPLETION:
            answers += _plain_messages(attributes.get("gen_ai.completion"), flags)
        elif name in ROLES or name == CHOICE:
            body = decoded_object(attributes.get("gen_ai.event.content")) or attributes
            (answers if name == CHOICE else prompt).extend(messages(name, body, flags))
    return prompt, answers


def _name(event: Json) -> str:
    return next((name for key in _NAMES if (name := text(event.get(key)))), "")


def _plain_messages(value: object, flags: set[str]) -> list[Json]:
    found = decoded(value)
    if isinstance(found, str) and found:
        return messages_by_role(found, flags) or [{"role": "user", "content": found}]
    return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]


def messages(name: str, body: Json, flags: set[str]) -> list[Json]:
    """The messages in an event: one, or one for each result of a tool."""
    if name == CHOICE:
        body = _chosen(body)
    role = text(body.get("role")) or ROLES.get(name, "assistant")
    blocks = _blocks(body.get("content"))
    others = {key: item for key, item in carried(body, _KNOWN).items() if not key.startswith(_OF_EVENTS)}
    message: Json = {**others, "role": role, "content": blocks or body.get("content")}
    calls = decoded(body.get("tool_calls"))
    if isinstance(calls, list):
        message["tool_calls"] = [_call(call, flags) for call in calls if isinstance(call, dict)]
    if role == "tool":
        message["tool_call_id"] = text(body.get("id")) or text(body.get("tool_call_id")) or ""
    return [message] if blocks is None else messages_of_blocks(message, blocks, flags)


_KNOWN = frozenset(
    {"role", "content", "tool_calls", "message", "id", "tool_call_id", "index", "finish_reason"}
)
_OF_EVENTS = ("gen_ai.", "event.", "event_", "tool.result")
"""How the fields of an event begin that are not of its message; results of tools come again as messages."""


def _chosen(body: Json) -> Json:
    """The answer in the body of a choice: an object, text, blocks, or flat attributes."""
    inner = decoded(body.get("message"))
    if isinstance(inner, dict):
        return inner
    if isinstance(inner, str | list):
        return {"content": inner}
    return {key.removeprefix("message."): item for key, item in body.items()}


def _blocks(content: object) -> list[Any] | None:
    """Content that is a list of blocks, or JSON of one (Strands); other text that happens to be JSON stays text."""
    found = decoded(content) if isinstance(content, str) and content.lstrip().startswith("[{") else content
    if not isinstance(found, list) or not found or not all(isinstance(block, dict) for block in found):
        return None
    if found is not content and any(_BLOCKS.isdisjoint(block) for block in found):
        return None
    return [_typed(block) for block in found]


_BLOCKS = frozenset(
    {"type", "text", "toolUse", "toolResult", "image", "document", "reasoningContent", "cachePoint"}
)
"""Keys of which a block has one: those of the APIs, and of Bedrock's Converse."""


def _typed(block: Json) -> Json:
    """A block of pydantic-ai, whose type is its `kind`."""
    if "type" in block or not isinstance(block.get("kind"), str):
        return block
    return {"type": block["kind"], **{key: item for key, item in block.items() if key != "kind"}}


def _call(call: Json, flags: set[str]) -> Json:
    name = dig(call, "function.name") or call.get("name")
    arguments = dig(call, "function.arguments")
    return tool_call(call.get("id"), name, call.get("arguments") if arguments is None else arguments, flags)
