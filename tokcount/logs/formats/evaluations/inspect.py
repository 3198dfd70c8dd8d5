"""Inspect (inspect_ai) logs: `.eval` archives, member by member, and the older `.json`.

The calls are a sample's events of type `model`. They refer to texts kept once per sample: `attachment://HASH` (`tc://`
in old logs) is a text of `attachments`, `input_refs` and `call_refs` are ranges of `message_pool` and `call_pool`.
Source: inspect_ai (log/_log.py, log/_pool.py, log/_condense.py, event/_model.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    body_record,
    chat_answer,
    decoded_object,
    dig,
    request_kind,
    skipped,
    text,
    timestamp,
    tool_call,
    tools_of,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = "inspect.eval"
_PREFIXES = ("attachment://", "tc://")
_OWN_BODIES = frozenset({"openai", "azureai", "openai-api"})
"""Providers whose `call` holds the bodies of the OpenAI API."""
_DEEPEST = 40
"""Nesting of a call in which references are looked for."""

_USAGE = {
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "total": ("total_tokens",),
    "cached_input": ("input_tokens_cache_read",),
    "cache_write": ("input_tokens_cache_write",),
    "reasoning": ("reasoning_tokens",),
}


class Eval(LogFormat):
    """`inspect.eval`: a whole log in JSON, or the header of an archive."""

    name = _NAME
    keys = (frozenset({"version", "eval", "plan"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not isinstance(value.get("eval"), dict) or "task" not in value["eval"]:
            return None
        samples = value.get("samples")
        if not isinstance(samples, list):
            return [skipped(at, "not_llm", "the header of an evaluation", _NAME)]
        model = text(value["eval"].get("model"))
        items: list[Item] = []
        for sample in samples:
            if isinstance(sample, dict):
                items += _sample(sample, at, model, len(items))
        return items


class Sample(LogFormat):
    """`inspect.eval`: a sample of an archive; its summaries and reductions hold no calls."""

    name = _NAME
    keys = (frozenset({"id", "epoch", "input", "target"}), frozenset({"scorer", "samples"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if "events" in value or "messages" in value:
            return _sample(value, at, None, 0)
        return [skipped(at, "not_llm", "a summary of a sample", _NAME)]


def _sample(sample: Json, at: Location, model: str | None, start: int) -> list[Item]:
    texts = {
        key: item for key, item in decoded_object(sample.get("attachments")).items() if isinstance(item, str)
    }
    events = sample.get("events")
    calls = [event for event in events if _is_call(event)] if isinstance(events, list) else []
    if calls:
        return [_call(event, sample, texts, at, start + number) for number, event in enumerate(calls)]
    return [_without_events(sample, texts, at, model, start)]


def _is_call(event: object) -> bool:
    return isinstance(event, dict) and event.get("event") == "model" and not event.get("pending")


def _call(event: Json, sample: Json, texts: dict[str, str], at: Location, index: int) -> Item:
    output = decoded_object(event.get("output"))
    if (event.get("error") or output.get("error")) and not output.get("choices"):
        return skipped(at, "error", "a failed call", _NAME)
    named = text(event.get("model")) or ""
    provider, _, model = named.rpartition("/")
    metadata = CallMetadata(
        model=model or None,
        provider=provider or None,
        served_model=text(output.get("model")),
        id=text(event.get("uuid")),
        timestamp=timestamp(event.get("timestamp")),
        thread=text(sample.get("uuid")),
        usage=usage_from(output.get("usage"), _USAGE),
    )
    if event.get("cache") == "read":
        metadata.flags.add("cached_reply")
    request, response = _raw_bodies(event, sample, provider.partition("/")[0])
    if request is None:
        request = _request(event, _input(event, sample), metadata.flags)
    if response is None:
        response = _response(output, metadata.flags)
    request, response = _resolved(request, texts), _resolved(response, texts)
    return body_record(at, _NAME, request=request, response=response, metadata=metadata, index=index)


def _raw_bodies(event: Json, sample: Json, provider: str) -> tuple[Json | None, Json | None]:
    """The bodies as they were sent, where the provider speaks the OpenAI API."""
    call = event.get("call")
    if provider not in _OWN_BODIES or not isinstance(call, dict) or not isinstance(call.get("request"), dict):
        return None, None
    request = {name: item for name, item in call["request"].items() if item is not None}
    if isinstance(call.get("call_refs"), list):
        request[text(call.get("call_key")) or "messages"] = _ranges(
            call["call_refs"], sample.get("call_pool")
        )
    response = call.get("response")
    if request_kind(request) is None:
        return None, None
    return request, response if isinstance(response, dict) and response.get("object") else None


def _input(event: Json, sample: Json) -> list[Any]:
    listed = event.get("input")
    if not listed and isinstance(event.get("input_refs"), list):
        return _ranges(event["input_refs"], sample.get("message_pool"))
    return listed if isinstance(listed, list) else []


def _ranges(references: list[Any], pool: object) -> list[Any]:
    """The members of a pool in `[[start, end], …]`."""
    found: list[Any] = []
    for reference in references if isinstance(pool, list) else ():
        if isinstance(reference, list) and len(reference) == 2 and all(isinstance(n, int) for n in reference):
            found += pool[max(reference[0], 0) : max(reference[1], 0)]  # type: ignore[index]  # a list, as above
    return found


def _request(event: Json, messages: list[Any], flags: set[str]) -> Json | None:
    if not messages:
        return None
    tools = tools_of(event.get("tools"))
    config = {name: item for name, item in decoded_object(event.get("config")).items() if item is not None}
    sent = [_message(message, flags) for message in messages if isinstance(message, dict)]
    return {**config, "messages": sent, **({"tools": tools} if tools else {})}


_NOT_SENT = frozenset({"id", "source", "model", "function", "error", "metadata"})
"""Fields of a message that Inspect adds for itself."""


def _message(message: Json, flags: set[str]) -> Json:
    built = {name: item for name, item in message.items() if name not in _NOT_SENT}
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        built["tool_calls"] = [
            tool_call(call.get("id"), call.get("function"), call.get("arguments"), flags)
            for call in calls
            if isinstance(call, dict)
        ]
    return built


def _response(output: Json, flags: set[str]) -> Json | None:
    choices = output.get("choices")
    messages = [dig(choice, "message") for choice in choices] if isinstance(choices, list) else []
    answers = [_message(message, flags) for message in messages if isinstance(message, dict)]
    return chat_answer(answers) if answers else None


def _without_events(sample: Json, texts: dict[str, str], at: Location, model: str | None, index: int) -> Item:
    """A log without events: the messages of the sample, and its output as the last answer."""
    output = decoded_object(sample.get("output"))
    listed = sample.get("messages")
    flags: set[str] = set()
    messages = [_message(m, flags) for m in listed if isinstance(m, dict)] if isinstance(listed, list) else []
    response = _response(output, flags)
    if response is not None and messages and messages[-1].get("role") == "assistant":
        messages.pop()
    provider, _, name = (model or "").rpartition("/")
    metadata = CallMetadata(
        model=name or text(output.get("model")),
        provider=provider or None,
        served_model=text(output.get("model")),
        thread=text(sample.get("uuid")),
        usage=usage_from(output.get("usage"), _USAGE),
        flags=flags,
        conversation=response is None,
    )
    request = _resolved({"messages": messages} if messages else None, texts)
    return body_record(
        at,
        _NAME,
        kind="chat",
        request=request,
        response=_resolved(response, texts),
        metadata=metadata,
        index=index,
    )


def _resolved(body: Any, texts: dict[str, str]) -> Any:
    """The body with every reference to a text of the sample replaced by that text."""
    return _replaced(body, texts, 0) if texts else body


def _replaced(value: Any, texts: dict[str, str], depth: int) -> Any:
    if isinstance(value, str):
        key = next((value[len(prefix) :] for prefix in _PREFIXES if value.startswith(prefix)), None)
        return value if key is None else texts.get(key, value)
    if depth > _DEEPEST:
        return value
    if isinstance(value, list):
        return [_replaced(item, texts, depth + 1) for item in value]
    if isinstance(value, dict):
        return {name: _replaced(item, texts, depth + 1) for name, item in value.items()}
    return value
