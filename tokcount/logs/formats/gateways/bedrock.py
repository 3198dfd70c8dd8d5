"""Amazon Bedrock's model invocation log. Bodies over 100 KB are kept elsewhere; the log then has only the counts.

Source: Amazon Bedrock user guide (Model invocation logging).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    Item,
    Json,
    Location,
    LogFormat,
    body_record,
    decoded,
    dig,
    label,
    metadata_from,
    skipped,
    text,
    usage_from,
)
from tokcount.logs.adapt.foreign.invoke import invoked, returned

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
            body_record(at, self.name, request=invoked(asked), response=returned(answered), metadata=metadata)
        ]


def _is_openai(model: str) -> bool:
    return "openai." in model
