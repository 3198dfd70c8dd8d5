"""Langfuse observations, in all spellings: API pages (camelCase), blob and UI exports (snake_case), CSV, parquet.

Only observations of type GENERATION are calls; traces and spans repeat their numbers, embeddings generate no text.
Source: langfuse-docs, blob-storage-export-fields; Langfuse API reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    CallMetadata,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    Usage,
    UsageTable,
    body_record,
    chat_answer,
    chat_message,
    compact,
    decoded,
    decoded_list,
    decoded_object,
    dig,
    first,
    label,
    metadata_from,
    nested_tool,
    skipped,
    tags_from,
    text,
    text_answer,
    tools_of,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_TYPES = frozenset(
    {
        "GENERATION",
        "SPAN",
        "EVENT",
        "AGENT",
        "TOOL",
        "CHAIN",
        "RETRIEVER",
        "EVALUATOR",
        "EMBEDDING",
        "GUARDRAIL",
    }
)

_METADATA = {
    "model": ("provided_model_name", "providedModelName", "model", "internalModel"),
    "id": ("id",),
    "timestamp": ("start_time", "startTime"),
    "user": ("user_id", "userId"),
    "thread": ("session_id", "sessionId", "trace_id", "traceId"),
}

_DETAILS: UsageTable = {
    "input": ("input", "prompt_tokens", "input_tokens", "promptTokens"),
    "output": ("output", "completion_tokens", "output_tokens", "completionTokens"),
    "total": ("total", "total_tokens", "totalTokens"),
    "cached_input": ("input_cached_tokens", "input_cache_read", "cache_read_input_tokens"),
    "cache_write": ("input_cache_creation", "cache_creation_input_tokens"),
    "reasoning": ("output_reasoning_tokens", "output_reasoning", "reasoning_tokens"),
    "audio_input": ("input_audio_tokens", "input_audio"),
    "audio_output": ("output_audio_tokens", "output_audio"),
}
"""`usage_details` and `usage`. Whether `input` includes cached tokens depends on the integration."""

_FLAT: UsageTable = {
    "input": ("promptTokens", "prompt_tokens", "inputUsage", "input_usage"),
    "output": ("completionTokens", "completion_tokens", "outputUsage", "output_usage"),
    "total": ("totalTokens", "total_tokens", "totalUsage", "total_usage"),
}

_COST = ("total_cost", "totalCost", "calculatedTotalCost", "cost_details.total", "costDetails.total")

_DECODED_PARAMETERS = ("tools", "functions", "response_format", "text", "reasoning", "tool_choice", "stop")
"""Model parameters that the SDK writes as JSON strings."""


class Observations(LogFormat):
    """`langfuse.observations`."""

    name = "langfuse.observations"
    keys = (
        frozenset({"type", "traceId"}),
        frozenset({"type", "trace_id"}),
        frozenset({"usageDetails"}),
        frozenset({"usage_details"}),
        frozenset({"observations", "latency"}),
        frozenset({"release", "sessionId", "public"}),
        frozenset({"release", "session_id", "public"}),
    )

    def _recognises(self, value: Json) -> bool:
        kind = value.get("type")
        if isinstance(kind, str):
            return kind.upper() in _TYPES
        return any(name in value for name in ("usageDetails", "usage_details", "observations", "release"))

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._recognises(value):
            return None
        return self._items(value, at)

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        observations = value.get("observations")
        if isinstance(observations, list) and "type" not in value:
            for index, row in enumerate(observations):
                yield self._item(row, at, index) if isinstance(row, dict) else self._not_llm(at, "id")
            return
        if "type" not in value and "usageDetails" not in value and "usage_details" not in value:
            yield self._not_llm(at, "trace")
            return
        yield self._item(value, at, 0)

    def _item(self, row: Json, at: Location, index: int) -> Item:
        kind = (text(row.get("type")) or "GENERATION").upper()
        if kind != "GENERATION":
            return self._not_llm(at, kind.lower())
        asked, answered = decoded(row.get("input")), decoded(row.get("output"))
        metadata = metadata_from(row, _METADATA, naive_utc=True)
        metadata.usage = _usage(row)
        metadata.tags = tags_from(row.get("tags"))
        if row.get("level") == "ERROR" and not answered and not (metadata.usage and metadata.usage.output):
            return skipped(at, "error", "a failed call (level ERROR)", self.name)
        request, endpoint = _request(asked, row, metadata)
        response = _response(answered, endpoint)
        return body_record(
            at, self.name, kind=endpoint, request=request, response=response, metadata=metadata, index=index
        )

    def _not_llm(self, at: Location, kind: str) -> Item:
        return skipped(
            at, "not_llm", f"not a generation but a {label(kind, 'thing of another kind')}", self.name
        )


def _usage(row: Json) -> Usage | None:
    details = decoded_object(first(row, ("usage_details", "usageDetails")))
    logged = decoded_object(row.get("usage"))
    counted = logged if (text(logged.get("unit")) or "TOKENS").upper() == "TOKENS" else {}
    usage = usage_from(details, _DETAILS) or usage_from(counted, _DETAILS) or usage_from(row, _FLAT)
    cost = usage_from({**row, "cost_details": decoded(row.get("cost_details"))}, {"cost_usd": _COST})
    if usage is not None and cost is not None:
        usage.cost_usd = cost.cost_usd
    return usage


def _request(asked: Any, row: Json, metadata: CallMetadata) -> tuple[Json | None, Kind | None]:
    """The request body in an observation's input: messages, a body with them, or a plain prompt."""
    if asked is None or asked in ("", {}, []):
        return None, None
    parameters = _parameters(row)
    if isinstance(asked, dict) and isinstance(asked.get("messages"), list):
        messages, tools = _messages(asked["messages"], metadata)
        given = {name: part for name, part in asked.items() if name not in ("messages", "tools")}
        tools = tools_of(asked.get("tools")) or tools
        return _with_tools({**parameters, **given, "messages": messages}, tools, row), "chat"
    if isinstance(asked, dict) and "role" in asked:
        asked = [asked]
    if isinstance(asked, list) and all(isinstance(item, dict) for item in asked):
        if any("role" not in item for item in asked) and any("type" in item for item in asked):
            return {**parameters, "input": asked}, "responses"
        messages, tools = _messages(asked, metadata)
        return _with_tools({**parameters, "messages": messages}, tools, row), "chat"
    if isinstance(asked, dict) and isinstance(asked.get("prompt"), str | list):
        return {**parameters, **asked}, "completions"
    if isinstance(asked, dict) and ("input" in asked or "instructions" in asked) and "model" in asked:
        return {**parameters, **asked}, "responses"
    if not isinstance(asked, str):
        metadata.flags.add("reserialised")
    return {**parameters, "prompt": compact(asked)}, "completions"


def _messages(messages: list[Any], metadata: CallMetadata) -> tuple[list[Any], list[Json]]:
    """Messages, and the tool definitions that the LangChain integration appends to them as `tool` messages."""
    kept: list[Any] = []
    tools: list[Json] = []
    for message in messages:
        definition = dig(message, "content")
        if isinstance(definition, dict) and isinstance(definition.get("function"), dict):
            tools.append(definition)
        elif isinstance(message, dict):
            kept.append(_message(message, metadata))
        else:
            kept.append(message)
    return kept, tools


def _message(message: Json, metadata: CallMetadata) -> Json:
    """LangChain's `additional_kwargs` hold the calls as the API wrote them; its own `tool_calls` do not."""
    if "additional_kwargs" in message:
        return chat_message(message, metadata.flags)
    calls = message.get("tool_calls")
    if isinstance(calls, list) and any(isinstance(call, dict) and "args" in call for call in calls):
        metadata.flags.add("reserialised")
        return {**message, "tool_calls": [_call(call) for call in calls if isinstance(call, dict)]}
    return message


def _call(call: Json) -> Json:
    arguments = compact(call.get("args") or {})
    function = {"name": text(call.get("name")) or "", "arguments": arguments}
    return {"id": text(call.get("id")) or "", "type": "function", "function": function}


def _with_tools(body: Json, tools: list[Json], row: Json) -> Json:
    if tools:
        body["tools"] = tools
    elif "tools" not in body:
        definitions = decoded(row.get("tool_definitions"))
        found = definitions.values() if isinstance(definitions, dict) else decoded_list(definitions)
        named = [nested_tool(tool) for item in found if isinstance(tool := decoded(item), dict)]
        if named:
            body["tools"] = named
    return body


def _parameters(row: Json) -> Json:
    parameters = decoded_object(first(row, ("model_parameters", "modelParameters")))
    return {name: decoded(item) if name in _DECODED_PARAMETERS else item for name, item in parameters.items()}


def _response(answered: Any, kind: Kind | None) -> Json | None:
    if answered is None or answered in ("", {}, []):
        return None
    if isinstance(answered, dict) and ("choices" in answered or isinstance(answered.get("output"), list)):
        return answered
    if isinstance(answered, dict) and isinstance(answered.get("completion"), str):
        answered = answered["completion"]
    if kind == "completions":
        return text_answer([compact(answered)])
    if isinstance(answered, list) and all(isinstance(item, dict) for item in answered):
        return {"output": answered} if kind == "responses" else chat_answer(answered)
    if isinstance(answered, dict) and (
        "role" in answered or "content" in answered or "tool_calls" in answered
    ):
        return chat_answer([{"role": "assistant", **answered}])
    return chat_answer([{"role": "assistant", "content": compact(answered)}])
