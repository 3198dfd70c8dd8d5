"""The current `gen_ai.*` dialect: messages as JSON in attributes, or as events of the span.

Logfire keeps the bodies in `request_data` and `response_data`, pydantic-ai the events in an attribute, LangSmith inputs
and outputs in `gen_ai.prompt` and `gen_ai.completion`.

Source: OpenTelemetry semantic conventions for generative AI (spans and events), v1.28 to v1.41 and later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import Json, decoded, decoded_list, dig, kind_of_call, messages_of_blocks, text
from tokcount.logs.formats.otel.call import Call, call_of, logged_call, metadata_of, parameters_of, tools_in
from tokcount.logs.formats.otel.event_messages import details_of, messages_of_events

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
    attributes = {**span.attributes, **details_of(span.events)} if span.events else span.attributes
    operation = text(attributes.get("gen_ai.operation.name"))
    kind = kind_of_call(operation)
    if kind == "embeddings" or operation in _NOT_CALLS or "gen_ai.tool.call.id" in attributes:
        return None
    if (text(attributes.get("langsmith.span.kind")) or "llm").lower() != "llm":
        return None
    metadata = metadata_of(span)
    parameters, tools = parameters_of(attributes, metadata.flags), tools_in(attributes)
    whole = _whole(attributes)
    if whole is not None:
        return logged_call(metadata, *whole, kind=kind, tools=tools, parameters=parameters)
    messages = system_messages(attributes.get("gen_ai.system_instructions"))
    messages += messages_of(attributes.get("gen_ai.input.messages"), metadata.flags)
    answers = messages_of(attributes.get("gen_ai.output.messages"), metadata.flags)
    if not messages and not answers:
        events = span.events or decoded_list(attributes.get("events"))
        messages, answers = messages_of_events([e for e in events if isinstance(e, dict)], metadata.flags)
    if not messages and not answers and metadata.usage is None and metadata.model is None:
        return None
    return call_of(
        kind or "chat",
        metadata,
        messages=messages,
        answers=answers,
        tools=tools,
        parameters=parameters,
    )


def _whole(attributes: Json) -> tuple[Any, Any] | None:
    """The bodies of a call (Logfire's `request_data`), or its inputs and outputs (LangSmith)."""
    if "gen_ai.input.messages" in attributes:
        return None
    request = decoded(attributes.get("request_data"))
    if isinstance(request, dict) and not {"messages", "prompt", "input"}.isdisjoint(request):
        answer = decoded(attributes.get("response_data"))
        streamed = dig(answer, "combined_chunk_content")
        return request, answer if streamed is None else streamed
    if "gen_ai.prompt" in attributes or "gen_ai.completion" in attributes:
        return attributes.get("gen_ai.prompt"), attributes.get("gen_ai.completion")
    return None


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
