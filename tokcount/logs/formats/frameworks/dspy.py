"""DSPy history (`lm.history`): one entry per call. `response` is a repr string, `outputs` hold the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    body_record,
    carried,
    chat_answer,
    decoded_object,
    metadata_from,
    money,
    text_answer,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


_METADATA = {
    "model": ("model",),
    "served_model": ("response_model",),
    "id": ("uuid",),
    "timestamp": ("timestamp",),
}
_KINDS: dict[object, Kind] = {"chat": "chat", "text": "completions", "responses": "responses"}


class History(LogFormat):
    """`dspy.history`."""

    name = "dspy.history"
    keys = (frozenset({"prompt", "messages", "kwargs", "outputs", "uuid"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        metadata = metadata_from(value, _METADATA)
        metadata.usage = usage_from(value.get("usage"), BODY_USAGE)
        if metadata.usage is not None:
            metadata.usage.cost_usd = money(value.get("cost"))
        messages, prompt = value.get("messages"), value.get("prompt")
        known = value.get("model_type")
        kind = _KINDS.get(known if isinstance(known, str) else "") or ("chat" if messages else "completions")
        parameters = decoded_object(value.get("kwargs"))
        if kind == "completions":
            sent: Json = {"prompt": prompt if prompt is not None else messages}
        elif kind == "responses":
            sent = {"input": messages or prompt}
        else:
            sent = {"messages": messages or [{"role": "user", "content": prompt}]}
        response = _response(value.get("outputs"), kind)
        return [
            body_record(
                at, self.name, kind=kind, request={**parameters, **sent}, response=response, metadata=metadata
            )
        ]


def _response(outputs: object, kind: Kind) -> Json | None:
    """Answers are strings, or objects with `text` and `tool_calls`."""
    answers = [
        {"text": answer} if isinstance(answer, str) else answer
        for answer in (outputs if isinstance(outputs, list) else [])
        if isinstance(answer, str | dict)
    ]
    if not answers:
        return None
    if kind == "completions":
        return text_answer([answer["text"] for answer in answers if isinstance(answer.get("text"), str)])
    return chat_answer(
        {
            **carried(answer, ("text",)),
            "role": "assistant",
            "content": answer.get("text"),
        }
        for answer in answers
    )
