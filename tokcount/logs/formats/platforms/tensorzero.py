"""TensorZero's ClickHouse tables `ChatInference` and `ModelInference`. Source: TensorZero's data model page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    body_of,
    body_record,
    chat_answer,
    compact,
    decoded,
    decoded_object,
    metadata_from,
    tool_call,
    truth,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_METADATA = {
    "model": ("model_name",),
    "provider": ("model_provider_name",),
    "id": ("id",),
    "timestamp": ("timestamp",),
    "thread": ("episode_id", "inference_id"),
}
_USAGE = {"input": ("input_tokens",), "output": ("output_tokens",)}


class ModelInference(LogFormat):
    """`tensorzero.model_inference`: a call to a provider, with both raw bodies."""

    name = "tensorzero.model_inference"
    keys = (frozenset({"raw_request", "raw_response", "inference_id"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        metadata = metadata_from(value, _METADATA, naive_utc=True)
        metadata.usage = usage_from(value, _USAGE)
        if truth(value.get("cached")):
            metadata.flags.add("cached_reply")
        request, response = body_of(value.get("raw_request")), body_of(value.get("raw_response"))
        if request is None:
            request = _request(value.get("system"), value.get("input_messages"), metadata)
        if response is None:
            response = _response(value.get("output"), metadata)
        return [body_record(at, self.name, request=request, response=response, metadata=metadata)]


class ChatInference(LogFormat):
    """`tensorzero.chat_inference`: a call of a function, before it became calls to providers."""

    name = "tensorzero.chat_inference"
    keys = (frozenset({"function_name", "variant_name", "episode_id", "input", "output"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        metadata = metadata_from(value, _METADATA, naive_utc=True)
        asked = decoded_object(value.get("input"))
        request = _request(asked.get("system"), asked.get("messages"), metadata)
        response = _response(value.get("output"), metadata)
        return [
            body_record(at, self.name, kind="chat", request=request, response=response, metadata=metadata)
        ]


def _request(system: Any, messages: Any, metadata: CallMetadata) -> Json | None:
    """Messages with the system text first; templates' arguments stand where their text would."""
    listed = decoded(messages)
    found = [_message(m, metadata) for m in listed if isinstance(m, dict)] if isinstance(listed, list) else []
    if system:
        found.insert(0, {"role": "system", "content": compact(system)})
    return {"messages": found} if found else None


def _message(message: Json, metadata: CallMetadata) -> Json:
    content = message.get("content")
    return {**message, **_content(content, metadata)} if isinstance(content, list) else message


def _content(blocks: list[Any], metadata: CallMetadata) -> Json:
    """Blocks of `content`: text, tool calls, results of tools."""
    kept: list[Any] = []
    calls: list[Json] = []
    for block in blocks:
        if isinstance(block, dict) and block.get("type") == "tool_call":
            arguments = block.get("raw_arguments") or block.get("arguments")
            calls.append(
                tool_call(
                    block.get("id"), block.get("raw_name") or block.get("name"), arguments, metadata.flags
                )
            )
        else:
            kept.append(block)
    return {"content": kept or None, **({"tool_calls": calls} if calls else {})}


def _response(output: Any, metadata: CallMetadata) -> Json | None:
    blocks = decoded(output)
    if not isinstance(blocks, list):
        return None
    return chat_answer([{"role": "assistant", **_content(blocks, metadata)}])
