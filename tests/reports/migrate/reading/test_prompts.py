"""Conversations in plain text become messages only where the whole prompt parses, and lose nothing but marks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokcount.reports.migrate.reading.prompts import CONVENTIONS, HEADING, INSTRUCTION, split

ALPACA = """Below is an instruction that describes a task, paired with an input that provides further context. \
Write a response that appropriately completes the request.

### Instruction:
Translate to German.

### Input:
Good morning.

### Response:"""


@pytest.mark.parametrize(
    ("prompt", "convention", "turns"),
    [
        (
            "You are kind.\n\nUser: Hi\nAssistant: Hello!\nUser: Bye\nAssistant:",
            "System/User/Assistant",
            [("system", "You are kind."), ("user", "Hi"), ("assistant", "Hello!"), ("user", "Bye")],
        ),
        (
            "SYSTEM: Be brief.\nUSER: Hi\nASSISTANT: ",
            "System/User/Assistant",
            [("system", "Be brief."), ("user", "Hi")],
        ),
        (
            "The following is a conversation.\n\nHuman: Hi\nAI:",
            "Human/AI",
            [("system", "The following is a conversation."), ("user", "Hi")],
        ),
        ("\n\nHuman: Why?\n\nAssistant:", "Human/Assistant", [("user", "Why?")]),
        (
            "Q: 1+1?\nA: 2\n\nQ: 2+2?\nA:",
            "Q/A",
            [("user", "1+1?"), ("assistant", "2"), ("user", "2+2?")],
        ),
        (
            "Answer the question.\n\nQuestion: Who?\nAnswer:\n",
            "Question/Answer",
            [("system", "Answer the question."), ("user", "Who?")],
        ),
        (
            "Rewrite it.\n\nInput: a b\nOutput:",
            "Instruction/Input/Output",
            [("system", "Rewrite it."), ("user", "a b")],
        ),
        ("Write a poem.\nOutput:", "Instruction/Input/Output", [("user", "Write a poem.")]),
        (
            "Instruction: Rewrite.\nInput: a\nResponse:",
            "Instruction/Input/Response",
            [("system", "Rewrite."), ("user", "a")],
        ),
        (
            ALPACA,
            "### sections",
            [
                ("system", ALPACA.split("\n", maxsplit=1)[0] + "\n\nTranslate to German."),
                ("user", "Good morning."),
            ],
        ),
        (
            "### Instruction:\nWrite.\n\n### Response:\n",
            "### sections",
            [("user", "Write.")],
        ),
        (
            "### System\nBe kind.\n### User\n    indented\n### Assistant",
            "### sections",
            [("system", "Be kind."), ("user", "    indented")],
        ),
        ("Q: A: is what?\nA:", "Q/A", [("user", "A: is what?")]),
    ],
)
def test_a_conversation_in_plain_text_becomes_messages(
    prompt: str, convention: str, turns: list[tuple[str, str]]
) -> None:
    found = split(prompt)

    assert found is not None
    assert (found.convention, [tuple(turn) for turn in found.turns]) == (convention, turns)


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "Tell me about cats.",
        "A:",
        "Tell me\nA:",
        "User: Hi",
        "User: Hi\nAssistant: Sure, here",
        "User: Hi\nUser: You there?\nAssistant:",
        "Assistant: Hello\nUser: Hi\nAssistant:",
        "User: \nAssistant:",
        "User: Hi\nSystem: Be kind\nUser: Bye\nAssistant:",
        "Context: a shop\n\nQuestion: Which?\nAnswer:",
        "### Context\na shop\n\nQ: Which?\nA:",
        "Human: Hi\nUser: Ho\nAssistant:",
        "user: Hi\nassistant:",
        "Say User: Hi and Assistant:",
        "### Input:\na\n\n### Output:\nb",
        "Instruction: a\nInput: b\nOutput: c\n\nInstruction: d\nInput: e\nOutput:",
        "Which?\nA: red\nB: blue\nAnswer:",
    ],
)
def test_what_does_not_parse_as_a_whole_stays_whole(prompt: str) -> None:
    assert split(prompt) is None


def marks_of(convention: str) -> tuple[str, dict[str, str]]:
    style, roles = CONVENTIONS[convention]
    prefix, colon = ("### ", ":\n") if style == HEADING else ("", ": ")
    found = {role: f"{prefix}{word}{colon}" for word, role in reversed(roles.items()) if role != INSTRUCTION}
    return f"{prefix}{next(w for w, r in reversed(roles.items()) if r == 'assistant')}:", found


TEXTS = st.text(max_size=30).map(str.strip).filter(bool)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(sorted(CONVENTIONS)))
def test_every_conversation_is_found_again_or_stays_whole(data: st.DataObject, convention: str) -> None:
    cue, marks = marks_of(convention)
    texts = data.draw(st.lists(TEXTS, min_size=1, max_size=5).filter(lambda drawn: len(drawn) % 2))
    roles = ["user", "assistant"] * (len(texts) // 2) + ["user"]
    prompt = (
        "\n\n".join(f"{marks[role]}{text}" for role, text in zip(roles, texts, strict=True)) + f"\n\n{cue}"
    )

    found = split(prompt)

    if found is not None and found.convention == convention:
        assert nothing_lost(prompt, [turn.text for turn in found.turns])
    if all(text.isalnum() for text in texts):
        assert found is not None
        assert [tuple(turn) for turn in found.turns] == list(zip(roles, texts, strict=True))


WORDS = sorted({word for _, roles in CONVENTIONS.values() for word in roles})
PIECES = st.sampled_from(
    [*(f"{word}:" for word in WORDS), *(f"### {word}" for word in WORDS), "\n", "\n\n", " ", "\t"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=12).map("".join))
def test_of_any_prompt_nothing_is_lost_but_marks_and_the_blanks_around_them(prompt: str) -> None:
    found = split(prompt)

    if found is not None:
        assert nothing_lost(prompt, [turn.text for turn in found.turns])


def nothing_lost(prompt: str, texts: list[str]) -> bool:
    """Do the texts stand in the prompt in their order, with nothing but marks and white space between them?"""
    parts = [part for text in texts for part in ([text] if text in prompt else text.split("\n\n", 1))]
    rest, place = [], 0
    for part in parts:
        found = re.compile(rf"(?<!\S){re.escape(part)}(?!\S)").search(prompt, place)
        if found is None:
            return False
        rest.append(prompt[place : found.start()])
        place = found.end()
    rest.append(prompt[place:])
    words = {word for gap in rest for word in gap.replace("#", " ").replace(":", " ").split()}
    return words <= {*WORDS, *map(str.upper, WORDS)}
