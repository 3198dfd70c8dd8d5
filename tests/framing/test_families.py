"""Families: which model has which, and what their constants are."""

import msgspec
import pytest

from tokcount.framing.families import FAMILIES, family_of


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o-2024-08-06", "chat"),
        ("GPT-4.1-mini", "chat"),
        ("chatgpt-4o-latest", "chat"),
        ("gpt-35-turbo", "chat"),
        ("gpt-4-turbo-2024-04-09", "chat"),
        ("gpt-4", "chat/0613"),
        ("gpt-4-0613", "chat/0613"),
        ("gpt-4-32k", "chat/0613"),
        ("gpt-3.5-turbo-0613", "chat/0613"),
        ("gpt-3.5-turbo-0301", "0301"),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc", "chat"),
        ("ft:gpt-3.5-turbo-0613:acme::abc", "chat/0613"),
        ("o1", "o"),
        ("o3-mini-2025-01-31", "o"),
        ("o4-mini", "o"),
        ("o1-mini-2024-09-12", "o1mini"),
        ("o1-preview", "o1preview"),
        ("gpt-5.4-mini-2026-03-17", "gpt5"),
        ("gpt-6", "gpt5"),
        ("text-davinci-003", "completions"),
        ("davinci-002", "completions"),
        ("babbage:2023-07-21-v2", "completions"),
        ("curie:ft-acme-2023-01-01", "completions"),
        ("gpt-3.5-turbo-instruct-0914", "completions"),
        ("code-davinci-002", "completions"),
        ("text-embedding-3-small", "embeddings"),
    ],
)
def test_a_known_name_has_its_family(model: str, family: str) -> None:
    assert family_of(model) == (family, True)


@pytest.mark.parametrize("model", ["", "claude-3-opus", "my-deployment", "o2", "gpt-7"])
def test_an_unknown_name_gets_the_nearest_family_and_is_said_to_be_unknown(model: str) -> None:
    assert family_of(model) == ("chat", False)


def test_every_family_of_the_name_table_exists() -> None:
    assert {
        family_of(name)[0] for name in ("gpt-5", "o1", "gpt-4", "ada", "text-embedding-ada-002")
    } <= FAMILIES.keys()
    assert all(family.name == name for name, family in FAMILIES.items())


def test_the_first_chat_model_was_primed_with_one_token_less_until_28_march_2023() -> None:
    family = FAMILIES["0301"]
    assert family.primed(1_679_270_400) == 2  # 20 March 2023
    assert family.primed(1_679_961_600) == 3  # 28 March 2023
    assert family.primed(None) == 3


def test_a_user_can_replace_constants() -> None:
    mine = msgspec.structs.replace(FAMILIES["gpt5"], name="gpt-7", priming=4, doubt="calibrated")
    assert (mine.priming, mine.assistant_text, mine.doubt) == (4, 2, "calibrated")
