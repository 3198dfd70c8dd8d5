"""The current `gen_ai.*` dialect."""

import json

import pytest
from support.otel import GENAI, otlp, span
from support.reading import answered, asked, record, used


def test_a_rewrapped_legacy_prompt_is_a_completions_prompt_again() -> None:
    found = record(span(GENAI | {"gen_ai.operation.name": "text_completion"}))

    assert (found.kind, asked(found)["prompt"], answered(found)) == ("completions", "Hi", ["Hello"])


def test_structured_attributes_and_their_parts_become_chat_messages() -> None:
    messages = [
        {"role": "user", "parts": [{"type": "text", "content": "weather?"}]},
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c1", "name": "get", "arguments": {"city": "Paris"}}],
        },
        {
            "role": "tool",
            "parts": [
                {"type": "tool_call_response", "id": "c1", "response": "18C"},
                {"type": "tool_call_response", "id": "c2", "response": {"t": 3}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "look"},
                {"type": "uri", "modality": "image", "uri": "https://x.test/a.png"},
            ],
        },
    ]
    tools = [{"type": "function", "name": "get", "description": "d", "parameters": {"type": "object"}}]
    found = record(
        otlp(
            GENAI
            | {
                "gen_ai.input.messages": messages,
                "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
                "gen_ai.tool.definitions": json.dumps(tools),
            }
        )
    )

    sent = asked(found)["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "tool", "tool", "user"]
    assert sent[2]["tool_calls"][0]["function"] == {"name": "get", "arguments": '{"city":"Paris"}'}
    assert sent[4]["content"] == '{"t":3}'
    assert sent[5]["content"][1]["type"] == "image_url"
    assert asked(found)["tools"][0]["function"]["name"] == "get"
    assert set(found.flags) == {"reserialised", "media"}


def test_arguments_that_are_still_a_string_are_the_original() -> None:
    call = {"type": "tool_call", "id": "c1", "name": "get", "arguments": '{"city": "Paris"}'}
    messages = [{"role": "assistant", "parts": [call]}]

    found = record(span(GENAI | {"gen_ai.input.messages": json.dumps(messages)}))

    assert asked(found)["messages"][0]["tool_calls"][0]["function"]["arguments"] == '{"city": "Paris"}'
    assert found.flags == ()


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (("gen_ai.usage.prompt_tokens", "gen_ai.usage.input_tokens"), "input"),
        (("gen_ai.usage.completion_tokens", "gen_ai.usage.output_tokens"), "output"),
        (("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"), "cached_input"),
        (("gen_ai.usage.reasoning_tokens", "gen_ai.usage.reasoning.output_tokens"), "reasoning"),
        (("gen_ai.usage.total_tokens", "llm.usage.total_tokens"), "total"),
    ],
)
def test_old_and_new_names_of_token_counts_are_read(names: tuple[str, ...], field: str) -> None:
    bare = {key: value for key, value in GENAI.items() if not key.startswith("gen_ai.usage.")}

    counted = {
        getattr(used(record(span(bare | {"gen_ai.usage.output_tokens": 7, name: 7}))), field)
        for name in names
    }

    assert counted == {7}


MEDIA = [
    {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
    {"type": "blob", "modality": "audio", "content": "AAAA"},
    {"type": "file", "file_id": "f1"},
    {"type": "reasoning", "content": "hm"},
    {"type": "text", "content": "look"},
]


def test_media_and_reasoning_are_kept_as_parts() -> None:
    messages = [{"role": "user", "name": "ann", "parts": MEDIA}, {"role": "user", "content": "plain"}]
    found = record(span(GENAI | {"gen_ai.input.messages": messages}))

    first, second = asked(found)["messages"]
    assert [part["type"] for part in first["content"]] == [
        "image_url",
        "input_audio",
        "file",
        "thinking",
        "text",
    ]
    assert (first["name"], second["content"]) == ("ann", "plain")


def test_a_schema_and_parameters_are_part_of_the_request() -> None:
    schema = {
        "gen_ai.request.structured_output_schema": '{"type": "object"}',
        "gen_ai.request.max_tokens": 16,
    }
    found = record(span(GENAI | schema))

    assert asked(found)["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert (asked(found)["max_tokens"], found.flags) == (16, ("reserialised",))


def test_system_instructions_may_be_plain_text() -> None:
    found = record(span(GENAI | {"gen_ai.system_instructions": "Be brief."}))

    assert asked(found)["messages"][0] == {"role": "system", "content": "Be brief."}
