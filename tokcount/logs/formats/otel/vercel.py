"""The Vercel AI SDK's dialect. Only `.doGenerate` and `.doStream` spans are calls; the spans around them
(`ai.generateText`, `ai.streamObject` …) repeat the same tokens, `ai.embed*` are embeddings.

Source: AI SDK documentation, telemetry. The SDK converts messages for the provider itself, so they are read as
chat messages even where the provider is `openai.responses`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    CallMetadata,
    Json,
    UsageTable,
    decoded_list,
    messages_of_blocks,
    text,
    tool_call,
    usage_from,
)
from tokcount.logs.formats.otel.call import USAGE, Call, call_of, metadata_of, parameters_of, tools_in

if TYPE_CHECKING:
    from tokcount.logs.formats.otel.span import Span

_USAGE: UsageTable = {
    **USAGE,
    "input": (*USAGE["input"], "ai.usage.inputTokens", "ai.usage.promptTokens"),
    "output": (*USAGE["output"], "ai.usage.outputTokens", "ai.usage.completionTokens"),
    "total": (*USAGE["total"], "ai.usage.totalTokens"),
    "cached_input": (*USAGE["cached_input"], "ai.usage.cachedInputTokens"),
    "reasoning": (*USAGE["reasoning"], "ai.usage.reasoningTokens"),
}


def read(span: Span) -> Call | None:
    """The call of an inner span."""
    attributes = span.attributes
    operation = text(attributes.get("ai.operationId")) or span.name
    if not operation.endswith((".doGenerate", ".doStream")):
        return None
    metadata = metadata_of(span)
    metadata.usage = usage_from(attributes, _USAGE)
    _name(attributes, metadata)
    prompt = decoded_list(attributes.get("ai.prompt.messages"))
    messages = [
        built
        for message in prompt
        if isinstance(message, dict)
        for built in _messages(message, metadata.flags)
    ]
    return call_of(
        "chat",
        metadata,
        messages=messages,
        answers=_answers(attributes, metadata.flags),
        tools=tools_in(attributes),
        parameters=parameters_of(attributes, metadata.flags),
        finish_reason=text(attributes.get("ai.response.finishReason")),
    )


def _name(attributes: Json, metadata: CallMetadata) -> None:
    metadata.model = text(attributes.get("ai.model.id")) or metadata.model
    metadata.served_model = text(attributes.get("ai.response.model")) or metadata.served_model
    metadata.provider = text(attributes.get("ai.model.provider")) or metadata.provider


def _messages(message: Json, flags: set[str]) -> list[Json]:
    content = message.get("content")
    return messages_of_blocks(message, content, flags) if isinstance(content, list) else [message]


def _answers(attributes: Json, flags: set[str]) -> list[Json]:
    written = attributes.get("ai.response.text")
    if not isinstance(written, str):
        written = attributes.get("ai.response.object")
    calls = [
        tool_call(call.get("toolCallId"), call.get("toolName"), call.get("input", call.get("args")), flags)
        for call in decoded_list(attributes.get("ai.response.toolCalls"))
        if isinstance(call, dict)
    ]
    if not isinstance(written, str) and not calls:
        return []
    answer: Json = {"role": "assistant", "content": written if isinstance(written, str) else None}
    if calls:
        answer["tool_calls"] = calls
    return [answer]
