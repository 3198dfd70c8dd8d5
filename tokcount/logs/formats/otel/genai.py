"""The current `gen_ai.*` dialect: messages as JSON in attributes, or as events of the span.

Source: OpenTelemetry semantic conventions for generative AI (spans and events), v1.28 to v1.41 and later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import Json, decoded, kind_of_call, messages_of_blocks, text
from tokcount.logs.formats.otel.call import Call, call_of, metadata_of, parameters_of, tools_in
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
        tools=tools_in(attributes),
        parameters=parameters_of(attributes, metadata.flags),
    )


def system_messages(value: object) -> list[Json]:
    """`gen_ai.system_instructions` (text, or a list of parts) as a system message."""
    found = decoded(value)
    if isinstance(found, list):
        return messages_of_blocks({"role": "system"}, found, set()) if found else []
    return [{"role": "system", "content": found}] if isinstance(found, str | dict) and found else []


def messages_of(value: object, flags: set[str]) -> list[Json]:
    """`[{role, parts: […]}]` as chat messages; a message that answers tools becomes one message an answer."""
    found = decoded(value)
    messages: list[Json] = []
    for message in found if isinstance(found, list) else [found]:
        if not isinstance(message, dict):
            continue
        parts = message.get("parts")
        if isinstance(parts, list):
            messages += messages_of_blocks(message, parts, flags)
        else:
            messages.append({key: item for key, item in message.items() if key != "finish_reason"})
    return messages
