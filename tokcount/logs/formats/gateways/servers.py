"""Inference servers: answers and pairs of Ollama, SGLang's request log. Other vendors' models, mostly.

Source: Ollama API reference, sglang (srt/utils/request_logger.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    UsageTable,
    body_record,
    chat_answer,
    decoded_object,
    dig,
    skipped,
    text,
    text_answer,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_OLLAMA_USAGE: UsageTable = {"input": ("prompt_eval_count",), "output": ("eval_count",)}


class OllamaPair(LogFormat):
    """`ollama.pair`: a request with Ollama's own answer."""

    name = "ollama.pair"
    keys = (frozenset({"request", "response"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        response = value["response"]
        if not isinstance(response, dict) or "done" not in response or "choices" in response:
            return None
        request = decoded_object(value.get("request"))
        return [_ollama(request, response, at, self.name)]


class OllamaResponse(LogFormat):
    """`ollama.response`: the last line of an answer; lines of a stream before it have no counts."""

    name = "ollama.response"
    keys = (frozenset({"model", "created_at", "done"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not ("message" in value or "response" in value):
            return None
        if value.get("done") is not True:
            return [skipped(at, "not_llm", "a chunk of a stream; its last line has the counts", self.name)]
        return [_ollama({}, value, at, self.name)]


def _ollama(request: Json, response: Json, at: Location, name: str) -> Item:
    message, written = response.get("message"), response.get("response")
    if isinstance(message, dict):
        kind, answer = "chat", chat_answer([message])
    else:
        kind, answer = "completions", text_answer([written] if isinstance(written, str) else [])
    metadata = CallMetadata(
        model=text(request.get("model")) or text(response.get("model")),
        served_model=text(response.get("model")),
        provider="ollama",
        timestamp=timestamp(response.get("created_at")),
        usage=usage_from(response, _OLLAMA_USAGE),
    )
    if isinstance(request.get("system"), str) and "messages" not in request:
        request = {**request, "prompt": f"{request['system']}\n{request.get('prompt', '')}"}
        metadata.flags.add("reserialised")
    return body_record(
        at,
        name,
        kind="chat" if kind == "chat" else "completions",
        request=request or None,
        response=answer,
        metadata=metadata,
    )


_SGLANG_USAGE: UsageTable = {
    "input": ("prompt_tokens",),
    "output": ("completion_tokens",),
    "cached_input": ("cached_tokens",),
}


class SGLang(LogFormat):
    """`sglang.request`: finished requests; the prompt is rendered with the model's own template."""

    name = "sglang.request"
    keys = (frozenset({"event", "rid", "obj"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        event = text(value.get("event")) or ""
        if not event.startswith("request."):
            return None
        if event != "request.finished":
            return [skipped(at, "not_llm", "a request that has not finished", self.name)]
        prompt, written = dig(value, "obj.text"), dig(value, "out.text")
        metadata = CallMetadata(
            id=text(value.get("rid")),
            timestamp=timestamp(value.get("timestamp")),
            usage=usage_from(dig(value, "out.meta_info"), _SGLANG_USAGE),
            flags={"non_openai"},
        )
        request = {"prompt": prompt if isinstance(prompt, str) else dig(value, "obj.input_ids")}
        response = text_answer([written]) if isinstance(written, str) else None
        return [
            body_record(
                at, self.name, kind="completions", request=request, response=response, metadata=metadata
            )
        ]
