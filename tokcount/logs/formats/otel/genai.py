"""The current `gen_ai.*` dialect: messages as JSON in attributes, or as events of the span.

Source: OpenTelemetry semantic conventions for generative AI (spans and events), v1.28 to v1.41 and later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import Json, compact, decoded, kind_of_call, text, tool_call, tools_of
from tokcount.logs.formats.otel.call import Call, call_of, metadata_of, parameters_of
from tokcount.logs.formats.otel.event_messages import messages_of_events

if TYPE_CHECKING:
    from tokcount.logs.formats.otel.span import Span

_NOT_CALLS = frozenset(
    {
        "create_agent",
        "execute_tool",
        "invoke_agent",
        "invoke_workflow",
        "retrieval",
        "rerank",
        "plan",
        "search_memory",
    }
)


def read(span: Span) -> Call | None:
    """The call of a span; `None` for agents, tools and embeddings."""
    attributes = span.attributes
    operation = text(attributes.get("gen_ai.operation.name"))
    kind = kind_of_call(operation)
    if kind == "embeddings" or operation in _NOT_CALLS or "gen_ai.tool.call.id" in attributes:
        return None
    metadata = metadata_of(span)
    messages = system_messages(attributes.get("gen_ai.system_instructions"))
    messages += messages_of(attributes.get("gen_ai.input.messages"), metadata.flags)
    answers = messages_of(attributes.get("gen_ai.output.messages"), metadata.flags)
    if not messages and not answers:
        messages, answers = messages_of_events(span.events, metadata.flags)
    if not messages and not answers and metadata.usage is None and metadata.model is None:
        return None
    return call_of(
        kind or "chat",
        metadata,
        messages=messages,
        answers=answers,
        tools=tools_of(attributes.get("gen_ai.tool.definitions")),
        parameters=parameters_of(attributes, metadata.flags),
    )


def system_messages(value: object) -> list[Json]:
    """`gen_ai.system_instructions` (text, or a list of parts) as a system message."""
    found = decoded(value)
    if isinstance(found, list):
        found = "".join(
            content
            for part in found
            if isinstance(part, dict) and isinstance(content := part.get("content"), str)
        )
    return [{"role": "system", "content": found}] if isinstance(found, str) and found else []


def messages_of(value: object, flags: set[str]) -> list[Json]:
    """`[{role, parts: […]}]` as chat messages; a message that answers tools becomes one message an answer."""
    found = decoded(value)
    messages: list[Json] = []
    for message in found if isinstance(found, list) else [found]:
        if not isinstance(message, dict):
            continue
        parts = message.get("parts")
        if not isinstance(parts, list):
            messages.append({key: item for key, item in message.items() if key != "finish_reason"})
            continue
        messages.extend(_chat_messages(message, [part for part in parts if isinstance(part, dict)], flags))
    return messages


def _chat_messages(message: Json, parts: list[Json], flags: set[str]) -> list[Json]:
    role = text(message.get("role")) or "user"
    answers = [_tool_answer(part) for part in parts if part.get("type") == "tool_call_response"]
    calls = [
        tool_call(part.get("id"), part.get("name"), part.get("arguments"), flags)
        for part in parts
        if part.get("type") == "tool_call"
    ]
    rest = [part for part in parts if part.get("type") not in ("tool_call", "tool_call_response")]
    if answers and not calls and not rest:
        return answers
    built: Json = {"role": role, "content": _content(rest)}
    if text(message.get("name")):
        built["name"] = message["name"]
    if calls:
        built["tool_calls"] = calls
    return [*answers, built]


def _tool_answer(part: Json) -> Json:
    answer = part.get("response") if "response" in part else part.get("result", part.get("content"))
    return {
        "role": "tool",
        "tool_call_id": text(part.get("id")) or "",
        "content": compact(answer) if answer is not None else "",
    }


def _content(parts: list[Json]) -> Any:
    """One text part is a plain string, as nearly every client sends it; reasoning is not billed as input."""
    content = [built for part in parts if (built := _part(part)) is not None]
    if not content:
        return None
    if len(content) == 1 and content[0]["type"] == "text":
        return content[0]["text"]
    return content


def _part(part: Json) -> Json | None:
    kind = part.get("type")
    content = part.get("content")
    if kind == "text" or (kind is None and isinstance(content, str)):
        return {"type": "text", "text": content if isinstance(content, str) else ""}
    if kind in ("reasoning", "thinking"):
        return None
    where = text(part.get("uri"))
    if part.get("modality") == "image":
        url = where or f"data:{text(part.get('mime_type')) or 'image/png'};base64,{text(content) or ''}"
        return {"type": "image_url", "image_url": {"url": url}}
    if part.get("modality") == "audio":
        return {"type": "input_audio", "input_audio": {"data": where or text(content) or ""}}
    return {"type": "file", "file": {"file_id": text(part.get("file_id")) or where or ""}}
