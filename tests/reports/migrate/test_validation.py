"""What is written is what OpenAI's own library calls a request, for every completion in the samples."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from support.migration_records import GPT_4O, GPT_5, RESPONSES, migrator, record
from support.shared import SHARED, needs_shared

from tokcount.logs.reader import read
from tokcount.logs.record import Record
from tokcount.logs.source import expand
from tokcount.reports.migrate.requests import PROMPT_KINDS
from tokcount.reports.migrate.target import MigrationTarget

pydantic = pytest.importorskip("pydantic")
chat = pytest.importorskip("openai.types.chat.completion_create_params")
responses = pytest.importorskip("openai.types.responses.response_create_params")

GPT_5_RESPONSES = MigrationTarget(model="gpt-5", encoding="o200k_base", api="responses", reasoning=True)
TARGETS = {
    "gpt-4o": GPT_4O,
    "gpt-5": GPT_5,
    "gpt-4o responses": RESPONSES,
    "gpt-5 responses": GPT_5_RESPONSES,
}


@cache
def model(api: str, streaming: bool) -> tuple[Any, set[str]]:
    module, name = (chat, "CompletionCreateParams") if api == "chat" else (responses, "ResponseCreateParams")
    params = getattr(module, f"{name}{'Streaming' if streaming else 'NonStreaming'}")
    keys = set(params.__annotations__) | set(getattr(module, f"{name}Base").__annotations__)
    return pydantic.TypeAdapter(params), keys


def validate(body: dict[str, Any], api: str) -> None:
    adapter, keys = model(api, body.get("stream") is True)
    assert set(body) <= keys
    valid = adapter.validate_python(body, strict=True)
    for field in ("messages", "input"):
        list(valid.get(field) or ())  # what is iterable is validated as it is read


@cache
def completions() -> tuple[Record, ...]:
    return tuple(_completions())


def _completions() -> Iterator[Record]:
    for item in read(expand([str(SHARED / "samples")])):
        if isinstance(item, Record) and item.kind in PROMPT_KINDS:
            yield item


@needs_shared
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("split", [False, True])
def test_every_request_from_the_samples_is_valid(target: MigrationTarget, split: bool) -> None:
    migrating = migrator(target, split=split, system="Be kind.")
    written = 0

    for found in completions():
        for body in migrating.migrate(found).lines:
            validate(body, target.api)
            written += 1

    assert written > 700


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_request_with_every_parameter_is_valid(target: MigrationTarget) -> None:
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
    (body,) = migrator(target).migrate(record(request=everything)).lines

    validate(body, target.api)


@needs_shared
def test_batch_lines_and_answers_from_the_samples_hold_valid_requests() -> None:
    for found in completions():
        for line in migrator(batch=True).migrate(found).lines:
            validate(line["body"], "chat")
        for line in migrator(answers=True).migrate(found).lines:
            validate(line["request"], "chat")


@needs_shared
def test_the_text_of_every_prompt_of_the_samples_is_found_again() -> None:
    migrating = migrator()
    for found in completions():
        prompt = (found.request or {}).get("prompt")
        texts = [line["messages"][0]["content"] for line in migrating.migrate(found).lines]
        if "truncated" in found.flags:
            assert texts == []
        elif isinstance(prompt, str):
            assert texts == [prompt]
        elif isinstance(prompt, list) and all(isinstance(item, str) for item in prompt):
            assert texts == prompt


def test_the_validation_itself_notices_a_wrong_request() -> None:
    with pytest.raises(pydantic.ValidationError):
        validate({"model": "gpt-4o", "messages": [{"role": "nobody", "content": 1}]}, "chat")
    with pytest.raises(AssertionError):
        validate({"model": "gpt-4o", "messages": [], "echo": True}, "chat")
