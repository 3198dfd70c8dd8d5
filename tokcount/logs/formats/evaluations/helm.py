"""HELM's `scenario_state.json`: the requests of a run with their results. Source: helm (common/request.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    body_record,
    chat_answer,
    decoded_object,
    has_roles,
    objects,
    skipped,
    text,
    text_answer,
    timestamp,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOT_PARAMETERS = frozenset({"model", "model_deployment", "prompt", "messages", "embedding", "random"})


class ScenarioState(LogFormat):
    """`helm.scenario_state`."""

    name = "helm.scenario_state"
    keys = (frozenset({"adapter_spec", "request_states"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        states = value.get("request_states")
        if not isinstance(states, list):
            return None
        return [self._item(state, at, index) for index, state in enumerate(states) if isinstance(state, dict)]

    def _item(self, state: Json, at: Location, index: int) -> Item:
        sent, result = decoded_object(state.get("request")), decoded_object(state.get("result"))
        if truth(sent.get("embedding")):
            return skipped(at, "not_llm", "an embeddings call", self.name)
        if result.get("success") is False:
            return skipped(at, "error", "a failed call", self.name)
        provider, _, model = (text(sent.get("model_deployment")) or text(sent.get("model")) or "").rpartition(
            "/"
        )
        metadata = CallMetadata(
            model=model or None,
            provider=provider or None,
            timestamp=timestamp(result.get("request_datetime")),
        )
        if truth(result.get("cached")):
            metadata.flags.add("cached_reply")
        request = {name: item for name, item in sent.items() if name not in _NOT_PARAMETERS}
        completions = result.get("completions")
        answers = objects(completions)
        texts = [answer["text"] for answer in answers if isinstance(answer.get("text"), str)]
        if sent.get("messages") and has_roles(sent["messages"]):
            request["messages"] = sent["messages"]
            response = (
                chat_answer({"role": "assistant", "content": part} for part in texts) if texts else None
            )
        else:
            request["prompt"] = sent.get("prompt") or ""
            response = text_answer(texts) if texts else None
        return body_record(at, self.name, request=request, response=response, metadata=metadata, index=index)
