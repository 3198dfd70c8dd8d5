"""openai/evals logs: a `spec` line, events, a `final_report`. The `sampling` events are the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    BODY_USAGE,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    RunInfo,
    Session,
    body_record,
    chat_answer,
    dig,
    text,
    text_answer,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class EvalsLog(GroupedLogFormat):
    """`openai.evals`: the model is in the spec line, so it is remembered for the events that follow."""

    name = "openai.evals"
    keys = (
        frozenset({"run_id", "event_id", "type", "data"}),
        frozenset({"spec"}),
        frozenset({"final_report"}),
    )

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a run of an evaluation is in one file
        return _EvalsSession()


def _is_line_of_log(value: Json) -> bool:
    if "event_id" in value:
        return isinstance(value.get("data"), dict)
    return "final_report" in value or isinstance(dig(value, "spec.eval_name"), str)


class _EvalsSession(Session):
    """Remembers the model of the spec line."""

    def __init__(self) -> None:
        self._model: str | None = None

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not _is_line_of_log(value):
            return None
        if "spec" in value:
            functions = dig(value, "spec.completion_fns")
            self._model = text(functions[0]) if isinstance(functions, list) and functions else None
        if value.get("type") != "sampling" or not isinstance(value.get("data"), dict):
            return ()
        return [self._sample(value, value["data"], at)]

    def _sample(self, value: Json, data: Json, at: Location) -> Item:
        name = EvalsLog.name
        metadata = CallMetadata(
            model=text(data.get("model")) or self._model,
            id=f"{text(value.get('run_id')) or ''}:{text(value.get('event_id')) or ''}",
            timestamp=timestamp(value.get("created_at"), naive_utc=True),
            usage=usage_from(data.get("usage"), BODY_USAGE),
        )
        prompt: Any = data.get("prompt")
        sampled = data.get("sampled")
        answers = sampled if isinstance(sampled, list) else [sampled]
        texts = [answer for answer in answers if isinstance(answer, str)]
        if isinstance(prompt, list) and all(isinstance(item, dict) for item in prompt):
            request = {"messages": prompt}
            response = chat_answer({"role": "assistant", "content": answer} for answer in texts)
            return body_record(at, name, kind="chat", request=request, response=response, metadata=metadata)
        asked: Json | None = {"prompt": prompt} if isinstance(prompt, str | list) else None
        answer = text_answer(texts)
        return body_record(at, name, kind="completions", request=asked, response=answer, metadata=metadata)
