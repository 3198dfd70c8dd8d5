"""Replies are laid out as they are billed: texts, calls, and the tokens around them."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokcount.framing.families import FAMILIES
from tokcount.framing.layout import Layout
from tokcount.framing.replies import layout_output
from tokcount.tokens.encodings import get

TOOLS = {"tools": [{"type": "function", "function": {"name": "f"}}]}
FORCED = {**TOOLS, "tool_choice": {"type": "function", "function": {"name": "f"}}}
SCHEMA = {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}}


@cache
def tok(text: str) -> int:
    return len(get("o200k_base").encode_ordinary(text))


def total(layout: Layout) -> int:
    return layout.constant + sum(map(tok, layout.texts))


def chat(message: dict[str, Any], *, reasoning: int = 0, **choice: Any) -> dict[str, Any]:
    usage = {"completion_tokens_details": {"reasoning_tokens": reasoning}}
    return {"choices": [{"message": {"role": "assistant", **message}, **choice}], "usage": usage}


def items(*output: dict[str, Any], reasoning: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "output": list(output),
        "usage": {"output_tokens_details": {"reasoning_tokens": reasoning}},
        **more,
    }


def calls(*arguments: str) -> dict[str, Any]:
    return {
        "content": None,
        "tool_calls": [
            {"id": str(i), "function": {"name": "get_time", "arguments": text}}
            for i, text in enumerate(arguments)
        ],
    }


SAID = {"content": "It is sunny."}
MESSAGE = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "It is sunny."}],
}
CALL = {"type": "function_call", "name": "get_time", "arguments": "{}"}
TEXT, NAME, PARALLEL = 4, 3, 29
"""Tokens of the text, of `functions.get_time`, and of the JSON of two such calls without arguments."""


@pytest.mark.parametrize(
    ("family", "response", "request_", "expected"),
    [
        pytest.param("chat", chat(SAID), {}, TEXT, id="text"),
        pytest.param("chat", chat(SAID), TOOLS, TEXT + 1, id="text, tools offered"),
        pytest.param("chat", chat(SAID), SCHEMA, TEXT, id="text by a schema"),
        pytest.param("chat", chat(SAID), {**TOOLS, **SCHEMA}, TEXT + 5, id="text by a schema, tools offered"),
        pytest.param("chat", chat({"content": None, "refusal": "It is sunny."}), {}, TEXT, id="refusal"),
        pytest.param("chat", chat(calls("{}")), TOOLS, NAME + 1 + 6, id="call"),
        pytest.param("chat", chat(calls("{}")), FORCED, 1, id="forced call"),
        pytest.param("chat", chat(calls("{}", "{}")), TOOLS, PARALLEL + 10, id="two calls"),
        pytest.param("gpt5", chat(SAID), {}, TEXT + 3, id="gpt5 text"),
        pytest.param("gpt5", chat(SAID, reasoning=64), {}, TEXT + 9, id="gpt5 text after reasoning"),
        pytest.param("gpt5", chat(SAID, reasoning=64, finish_reason="length"), {}, TEXT, id="cut off"),
        pytest.param("gpt5", chat(calls("{}"), reasoning=64), TOOLS, NAME + 1 + 15, id="gpt5 call"),
        pytest.param("gpt5", chat(calls("{}")), FORCED, NAME + 1 + 9, id="gpt5 forced call"),
        pytest.param("chat", items(MESSAGE), {}, TEXT + 1, id="item"),
        pytest.param("chat", items(CALL), TOOLS, NAME + 1 + 7, id="call item"),
        pytest.param("chat", items(CALL), {"tools": [{}], "tool_choice": "required"}, 2, id="only tool required"),
        pytest.param("gpt5", items({"type": "reasoning"}, MESSAGE, reasoning=9), {}, TEXT + 6, id="gpt5 item"),
        pytest.param("gpt5", items(MESSAGE, status="incomplete"), {}, TEXT, id="incomplete"),
        pytest.param("gpt5", items(), {}, 0, id="nothing"),
        pytest.param("completions", {"choices": [{"text": "It is"}, {"text": " sunny."}]}, {}, TEXT, id="completions"),
        pytest.param("completions", {}, {}, 0, id="no reply"),
    ],
)  # fmt: skip
def test_totals(family: str, response: dict[str, Any], request_: dict[str, Any], expected: int) -> None:
    kind = "completions" if family == "completions" else "responses" if "output" in response else "chat"
    assert total(layout_output(kind, response, FAMILIES[family], request=request_)) == expected


def test_reasoning_is_never_in_the_layout() -> None:
    family = FAMILIES["gpt5"]
    little, much = (layout_output("chat", chat(SAID, reasoning=n), family) for n in (64, 6400))
    assert total(little) == total(much)


@pytest.mark.parametrize("family", ["o", "o1mini", "o1preview", "gpt5"])
def test_the_reply_of_a_reasoning_model_without_usage_is_partial(family: str) -> None:
    response = chat(SAID)
    del response["usage"]
    layout = layout_output("chat", response, FAMILIES[family])
    assert (layout.basis, layout.content) == ("partial", ["It is sunny."])


@pytest.mark.parametrize("family", ["chat", "gpt5", "o"])
@pytest.mark.parametrize("finish", ["stop", "length"])
def test_a_completion_under_a_chat_family_costs_what_the_same_chat_reply_does(
    family: str, finish: str
) -> None:
    completion = {"choices": [{"text": "It is sunny.", "finish_reason": finish}], "usage": {}}
    reply = {"choices": [{"message": SAID, "finish_reason": finish}], "usage": {}}

    moved = layout_output("completions", completion, FAMILIES[family])

    assert total(moved) == total(layout_output("chat", reply, FAMILIES[family]))
    assert moved.basis == ("exact" if finish == "length" else "estimated")


def test_completions_are_exact_and_an_echoed_prompt_is_not_output() -> None:
    family = FAMILIES["completions"]
    choice = {"choices": [{"text": "Say it. It is sunny."}]}
    assert layout_output("completions", choice, family).basis == "exact"
    echoed = layout_output("completions", choice, family, request={"prompt": "Say it.", "echo": True})
    assert (echoed.basis, echoed.content) == ("estimated", [" It is sunny."])


def test_items_that_are_neither_text_nor_calls_are_named() -> None:
    layout = layout_output("responses", items({"type": "web_search_call"}, MESSAGE), FAMILIES["chat"])
    assert layout.basis == "partial"


def test_audio_replies_are_named() -> None:
    layout = layout_output("chat", chat({"content": None, "audio": {"data": ""}}), FAMILIES["chat"])
    assert layout.basis == "partial"


KEYS = st.sampled_from(
    [
        "choices",
        "output",
        "message",
        "content",
        "text",
        "tool_calls",
        "function",
        "arguments",
        "name",
        "type",
        "usage",
        "completion_tokens_details",
        "reasoning_tokens",
        "finish_reason",
        "refusal",
        "role",
    ]
)
WORDS = st.sampled_from(["message", "function_call", "output_text", "refusal", "length", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON, max_size=4), max_size=3), max_size=5),
    st.dictionaries(
        st.sampled_from(["tools", "tool_choice", "text", "response_format", "echo", "prompt"]), JSON
    ),
    st.sampled_from(["chat", "responses", "completions", "text"]),
    st.sampled_from(sorted(FAMILIES)),
)
def test_any_json_is_laid_out_without_raising(
    response: dict[str, Any], request_: dict[str, Any], kind: str, family: str
) -> None:
    layout = layout_output(kind, response, FAMILIES[family], request=request_)
    assert layout.constant >= 0
    assert all(isinstance(text, str) for text in [*layout.texts, *layout.content])
