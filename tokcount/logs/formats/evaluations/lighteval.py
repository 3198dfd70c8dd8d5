"""lighteval's details (parquet): one row per document. Source: lighteval (models/model_output.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    body_record,
    chat_answer,
    decoded,
    decoded_object,
    has_roles,
    text_answer,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Details(LogFormat):
    """`lighteval.details`."""

    name = "lighteval.details"
    keys = (frozenset({"doc", "model_response"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        response = decoded_object(value.get("model_response"))
        if "input" not in response:
            return None
        asked, texts = decoded(response["input"]), response.get("text")
        answers = [item for item in texts if isinstance(item, str)] if isinstance(texts, list) else []
        if asked and has_roles(asked):
            request: Json = {"messages": asked}
            answer = chat_answer({"role": "assistant", "content": part} for part in answers)
        else:
            request = {"prompt": response["input"]}
            answer = text_answer(answers)
        return [
            body_record(
                at,
                self.name,
                kind=None if "messages" in request else "text",
                request=request,
                response=answer if answers else None,
                metadata=CallMetadata(),
            )
        ]
