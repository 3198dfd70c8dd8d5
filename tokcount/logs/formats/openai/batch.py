"""The OpenAI Batch API: input lines, output lines, and the two joined on `custom_id`.

Source: the Batch guide and the batch objects of the OpenAI API reference; Mistral's batches have the same lines.
"""

from __future__ import annotations

from tokcount.logs.adapt import Json, Kind, failure, kind_of_url, label, number
from tokcount.logs.formats.batch_files import BatchFile


class Batch(BatchFile):
    """Lines of Batch API files, input and output joined on `custom_id` when both are read."""

    name = "openai.batch"
    emits = ("openai.batch.input", "openai.batch.output")
    keys = (
        frozenset({"custom_id", "body"}),
        frozenset({"custom_id", "response"}),
    )

    def is_own(self, value: Json) -> bool:  # noqa: ARG002 - any line with these keys
        return True

    def asked(self, value: Json) -> Json | None:
        body = value.get("body")
        return body if isinstance(body, dict) else None

    def answered(self, value: Json) -> Json | None:
        response = value.get("response")
        if "body" in value or not isinstance(response, dict):
            return None
        body = response.get("body", response if number(response.get("status_code")) is None else None)
        return body if isinstance(body, dict) else {}

    def error(self, value: Json) -> str | None:
        if "body" in value:
            return None
        response = value.get("response")
        if isinstance(response, dict):
            return failure(response.get("status_code"), response.get("body"))
        error = value.get("error")
        code = label(error.get("code"), "") if isinstance(error, dict) else ""
        return code or "no response"

    def kind(self, value: Json) -> Kind | None:
        return kind_of_url(value.get("url"))
