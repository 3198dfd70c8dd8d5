"""OpenAI bodies: which of them a value is, and what its record holds."""

from pathlib import Path
from typing import Any

import pytest
from support.reading import items

from tokcount.logs.record import Record, Skipped, Usage

USER = {"role": "user", "content": "Hi"}
CHAT = {"model": "gpt-4o", "messages": [USER]}
ANSWER: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1763640371,
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}],
    "usage": {"prompt_tokens": 8, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 2}},
}
TEXT_ANSWER = {"object": "text_completion", "choices": [{"text": "x"}], "usage": {"prompt_tokens": 1}}

NAMES = [
    (CHAT, "openai.chat.request"),
    ({"messages": [USER], "tools": []}, "openai.chat.request"),
    ({"messages": [USER]}, "generic.messages"),
    ({"prompt": "x", "model": "davinci"}, "openai.completions.request"),
    ({"prompt": [[1, 2]], "engine": "davinci"}, "openai.completions.request"),
    ({"prompt": None, "model": "davinci"}, "openai.completions.request"),
    ({"prompt": "x", "completion": " y"}, "generic.prompt_completion"),
    ({"prompt": "x"}, "generic.prompt"),
    ({"prompt": "x", "instruction": "i", "input": "j", "response": "y"}, "generic.prompt"),
    ({"instruction": "i", "input": "j", "output": "y"}, "generic.instruction"),
    ({"context": "c", "completion": "d"}, "generic.prompt"),
    ({"model": "gpt-4o", "input": "x"}, "openai.responses.request"),
    ({"model": "gpt-4o", "input": [{"role": "user", "content": "x"}]}, "openai.responses.request"),
    ({"model": "gpt-4o", "input": [], "previous_response_id": "resp_1"}, "openai.responses.request"),
    (ANSWER, "openai.chat.response"),
    (TEXT_ANSWER, "openai.completions.response"),
    ({"object": "response", "output": [], "usage": {"input_tokens": 1}}, "openai.responses.response"),
    ({"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": 1}}, "openai.chat.response"),
    ({"request": CHAT, "response": ANSWER}, "openai.chat.pair"),
    ({"req": CHAT, "resp": ANSWER}, "openai.chat.pair"),
    ({"input": CHAT, "output": ANSWER}, "openai.chat.pair"),
    ({"body": CHAT, "response": ANSWER}, "openai.chat.pair"),
    ({"kwargs": CHAT, "result": ANSWER}, "openai.chat.pair"),
    ({"request": {"body": CHAT}, "response": {"body": ANSWER, "status_code": 200}}, "openai.chat.pair"),
    ({"request": CHAT}, "openai.chat.pair"),
    ({"request": None, "response": ANSWER}, "openai.chat.pair"),
    ({"request": {"prompt": "x"}, "response": TEXT_ANSWER}, "openai.completions.pair"),
    ({"request": {"input": "x", "model": "gpt-4o"}, "response": {}}, "openai.responses.pair"),
]


@pytest.mark.parametrize(("value", "name"), NAMES)
def test_which_body_a_value_is(value: dict[str, Any], name: str) -> None:
    """By keys, most particular first."""
    (record,) = items(value)

    assert isinstance(record, Record), record
    assert record.format == name


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"error": {"message": "m", "type": "t", "code": "c"}}, "error"),
        ({"request": CHAT, "response": {"error": {"message": "m"}}}, "error"),
        ({"request": CHAT, "response": None, "status": 429}, "error"),
        ({"request": CHAT, "response": {"status_code": 500, "body": {}}}, "error"),
        ({"request": CHAT, "response": None, "error": "timeout"}, "error"),
        ({"model": "text-embedding-3-small", "input": "x"}, "not_llm"),
        ({"model": "m", "input": ["a", "b"]}, "not_llm"),
        (
            {"request": {"input": "x", "model": "m"}, "url": "https://h/v1/embeddings", "response": {}},
            "not_llm",
        ),
        ({"level": "info"}, "unrecognised"),
        ({}, "unrecognised"),
        (42, "unparsed"),
        ([], "empty"),
    ],
)
def test_what_is_no_record(value: Any, reason: str) -> None:
    """Each with its reason; no text of the log in the detail."""
    (item,) = items(value)

    assert isinstance(item, Skipped), item
    assert item.reason == reason


def test_a_pair_keeps_both_bodies_and_its_metadata() -> None:
    """The served model is the answer's, usage is the billed one."""
    (record,) = items(
        {"request": CHAT, "response": ANSWER, "user": "u1", "tags": ["a"], "timestamp": 1763640000}
    )

    assert isinstance(record, Record)
    assert (record.model, record.served_model) == ("gpt-4o", "gpt-4o-2024-08-06")
    assert (record.request, record.response) == (CHAT, ANSWER)
    assert (record.id, record.user, record.tags, record.timestamp) == ("chatcmpl-1", "u1", ("a",), 1763640000)
    assert record.usage == Usage(input=8, output=1, cached_input=2, source="response")


def test_the_url_decides_about_the_endpoint_and_the_deployment() -> None:
    """Azure names the deployment only there; a legacy prompt re-wrapped as messages stays legacy."""
    url = "https://h/openai/deployments/prod/chat/completions?api-version=1"
    (azure,) = items({"url": url, "request": {"messages": [USER]}, "response": ANSWER})
    (legacy,) = items(
        {"url": "https://h/v1/completions", "request": {"prompt": "x"}, "response": {"choices": []}}
    )

    assert isinstance(azure, Record)
    assert (azure.model, azure.deployment) == ("prod", "prod")
    assert isinstance(legacy, Record)
    assert legacy.kind == "completions"


def test_strings_are_decoded_once() -> None:
    """Bodies as JSON text; the answer as the text of a stream."""
    stream = (
        'data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"He"}}]}\n\ndata: [DONE]\n\n'
    )
    (record,) = items(
        {"request": '{"model":"m","messages":[{"role":"user","content":"x"}]}', "response": stream}
    )

    assert isinstance(record, Record)
    assert (record.response or {})["choices"][0]["message"]["content"] == "He"


@pytest.mark.parametrize("key", ["response", "completion", "output", "answer"])
def test_an_answer_among_the_keys_of_the_request(key: str) -> None:
    """As home-made logs have it."""
    (chat,) = items({**CHAT, key: "Hello", "usage": {"prompt_tokens": 8}})
    (legacy,) = items({"model": "davinci", "prompt": "x", "temperature": 0, "extra": 1, key: " y"})

    assert isinstance(chat, Record)
    assert (chat.response or {})["choices"][0]["message"]["content"] == "Hello"
    assert chat.usage is not None
    assert isinstance(legacy, Record)
    assert (legacy.response or {})["choices"][0]["text"] == " y"


def test_unexpected_content_is_normalised() -> None:
    """Objects give their only text, strings in lists become parts, null messages are dropped; the record is flagged."""
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "a"}, "b"]},
        None,
        {"role": "assistant", "content": {"answer": "c"}},
        {"role": "user", "content": 42},
    ]
    (record,) = items({"model": "m", "messages": messages})

    assert isinstance(record, Record)
    assert record.flags == ("odd_content",)
    assert [message.text for message in record.messages] == ["ab", "c", ""]


@pytest.mark.parametrize(
    ("request_body", "flag"),
    [
        ({"model": "m", "input": "x", "previous_response_id": "r"}, "hidden_context"),
        ({"model": "m", "input": "x", "prompt": {"id": "p"}}, "hidden_context"),
        ({"model": "m", "input": "x", "tools": [{"type": "web_search"}]}, "hidden_context"),
        ({"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "media"),
        ({"model": "claude-3-opus", "messages": [USER]}, "non_openai"),
    ],
)
def test_flags_that_the_request_shows(request_body: dict[str, Any], flag: str) -> None:
    """What makes a count partial or an estimate."""
    (record,) = items(request_body)

    assert isinstance(record, Record)
    assert record.flags == (flag,)


def test_pages_are_read_element_by_element() -> None:
    """Stored completions as the API lists them; records are numbered."""
    page = {
        "object": "list",
        "data": [ANSWER, {"error": {"message": "m", "code": "c"}}, ANSWER],
        "has_more": False,
    }

    found = items(page)

    assert [item.format for item in found] == ["openai.chat.response", "openai.error", "openai.chat.response"]
    assert [item.index for item in found if isinstance(item, Record)] == [0, 1]


def test_the_alpaca_template_is_applied_when_there_is_no_prompt() -> None:
    """The prompt is what the model was trained with."""
    (record,) = items({"instruction": "Add.", "input": "1 2", "output": "3"})

    assert isinstance(record, Record)
    prompt = (record.request or {})["prompt"]
    assert prompt.endswith("### Instruction:\nAdd.\n\n### Input:\n1 2\n\n### Response:")


def test_unknown_keys_are_named_safely(tmp_path: Path) -> None:
    """Short and printable, whatever a log calls its keys."""
    (item,) = items({"a\x1b[31m": 1, "b" * 200: 2, **{f"k{n}": 0 for n in range(30)}})

    assert isinstance(item, Skipped)
    assert "\x1b" not in item.detail
    assert len(item.detail) < 300
