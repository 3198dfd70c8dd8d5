"""What a log says about a call in addition to its bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from tokcount.logs.adapt.usage import body_usage, names_are_apart, whole
from tokcount.logs.adapt.vendors import deployment_of, host_of, logged_tier, model_of, region_of
from tokcount.logs.record import Usage
from tokcount.logs.scalars import Json, decoded, first, is_numeric, money, number, text, timestamp


class CallMetadata(msgspec.Struct, kw_only=True):
    """What a log says about a call in addition to its bodies; the names are those of `Record`."""

    model: str | None = None
    served_model: str | None = None
    provider: str | None = None
    id: str | None = None
    timestamp: float | None = None
    usage: Usage | None = None
    tier: str | None = None
    region: str | None = None
    host: str | None = None
    deployment: str | None = None
    user: str | None = None
    thread: str | None = None
    tags: tuple[str, ...] = ()
    flags: set[str] = msgspec.field(default_factory=set)
    conversation: bool = False
    read_from: dict[str, str] | None = None
    """Meaning → the conventional name that it was read from."""


MetadataTable = Mapping[str, tuple[str, ...]]
"""Text field of `CallMetadata`, or `timestamp` → its paths, tried in order."""


def metadata_from(value: object, table: MetadataTable, *, naive_utc: bool = False) -> CallMetadata:
    """The metadata of `value` at the paths of `table`."""
    metadata = CallMetadata()
    for field, paths in table.items():
        found = first(value, paths)
        if found is None:
            continue
        if field == "timestamp":
            metadata.timestamp = timestamp(found, naive_utc=naive_utc)
        elif field == "tier":
            metadata.tier = logged_tier(found)
        elif field == "region":
            metadata.region = region_of(found)
        else:
            setattr(metadata, field, text(found))
    return metadata


def tags_from(value: object) -> tuple[str, ...]:
    """Labels: a list of strings as it is, an object as `key:value`; nested values are ignored."""
    found = decoded(value)
    if isinstance(found, list):
        return tuple([tag for tag in found if isinstance(tag, str) and tag])
    if isinstance(found, dict):
        return tuple([f"{key}:{word}" for key, item in found.items() if (word := text(item))])
    return (found,) if isinstance(found, str) and found else ()


URL_KEYS = ("url", "path", "endpoint")
HOST_KEYS = ("api_base", "base_url", "host", "hostname", "server_address")

NAMES: Mapping[str, tuple[str, ...]] = {
    "model": (
        *("model", "model_name", "model_id", "engine", "deployment", "deployment_name", "llm_model"),
        "model_slug",
    ),
    "served_model": ("served_model", "response_model", "actual_model"),
    "timestamp": (
        *("timestamp", "ts", "time", "created_at", "created", "datetime", "date", "start_time"),
        *("started_at", "request_time", "event_time", "logged_at", "inserted_at", "utc_time", "day"),
    ),
    "id": ("id", "request_id", "call_id", "uuid", "completion_id", "response_id", "generation_id"),
    "user": (
        *("user", "user_id", "username", "user_name", "user_email", "end_user", "customer_id"),
        "api_key_alias",
    ),
    "thread": ("session_id", "conversation_id", "thread_id", "chat_id", "trace_id"),
    "tags": ("tags", "tag", "labels", "feature", "app", "application", "project", "environment", "team"),
    "tier": ("service_tier", "tier"),
    "usage": ("usage", "token_usage", "tokens_usage", "usage_info", "tokens", "token_counts"),
    "input": (
        *("prompt_tokens", "input_tokens", "tokens_prompt", "tokens_in", "tokens_input"),
        *("prompt_token_count", "input_token_count", "num_prompt_tokens", "num_input_tokens"),
        *("n_prompt_tokens", "n_input_tokens", "in_tokens", "request_tokens", "context_tokens"),
        *("query_tokens", "tokens_sent", "prompt_token", "input_token", "usage_prompt_tokens"),
        *("usage_input_tokens", "llm_prompt_tokens", "total_prompt_tokens", "total_input_tokens"),
        "prompt_length_tokens",
    ),
    "output": (
        *("completion_tokens", "output_tokens", "tokens_completion", "tokens_out", "tokens_output"),
        *("completion_token_count", "output_token_count", "num_completion_tokens", "num_output_tokens"),
        *("n_completion_tokens", "n_output_tokens", "out_tokens", "response_tokens"),
        *("generated_tokens", "generation_tokens", "answer_tokens", "tokens_received"),
        *("tokens_generated", "completion_token", "output_token", "usage_completion_tokens"),
        *("usage_output_tokens", "llm_completion_tokens", "total_completion_tokens"),
        "total_output_tokens",
    ),
    "total": (
        *("total_tokens", "tokens_total", "total_token_count", "token_count", "num_tokens"),
        *("tokens_used", "total_tokens_used", "usage_total_tokens", "llm_total_tokens"),
    ),
    "cached_input": (
        *("cached_tokens", "input_cached_tokens", "cached_input_tokens", "cache_read_tokens"),
        *("cached_prompt_tokens", "prompt_cached_tokens", "cache_hit_tokens"),
        *("prompt_cache_hit_tokens", "cache_read_input_tokens", "tokens_cached", "cache_read"),
        *("prompt_cache_read_tokens", "input_cache_read_tokens", "cached_token_count"),
        *("cached_content_token_count", "tokens_cache_read", "input_cached"),
    ),
    "cache_write": (
        *("cache_write_tokens", "cache_creation_tokens", "cache_write_input_tokens"),
        *("input_cache_write_tokens", "cache_creation_input_tokens", "cache_write"),
        *("prompt_cache_write_tokens", "input_cache_creation_tokens", "cached_write_tokens"),
        *("cache_write_token_count", "prompt_cache_creation_tokens", "tokens_cache_write"),
    ),
    "reasoning": (
        *("reasoning_tokens", "output_reasoning_tokens", "completion_reasoning_tokens"),
        *("thinking_tokens", "thoughts_token_count", "tokens_reasoning", "reasoning_output_tokens"),
        "reasoning_token_count",
    ),
    "audio_input": (
        *("input_audio_tokens", "audio_input_tokens", "prompt_audio_tokens", "audio_prompt_tokens"),
    ),
    "audio_output": ("output_audio_tokens", "audio_output_tokens", "completion_audio_tokens"),
    "cache_write_long": (
        *("cache_write_1h_tokens", "cache_creation_1h_tokens", "ephemeral_1h_input_tokens"),
        *("cache_write_12h_tokens", "input_cache_write_12h_tokens", "cache_write_long_tokens"),
    ),
    "image_input": ("input_image_tokens", "image_input_tokens", "prompt_image_tokens"),
    "image_output": ("output_image_tokens", "image_output_tokens", "completion_image_tokens"),
    "accepted_prediction": ("accepted_prediction_tokens",),
    "rejected_prediction": ("rejected_prediction_tokens",),
    "cost_usd": (
        *("cost_usd", "cost", "total_cost", "total_cost_usd", "cost_in_usd", "spend", "request_cost"),
        *("response_cost", "estimated_cost", "price_usd", "usd"),
    ),
    "requests": (
        *("num_requests", "n_requests", "api_requests", "request_count", "num_model_requests"),
        "requests",
    ),
}
"""Meaning → the names that logs of one's own give it, best first. Case and separators do not matter (`promptTokens`,
`Prompt Tokens`). Used for every container and by the mapping."""

IN_USAGE: Mapping[str, tuple[str, ...]] = {
    "input": ("input", "prompt"),
    "output": ("output", "completion"),
    "total": ("total",),
    "cached_input": ("cached", "cache_read", "cached_input"),
    "cache_write": ("cache_write", "cache_creation"),
    "reasoning": ("reasoning",),
    "cost_usd": (),
}
"""Shorter names inside an object of usage."""

_NUMBERS = frozenset(name for name in NAMES if name in Usage.__struct_fields__)
_COUNTED = _NUMBERS | {"requests"}
_NO_WORD = re.compile(r"[^a-z0-9]")


def plain_name(key: str) -> str:
    """A key without case and separators: `promptTokens` and `Prompt Tokens` are `prompttokens`."""
    return _NO_WORD.sub("", key.lower())


_MEANINGS = {
    plain_name(name): (meaning, rank) for meaning, names in NAMES.items() for rank, name in enumerate(names)
}


class _Around(msgspec.Struct, frozen=True):
    """What the keys of a value mean: meaning and key, the best key of each first; and the first of each."""

    meanings: tuple[tuple[str, str], ...]
    read_from: dict[str, str]


@lru_cache(maxsize=4096)
def _around(keys: tuple[str, ...]) -> _Around:
    found = [(*_MEANINGS[plain], key) for key in keys if (plain := plain_name(key)) in _MEANINGS]
    urls = [("deployment", key) for key in (*URL_KEYS, "request") if key in keys]
    hosts = [("region", key) for key in HOST_KEYS if key in keys]
    meanings = [*((meaning, key) for meaning, _, key in sorted(found, key=lambda each: each[:2])), *urls]
    read_from: dict[str, str] = {}
    for meaning, key in meanings:
        read_from.setdefault(meaning, key)
    return _Around((*meanings, *hosts), read_from)


def has_meaning(value: Json, *meanings: str) -> bool:
    """Does a row have a field of one of these meanings, whatever is in it?"""
    return any(meaning in meanings for meaning, _ in _around(tuple(value)).meanings)


def metadata_around(value: Json) -> CallMetadata:
    """The metadata of a row, by the conventional names of its fields; the row may have the bodies as well."""
    around = _around(tuple(value))
    metadata = CallMetadata(read_from=around.read_from)
    usage, is_full = None, True
    for meaning, key in around.meanings:
        logged = value[key]
        if logged is None or logged == "":
            is_full = False
            continue
        reader = _READERS.get(meaning)
        if reader is not None:
            reader(metadata, logged)
            usage = metadata.usage
        elif meaning in _COUNTED:
            if usage is None:
                usage = metadata.usage = Usage(source="log")
            _set_number(usage, meaning, logged)
        elif getattr(metadata, meaning) is None:
            setattr(metadata, meaning, text(logged))
    if not is_full:
        metadata.read_from = _read_from(around, value)
    if usage is not None:
        metadata.usage = _said(usage, value)
    metadata.model = metadata.model or metadata.deployment
    if metadata.tier is not None:
        metadata.tier = logged_tier(metadata.tier)
    return metadata


def _read_from(around: _Around, value: Json) -> dict[str, str]:
    """Meaning → the first key that holds something."""
    found: dict[str, str] = {}
    for meaning, key in around.meanings:
        if meaning != "region" and value[key] is not None and value[key] != "":
            found.setdefault(meaning, key)
    return found


def _read_time(metadata: CallMetadata, logged: object) -> None:
    if metadata.timestamp is None:
        metadata.timestamp = timestamp(logged, naive_utc=_is_day(logged))


def _read_usage(metadata: CallMetadata, logged: object) -> None:
    metadata.usage = nested_usage(logged) or metadata.usage


def _read_deployment(metadata: CallMetadata, logged: object) -> None:
    if isinstance(logged, str) or (isinstance(logged, dict) and "url" in logged):
        metadata.deployment = metadata.deployment or deployment_of(logged)
        metadata.model = metadata.model or model_of(logged)
        _read_region(metadata, logged)


def _read_region(metadata: CallMetadata, logged: object) -> None:
    metadata.region = metadata.region or region_of(logged)
    metadata.host = metadata.host or host_of(logged)


def _read_tags(metadata: CallMetadata, logged: object) -> None:
    metadata.tags = metadata.tags or tags_from(logged)


_READERS: Mapping[str, Callable[[CallMetadata, object], None]] = {
    "timestamp": _read_time,
    "usage": _read_usage,
    "deployment": _read_deployment,
    "region": _read_region,
    "tags": _read_tags,
}


def _set_number(usage: Usage, meaning: str, logged: object) -> None:
    """Set a number that is not known yet; what could be a number and is none makes the usage doubtful."""
    if meaning != "requests" and getattr(usage, meaning) is not None:
        return
    found: Any = money(logged) if meaning == "cost_usd" else number(logged)
    if found is not None and not (meaning == "requests" and found == 0):
        setattr(usage, meaning, found)
    elif meaning in ("input", "output", "total") and is_numeric(logged):
        usage.is_doubtful = True


def nested_usage(logged: object) -> Usage | None:
    """The usage in an object, under the names of the API, of logs of one's own, or shorter ones."""
    found = decoded(logged)
    if not isinstance(found, dict):
        return None
    usage = body_usage(found) or Usage()
    for key, item in found.items():
        plain = plain_name(key)
        meaning = _SHORT.get(plain) or _MEANINGS.get(plain, ("", 0))[0]
        if meaning in _NUMBERS:
            _set_number(usage, meaning, item)
    return _said(usage, found)


_SHORT = {plain_name(name): meaning for meaning, names in IN_USAGE.items() for name in names}


def _said(usage: Usage | None, value: Json) -> Usage | None:
    """The usage that a row or an object holds, if it has a number of tokens or an amount."""
    if usage is None or usage.is_doubtful:
        return usage
    numbers = (usage.input, usage.output, usage.total, usage.cost_usd)
    if all(found is None for found in numbers):
        return None
    return whole(usage, apart=names_are_apart(value) or None)


def _is_day(logged: object) -> bool:
    """A date without a time is that day in UTC; a time without a zone stays unknown."""
    return isinstance(logged, str) and len(logged.strip()) == 10
