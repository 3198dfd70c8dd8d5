"""What the readers of the span dialects share: `Call`, indexed attributes, request parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.adapt import (
    CallMetadata,
    Json,
    Kind,
    UsageTable,
    chat_answer,
    decoded,
    decoded_list,
    decoded_object,
    metadata_from,
    prompt_of,
    request_in,
    request_kind,
    response_in,
    text,
    text_answer,
    tools_of,
    unquoted,
    usage_from,
)

if TYPE_CHECKING:
    from tokcount.logs.formats.otel.span import Span


class Call(msgspec.Struct, kw_only=True):
    """One call to a model, translated from a span into OpenAI bodies."""

    kind: Kind
    request: Json | None = None
    response: Json | None = None
    metadata: CallMetadata


_METADATA = {
    "model": ("gen_ai.request.model", "llm.request.model"),
    "served_model": ("gen_ai.response.model", "llm.response.model"),
    "provider": ("gen_ai.provider.name", "gen_ai.system"),
    "id": (),
    "tier": ("gen_ai.openai.response.service_tier", "openai.response.service_tier"),
    "region": ("server.address", "url.full"),
    "user": ("enduser.id", "user.id", "llm.user"),
    "thread": ("gen_ai.conversation.id", "session.id"),
}

USAGE: UsageTable = {
    "input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens"),
    "output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens"),
    "total": ("gen_ai.usage.total_tokens", "llm.usage.total_tokens"),
    "cached_input": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.cached_tokens",
        "llm.usage.cache_read_input_tokens",
    ),
    "cache_write": (
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "llm.usage.cache_creation_input_tokens",
    ),
    "reasoning": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.output_tokens_details.reasoning",
        "llm.usage.reasoning_tokens",
    ),
}
"""Names of token counts in the conventions of several years, newest first."""

_PARAMETERS = {
    "max_tokens": ("gen_ai.request.max_tokens", "llm.request.max_tokens"),
    "n": ("gen_ai.request.choice.count", "llm.n"),
    "temperature": ("gen_ai.request.temperature", "llm.temperature"),
    "top_p": ("gen_ai.request.top_p", "llm.top_p"),
    "seed": ("gen_ai.request.seed",),
    "stop": ("gen_ai.request.stop_sequences", "llm.chat.stop_sequences"),
    "reasoning_effort": ("gen_ai.request.reasoning_effort",),
}

_SCHEMAS = ("gen_ai.request.structured_output_schema", "llm.request.structured_output_schema")


def metadata_of(span: Span) -> CallMetadata:
    """Model, provider, user, conversation and usage of a span that follows `gen_ai.*` names."""
    metadata = metadata_from(span.attributes, _METADATA)
    metadata.usage = usage_from(span.attributes, USAGE)
    return metadata


def parameters_of(attributes: Json, flags: set[str]) -> Json:
    """Request parameters that are logged as attributes, a structured-output schema among them."""
    found = {
        name: attributes[path] for name, paths in _PARAMETERS.items() for path in paths if path in attributes
    }
    schema = next((attributes[path] for path in _SCHEMAS if attributes.get(path)), None)
    schema = decoded(schema)
    if isinstance(schema, dict):
        flags.add("reserialised")
        found["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "schema", "schema": schema},
        }
    return found


def logged_call(
    metadata: CallMetadata,
    asked: object,
    answered: object,
    *,
    kind: Kind | None = None,
    tools: list[Json] | None = None,
    parameters: Json | None = None,
) -> Call:
    """The call whose span keeps what was asked and answered as a whole: bodies, messages or texts."""
    asked = unquoted(asked)
    if kind == "completions" and isinstance(asked, str) and asked:
        request: Json | None = {"prompt": asked}
    else:
        request = request_in(asked, metadata.flags)
    if request is not None:
        request = {**(parameters or {}), **({"tools": tools} if tools else {}), **request}
        request.setdefault("model", metadata.model)
    kind = kind or request_kind(request or {}) or "chat"
    response = response_in(unquoted(answered), kind, metadata.flags)
    return Call(kind=kind, request=request, response=response, metadata=metadata)


def tools_in(attributes: Json) -> list[Json]:
    """The tool definitions in the attributes of a span, as chat definitions."""
    found = tools_of(attributes.get("gen_ai.tool.definitions")) or tools_of(attributes.get("ai.prompt.tools"))
    if found:
        return found
    requested = decoded_object(attributes.get("model_request_parameters"))
    offered = [tool for name in _PYDANTIC_TOOLS for tool in decoded_list(requested.get(name))]
    schemas = [row.get("tool.json_schema") for row in indexed(attributes, "llm.tools")]
    functions = [row for row in indexed(attributes, "llm.request.functions") if text(row.get("name"))]
    return tools_of([_pydantic(tool) for tool in offered if isinstance(tool, dict)] or schemas or functions)


_PYDANTIC_TOOLS = ("function_tools", "output_tools")
"""The tools in pydantic-ai's `model_request_parameters`; its output tools are tools of the request too."""


def _pydantic(tool: Json) -> Json:
    """A `ToolDefinition` of pydantic-ai without what it keeps for itself."""
    schema = tool.get("parameters_json_schema")
    return {"name": tool.get("name"), "description": tool.get("description"), "parameters": schema}


def call_of(
    kind: Kind,
    metadata: CallMetadata,
    *,
    messages: list[Json],
    answers: list[Json],
    tools: list[Json] | None = None,
    parameters: Json | None = None,
    finish_reason: str | None = None,
) -> Call:
    """The call around translated messages; a legacy completion's prompt is taken out of them."""
    more = dict(parameters or {})
    if tools:
        more["tools"] = tools
    if kind == "completions":
        request = {**more, "prompt": prompt_of(messages)} if messages else None
        response = text_answer(_texts(answers)) if answers else None
    else:
        request = {**more, "messages": messages} if messages else None
        response = chat_answer(answers, finish_reason) if answers else None
    if request is not None and metadata.model:
        request["model"] = metadata.model
    return Call(kind=kind, request=request, response=response, metadata=metadata)


def _texts(messages: list[Json]) -> list[str]:
    contents = [prompt_of([message]) for message in messages]
    return [content for content in contents if isinstance(content, str)]


def indexed(attributes: Json, prefix: str) -> list[Json]:
    """`prefix.0.role`, `prefix.0.content`, `prefix.1.role` … → `[{role, content}, {role}]`."""
    start = prefix + "."
    rows: dict[int, dict[str, Any]] = {}
    for name, value in attributes.items():
        if not name.startswith(start):
            continue
        index, _, rest = name[len(start) :].partition(".")
        if index.isdecimal() and len(index) < 9:
            rows.setdefault(int(index), {})[rest] = value
    return [rows[index] for index in sorted(rows)]
