"""Weave calls (Weights & Biases): operations with inputs and output; only those that call a model count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt.bodies import body_record, facts_from, request_kind, skipped
from tokcount.logs.adapt.envelope import body_of
from tokcount.logs.adapt.usage import BODY_USAGE, usage_from
from tokcount.logs.format import Single
from tokcount.logs.scalars import decoded_object, dig, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.format import Item, Location
    from tokcount.logs.record import Kind
    from tokcount.logs.scalars import Json

_FACTS = {
    "model": ("inputs.model",),
    "id": ("id",),
    "timestamp": ("started_at",),
    "user": ("wb_user_id",),
    "thread": ("trace_id",),
}

_OPERATIONS: tuple[tuple[str, Kind], ...] = (
    ("chat.completions", "chat"),
    ("completions", "completions"),
    ("responses", "responses"),
    ("messages", "chat"),
    ("chatcompletion", "chat"),
    ("acompletion", "chat"),
    ("litellm.completion", "chat"),
)
"""Parts of the names of operations that call a model, most particular first."""


class Calls(Single):
    """``weave.calls``."""

    name = "weave.calls"
    keys = (frozenset({"op_name", "inputs", "trace_id"}), frozenset({"op_name", "inputs", "project_id"}))

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        operation = (text(value.get("op_name")) or "").rpartition("/op/")[2].lower()
        kind = next((kind for part, kind in _OPERATIONS if part in operation), None)
        inputs = {name: item for name, item in decoded_object(value.get("inputs")).items() if name != "self"}
        if kind is None or request_kind(inputs) is None:
            yield skipped(place, "not_llm", "an operation that calls no model", self.name)
            return
        response = body_of(value.get("output"))
        if value.get("exception") and response is None:
            yield skipped(place, "error", "a failed call", self.name)
            return
        facts = facts_from({**value, "inputs": inputs}, _FACTS)
        used = dig(value, "summary.usage")
        first_model = next(iter(used.values()), None) if isinstance(used, dict) else None
        facts.usage = usage_from(first_model, BODY_USAGE)
        yield body_record(place, self.name, kind=kind, request=inputs, response=response, facts=facts)


FORMATS = (Calls(),)
