"""Messages that OpenTelemetry keeps as events (semantic conventions v1.26 to v1.36): an event → a chat message."""

from __future__ import annotations

from tokcount.logs.adapt import Json, carried, decoded, decoded_object, dig, text, tool_call
from tokcount.logs.formats.otel.span import plain_attributes

ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}


CHOICE = "gen_ai.choice"


_OLD_PROMPT, _OLD_COMPLETION = "gen_ai.content.prompt", "gen_ai.content.completion"


def messages_of_events(events: list[Json], flags: set[str]) -> tuple[list[Json], list[Json]]:
    """Prompt and answers in the events of a span."""
    messages: list[Json] = []
    answers: list[Json] = []
    for event in events:
        name = text(event.get("name")) or ""
        attributes = plain_attributes(event)
        if name == _OLD_PROMPT:
            messages += _plain_messages(attributes.get("gen_ai.prompt"))
        elif name == _OLD_COMPLETION:
            answers += _plain_messages(attributes.get("gen_ai.completion"))
        elif name in ROLES or name == CHOICE:
            body = decoded_object(attributes.get("gen_ai.event.content")) or attributes
            (answers if name == CHOICE else messages).append(message(name, body, flags))
    return messages, answers


def _plain_messages(value: object) -> list[Json]:
    found = decoded(value)
    if isinstance(found, str) and found:
        return [{"role": "user", "content": found}]
    return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]


def message(name: str, body: Json, flags: set[str]) -> Json:
    if name == CHOICE:
        inner = decoded(body.get("message"))
        if isinstance(inner, dict):
            body = inner
        elif isinstance(inner, str):
            body = {"content": inner}
        else:
            body = {key.removeprefix("message."): item for key, item in body.items()}
    role = text(body.get("role")) or ROLES.get(name, "assistant")
    message: Json = {**carried(body, _KNOWN), "role": role, "content": body.get("content")}
    calls = decoded(body.get("tool_calls"))
    if isinstance(calls, list):
        message["tool_calls"] = [_call(call, flags) for call in calls if isinstance(call, dict)]
    if role == "tool":
        message["tool_call_id"] = text(body.get("id")) or text(body.get("tool_call_id")) or ""
    return message


_KNOWN = frozenset(
    {"role", "content", "tool_calls", "message", "id", "tool_call_id", "index", "finish_reason"}
)


def _call(call: Json, flags: set[str]) -> Json:
    name = dig(call, "function.name") or call.get("name")
    arguments = dig(call, "function.arguments")
    return tool_call(call.get("id"), name, call.get("arguments") if arguments is None else arguments, flags)
