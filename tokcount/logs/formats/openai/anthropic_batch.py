"""Batches of Anthropic's API: recognised so that they are not mistaken for OpenAI's, and not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import Item, Json, Location, LogFormat, skipped

if TYPE_CHECKING:
    from collections.abc import Iterable


class AnthropicBatch(LogFormat):
    """`anthropic.batch`: requests (`params`) or results (`result`) of a message batch."""

    name = "anthropic.batch"
    keys = (frozenset({"custom_id", "params"}), frozenset({"custom_id", "result"}))

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not isinstance(value.get("params", value.get("result")), dict):
            return None
        part = "requests" if "params" in value else "results"
        advice = f"{part} of a batch of Anthropic's API, which OpenAI's encodings cannot count"
        return [skipped(at, "unsupported", advice, self.name)]
