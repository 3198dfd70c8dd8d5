"""LangSmith runs, JSON or bulk export. Only runs of type `llm` are calls: chains repeat their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    CallMetadata,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    UsageTable,
    body_record,
    chat_answer,
    chat_message,
    chat_messages,
    decoded,
    decoded_object,
    dig,
    first,
    label,
    metadata_from,
    skipped,
    tags_from,
    text,
    text_answer,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


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

_NOT_PARAMETERS = frozenset({"model_name", "_type", "stream", "azure_deployment", "api_version"})


class Runs(LogFormat):
    """`langsmith.runs`."""

    name = "langsmith.runs"
    keys = (frozenset({"run_type", "inputs"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not isinstance(value.get("run_type"), str):
            return None
        run_type = value["run_type"]
        if run_type != "llm":
            return [
                skipped(at, "not_llm", f"a run of another type ({label(run_type, 'unnamed')})", self.name)
            ]
        row = {**value, **{name: decoded(value.get(name)) for name in ("inputs", "outputs", "extra")}}
        if (value.get("error") or value.get("status") == "error") and not row["outputs"]:
            return [skipped(at, "error", "a failed call", self.name)]
        metadata = metadata_from(row, _METADATA, naive_utc=True)
        metadata.usage = usage_from(row, _USAGE)
        metadata.tags = tags_from(value.get("tags"))
        kind, request = _request(row, metadata)
        response = _response(row["outputs"], kind, metadata.flags)
        return [body_record(at, self.name, kind=kind, request=request, response=response, metadata=metadata)]


def _request(row: Json, metadata: CallMetadata) -> tuple[Kind, Json | None]:
    inputs = row["inputs"]
    invocation = decoded_object(dig(row, "extra.invocation_params"))
    parameters = {name: item for name, item in invocation.items() if name not in _NOT_PARAMETERS}
    if not isinstance(inputs, dict):
        inputs = {"messages": inputs} if isinstance(inputs, list) else {}
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
    if isinstance(outputs.get("choices"), list) or isinstance(outputs.get("output"), list):
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
    return [item for item in rows if isinstance(item, dict)] if isinstance(rows, list) else []


def _answer(generation: Json, flags: set[str]) -> Json:
    message = generation.get("message")
    if isinstance(message, dict):
        return chat_message(message, flags)
    return {"role": "assistant", "content": text(generation.get("text")) and generation["text"]}
