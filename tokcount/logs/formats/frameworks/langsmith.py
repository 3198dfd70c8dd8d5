"""LangSmith runs: JSON, bulk export, and the batches that its clients send.

Only runs of type `llm` are calls: chains repeat their tokens. Source: LangSmith API reference (runs, runs/batch).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    RunInfo,
    Session,
    UsageTable,
    body_record,
    chat_answer,
    chat_message,
    chat_messages,
    decoded,
    decoded_list,
    decoded_object,
    dig,
    first,
    is_known_answer,
    label,
    metadata_from,
    objects,
    request_kind,
    skipped,
    tags_from,
    text,
    text_answer,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_METADATA = {
    "model": (
        "extra.invocation_params.model",
        "extra.invocation_params.model_name",
        "extra.invocation_params.azure_deployment",
        "extra.metadata.ls_model_name",
    ),
    "served_model": ("outputs.llm_output.model_name", "outputs.model"),
    "provider": ("extra.metadata.ls_provider",),
    "id": ("id",),
    "timestamp": ("start_time",),
    "thread": ("trace_id",),
}

_PATHS = ("", "outputs.llm_output.token_usage.", "outputs.usage_metadata.", "extra.metadata.usage_metadata.")
_USAGE: UsageTable = {
    "input": tuple(f"{path}{name}" for path in _PATHS for name in ("prompt_tokens", "input_tokens")),
    "output": tuple(f"{path}{name}" for path in _PATHS for name in ("completion_tokens", "output_tokens")),
    "total": tuple(f"{path}total_tokens" for path in _PATHS),
    "cached_input": (
        "prompt_token_details.cache_read",
        "outputs.usage_metadata.input_token_details.cache_read",
    ),
    "reasoning": (
        "completion_token_details.reasoning",
        "outputs.usage_metadata.output_token_details.reasoning",
    ),
    "cost_usd": ("total_cost",),
}

_MOST_OPEN = 10_000
"""Runs that wait for their end; beyond it the one that began first is read as it is."""

_NOT_PARAMETERS = frozenset({"model_name", "_type", "stream", "azure_deployment", "api_version"})


class Runs(LogFormat):
    """`langsmith.runs`."""

    name = "langsmith.runs"
    keys = (frozenset({"run_type", "inputs"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return [_item(value, at)] if isinstance(value.get("run_type"), str) else None


class Batches(GroupedLogFormat):
    """`langsmith.batch`: runs as they begin (`post`) and end (`patch`), in one batch or in several."""

    name = "langsmith.batch"
    emits = (Runs.name,)
    keys = (frozenset({"post"}), frozenset({"patch"}))
    accepts = JSON_ONLY

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a run is in one file
        return _BatchSession()


class _BatchSession(Session):
    """The runs that have begun and not ended yet."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Json, Location]] = {}

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        posts, patches = decoded_list(value.get("post")), decoded_list(value.get("patch"))
        are_runs = all(
            isinstance(run, dict) and "trace_id" in run and _key(run) for run in (*posts, *patches)
        )
        if not (posts or patches) or not are_runs or any("run_type" not in run for run in posts):
            return None
        return self._items(posts, patches, at)

    def _items(self, posts: list[Json], patches: list[Json], at: Location) -> Iterator[Item]:
        for run in posts:
            self._open[_key(run)] = (run, at)
        for run in patches:
            begun, place = self._open.pop(_key(run), ({}, at))
            if not begun and "run_type" not in run:
                yield skipped(at, "empty", "the end of a run that begins elsewhere", Runs.name)
            else:
                yield _item(_joined(begun, run), place)
        while len(self._open) > _MOST_OPEN:
            yield _item(*self._open.pop(next(iter(self._open))))

    def finish(self) -> Iterator[Item]:
        """The runs whose end never came."""
        for run, place in self._open.values():
            yield _item(run, place)


def _key(run: Json) -> str:
    """What a run has in common with its end: its place in the trace, which ends with its id."""
    return text(run.get("dotted_order")) or text(run.get("id")) or ""


def _joined(begun: Json, ended: Json) -> Json:
    """A run with what is known at its end; the metadata of both is kept."""
    run = {**begun, **{name: item for name, item in ended.items() if item not in (None, {}, [])}}
    first_known, last_known = decoded_object(begun.get("extra")), decoded_object(run.get("extra"))
    known = {**decoded_object(first_known.get("metadata")), **decoded_object(last_known.get("metadata"))}
    return {**run, "extra": {**first_known, **last_known, "metadata": known}}


def _item(value: Json, at: Location) -> Item:
    """The call of a run, or why it is none."""
    name, run_type = Runs.name, text(value.get("run_type"))
    if run_type != "llm":
        return skipped(at, "not_llm", f"a run of another type ({label(run_type, 'unnamed')})", name)
    row = {**value, **{field: decoded(value.get(field)) for field in ("inputs", "outputs", "extra")}}
    if (value.get("error") or value.get("status") == "error") and not row["outputs"]:
        return skipped(at, "error", "a failed call", name)
    metadata = metadata_from(row, _METADATA, naive_utc=True)
    metadata.usage = usage_from(row, _USAGE)
    metadata.tags = tags_from(value.get("tags"))
    kind, request = _request(row, metadata)
    response = _response(row["outputs"], kind, metadata.flags)
    return body_record(at, name, kind=kind, request=request, response=response, metadata=metadata)


def _request(row: Json, metadata: CallMetadata) -> tuple[Kind, Json | None]:
    inputs = row["inputs"]
    invocation = decoded_object(dig(row, "extra.invocation_params"))
    parameters = {name: item for name, item in invocation.items() if name not in _NOT_PARAMETERS}
    if not isinstance(inputs, dict):
        inputs = {"messages": inputs} if isinstance(inputs, list) else {}
    if "contents" in inputs and request_kind(inputs) == "chat":
        return "chat", {**parameters, **inputs}
    messages = first(inputs, ("messages", "message"))
    if isinstance(messages, list | dict):
        own = {name: item for name, item in inputs.items() if name not in ("messages", "message")}
        return "chat", {**parameters, **own, "messages": chat_messages(messages, metadata.flags)}
    prompts = first(inputs, ("prompts", "prompt"))
    if prompts is None and "input" in inputs and ("model" in inputs or isinstance(inputs["input"], list)):
        return "responses", {**parameters, **inputs}
    prompts = prompts if prompts is not None else first(inputs, ("input", "text"))
    if prompts is None:
        return "chat", None
    if isinstance(prompts, list) and len(prompts) == 1:
        prompts = prompts[0]
    if dig(row, "extra.metadata.ls_model_type") == "chat" and isinstance(prompts, str):
        return "chat", {**parameters, "messages": [{"role": "user", "content": prompts}]}
    return "completions", {**parameters, "prompt": prompts}


def _response(outputs: Any, kind: Kind, flags: set[str]) -> Json | None:
    if not isinstance(outputs, dict):
        return None
    if isinstance(outputs.get("output"), list) or is_known_answer(outputs):
        return outputs
    generations = _generations(outputs.get("generations"))
    if kind == "completions":
        texts = [str(found) for item in generations if isinstance(found := item.get("text"), str)]
        return text_answer(texts) if texts else None
    messages = [_answer(item, flags) for item in generations]
    if not messages:
        found = first(outputs, ("messages", "message", "output"))
        messages = chat_messages(found, flags) if found is not None else []
    if not messages and ("content" in outputs or "role" in outputs):
        messages = [{"role": "assistant", **chat_message(outputs, flags)}]
    return chat_answer(messages) if messages else None


def _generations(value: object) -> list[Json]:
    """`[[{text, message}]]`: the answers to the first prompt."""
    rows = value[0] if isinstance(value, list) and value and isinstance(value[0], list) else value
    return objects(rows)


def _answer(generation: Json, flags: set[str]) -> Json:
    message = generation.get("message")
    if isinstance(message, dict):
        return chat_message(message, flags)
    return {"role": "assistant", "content": text(generation.get("text")) and generation["text"]}
