"""n8n executions: the runs of nodes that are language models. Source: n8n (packages/@n8n/nodes-langchain)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    call_record,
    decoded,
    dig,
    skipped,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OUTPUT = "ai_languageModel"
_USAGE = {
    "input": ("tokenUsage.promptTokens",),
    "output": ("tokenUsage.completionTokens",),
    "total": ("tokenUsage.totalTokens",),
}
_ROLES = {"System": "system", "Human": "user", "AI": "assistant", "Tool": "tool"}


class Executions(LogFormat):
    """`n8n.execution`."""

    name = "n8n.execution"
    keys = (frozenset({"data", "finished", "mode"}), frozenset({"resultData"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        nodes = dig(decoded(value.get("data")), "resultData.runData") or dig(value, "resultData.runData")
        if not isinstance(nodes, dict):
            return None
        items = list(self._items(nodes, at))
        return items or [skipped(at, "not_llm", "an execution that calls no model", self.name)]

    def _items(self, nodes: Json, at: Location) -> Iterator[Item]:
        index = 0
        for runs in nodes.values():
            for run in runs if isinstance(runs, list) else ():
                answers = _entries(dig(run, f"data.{_OUTPUT}"))
                asked = _entries(dig(run, f"inputOverride.{_OUTPUT}"))
                for number, answer in enumerate(answers):
                    sent = asked[number] if number < len(asked) else {}
                    yield self._call(sent, answer, run, at, index)
                    index += 1

    def _call(self, sent: Json, answer: Json, run: Any, at: Location, index: int) -> Item:
        metadata = CallMetadata(
            model=text(dig(sent, "options.model")) or text(dig(sent, "options.model_name")),
            timestamp=timestamp(dig(run, "startTime")),
            usage=usage_from(answer, _USAGE),
            flags={"reserialised"},
        )
        request = {"messages": _messages(sent.get("messages"))} if sent.get("messages") else None
        return call_record(at, self.name, request, answer.get("response"), metadata=metadata, index=index)


def _entries(logged: Any) -> list[Json]:
    """`[[{json: {…}}]]` → the inner objects."""
    rows = (
        [item for row in logged if isinstance(row, list) for item in row] if isinstance(logged, list) else []
    )
    return [found for item in rows if isinstance(found := dig(item, "json"), dict)]


def _messages(listed: Any) -> list[Json]:
    """n8n renders the messages of a call as one text, each behind the name of its role."""
    texts = [part for part in listed if isinstance(part, str)] if isinstance(listed, list) else []
    messages: list[Json] = []
    for line in "\n".join(texts).split("\n"):
        role, colon, rest = line.partition(": ")
        if colon and role in _ROLES:
            messages.append({"role": _ROLES[role], "content": rest})
        elif messages:
            messages[-1]["content"] += "\n" + line
        else:
            messages.append({"role": "user", "content": line})
    return messages
