"""Batches of Anthropic's API: recognised by name, so that they are not taken for OpenAI's, and not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt.bodies import skipped
from tokcount.logs.format import Single

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.format import Item, Location
    from tokcount.logs.scalars import Json


class AnthropicBatch(Single):
    """``anthropic.batch``: requests (``params``) or results (``result``) of a message batch."""

    name = "anthropic.batch"
    keys = (frozenset({"custom_id", "params"}), frozenset({"custom_id", "result"}))

    def matches(self, value: Json) -> bool:
        return isinstance(value.get("params", value.get("result")), dict)

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        part = "requests" if "params" in value else "results"
        advice = f"{part} of a batch of Anthropic's API, whose tokens OpenAI's encodings cannot count"
        yield skipped(place, "unsupported", advice, self.name)


FORMATS = (AnthropicBatch(),)
