"""The events of `codex exec --json`. Source: codex (exec/src/exec_events.rs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    RunInfo,
    Session,
    body_record,
    dig,
    label,
    skipped,
    text,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODEX_USAGE = {
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "cached_input": ("cached_input_tokens",),
    "reasoning": ("reasoning_output_tokens",),
}


class CodexExec(GroupedLogFormat):
    """`codex.exec`: the events of `codex exec --json`; a turn is one record, whatever calls it needed."""

    name = "codex.exec"
    keys = (frozenset({"type"}),)
    accepts = JSON_ONLY

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a run is one file
        return _CodexSession()


class _CodexSession(Session):
    """The thread, and the answers of the turn so far."""

    def __init__(self) -> None:
        self._thread: str | None = None
        self._answers: list[Json] = []

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        kind = text(value.get("type")) or ""
        if kind == "error" and self._thread is not None:
            return [skipped(at, "error", "an error of the stream; a failed turn follows", CodexExec.name)]
        if not kind.startswith(("thread.", "turn.", "item.")):
            return None
        if kind == "thread.started":
            self._thread = text(value.get("thread_id"))
        elif kind == "item.completed" and isinstance(dig(value, "item.text"), str):
            if dig(value, "item.type") == "agent_message":
                self._answers.append({"role": "assistant", "content": value["item"]["text"]})
        elif kind == "turn.failed":
            self._answers = []
            return [skipped(at, "error", "a failed turn", CodexExec.name)]
        elif kind == "turn.completed":
            return [self._turn(value, at)]
        elif not kind.startswith(("item.", "turn.started")):
            return [
                skipped(at, "not_llm", f"an event of another type ({label(kind, 'unnamed')})", CodexExec.name)
            ]
        return []

    def _turn(self, value: Json, at: Location) -> Item:
        metadata = CallMetadata()
        metadata.thread = self._thread
        metadata.usage = usage_from(value.get("usage"), _CODEX_USAGE)
        metadata.flags.add("hidden_context")
        answers, self._answers = self._answers, []
        response = {"choices": [{"index": 0, "message": answers[-1]}]} if answers else None
        return body_record(at, CodexExec.name, kind="chat", response=response, metadata=metadata)
