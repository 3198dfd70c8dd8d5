"""What is written is what OpenAI's own library calls a request, and says what the log said."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.migration_records import called, chat, function, migrator, record, responses, target
from support.openai_types import pydantic, validate
from support.shared import SHARED, needs_shared

from tokcount.framing.calls import compact
from tokcount.logs.reader import read
from tokcount.logs.record import Record
from tokcount.logs.source import expand
from tokcount.reports.migrate.request import Endpoint
from tokcount.reports.migrate.requests import SOURCES

TARGETS: tuple[tuple[str, Endpoint | None], ...] = (
    ("gpt-4o", None),
    ("gpt-4.1", "chat"),
    ("gpt-5.1", "responses"),
    ("gpt-6.1-sol", None),
    ("o3-mini", "chat"),
)
EVERY_SECOND = 7
"""Of the recordings, one in so many is migrated here."""


@cache
def samples() -> tuple[Record, ...]:
    return tuple(
        item
        for folder in ("samples", "samples-2")
        for item in read(expand([str(SHARED / folder)]))
        if isinstance(item, Record) and item.kind in SOURCES
    )


@cache
def recordings() -> tuple[Record, ...]:
    return tuple(_recordings())[::EVERY_SECOND]


def _recordings() -> Iterator[Record]:
    for name in ("recordings", "recordings-later", "recordings-2026-11"):
        with gzip.open(SHARED / "truth" / f"{name}.jsonl.gz") as lines:
            for number, line in enumerate(lines, 1):
                call = json.loads(line)
                kind = {"/v1/chat/completions": "chat", "/v1/responses": "responses"}.get(call["endpoint"])
                if kind:
                    found = chat() if kind == "chat" else responses()
                    found.source, found.line, found.request = name, number, call["request"]
                    yield found


@needs_shared
@pytest.mark.parametrize(("name", "endpoint"), TARGETS)
def test_every_request_of_the_samples_and_the_recordings_is_valid(
    name: str, endpoint: Endpoint | None
) -> None:
    migrating = migrator(target(name, endpoint))
    written = 0

    for found in (*samples(), *recordings()):
        migrated = migrating.migrate(found)
        for body in migrated.lines:
            validate(body, migrated.endpoint)
            written += 1

    assert written > 3_500


@needs_shared
@pytest.mark.parametrize("endpoint", ["chat", "responses"])
def test_the_text_of_every_message_is_found_again_and_so_are_tools_and_schemas(endpoint: Endpoint) -> None:
    migrating = migrator(target("gpt-4o", endpoint))
    compared = 0

    for found in (*samples(), *recordings()):
        migrated = migrating.migrate(found)
        if found.kind in ("chat", "responses") and found.request and migrated.lines:
            body = migrated.lines[0]
            assert sorted(texts(body)) == sorted(texts(found.request)), f"{found.source}:{found.line}"
            assert definitions(body) == definitions(found.request), f"{found.source}:{found.line}"
            compared += 1

    assert compared > 2_500


def texts(request: dict[str, Any]) -> Iterator[str]:
    """The text of each message, call and result, without empty ones."""
    items = request.get("messages", request.get("input"))
    yield from filter(None, [request.get("instructions")])
    for item in [items] if isinstance(items, str) else items:
        yield from filter(None, _texts({"content": item} if isinstance(item, str) else item))


def _texts(item: dict[str, Any]) -> Iterator[str]:
    content = item.get("content", item.get("output"))
    if item.get("role") or "output" in item or not item.get("type"):
        yield joined(content) or item.get("refusal") or ""
    for call in (*(item.get("tool_calls") or ()), item.get("function_call")):
        called = (call or {}).get("function") or (call or {}).get("custom") or call or {}
        yield as_text(called.get("arguments", called.get("input")))
    if item.get("type") in ("function_call", "custom_tool_call"):
        yield as_text(item.get("arguments", item.get("input")))


def joined(content: Any) -> str:
    """The text of content, as the API joins it."""
    if isinstance(content, list):
        return "".join(map(joined, content))
    if isinstance(content, dict):
        return joined(content.get("text") or content.get("refusal")) if "thinking" not in content else ""
    return content or ""


def as_text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else "" if arguments is None else compact(arguments)


def definitions(request: dict[str, Any]) -> list[Any]:
    """Name, description and schema of every function, and of the format of the answer."""
    tools = [*(request.get("tools") or ()), *(request.get("functions") or ())]
    text = request.get("text")
    shape = request.get("response_format") or (text.get("format") if isinstance(text, dict) else None) or {}
    found = [
        tool if "name" in tool else tool.get("function")
        for tool in tools
        if tool.get("type", "function") == "function"
    ] + [shape.get("json_schema", shape) if shape.get("type") == "json_schema" else {}]
    return [
        [item.get(key) for key in ("name", "description", "parameters", "schema")] for item in found if item
    ]


@needs_shared
def test_batch_lines_and_answers_hold_valid_requests() -> None:
    batch, pairs = migrator(target("gpt-4o", "responses"), batch=True), migrator(answers=True)
    for found in samples():
        for line in batch.migrate(found).lines:
            assert (line["method"], line["url"]) == ("POST", "/v1/responses")
            validate(line["body"], "responses")
        for line in pairs.migrate(found).lines:
            if "request" in line:
                validate(line["request"], "chat")


@pytest.mark.parametrize(("name", "endpoint"), TARGETS)
def test_a_request_with_every_parameter_is_valid(name: str, endpoint: Endpoint | None) -> None:
    everything = {
        "max_tokens": 5,
        "temperature": 0.5,
        "top_p": 0.5,
        "presence_penalty": 1,
        "frequency_penalty": 1,
        "stop": ["a", "b"],
        "n": 2,
        "seed": 1,
        "user": "u",
        "logit_bias": {"318": 5},
        "logprobs": 5,
        "stream": True,
        "stream_options": {"include_usage": True},
        "suffix": "s",
        "echo": True,
        "best_of": 3,
    }
    migrated = migrator(target(name, endpoint)).migrate(record(request=everything))

    for body in migrated.lines:
        validate(body, migrated.endpoint)
    assert migrated.lines


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "type", "text", "name", "id", "url", "function", "effort"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
KEYS = {
    "chat": [
        *("messages", "tools", "functions", "tool_choice", "function_call", "response_format", "stop", "n"),
        *(
            "temperature",
            "top_p",
            "logit_bias",
            "logprobs",
            "top_logprobs",
            "max_tokens",
            "metadata",
            "store",
        ),
        *("audio", "modalities", "prediction", "stream", "stream_options", "reasoning_effort", "verbosity"),
        *("web_search_options", "service_tier", "moderation", "prompt_cache_options", "seed", "user"),
    ],
    "responses": [
        *("input", "instructions", "tools", "tool_choice", "text", "reasoning", "include", "truncation"),
        *("temperature", "top_p", "top_logprobs", "max_output_tokens", "metadata", "store", "background"),
        *("stream", "stream_options", "service_tier", "context_management", "max_tool_calls", "user"),
    ],
}


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(["chat", "responses"]), st.sampled_from(TARGETS[:4]))
def test_whatever_a_log_holds_what_is_written_is_valid(
    data: st.DataObject, kind: str, to: tuple[str, Endpoint | None]
) -> None:
    found = chat() if kind == "chat" else responses()
    assert found.request is not None
    found.request |= data.draw(st.dictionaries(st.sampled_from(KEYS[kind]), ANYTHING, max_size=6))

    migrated = migrator(target(*to)).migrate(found)

    assert bool(migrated.lines) != bool(migrated.reason)
    for body in migrated.lines:
        validate(body, migrated.endpoint)


SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
WHOLE: dict[str, dict[str, Any]] = {
    "chat": {
        "messages": [
            {"role": "system", "content": [{"type": "text", "text": "Be kind."}]},
            {
                "role": "user",
                "name": "Ada",
                "content": [
                    {"type": "text", "text": "Look."},
                    {"type": "image_url", "image_url": {"url": "https://a.example/b.png", "detail": "low"}},
                    {"type": "file", "file": {"file_id": "file-1", "filename": "a.pdf"}},
                ],
            },
            called("call_1", "look", '{"q": "a"}'),
            {"role": "tool", "tool_call_id": "call_1", "content": "found"},
            {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": "{}"}},
            {"role": "function", "name": "look", "content": "nothing"},
        ],
        "tools": [
            function("look", description="Looks.", parameters=SCHEMA, strict=True),
            {
                "type": "custom",
                "custom": {
                    "name": "run",
                    "format": {"type": "grammar", "grammar": {"definition": "a", "syntax": "lark"}},
                },
            },
        ],
        "tool_choice": {
            "type": "allowed_tools",
            "allowed_tools": {
                "mode": "auto",
                "tools": [{"type": "function", "function": {"name": "look"}}],
            },
        },
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
        },
        "web_search_options": {
            "search_context_size": "low",
            "user_location": {"type": "approximate", "approximate": {"city": "Paris"}},
        },
        "logprobs": True,
        "top_logprobs": 2,
        "stop": ["a"],
        "logit_bias": {"318": 5},
        "metadata": {"a": "b"},
        "store": True,
        "n": 2,
        "temperature": 0.5,
        "max_completion_tokens": 90,
        "reasoning_effort": "low",
        "moderation": {"model": "m", "policy": {"input": {"mode": "score"}}},
        "prompt_cache_options": {"mode": "implicit"},
        "prediction": {"type": "content", "content": "a"},
        "stream": True,
        "stream_options": {"include_usage": True},
        "parallel_tool_calls": False,
    },
    "responses": {
        "instructions": "Be kind.",
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Look."},
                    {"type": "input_image", "image_url": "https://a.example/b.png", "detail": "low"},
                    {"type": "input_file", "file_data": "data:a", "filename": "a.pdf"},
                ],
            },
            {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}", "id": "fc_1"},
            {
                "type": "function_call_output",
                "call_id": "c1",
                "output": [{"type": "input_text", "text": "a"}],
            },
            {
                "type": "web_search_call",
                "id": "ws_1",
                "status": "completed",
                "action": {"type": "search", "query": "a"},
            },
            {
                "type": "message",
                "id": "msg_1",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": "Here.", "annotations": []}],
            },
        ],
        "tools": [
            {"type": "function", "name": "look", "parameters": SCHEMA, "strict": True},
            {
                "type": "web_search",
                "search_context_size": "low",
                "user_location": {"type": "approximate", "city": "Paris"},
            },
            {"type": "file_search", "vector_store_ids": ["vs_1"], "max_num_results": 3},
            {"type": "mcp", "server_label": "a", "server_url": "https://a.example", "allowed_tools": ["b"]},
            {"type": "code_interpreter", "container": {"type": "auto"}},
            {"type": "image_generation", "size": "auto"},
        ],
        "tool_choice": {"type": "function", "name": "look"},
        "text": {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA}, "verbosity": "low"},
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
        "top_logprobs": 2,
        "max_output_tokens": 90,
        "metadata": {"a": "b"},
        "truncation": "auto",
        "context_management": [{"type": "compaction", "compact_threshold": 9000}],
    },
}
"""A request with much that an endpoint takes."""
NUMBERS = [0, -1, 3, 10**30, 0.5, float("nan"), float("inf")]
TEXTS = ["", "x", "a b", "\ud800", "x" * 600, "none", "auto"]
ODD = st.sampled_from(
    [None, True, False, *NUMBERS, *TEXTS, [], [[]], ["x"] * 20, {}, {"type": "x"}, {"x": float("nan")}]
)
"""Values that few fields take."""


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside a value: its container and its key there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield value, key
        yield from spots(held)


@settings(max_examples=600, deadline=None)
@given(st.data(), st.sampled_from(["chat", "responses"]), st.sampled_from(TARGETS))
def test_a_wrong_value_at_any_place_of_a_request_is_never_written(
    data: st.DataObject, kind: str, to: tuple[str, Endpoint | None]
) -> None:
    found = chat() if kind == "chat" else responses()
    found.request = copy.deepcopy(WHOLE[kind]) | {"model": "gpt-4o"}
    for _ in range(data.draw(st.integers(1, 2))):
        places = list(spots(found.request))
        holder, key = places[data.draw(st.integers(0, len(places) - 1))]
        if data.draw(st.booleans()):
            holder[key] = data.draw(ODD)
        else:
            del holder[key]

    migrated = migrator(target(*to)).migrate(found)

    assert bool(migrated.lines) != bool(migrated.reason)
    for body in migrated.lines:
        validate(body, migrated.endpoint)


@pytest.mark.parametrize("kind", ["chat", "responses"])
def test_a_whole_request_is_migrated(kind: str) -> None:
    found = chat() if kind == "chat" else responses()
    found.request = copy.deepcopy(WHOLE[kind]) | {"model": "gpt-4o"}
    migrated = migrator(target("gpt-5.1")).migrate(found)

    assert migrated.reason == ""
    for body in migrated.lines:
        validate(body, migrated.endpoint)


def test_the_validation_itself_notices_a_wrong_request() -> None:
    with pytest.raises(pydantic.ValidationError):
        validate({"model": "gpt-4o", "messages": [{"role": "nobody", "content": 1}]}, "chat")
    with pytest.raises(AssertionError):
        validate({"model": "gpt-4o", "messages": [], "echo": True}, "chat")
