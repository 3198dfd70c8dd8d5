"""Usage as bodies and logs write it: tables of the paths of each number."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from tokcount.logs.record import Usage
from tokcount.logs.scalars import dig, is_numeric, money, number

UsageTable = Mapping[str, tuple[str, ...]]
"""Field of `Usage` → its paths, tried in order."""

_INPUT_DETAILS = (
    "prompt_tokens_details",
    "input_tokens_details",
    "input_token_details",
    "prompt_token_details",
)
_OUTPUT_DETAILS = (
    *("completion_tokens_details", "output_tokens_details"),
    *("output_token_details", "completion_token_details"),
)


def _details(objects: tuple[str, ...], *names: str) -> tuple[str, ...]:
    return tuple(f"{each}.{name}" for name in names for each in objects)


BODY_USAGE: UsageTable = {
    "input": (
        *("prompt_tokens", "input_tokens", "promptTokenCount", "inputTokens", "prompt_eval_count"),
        "prompt_token_count",
    ),
    "output": (
        *("completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens", "eval_count"),
        "candidates_token_count",
    ),
    "total": ("total_tokens", "totalTokenCount", "totalTokens", "total_token_count"),
    "cached_input": (
        *_details(_INPUT_DETAILS, "cached_tokens", "cache_read", "cache_read_tokens"),
        *("cache_read_input_tokens", "cached_tokens", "prompt_cache_hit_tokens"),
        *("cachedContentTokenCount", "cacheReadInputTokens", "cached_content_token_count"),
    ),
    "cache_write": (
        *_details(_INPUT_DETAILS, "cache_write_tokens", "cache_creation_tokens", "cache_creation"),
        *("cache_creation_input_tokens", "cache_write_tokens", "cache_write_input_tokens"),
        "cacheWriteInputTokens",
    ),
    "reasoning": (
        *_details(_OUTPUT_DETAILS, "reasoning_tokens", "reasoning", "thinking_tokens"),
        *("reasoning_tokens", "thoughtsTokenCount", "thoughts_token_count"),
    ),
    "audio_input": _details(_INPUT_DETAILS, "audio_tokens", "audio"),
    "audio_output": _details(_OUTPUT_DETAILS, "audio_tokens", "audio"),
    "image_input": _details(_INPUT_DETAILS, "image_tokens"),
    "image_output": _details(_OUTPUT_DETAILS, "image_tokens"),
    "web_searches": (
        "server_tool_use.web_search_requests",
        *_details(_INPUT_DETAILS, "web_search_requests"),
        "web_search_requests",
    ),
    "accepted_prediction": _details(_OUTPUT_DETAILS, "accepted_prediction_tokens"),
    "rejected_prediction": _details(_OUTPUT_DETAILS, "rejected_prediction_tokens"),
}
"""`usage` of a body. Sources: the API references of OpenAI (chat, completions, responses, Realtime), Anthropic, Google
and Bedrock's Converse; LangChain's usage metadata; DeepSeek, LiteLLM and Ollama for names of their own."""

_APART = frozenset(
    {
        *("cache_read_input_tokens", "cache_creation_input_tokens"),
        *("cacheReadInputTokens", "cacheWriteInputTokens", "cache_write_input_tokens"),
    }
)
"""Names of Anthropic's and Bedrock's APIs, next to `input_tokens` that do not include them."""

_LASTING = re.compile(r"(?:ephemeral|ttl|cache_(?:write|creation)(?:_tokens)?)_\d+([mh])(?:_|$)")
"""Tokens written to a cache for some minutes or hours: parts of what was written (`ephemeral_5m_input_tokens` in
Anthropic's API, `ttl_12h_tokens` in OpenAI's Responses API)."""


def usage_from(
    value: object,
    table: UsageTable,
    source: Literal["response", "log", "csv", "stream"] = "log",
    *,
    apart: bool | None = None,
) -> Usage | None:
    """The usage at the paths of `table`; `None` when neither input, output, total nor cost is logged.

    `apart`: the log's own input does not include cached and written tokens; `None`: not known, see `whole`.
    """
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
    if not usage.is_doubtful and all(found is None for found in logged):
        return None
    return whole(usage, apart=apart)


_BODY_NUMBERS = {path: field for field, paths in BODY_USAGE.items() for path in paths if "." not in path}
_NO_FIELDS: dict[str, str] = {}
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
    lasting: dict[str, int] = {}
    for key, logged in value.items():
        if isinstance(logged, dict):
            fields = _BODY_DETAILS.get(key, _NO_FIELDS)
            for part, amount in logged.items():
                if (field := fields.get(part)) is not None:
                    _set(usage, field, amount)
                elif "cache_" in part or "ephemeral" in part:
                    _add_lasting(lasting, part, amount)
        elif logged is not None:
            if (field := _BODY_NUMBERS.get(key)) is not None:
                _set(usage, field, logged)
            elif "cache_" in key:
                _add_lasting(lasting, key, logged)
        if type(logged) is list:
            _add_listed(usage, lasting, key, logged)
    if lasting:
        _set_lasting(usage, lasting)
    if not _OF_GOOGLE.isdisjoint(value):
        _add_googles(usage, value)
    if usage.input is usage.output is usage.total is None and not usage.is_doubtful:
        return None
    if usage.cached_input or usage.cache_write or usage.reasoning:
        whole(usage, apart=names_are_apart(value) or None)
    if "iterations" in value:
        _add_compactions(usage, value["iterations"])
    return usage


def _add_lasting(found: dict[str, int], name: str, amount: object) -> None:
    """Add tokens that were written to a cache for the time that their name has, under its unit: `m` or `h`.

    An object with such a name has one number for each time.
    """
    if isinstance(amount, dict):
        for part, tokens in amount.items():
            if not isinstance(tokens, dict):
                _add_lasting(found, part, tokens)
    elif (match := _LASTING.search(name)) and (tokens := number(amount)):
        found[match[1]] = found.get(match[1], 0) + tokens


_OF_GOOGLE = frozenset({"promptTokenCount", "prompt_token_count"})
_MODALITIES = {
    "prompttokensdetails": {"AUDIO": "audio_input", "IMAGE": "image_input"},
    "candidatestokensdetails": {"AUDIO": "audio_output", "IMAGE": "image_output"},
}
"""Google's lists of tokens by modality → the fields of `Usage`."""


def _add_listed(usage: Usage, lasting: dict[str, int], key: str, logged: list[Any]) -> None:
    """Add tokens that a list has by modality (Google) or by their time in the cache (Bedrock's `cacheDetails`)."""
    fields = _MODALITIES.get(key.replace("_", "").lower(), _NO_FIELDS)
    for item in logged:
        if not isinstance(item, dict):
            continue
        if (field := fields.get(str(item.get("modality")))) is not None:
            _set(usage, field, item.get("tokenCount", item.get("token_count")))
        elif isinstance(ttl := item.get("ttl"), str):
            _add_lasting(lasting, f"ttl_{ttl}_", item.get("inputTokens"))


def _add_compactions(usage: Usage, iterations: object) -> None:
    """Add what Anthropic ran to compact the context: it is billed, and the numbers of the usage leave it out."""
    for each in iterations if isinstance(iterations, list) else ():
        found = body_usage(each) if isinstance(each, dict) and each.get("type") == "compaction" else None
        for field in _COMPACTED if found is not None else ():
            if amount := getattr(found, field):
                setattr(usage, field, (getattr(usage, field) or 0) + amount)


_COMPACTED = ("input", "output", "cached_input", "cache_write", "cache_write_long", "apart_input")


def _add_googles(usage: Usage, value: Mapping[str, Any]) -> None:
    """Add what Google writes apart: results of its own tools to the input, thoughts to the output."""
    found = number(value.get("toolUsePromptTokenCount", value.get("tool_use_prompt_token_count"))) or 0
    if found and usage.input is not None:
        usage.input, usage.apart_input = usage.input + found, found
    thoughts = usage.reasoning or 0
    if thoughts and usage.total != (usage.input or 0) + (usage.output or 0):
        usage.output, usage.apart_output = (usage.output or 0) + thoughts, thoughts


def _set_lasting(usage: Usage, found: Mapping[str, int]) -> None:
    """Set what was written for hours, and what was written at all where no other number has it."""
    if usage.cache_write is None:
        usage.cache_write = sum(found.values())
    usage.cache_write_long = found.get("h")


def names_are_apart(value: Mapping[str, Any]) -> bool:
    """Whether a usage has the names of an API whose input does not include cached and written tokens."""
    has_input = "input_tokens" in value or "inputTokens" in value
    return has_input and "prompt_tokens" not in value and not _APART.isdisjoint(value)


def whole(usage: Usage, *, apart: bool | None = None) -> Usage:
    """The usage with cached and written tokens in its input, and reasoning tokens in its output.

    `apart`: whether the log writes cached and written tokens apart from its input; `None`: not known. The logged total
    decides where there is one, since it is the sum of everything that is written apart.
    """
    cached = (usage.cached_input or 0) + (usage.cache_write or 0)
    reasoning = usage.reasoning or 0
    if not (cached or reasoning) or usage.apart_input or usage.apart_output:
        return usage
    added = (cached if apart else 0, 0)
    if usage.total is not None and usage.input is not None and usage.output is not None:
        beyond = usage.total - usage.input - usage.output
        added = next(
            (each for each in ((cached, 0), (0, reasoning), (cached, reasoning)) if sum(each) == beyond),
            added,
        )
        if beyond == 0 and cached <= usage.input:
            added = (0, 0)
    if added[0] and usage.input is not None:
        usage.input, usage.apart_input = usage.input + added[0], added[0]
    if added[1] and usage.output is not None:
        usage.output, usage.apart_output = usage.output + added[1], added[1]
    return usage


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
