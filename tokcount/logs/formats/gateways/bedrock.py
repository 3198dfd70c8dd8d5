"""Amazon Bedrock's model invocation log. Bodies over 100 KB are kept elsewhere; the log then has only the counts.

Source: Amazon Bedrock user guide (Model invocation logging).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    Item,
    Json,
    Location,
    LogFormat,
    assemble,
    body_record,
    chat_answer,
    decoded,
    dig,
    first,
    label,
    metadata_from,
    skipped,
    text,
    text_answer,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_METADATA = {"id": ("requestId",), "timestamp": ("timestamp",), "user": ("identity.arn",)}
_USAGE = {
    "input": ("input.inputTokenCount",),
    "output": ("output.outputTokenCount",),
    "cached_input": ("input.cacheReadInputTokenCount",),
    "cache_write": ("input.cacheWriteInputTokenCount",),
}
_VERSION = re.compile(r"-\d+:\d+$")
"""Bedrock's version of a model: `openai.gpt-oss-120b-1:0`."""
_OPERATIONS = frozenset({"InvokeModel", "InvokeModelWithResponseStream", "Converse", "ConverseStream"})


class Invocations(LogFormat):
    """`bedrock.invocation`: `InvokeModel` and `Converse`, with or without streaming."""

    name = "bedrock.invocation"
    keys = (frozenset({"schemaType", "modelId", "operation"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.get("schemaType") != "ModelInvocationLog":
            return None
        if text(value.get("operation")) not in _OPERATIONS:
            return [skipped(at, "not_llm", "an operation that does not call a model", self.name)]
        if value.get("errorCode"):
            error = label(value["errorCode"], "error")
            return [skipped(at, "error", f"a failed call ({error})", self.name)]
        model = (text(value.get("modelId")) or "").rpartition("/")[2]
        metadata = metadata_from(value, _METADATA)
        metadata.model = _VERSION.sub("", model).rpartition("openai.")[2] or None
        metadata.provider = None if _is_openai(model) else "bedrock"
        metadata.usage = usage_from(value, _USAGE, apart=True)
        if "embed" in model:
            return [skipped(at, "not_llm", "an embedding", self.name)]
        if dig(value, "input.inputBodyS3Path"):
            metadata.flags.add("truncated")
        asked, answered = (
            decoded(dig(value, "input.inputBodyJson")),
            decoded(dig(value, "output.outputBodyJson")),
        )
        return [
            body_record(
                at, self.name, request=_request(asked), response=_response(answered), metadata=metadata
            )
        ]


def _is_openai(model: str) -> bool:
    return "openai." in model


def _request(asked: Any) -> Json | None:
    """A chat body as it is; the system text of other vendors' bodies becomes the first message."""
    if not isinstance(asked, dict):
        return None
    messages, system = asked.get("messages"), asked.get("system")
    if isinstance(messages, list):
        instructed = [{"role": "system", "content": _parts(system)}] if system else []
        sent = [_message(message) for message in messages if isinstance(message, dict)]
        return {**{k: v for k, v in asked.items() if k != "system"}, "messages": [*instructed, *sent]}
    for name in ("prompt", "inputText"):
        if isinstance(asked.get(name), str):
            return {"prompt": asked[name]}
    return asked or None


def _message(message: Json) -> Json:
    return {**message, "content": _parts(message.get("content"))}


def _parts(content: Any) -> Any:
    """Converse names no type: `[{text: …}]`."""
    if not isinstance(content, list):
        return content
    return [
        {"type": "text", **part} if isinstance(part, dict) and isinstance(part.get("text"), str) else part
        for part in content
    ]


def _response(answered: Any) -> Json | None:
    if isinstance(answered, list):
        chunks = [chunk for chunk in answered if isinstance(chunk, dict)]
        if any("choices" in chunk for chunk in chunks):
            return assemble(chunks)
        written = [_delta(chunk) for chunk in chunks]
        content = [{"type": "text", "text": "".join(written)}] if any(written) else []
        content += _streamed_calls(chunks)
        return chat_answer([{"role": "assistant", "content": content}]) if content else None
    if not isinstance(answered, dict):
        return None
    if "choices" in answered:
        return answered
    message = dig(answered, "output.message")
    if isinstance(message, dict):
        return chat_answer([_message(message)])
    if isinstance(answered.get("content"), list):
        return chat_answer([{"role": "assistant", "content": answered["content"]}])
    listed = first(answered, ("results", "outputs", "generations"))
    answers = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else [answered]
    written = [found for answer in answers if isinstance(found := first(answer, _TEXTS), str)]
    return text_answer(written) if written else answered or None


_TEXTS = ("generation", "completion", "outputText", "text")
"""Where the models of Meta, Anthropic (before messages), Amazon, Mistral and Cohere write their answer."""


def _streamed_calls(chunks: list[Json]) -> list[Json]:
    """The calls of tools in the events of a stream, of Converse or of Anthropic."""
    calls: dict[object, tuple[Json, list[str]]] = {}
    for chunk in chunks:
        place = first(
            chunk, ("contentBlockStart.contentBlockIndex", "contentBlockDelta.contentBlockIndex", "index")
        )
        started = dig(chunk, "contentBlockStart.start.toolUse") or dig(chunk, "content_block")
        if isinstance(started, dict) and ("toolUseId" in started or started.get("type") == "tool_use"):
            calls[place] = started, []
        fragment = dig(chunk, "contentBlockDelta.delta.toolUse.input") or dig(chunk, "delta.partial_json")
        if isinstance(fragment, str) and place in calls:
            calls[place][1].append(fragment)
    return [{**started, "type": "tool_use", "input": "".join(written)} for started, written in calls.values()]


def _delta(chunk: Json) -> str:
    for path in ("contentBlockDelta.delta.text", "delta.text", "generation", "completion", "outputText"):
        found = dig(chunk, path)
        if isinstance(found, str):
            return found
    return ""
