"""Files of the batch APIs of Anthropic, Google and Amazon Bedrock.

Sources: Anthropic's API reference (Message Batches), the guides to batches of the Gemini API and of Vertex AI, and the
user guide of Amazon Bedrock (batch inference).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokcount.logs.adapt import (
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    body_record,
    dig,
    failure,
    label,
    skipped,
    timestamp,
)
from tokcount.logs.adapt.foreign.apis import api_of_response
from tokcount.logs.formats.batch_files import BatchFile


def _object(value: Any) -> Json | None:
    return value if isinstance(value, dict) else None


class AnthropicBatch(BatchFile):
    """Requests (`params`) and results of a message batch; on Vertex AI, lines with `request` and `response`."""

    name = "anthropic.batch"
    emits = ("anthropic.batch.input", "anthropic.batch.output")
    keys = tuple(frozenset({"custom_id", key}) for key in ("params", "result", "request"))

    def is_own(self, value: Json) -> bool:
        return self.asked(value) is not None or isinstance(dig(value, "result.type"), str)

    def asked(self, value: Json) -> Json | None:
        return _object(value.get("params", value.get("request")))

    def answered(self, value: Json) -> Json | None:
        return _object(dig(value, "result.message") or value.get("response"))

    def error(self, value: Json) -> str | None:
        kind = dig(value, "result.type")
        if kind not in (None, "succeeded"):
            return label(dig(value, "result.error.error.type"), "") or label(kind, "error")
        return failure(None, self.answered(value) or {})


_OF_LINES = frozenset({"key", "error", "metadata"})
"""What the line of a failed request of Google's has."""


class GeminiBatch(BatchFile):
    """Requests and answers of a batch of the Gemini API, by their `key`."""

    name = "gemini.batch"
    emits = ("gemini.batch.input", "gemini.batch.output")
    keys = tuple(frozenset({"key", key}) for key in ("request", "response", "error"))
    named_by = "key"

    def is_own(self, value: Json) -> bool:
        asked, answered = self.asked(value), self.answered(value)
        if asked is not None:
            return "contents" in asked
        if answered is not None:
            return api_of_response(answered) is not None
        return isinstance(value.get("error"), dict) and value.keys() <= _OF_LINES

    def asked(self, value: Json) -> Json | None:
        return _object(value.get("request"))

    def answered(self, value: Json) -> Json | None:
        return _object(value.get("response"))

    def error(self, value: Json) -> str | None:
        error = value.get("error")
        return label(error.get("status"), "error") if isinstance(error, dict) else None


class VertexBatch(LogFormat):
    """`vertex.batch`: answers of a batch of Vertex AI, each with its request."""

    name = "vertex.batch"
    keys = (
        frozenset({"request", "response", "processed_time"}),
        frozenset({"request", "status", "processed_time"}),
    )

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        request, response = _object(value.get("request")), _object(value.get("response"))
        if request is None:
            return None
        if value.get("status"):
            return [skipped(at, "error", "a failed call", self.name)]
        metadata = CallMetadata(
            provider="vertex_ai", tier="batch", timestamp=timestamp(value["processed_time"])
        )
        return [
            body_record(at, self.name, kind="chat", request=request, response=response, metadata=metadata)
        ]


class BedrockBatch(BatchFile):
    """Requests (`modelInput`) and answers (`modelOutput`) of a batch of Amazon Bedrock, by their `recordId`."""

    name = "bedrock.batch"
    emits = ("bedrock.batch.input", "bedrock.batch.output")
    keys = (frozenset({"recordId", "modelInput"}),)
    named_by = "recordId"

    def is_own(self, value: Json) -> bool:
        return self.asked(value) is not None

    def asked(self, value: Json) -> Json | None:
        return _object(value.get("modelInput"))

    def answered(self, value: Json) -> Json | None:
        return _object(value.get("modelOutput"))

    def error(self, value: Json) -> str | None:
        error = value.get("error")
        return label(dig(error, "errorCode"), "error") if error else None
