"""openai/evals logs: a ``spec`` line, events, a ``final_report``. The ``sampling`` events are the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.bodies import CallMetadata, body_record, chat_answer, text_answer
from tokcount.logs.adapt.usage import BODY_USAGE, usage_from
from tokcount.logs.scalars import dig, text, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.format import Item, Location
    from tokcount.logs.scalars import Json


class EvalsLog:
    """``openai.evals``: the model is in the spec line, so it is remembered for the events that follow."""

    name = "openai.evals"
    keys = (
        frozenset({"run_id", "event_id", "type", "data"}),
        frozenset({"spec"}),
        frozenset({"final_report"}),
    )
    grouped = True

    def matches(self, value: Json) -> bool:
        if "event_id" in value:
            return isinstance(value.get("data"), dict)
        return "final_report" in value or isinstance(dig(value, "spec.eval_name"), str)

    def read(self, value: Json, place: Location, group: Json) -> Iterable[Item]:
        if "spec" in value:
            functions = dig(value, "spec.completion_fns")
            group["model"] = text(functions[0]) if isinstance(functions, list) and functions else None
        if value.get("type") != "sampling" or not isinstance(value.get("data"), dict):
            return ()
        return (self._sample(value, value["data"], place, group.get("model")),)

    def finish(self, group: Json) -> Iterable[Item]:
        group.clear()
        return ()

    def _sample(self, value: Json, data: Json, place: Location, model: str | None) -> Item:
        facts = CallMetadata(
            model=text(data.get("model")) or model,
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
            return body_record(place, self.name, kind="chat", request=request, response=response, facts=facts)
        asked: Json | None = {"prompt": prompt} if isinstance(prompt, str | list) else None
        answer = text_answer(texts)
        return body_record(place, self.name, kind="completions", request=asked, response=answer, facts=facts)


FORMATS = (EvalsLog(),)
