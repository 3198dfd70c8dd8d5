"""What the API stores and lists: Assistants runs and steps, items of conversations, output items of evaluations.

A page is unwrapped by the reader; these are its elements. Source: OpenAI API reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    LogFormat,
    RunInfo,
    Session,
    body_record,
    call_record,
    decoded_object,
    metadata_from,
    skipped,
    text,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN = {
    "model": ("model",),
    "id": ("id",),
    "timestamp": ("created_at",),
    "thread": ("thread_id",),
}


class AssistantsRuns(LogFormat):
    """`openai.assistants.run`: a run with its usage; the messages are in the thread, only instructions are here."""

    name = "openai.assistants.run"
    keys = (frozenset({"object", "thread_id", "assistant_id", "instructions"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.get("object") != "thread.run":
            return None
        metadata = metadata_from(value, _RUN)
        metadata.usage = usage_from(value.get("usage"), BODY_USAGE)
        if metadata.usage is None:
            return [skipped(at, "empty", "a run without usage", self.name)]
        return [body_record(at, self.name, metadata=metadata)]


class AssistantsSteps(LogFormat):
    """`openai.assistants.run_step`: a step of a run; the usage of its run is the sum of its steps."""

    name = "openai.assistants.run_step"
    keys = (frozenset({"object", "run_id", "step_details"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.get("object") != "thread.run.step":
            return None
        metadata = metadata_from(value, _RUN)
        metadata.usage = usage_from(value.get("usage"), BODY_USAGE)
        if metadata.usage is None:
            return [skipped(at, "empty", "a step without usage", self.name)]
        return [body_record(at, self.name, metadata=metadata)]


_ITEMS = frozenset(
    {
        "message",
        "function_call",
        "function_call_output",
        "reasoning",
        "custom_tool_call",
        "custom_tool_call_output",
    }
)


class ConversationItems(GroupedLogFormat):
    """`openai.conversation.items`: the items of a conversation or of a response's input, as the API lists them."""

    name = "openai.conversation.items"
    keys = (
        frozenset({"type", "id", "status", "role", "content"}),
        frozenset({"type", "id", "call_id", "name", "arguments"}),
        frozenset({"type", "id", "call_id", "output"}),
    )

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a page is in one file
        return _ItemsSession()


class _ItemsSession(Session):
    """The items so far."""

    def __init__(self) -> None:
        self._items: list[Json] = []
        self._at: Location | None = None

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if text(value.get("type")) not in _ITEMS:
            return None
        self._at = self._at or at
        self._items.append(value)
        return []

    def finish(self) -> Iterable[Item]:
        """The conversation, when the file ends."""
        if self._at is None:
            return []
        metadata = CallMetadata(conversation=True)
        request = {"input": self._items}
        name = ConversationItems.name
        return [body_record(self._at, name, kind="responses", request=request, metadata=metadata)]


_NOT_PARAMETERS = frozenset({"input", "output", "usage", "error", "finish_reason", "model"})


class EvalOutputItems(LogFormat):
    """`openai.eval.output_item`: a row of an evaluation run, with the call that was sampled."""

    name = "openai.eval.output_item"
    keys = (frozenset({"object", "run_id", "eval_id", "sample"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        sample = decoded_object(value.get("sample"))
        if sample.get("error") and not sample.get("output"):
            return [skipped(at, "error", "a failed call", self.name)]
        metadata = metadata_from(value, {"id": ("id",), "timestamp": ("created_at",), "thread": ("run_id",)})
        metadata.served_model = text(sample.get("model"))
        metadata.usage = usage_from(sample.get("usage"), BODY_USAGE)
        parameters = {name: item for name, item in sample.items() if name not in _NOT_PARAMETERS}
        asked, answered = sample.get("input"), sample.get("output")
        return [call_record(at, self.name, asked, answered, metadata=metadata, parameters=parameters)]
