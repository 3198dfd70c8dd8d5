"""Preference data for fine-tuning (DPO). Supervised files are plain message lists and read as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt.bodies import CallMetadata, body_record, chat_answer
from tokcount.logs.format import Single

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.format import Item, Location
    from tokcount.logs.scalars import Json


class Preference(Single):
    """``openai.dpo``: a request and two answers, ``preferred_output`` and ``non_preferred_output``.

    The record's answer is the preferred one. Source: OpenAI guide, direct preference optimization.
    """

    name = "openai.dpo"
    keys = (frozenset({"input", "preferred_output"}),)

    def matches(self, value: Json) -> bool:
        return isinstance(value.get("input"), dict)

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        request = {name: part for name, part in value["input"].items() if name != "tools" or part}
        preferred = value.get("preferred_output")
        messages = [m for m in preferred if isinstance(m, dict)] if isinstance(preferred, list) else []
        response = chat_answer(messages) if messages else None
        yield body_record(
            place, self.name, kind="chat", request=request, response=response, facts=CallMetadata()
        )


FORMATS = (Preference(),)
