"""The OpenInference dialect (Arize Phoenix): the whole request in `input.value`, or one attribute per field.

`llm.model_name` is overwritten by the served model; the requested one is in the request.
Source: Arize-ai/openinference, semantic conventions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    CallMetadata,
    Json,
    Kind,
    UsageTable,
    decoded,
    decoded_object,
    dig,
    is_known_answer,
    metadata_from,
    request_kind,
    tags_from,
    text,
    tool_call,
    usage_from,
)
from tokcount.logs.formats.otel.call import Call, call_of, indexed, tools_in

if TYPE_CHECKING:
    from tokcount.logs.formats.otel.span import Span

_USAGE: UsageTable = {
    "input": ("llm.token_count.prompt",),
    "output": ("llm.token_count.completion",),
    "total": ("llm.token_count.total",),
    "cached_input": ("llm.token_count.prompt_details.cache_read",),
    "cache_write": ("llm.token_count.prompt_details.cache_write",),
    "reasoning": ("llm.token_count.completion_details.reasoning",),
    "audio_input": ("llm.token_count.prompt_details.audio",),
    "audio_output": ("llm.token_count.completion_details.audio",),
    "cost_usd": ("llm.cost.total",),
}

_METADATA = {
    "served_model": ("llm.model_name",),
    "provider": ("llm.provider", "llm.system"),
    "user": ("user.id",),
    "thread": ("session.id",),
}

_REDACTED = "__REDACTED__"


def read(span: Span) -> Call | None:
    """The call of a span of kind LLM."""
    attributes = span.attributes
    kind_of_span = text(attributes.get("openinference.span.kind"))
    if (kind_of_span or "LLM").upper() != "LLM":
        return None
    metadata = metadata_from(attributes, _METADATA)
    metadata.usage = usage_from(attributes, _USAGE)
    metadata.tags = tags_from(attributes.get("tag.tags"))
    parameters = decoded_object(attributes.get("llm.invocation_parameters"))
    metadata.model = text(parameters.get("model")) or text(parameters.get("model_name"))
    call = _whole(attributes, metadata) or _fields(attributes, metadata, parameters)
    if _REDACTED in (attributes.get("input.value"), attributes.get("output.value")) and not call.request:
        metadata.flags.add("redacted")
    return call


def _whole(attributes: Json, metadata: CallMetadata) -> Call | None:
    """The request as it was sent, when the span holds it."""
    request = decoded(attributes.get("input.value"))
    kind = request_kind(request) if isinstance(request, dict) else None
    if kind is None or not _is_body(request):
        return None
    response = decoded(attributes.get("output.value"))
    if not isinstance(response, dict) or not _is_answer(response):
        response = _fields(attributes, metadata, {}, kind).response
    return Call(kind=kind, request=request, response=response, metadata=metadata)


def _is_answer(response: Json) -> bool:
    return bool(response.get("choices") or response.get("output")) or is_known_answer(response)


def _is_body(request: Json) -> bool:
    """Frameworks put their own arguments there: their messages are nested lists, or objects without a role."""
    messages = request.get("messages")
    if "contents" in request:
        return True
    if isinstance(messages, list):
        return all(isinstance(message, dict) and "role" in message for message in messages)
    if "input" in request:
        return "model" in request
    return isinstance(request.get("prompt"), str | list) and "model" in request


def _fields(attributes: Json, metadata: CallMetadata, parameters: Json, kind: Kind | None = None) -> Call:
    flags = metadata.flags
    prompts = [row for row in indexed(attributes, "llm.prompts") if "prompt.text" in row]
    texts = [row for row in indexed(attributes, "llm.choices") if "completion.text" in row]
    if (prompts or texts) and kind in (None, "completions"):
        return call_of(
            "completions",
            metadata,
            messages=[{"role": "user", "content": row["prompt.text"]} for row in prompts],
            answers=[{"role": "assistant", "content": row["completion.text"]} for row in texts],
            parameters=parameters,
        )
    return call_of(
        "chat",
        metadata,
        messages=[_message(row, flags) for row in indexed(attributes, "llm.input_messages")],
        answers=[_message(row, flags) for row in indexed(attributes, "llm.output_messages")],
        tools=tools_in(attributes),
        parameters=parameters,
    )


_KNOWN = (
    *("message.role", "message.content", "message.contents.", "message.name"),
    *("message.tool_calls.", "message.tool_call_id"),
)
"""How the attributes of a message begin that are translated."""


def _message(row: Json, flags: set[str]) -> Json:
    content: Any = row.get("message.content")
    parts = indexed(row, "message.contents")
    if not isinstance(content, str):
        content = [_part(part) for part in parts] or None
    others = {
        name.removeprefix("message."): item for name, item in row.items() if not name.startswith(_KNOWN)
    }
    message: Json = {**others, "role": text(row.get("message.role")) or "user", "content": content}
    if text(row.get("message.name")):
        message["name"] = row["message.name"]
    calls = indexed(row, "message.tool_calls")
    if calls:
        message["tool_calls"] = [
            tool_call(
                call.get("tool_call.id"),
                call.get("tool_call.function.name"),
                call.get("tool_call.function.arguments"),
                flags,
            )
            for call in calls
        ]
    if text(row.get("message.tool_call_id")):
        message["tool_call_id"] = row["message.tool_call_id"]
    return message


def _part(part: Json) -> Json:
    kind = part.get("message_content.type")
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": dig(part, "message_content.image.image.url") or ""}}
    if kind in ("text", None) and isinstance(part.get("message_content.text"), str):
        return {"type": "text", "text": part["message_content.text"]}
    return {name.removeprefix("message_content."): item for name, item in part.items()}
