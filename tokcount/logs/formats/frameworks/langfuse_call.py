"""The call in a generation of Langfuse: bodies, parameters and usage as its integrations write them.

Observations that came as OpenTelemetry spans keep the attributes of the span in their metadata; tools and
instructions may be only there.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tokcount.logs.adapt import (
    CallMetadata,
    Json,
    Kind,
    Usage,
    UsageTable,
    chat_answer,
    chat_message,
    compact,
    decoded,
    decoded_list,
    decoded_object,
    dig,
    first,
    is_answer_body,
    is_completions_model,
    is_known_answer,
    messages_by_role,
    metadata_from,
    nested_tool,
    number,
    request_in,
    response_in,
    response_kind,
    tags_from,
    text,
    text_answer,
    tool_call,
    tools_of,
    usage_from,
    with_echo,
)
from tokcount.logs.formats.otel.call import tools_in

_METADATA = {
    "model": ("provided_model_name", "providedModelName", "model", "internalModel"),
    "id": ("id",),
    "timestamp": ("start_time", "startTime"),
    "user": ("user_id", "userId"),
    "thread": ("session_id", "sessionId", "trace_id", "traceId"),
}

_DETAILS: UsageTable = {
    "input": ("input", "prompt_tokens", "input_tokens", "promptTokens", "inputTokens"),
    "output": ("output", "completion_tokens", "output_tokens", "completionTokens", "outputTokens"),
    "total": ("total", "total_tokens", "totalTokens"),
    "cached_input": (
        *("input_cached_tokens", "input_cache_read", "cache_read_input_tokens", "prompt_details.cache_read"),
        *("input_cached", "cached_tokens", "cachedInputTokens", "input_tokens_details.cached_tokens"),
        *("prompt_tokens_details.cached_tokens", "input_token_details.cache_read"),
    ),
    "cache_write": (
        *("input_cache_creation", "cache_creation_input_tokens", "prompt_details.cache_write"),
        *("input_cache_write", "input_cache_write_tokens", "input_token_details.cache_creation"),
    ),
    "reasoning": (
        *("output_reasoning_tokens", "output_reasoning", "reasoning_tokens", "completion_details.reasoning"),
        *("reasoningTokens", "completion_tokens_details.reasoning_tokens"),
        *("output_tokens_details.reasoning_tokens", "output_token_details.reasoning"),
    ),
    "audio_input": ("input_audio_tokens", "input_audio", "prompt_details.audio"),
    "audio_output": ("output_audio_tokens", "output_audio", "completion_details.audio"),
}
"""`usage_details` and `usage`."""

_FLAT: UsageTable = {
    "input": ("promptTokens", "prompt_tokens", "inputUsage", "input_usage"),
    "output": ("completionTokens", "completion_tokens", "outputUsage", "output_usage"),
    "total": ("totalTokens", "total_tokens", "totalUsage", "total_usage"),
}

_COST = ("total_cost", "totalCost", "calculatedTotalCost", "cost_details.total", "costDetails.total")


class Call(msgspec.Struct):
    """A generation, translated into bodies of the API."""

    kind: Kind | None
    request: Json | None
    response: Json | None
    metadata: CallMetadata

    @property
    def usage(self) -> Usage | None:
        """The logged usage."""
        return self.metadata.usage


def call_of(row: Json) -> Call:
    """The call in a generation; `row` has the names of the API or those of the exports."""
    metadata = metadata_from(row, _METADATA, naive_utc=True)
    metadata.usage = _usage(row)
    metadata.tags = tags_from(row.get("tags"))
    attributes = decoded_object(decoded_object(row.get("metadata")).get("attributes"))
    answered = _opened(row.get("output"), _ANSWERS)
    request = _request(_opened(row.get("input"), _ASKED), row, metadata, attributes)
    response = next(filter(_is_response, (answered, decoded(attributes.get("output.value")))), None)
    if request is not None and response is not None:
        request = _as_responses(request, response)
    kind = _kind(request)
    return Call(kind, request, _response(answered, kind, metadata.flags), metadata)


def _opened(logged: Any, keys: frozenset[str]) -> Any:
    """The JSON in a string; an object without one of the keys is the text of a message, which is JSON."""
    found = decoded(logged)
    return logged if isinstance(logged, str) and isinstance(found, dict) and keys.isdisjoint(found) else found


_ASKED = frozenset({"role", "prompt", "input", "question", "query", "text", "messages", "args", "contents"})
"""Keys of an input that is not JSON for its own sake."""
_ANSWERS = frozenset(
    {"role", "content", "parts", "tool_calls", "function_call", "message", "messages", "generations"}
    | {"completion", "kwargs", "choices", "object", "output", "candidates"}
)
"""Keys of an output that is not JSON for its own sake."""


def _usage(row: Json) -> Usage | None:
    details = decoded_object(first(row, ("usage_details", "usageDetails")))
    logged = decoded_object(row.get("usage"))
    counted = logged if (text(logged.get("unit")) or "TOKENS").upper() == "TOKENS" else {}
    usage = usage_from(details, _DETAILS) or usage_from(counted, _DETAILS) or _columns(row)
    cost = usage_from({**row, "cost_details": decoded(row.get("cost_details"))}, {"cost_usd": _COST})
    if usage is not None and cost is not None:
        usage.cost_usd = cost.cost_usd
    if usage is not None:
        _add_parts(usage, details or counted)
    return usage


def _columns(row: Json) -> Usage | None:
    """The usage in columns of their own, where 0 stands for nothing known."""
    usage = usage_from(row, _FLAT)
    return usage if usage is not None and (usage.input or usage.output or usage.total) else None


def _add_parts(usage: Usage, details: Json) -> None:
    """Some integrations subtract cached, audio and reasoning tokens from `input` and `output`: the total shows it."""
    if usage.input is None or usage.output is None or usage.total is None:
        return
    parts = {name: number(tokens) or 0 for name, tokens in details.items()}
    of_input = sum(
        tokens
        for name, tokens in parts.items()
        if name.startswith(("input_", "cache_")) and name not in _WHOLE
    )
    of_output = sum(
        tokens for name, tokens in parts.items() if name.startswith("output_") and name not in _WHOLE
    )
    if usage.total == usage.input + usage.output + of_input + of_output:
        usage.input, usage.apart_input = usage.input + of_input, of_input
        usage.output, usage.apart_output = usage.output + of_output, of_output


_WHOLE = frozenset({"input_tokens", "output_tokens"})


def _request(asked: Any, row: Json, metadata: CallMetadata, attributes: Json) -> Json | None:
    """The request in the input of an observation: a body, messages, items or text."""
    if asked in (None, "", {}, []):
        return None
    if isinstance(asked, str) and not is_completions_model(metadata.model):
        asked = messages_by_role(asked, metadata.flags) or asked
    tools: list[Json] = []
    if isinstance(asked, dict) and isinstance(asked.get("messages"), list):
        asked, tools = _without_tools(asked, metadata.flags)
    elif isinstance(asked, list):
        listed, tools = _without_tools({"messages": asked}, metadata.flags)
        asked = listed["messages"]
    elif not isinstance(asked, str) and not (isinstance(asked, dict) and _ASKED & asked.keys()):
        metadata.flags.add("reserialised")
    given = {"prompt": asked} if isinstance(asked, str) else request_in(asked, metadata.flags)
    request = {**_parameters(row), **(given or {})}
    prompt = request.get("prompt")
    is_completions = is_completions_model(text(request.get("model")) or metadata.model)
    if isinstance(prompt, str) and "messages" not in request and not is_completions:
        request = {name: item for name, item in request.items() if name != "prompt"}
        request["messages"] = [{"role": "user", "content": prompt}]
    tools = tools_of(request.get("tools")) or tools or _defined(row) or tools_in(attributes)
    return {**request, "tools": tools} if tools else request


def _without_tools(asked: Json, flags: set[str]) -> tuple[Json, list[Json]]:
    """Messages without the tool definitions that the LangChain integration appends to them as `tool` messages."""
    kept: list[Any] = []
    tools: list[Json] = []
    for message in asked["messages"]:
        definition = decoded(dig(message, "content"))
        if _is_definition(definition) and dig(message, "tool_call_id") is None:
            tools.append(nested_tool(definition))
        else:
            kept.append(_message(message, flags) if isinstance(message, dict) else message)
    return {**asked, "messages": kept}, tools


def _is_definition(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    is_flat = "input_schema" in content or "parameters" in content
    return isinstance(content.get("function"), dict) or (is_flat and isinstance(content.get("name"), str))


def _message(message: Json, flags: set[str]) -> Json:
    """A message of LangChain, or an event of OpenTelemetry, in the shape of the API."""
    message = {name: item for name, item in message.items() if not name.startswith(_OF_EVENTS)}
    if "additional_kwargs" in message or (
        "role" not in message and "type" in message and "content" in message
    ):
        return chat_message(message, flags)
    calls = message.get("tool_calls")
    if not isinstance(calls, list) or not any(isinstance(call, dict) and "args" in call for call in calls):
        return message
    built = [
        tool_call(call.get("id"), call.get("name"), call.get("args"), flags)
        for call in calls
        if isinstance(call, dict)
    ]
    return {**message, "tool_calls": built}


_OF_EVENTS = ("gen_ai.", "event.")
"""How the fields begin that pydantic-ai writes next to those of a message."""


def _defined(row: Json) -> list[Json]:
    """The tools in a column of their own: definitions by name, or a list of them."""
    definitions = decoded(row.get("tool_definitions"))
    return tools_of(
        list(definitions.values()) if isinstance(definitions, dict) else decoded_list(definitions)
    )


def _parameters(row: Json) -> Json:
    """The parameters of the model, whose values are often JSON in strings; `system` is the name of the provider."""
    parameters = decoded_object(first(row, ("model_parameters", "modelParameters")))
    return {name: decoded(item) for name, item in parameters.items() if name != "system"}


def _is_response(value: Any) -> bool:
    """Is this a body of the Responses API, which shows that the input was not a list of messages?"""
    return isinstance(value, dict) and response_kind(value) == "responses"


def _as_responses(request: Json, response: Json) -> Json:
    """A request of the Responses API, with what only the response repeats of it."""
    if "messages" in request and "input" not in request:
        rest = {name: item for name, item in request.items() if name != "messages"}
        request = {**rest, "input": request["messages"]}
    return with_echo(request, response)


def _kind(request: Json | None) -> Kind | None:
    if request is None:
        return None
    if "messages" in request or "contents" in request:
        return "chat"
    return "completions" if "prompt" in request else "responses"


def _response(answered: Any, kind: Kind | None, flags: set[str]) -> Json | None:
    if answered in (None, "", {}, []):
        return None
    if kind == "completions" and not isinstance(answered, dict | list):
        return text_answer([compact(answered)])
    if isinstance(answered, dict) and is_known_answer(answered):
        return answered
    if isinstance(answered, list) and all(
        isinstance(call, dict) and "toolCallId" in call for call in answered
    ):
        answered = {"role": "assistant", "content": [{"type": "tool-call", **call} for call in answered]}
    if isinstance(answered, dict) and not _ANSWERS.isdisjoint(answered):
        answered = _message(answered, flags)
    elif isinstance(answered, dict):
        flags.add("reserialised")
        answered = compact(answered)
    if isinstance(answered, str):
        return chat_answer([{"role": "assistant", "content": answered}])
    found = response_in(answered, kind or "chat", flags)
    if found is not None and is_answer_body(found):
        return found
    return chat_answer([{"role": "assistant", "content": compact(answered)}])
