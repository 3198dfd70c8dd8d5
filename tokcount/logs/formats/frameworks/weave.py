"""Weave calls (Weights & Biases): operations with inputs and output; only those that call a model are records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    answer_of,
    body_of,
    body_record,
    decoded,
    decoded_object,
    dig,
    metadata_from,
    request_kind,
    skipped,
    text,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


_METADATA = {
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
    ("generate_content", "chat"),
    ("converse", "chat"),
    ("chatcompletion", "chat"),
    ("acompletion", "chat"),
    ("litellm.completion", "chat"),
)
"""Parts of the names of operations that call a model, most particular first."""


class Calls(LogFormat):
    """`weave.calls`."""

    name = "weave.calls"
    keys = (
        frozenset({"op_name", "inputs", "trace_id"}),
        frozenset({"op_name", "inputs", "project_id"}),
        frozenset({"op_name", "inputs.messages"}),
        frozenset({"op_name", "inputs.prompt"}),
        frozenset({"op_name", "inputs.input"}),
    )

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if "inputs" not in value:
            value = _nested(value)
        operation = (text(value.get("op_name")) or "").rpartition("/op/")[2].lower()
        kind = next((kind for part, kind in _OPERATIONS if part in operation), None)
        inputs = {name: item for name, item in decoded_object(value.get("inputs")).items() if name != "self"}
        if kind is None or request_kind(inputs) is None:
            return [skipped(at, "not_llm", "an operation that does not call a model", self.name)]
        response = answer_of(body_of(value.get("output")), kind)
        if value.get("exception") and response is None:
            return [skipped(at, "error", "a failed call", self.name)]
        metadata = metadata_from({**value, "inputs": inputs}, _METADATA)
        used = dig(value, "summary.usage")
        first_model = next(iter(used.values()), None) if isinstance(used, dict) else None
        metadata.usage = usage_from(first_model, BODY_USAGE)
        return [body_record(at, self.name, kind=kind, request=inputs, response=response, metadata=metadata)]


def _nested(row: Json) -> Json:
    """The call behind a row of the CSV export, whose columns are paths: `inputs.messages`, `summary.usage.NAME.…`."""
    call: Json = {name: item for name, item in row.items() if "." not in name}
    models: Json = {}
    for path, cell in row.items():
        parent, _, name = path.partition(".")
        if parent == "summary" and name.startswith("usage."):
            model, _, number = name.removeprefix("usage.").rpartition(".")
            models.setdefault(model, {})[number] = cell
        elif name and cell not in (None, ""):
            call.setdefault(parent, {})
            if isinstance(call[parent], dict):
                call[parent][name] = decoded(cell)
    return {**call, "summary": {"usage": models}}
