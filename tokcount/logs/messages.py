"""The typed view of a request for people: `Record.messages`. Counting reads the bodies, not this."""

from __future__ import annotations

from typing import Any

from tokcount.logs.record import Json, Message, Part, Record
from tokcount.logs.values import text

_KINDS: dict[str, str] = {
    "text": "text",
    "input_text": "text",
    "output_text": "text",
    "refusal": "refusal",
    "image_url": "image",
    "input_image": "image",
    "image": "image",
    "input_audio": "audio",
    "audio": "audio",
    "file": "file",
    "input_file": "file",
}


def typed_messages(record: Record) -> list[Message]:
    """The messages of a chat or Responses request, in order; other kinds have none."""
    request = record.request or {}
    if record.kind == "chat":
        return _messages(request.get("messages"))
    if record.kind != "responses":
        return []
    given = request.get("input")
    messages = [Message("user", (Part("text", given),))] if isinstance(given, str) else _messages(given)
    instructions = request.get("instructions")
    if isinstance(instructions, str) and instructions:
        messages.insert(0, Message("system", (Part("text", instructions),)))
    return messages


def _messages(items: Any) -> list[Message]:
    return [_message(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _message(item: Json) -> Message:
    """A message, or an item of the Responses API, which may be a call or its result."""
    kind = item.get("type")
    if kind in ("function_call", "custom_tool_call"):
        return Message("assistant", tool_calls=(item,), tool_call_id=text(item.get("call_id")))
    content = item.get("output") if "output" in item and "role" not in item else item.get("content")
    role = text(item.get("role")) or ("tool" if "output" in item else "assistant")
    calls = item.get("tool_calls")
    return Message(
        role,
        _parts(content, item.get("refusal")),
        name=text(item.get("name")),
        tool_calls=tuple(call for call in calls if isinstance(call, dict)) if isinstance(calls, list) else (),
        tool_call_id=text(item.get("tool_call_id")) or text(item.get("call_id")),
    )


def _parts(content: Any, refusal: Any) -> tuple[Part, ...]:
    parts: list[Part] = []
    if isinstance(content, str):
        parts.append(Part("text", content))
    elif isinstance(content, list):
        parts += [_part(part) for part in content if isinstance(part, dict)]
    if isinstance(refusal, str) and refusal:
        parts.append(Part("refusal", refusal))
    return tuple(parts)


def _part(part: Json) -> Part:
    kind = _KINDS.get(str(part.get("type")), "other")
    said = part.get("text") if kind == "text" else part.get("refusal") if kind == "refusal" else None
    image = part.get("image_url")
    detail = image.get("detail") if isinstance(image, dict) else part.get("detail")
    return Part(kind, said if isinstance(said, str) else None, text(detail))  # type: ignore[arg-type]
