"""lm-evaluation-harness samples (`samples_TASK_DATE.jsonl`), in the layouts of several years.

A document has one line per filter; the call was made once. Loglikelihood tasks score a continuation: the request is
the context with it, and there is no answer. The model is in another file.
Source: lm_eval (loggers/evaluation_tracker.py, evaluator.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    RunInfo,
    Session,
    body_record,
    chat_answer,
    compact,
    decoded,
    has_roles,
    skipped,
    text_answer,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = "lm_eval.samples"


class Samples(GroupedLogFormat):
    """`lm_eval.samples`."""

    name = _NAME
    keys = (frozenset({"doc_id", "arguments", "resps"}),)

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - the filters of a document are in one file
        return _Samples()


class _Samples(Session):
    """The documents seen so far, and the filter of each first line."""

    def __init__(self) -> None:
        self._seen: dict[str, object] = {}

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        calls = _calls(decoded(value.get("arguments")))
        key = f"{value.get('doc_id')} {hash(compact(value.get('arguments')))}"
        if value.get("filter") != self._seen.setdefault(key, value.get("filter")):
            return [skipped(at, "duplicate", "the same call under another filter", _NAME)]
        answers = decoded(value.get("resps"))
        answered = answers if isinstance(answers, list) else []
        return [
            _item(call, answered[index] if index < len(answered) else None, at, index)
            for index, call in enumerate(calls)
        ]


def _calls(arguments: Any) -> list[tuple[Any, Any]]:
    """Prompt and second argument of each call: `{gen_args_0: {arg_0, arg_1}}` or `[[prompt, options]]`."""
    if isinstance(arguments, dict):
        return [
            (call.get("arg_0"), call.get("arg_1")) for call in arguments.values() if isinstance(call, dict)
        ]
    rows = arguments if isinstance(arguments, list) else []
    return [(row[0], row[1] if len(row) > 1 else None) for row in rows if isinstance(row, list) and row]


def _item(call: tuple[Any, Any], answered: Any, at: Location, index: int) -> Item:
    prompt, second = call
    messages = decoded(prompt[0] if isinstance(prompt, list) and len(prompt) == 1 else prompt)
    texts = [part for part in answered if isinstance(part, str)] if isinstance(answered, list) else []
    if has_roles(messages) and messages:
        response = chat_answer({"role": "assistant", "content": part} for part in texts) if texts else None
        request: Json = {"messages": messages}
    else:
        continued = second if isinstance(second, str) else ""
        request = {"prompt": prompt + continued if isinstance(prompt, str) else compact(prompt) + continued}
        response = text_answer(texts) if texts else None
    return body_record(at, _NAME, request=request, response=response, metadata=CallMetadata(), index=index)
