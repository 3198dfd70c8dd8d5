"""What the OpenAI SDK logs under `OPENAI_LOG=debug`: the options of a request. Answers are not in the log.

Source: openai-python, `_base_client.py` ("Request options: %s") and `_models.py` (`FinalRequestOptions`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import JSON_ONLY, Item, Json, Location, LogFormat, body_record, kind_of_url, skipped

if TYPE_CHECKING:
    from collections.abc import Iterable


class RequestOptions(LogFormat):
    """`openai.sdk.debug`: one request; a retry logs it again."""

    name = "openai.sdk.debug"
    keys = (frozenset({"method", "url", "json_data"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        request, kind = value.get("json_data"), kind_of_url(value.get("url"))
        if not isinstance(request, dict) or kind is None:
            return [skipped(at, "not_llm", "a request that is not a call to a model", self.name)]
        return [body_record(at, self.name, kind=kind, request=request)]
