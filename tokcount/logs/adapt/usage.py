"""Usage as bodies and logs write it: tables of the paths of each number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from tokcount.logs.record import Kind, Usage
from tokcount.logs.scalars import dig, is_numeric, money, number

UsageTable = Mapping[str, tuple[str, ...]]
"""Field of `Usage` → its paths, tried in order."""

BODY_USAGE: UsageTable = {
    "input": ("prompt_tokens", "input_tokens"),
    "output": ("completion_tokens", "output_tokens"),
    "total": ("total_tokens",),
    "cached_input": (
        "prompt_tokens_details.cached_tokens",
        "input_tokens_details.cached_tokens",
        "input_token_details.cached_tokens",
    ),
    "cache_write": (
        "prompt_tokens_details.cache_write_tokens",
        "input_tokens_details.cache_write_tokens",
        "prompt_tokens_details.cache_creation_tokens",
    ),
    "reasoning": (
        "completion_tokens_details.reasoning_tokens",
        "output_tokens_details.reasoning_tokens",
        "output_token_details.reasoning_tokens",
    ),
    "audio_input": ("prompt_tokens_details.audio_tokens", "input_token_details.audio_tokens"),
    "audio_output": ("completion_tokens_details.audio_tokens", "output_token_details.audio_tokens"),
}
"""`usage` of a chat, completions or responses body (OpenAI API reference)."""


def usage_from(
    value: object, table: UsageTable, source: Literal["response", "log", "csv", "stream"] = "log"
) -> Usage | None:
    """The usage at the paths of `table`; `None` when neither input, output, total nor cost is logged."""
    if not isinstance(value, dict):
        return None
    usage = Usage(source=source)
    for field, paths in table.items():
        convert: Callable[[object], Any] = money if field == "cost_usd" else number
        for path in paths:
            logged = dig(value, path)
            if logged is None:
                continue
            if (found := convert(logged)) is not None:
                setattr(usage, field, found)
                break
            usage.is_doubtful = usage.is_doubtful or is_numeric(logged)
    logged = (usage.input, usage.output, usage.total, usage.cost_usd)
    return usage if usage.is_doubtful or any(found is not None for found in logged) else None


_BODY_NUMBERS = {path: field for field, paths in BODY_USAGE.items() for path in paths if "." not in path}
_BODY_DETAILS: dict[str, dict[str, str]] = {}
for _field, _paths in BODY_USAGE.items():
    for _parent, _dot, _part in (path.partition(".") for path in _paths):
        if _dot:
            _BODY_DETAILS.setdefault(_parent, {})[_part] = _field


def body_usage(value: object) -> Usage | None:
    """As `usage_from` with `BODY_USAGE`, for the usage that bodies hold: it looks only at the keys that are there."""
    if not isinstance(value, dict):
        return None
    usage = Usage()
    for key, logged in value.items():
        if isinstance(logged, dict):
            fields = _BODY_DETAILS.get(key, {})
            for part in fields.keys() & logged.keys():
                _set(usage, fields[part], logged[part])
        elif logged is not None and key in _BODY_NUMBERS:
            _set(usage, _BODY_NUMBERS[key], logged)
    logged = (usage.input, usage.output, usage.total)
    return usage if usage.is_doubtful or any(found is not None for found in logged) else None


def _set(usage: Usage, field: str, logged: object) -> None:
    if getattr(usage, field) is not None:
        return
    found = number(logged)
    if found is None:
        usage.is_doubtful = usage.is_doubtful or is_numeric(logged)
    else:
        setattr(usage, field, found)


def last_measured(known: object, usage: object) -> object:
    """The usage of a stream of which one more came: each number by its last value that is not 0.

    Servers end streams with zeros where they did not measure, or send the input first and the output last.
    """
    if not isinstance(known, dict) or not isinstance(usage, dict):
        return usage if usage or known is None else known
    latest = {name: last_measured(known.get(name), value) for name, value in usage.items()}
    return known | latest


_URL_ENDINGS: tuple[tuple[str, Kind], ...] = (
    ("/chat/completions", "chat"),
    ("/completions", "completions"),
    ("/responses", "responses"),
    ("/embeddings", "embeddings"),
)


def kind_of_url(url: object) -> Kind | None:
    """The endpoint that a URL or path names: `…/chat/completions?api-version=…` is `chat`."""
    if not isinstance(url, str):
        return None
    path = "/" + url.partition("?")[0].rstrip("/").lstrip("/")
    return next((kind for ending, kind in _URL_ENDINGS if path.endswith(ending)), None)


_CALLS: dict[str, Kind] = {
    "completion": "chat",
    "acompletion": "chat",
    "chat": "chat",
    "chat_completion": "chat",
    "generate_content": "chat",
    "text_completion": "completions",
    "atext_completion": "completions",
    "responses": "responses",
    "aresponses": "responses",
    "embedding": "embeddings",
    "aembedding": "embeddings",
    "embeddings": "embeddings",
}


def kind_of_call(name: object) -> Kind | None:
    """The endpoint behind a call type (LiteLLM) or operation name (OpenTelemetry).

    LiteLLM calls chat `completion` and the legacy endpoint `text_completion`; both sources re-wrap a
    legacy prompt as one user message, so the shape of the body would tell the wrong endpoint.
    """
    return _CALLS.get(name.strip().lower()) if isinstance(name, str) else None
