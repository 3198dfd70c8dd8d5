"""Prompts: every shape of the legacy endpoint, alone and as a user message."""

from typing import Any

import pytest
from support.tokens import content_tokens, input_tokens, tok

from tokcount.framing.families import FAMILIES
from tokcount.framing.features import PROMPT, SUFFIX
from tokcount.framing.prompts import layout_prompts

LEGACY, CHAT = FAMILIES["completions"], FAMILIES["chat"]


@pytest.mark.parametrize(
    ("prompt", "tokens", "basis"),
    [
        ("2 + 2 = 4", 7, "exact"),
        (["2 + 2 = 4", "2 + 2 = 4"], 14, "exact"),
        ([1, 2, 3], 3, "exact"),
        ([[1, 2], [3]], 3, "exact"),
        (["2 + 2 = 4", [1, 2]], 9, "exact"),
        (None, 0, "exact"),
        ("", 0, "exact"),
        ([], 0, "exact"),
        ({"text": "hi"}, 0, "partial"),
        (["2 + 2 = 4", {"text": "hi"}], 7, "partial"),
    ],
)
def test_a_prompt_costs_its_text_or_its_ids_and_nothing_more(prompt: Any, tokens: Any, basis: str) -> None:
    laid = layout_prompts({"prompt": prompt}, LEGACY)
    assert (input_tokens(laid), laid.basis) == (tokens, basis)
    assert content_tokens(laid) == tokens


def test_under_a_chat_family_each_prompt_is_one_user_message() -> None:
    assert input_tokens(layout_prompts({"prompt": "2 + 2 = 4"}, CHAT)) == 3 + 3 + 1 + 7
    assert input_tokens(layout_prompts({"prompt": ["2 + 2 = 4"] * 3}, FAMILIES["gpt5"])) == 3 * (
        2 + 3 + 1 + 7
    )


def test_token_ids_are_content() -> None:
    laid = layout_prompts({"prompt": [5, 6, 7]}, CHAT)
    assert (laid.token_ids, laid.constant, content_tokens(laid), input_tokens(laid)) == (3, 7, 3, 10)


def test_embeddings_keep_their_text_under_input() -> None:
    assert layout_prompts({"input": ["a", "b"]}, FAMILIES["embeddings"]).texts == ["a", "b"]


def test_a_suffix_is_counted_and_a_feature_of_its_own() -> None:
    laid = layout_prompts({"prompt": "def f(", "suffix": "return 1"}, LEGACY)
    assert input_tokens(laid) == tok("def f(") + tok("return 1") + 3
    assert laid.features == {PROMPT, SUFFIX}


def test_roles_are_those_of_a_prompt() -> None:
    assert layout_prompts({"prompt": ["a", "b"]}, LEGACY, roles=True).roles == ["prompt", "prompt"]
