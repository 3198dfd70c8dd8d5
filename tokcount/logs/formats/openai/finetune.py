"""Preference data for fine-tuning (DPO). Supervised files are plain message lists and read as such."""

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
    objects,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Preference(LogFormat):
    """`openai.dpo`: a request and two answers, `preferred_output` and `non_preferred_output`.

    The record's answer is the preferred one. Source: OpenAI guide, direct preference optimization.
    """

    name = "openai.dpo"
    keys = (frozenset({"input", "preferred_output"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not isinstance(value.get("input"), dict):
            return None
        request = {name: part for name, part in value["input"].items() if name != "tools" or part}
        preferred = value.get("preferred_output")
        messages = objects(preferred)
        response = chat_answer(messages) if messages else None
        return [
            body_record(
                at, self.name, kind="chat", request=request, response=response, metadata=CallMetadata()
            )
        ]
