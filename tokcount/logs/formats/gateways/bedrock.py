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
    is_chunk,
    is_known_answer,
    label,
    metadata_from,
    objects,
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
    """A body of messages as it is, or the prompt of a body of another vendor."""
    if not isinstance(asked, dict) or isinstance(asked.get("messages"), list):
        return asked if isinstance(asked, dict) else None
    prompt = first(asked, ("prompt", "inputText"))
    return {"prompt": prompt} if isinstance(prompt, str) else asked or None


def _response(answered: Any) -> Json | None:
    """The answer of any vendor's model: a body, the chunks of a stream, or the text under one of its names."""
    if isinstance(answered, list):
        chunks = objects(answered)
        if any(map(is_chunk, chunks)):
            return assemble(chunks)
        written = "".join(found for chunk in chunks if isinstance(found := first(chunk, _TEXTS), str))
        return text_answer([written]) if written else None
    if not isinstance(answered, dict) or is_known_answer(answered):
        return answered if isinstance(answered, dict) else None
    if isinstance(answered.get("content"), list):
        return chat_answer([{"role": "assistant", "content": answered["content"]}])
    listed = first(answered, ("results", "outputs", "generations"))
    answers = objects(listed) if isinstance(listed, list) else [answered]
    texts = [found for answer in answers if isinstance(found := first(answer, _TEXTS), str)]
    return text_answer(texts) if texts else answered or None


_TEXTS = ("generation", "completion", "outputText", "text")
"""Where the models of Meta, Anthropic (before messages), Amazon, Mistral and Cohere write their answer."""
