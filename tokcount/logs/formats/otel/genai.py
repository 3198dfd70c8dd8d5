"""The current `gen_ai.*` dialect: messages as JSON in attributes, or as events of the span.

Logfire keeps the bodies in `request_data` and `response_data`, pydantic-ai the events in an attribute, LangSmith inputs
and outputs in `gen_ai.prompt` and `gen_ai.completion`.

Source: OpenTelemetry semantic conventions for generative AI (spans and events), v1.28 to v1.41 and later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import Json, decoded, decoded_list, dig, kind_of_call, messages_of_blocks, text
from tokcount.logs.formats.openai.bodies import is_not_text
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
    request = _logfire(attributes)
    if (text(attributes.get("langsmith.span.kind")) or "llm").lower() != "llm":
        return None
    if request is not None and is_not_text(request):
        return None
    metadata = metadata_of(span)
    parameters, tools = parameters_of(attributes, metadata.flags), tools_in(attributes)
    whole = _whole(attributes, request)
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


def _logfire(attributes: Json) -> Json | None:
    """The body of a request, where Logfire keeps it; of Responses requests it keeps the model alone."""
    request = decoded(attributes["request_data"]) if "request_data" in attributes else None
    return request if isinstance(request, dict) and not _PROMPTS.isdisjoint(request) else None


def _whole(attributes: Json, request: Json | None) -> tuple[Any, Any] | None:
    """What was asked and answered: bodies (Logfire), or inputs and outputs (LangSmith)."""
    if request is not None:
        answer = decoded(attributes.get("response_data"))
        streamed = dig(answer, "combined_chunk_content")
        given = answer if streamed is None else streamed
        return request, messages_of(
            attributes.get("gen_ai.output.messages"), set()
        ) if given is None else given
    if "gen_ai.input.messages" not in attributes and not _INPUTS.isdisjoint(attributes):
        return attributes.get("gen_ai.prompt"), attributes.get("gen_ai.completion")
    return None


_PROMPTS = frozenset({"messages", "prompt", "input"})
_INPUTS = frozenset({"gen_ai.prompt", "gen_ai.completion"})


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
