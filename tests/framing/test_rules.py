"""The door of framing: every kind under every family, exactly where the rules are known, never an exception."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tokens import content_tokens, input_tokens, tok

from tokcount.framing.families import FAMILIES
from tokcount.framing.layout import BASIS_ORDER
from tokcount.framing.rules import layout

SYSTEM = {"role": "system", "content": "You are a helpful assistant."}
USER = {"role": "user", "content": "What is the weather in Paris?"}
REPLY = {"role": "assistant", "content": "It is sunny."}
THANKS = {"role": "user", "content": "Thanks!"}
ALICE = {"role": "user", "name": "alice", "content": "Hello!"}
PARTS = {"role": "user", "content": [{"type": "text", "text": "Hello, wor"}, {"type": "text", "text": "ld!"}]}
MODELS = (("chat", "o200k_base"), ("chat", "cl100k_base"), ("gpt5", "o200k_base"), ("o", "o200k_base"))


def billed(messages: Any, family: str = "chat", encoding: str = "o200k_base", **rest: Any) -> int:
    return input_tokens(layout("chat", {"messages": messages}, FAMILIES[family], **rest), encoding)


@pytest.mark.parametrize(
    ("messages", "tokens"),
    [
        ([SYSTEM, USER], (24, 24, 23, 23)),
        ([{**SYSTEM, "role": "developer"}, USER], (24, 24, 23, 23)),
        ([SYSTEM, USER, REPLY, THANKS], (38, 38, 39, 37)),
        ([ALICE], (11, 11, 10, 10)),
        ([PARTS], (11, 11, 10, 10)),
        ([], (3, 3, 2, 2)),
        ([{"role": "user", "content": None}], (7, 7, 6, 6)),
        ([{"role": "user", "content": ""}], (7, 7, 6, 6)),
        ([{"role": "user"}], (7, 7, 6, 6)),
    ],
)
def test_plain_messages(messages: Any, tokens: Any) -> None:
    assert tuple(billed(messages, family, encoding) for family, encoding in MODELS) == tokens


def test_the_first_chat_model_frames_with_four_tokens() -> None:
    assert billed([SYSTEM, USER], "0301", "cl100k_base") == 26
    assert billed([SYSTEM, USER], "0301", "cl100k_base", timestamp=1_679_270_400) == 25


def test_fields_that_cost_nothing_change_nothing() -> None:
    request = {
        "messages": [SYSTEM, USER],
        "n": 4,
        "temperature": 1,
        "stop": ["x"],
        "response_format": {"type": "json_object"},
    }
    assert input_tokens(layout("chat", request, FAMILIES["chat"])) == 24


def test_a_refusal_is_text() -> None:
    laid = layout(
        "chat", {"messages": [USER, {"role": "assistant", "refusal": "I cannot."}]}, FAMILIES["chat"]
    )
    assert input_tokens(laid) == 14 + 4 + tok("I cannot.")
    assert laid.basis == "exact"


def test_plain_messages_are_encoded_once() -> None:
    laid = layout("chat", {"messages": [SYSTEM, USER]}, FAMILIES["chat"])
    assert laid.texts is laid.content


def test_roles_name_each_text_of_the_content() -> None:
    tool = {"role": "tool", "tool_call_id": "a", "content": "21"}
    call = {"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}]}
    for messages, roles in (
        ([SYSTEM, USER], ["system", "user"]),
        ([SYSTEM, ALICE, call, tool], ["system", "user", "tool"]),
    ):
        laid = layout("chat", {"messages": messages}, FAMILIES["chat"], roles=True)
        assert laid.roles == roles
        assert len(laid.content) == len(roles)
    assert layout("chat", {"messages": [USER]}, FAMILIES["chat"]).roles is None


def test_a_chat_on_an_endpoint_without_messages_is_its_text() -> None:
    laid = layout("chat", {"messages": [SYSTEM, ALICE]}, FAMILIES["completions"], roles=True)
    assert (laid.constant, laid.texts, laid.basis) == (0, [SYSTEM["content"], "Hello!"], "estimated")
    assert laid.roles == ["system", "user"]
    assert layout("responses", {"input": "hi"}, FAMILIES["embeddings"]).texts == ["hi"]


@pytest.mark.parametrize("kind", ["completions", "text", "embeddings"])
def test_a_prompt_on_a_chat_model_is_one_user_message(kind: str) -> None:
    laid = layout(kind, {"prompt": USER["content"]}, FAMILIES["chat"])
    assert (input_tokens(laid), content_tokens(laid), laid.basis) == (14, 7, "exact")


def test_a_family_with_a_reason_is_estimated() -> None:
    laid = layout("chat", {"messages": [USER]}, FAMILIES["o1preview"])
    assert laid.basis == "estimated"
    assert layout("completions", {"prompt": "x"}, FAMILIES["o1preview"]).basis == "estimated"


def test_a_request_nested_too_deeply_keeps_its_text() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"items": deep}
    for messages in ([USER], "junk"):
        request = {
            "messages": messages,
            "response_format": {"type": "json_schema", "json_schema": {"schema": deep}},
        }
        laid = layout("chat", request, FAMILIES["chat"])
        assert laid.basis == "partial"
        assert laid.content == ([USER["content"]] if messages == [USER] else [])


FUNCTIONS = [{"name": "f", "description": "Do it.", "parameters": {"properties": {"x": {"type": "string"}}}}]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from(["chat", "gpt5", "o"]))
@pytest.mark.parametrize("encoding", ["cl100k_base", "o200k_base"])
def test_encoding_a_block_alone_gives_what_the_joined_text_gives(
    encoding: str, system: str, family: str
) -> None:
    """The definitions begin with `#` after a blank line, where both patterns always cut."""
    request = {"messages": [{"role": "system", "content": system}], "functions": FUNCTIONS}
    texts = layout("chat", request, FAMILIES[family]).texts
    assert tok("".join(texts), encoding) == sum(tok(text, encoding) for text in texts)


names = st.sampled_from(
    ["messages", "role", "content", "name", "tool_calls", "function_call", "function", "arguments", "id", "refusal",
     "tool_call_id", "tools", "functions", "parameters", "properties", "response_format", "json_schema", "schema",
     "tool_choice", "prompt", "suffix", "input", "text", "type", "image_url", "url", "audio", "instructions", "output"]
)  # fmt: skip
values = st.sampled_from(
    [
        "user",
        "assistant",
        "system",
        "tool",
        "function",
        "json_schema",
        "image_url",
        "text",
        "file",
        "none",
        "{}",
        "[1]",
    ]
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | values | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=30,
)
calls = st.fixed_dictionaries(
    {"role": values}, optional={"content": junk, "tool_calls": st.lists(junk), "name": junk}
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "messages": st.lists(calls | junk, max_size=5) | junk,
        "tools": st.lists(st.fixed_dictionaries({"function": junk}) | junk, max_size=3) | junk,
        "tool_choice": junk,
        "response_format": st.fixed_dictionaries({"type": st.just("json_schema"), "json_schema": junk})
        | junk,
        "prompt": junk,
        "input": junk,
        "suffix": junk,
    },
)


@settings(max_examples=100)
@given(
    st.sampled_from(["chat", "completions", "responses", "text", "embeddings"]),
    requests,
    st.sampled_from(sorted(FAMILIES)),
)
def test_no_request_raises_and_every_layout_is_whole(kind: str, request: dict[str, Any], family: str) -> None:
    laid = layout(kind, request, FAMILIES[family], roles=True)
    assert laid.constant >= 0
    assert laid.basis in BASIS_ORDER
    assert all(isinstance(text, str) for text in [*laid.texts, *laid.content])
    assert len(laid.roles or []) == len(laid.content)
    assert (laid.basis == "exact") is not bool(laid.reasons)
