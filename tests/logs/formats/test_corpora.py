"""Corpora: stored conversations, roles by speaker, trees by path."""

from typing import Any

import pytest
from support.reading import answered, asked, record, records

TURNS = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]


def test_sharegpt_speakers_become_roles() -> None:
    speakers = ["system", "human", "gpt", "user", "chatgpt", "bing", "bard", "tool", "narrator"]
    turns = [{"from": speaker, "value": speaker} for speaker in speakers]

    found = record({"id": "identity_0", "conversations": turns})

    assert (found.format, found.id, found.conversation) == ("sharegpt", "identity_0", True)
    assert [message["role"] for message in asked(found)["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "assistant",
        "assistant",
        "tool",
        "narrator",
    ]


def test_later_sharegpt_turns_have_roles_and_contents() -> None:
    assert asked(record({"conversations": TURNS}))["messages"] == TURNS


def test_an_empty_sharegpt_conversation_is_one_without_messages() -> None:
    assert asked(record({"id": "x", "conversations": []}))["messages"] == []


def test_a_sharegpt_system_prompt_may_stand_beside_the_turns() -> None:
    value = {"system": "Be brief.", "conversations": [{"from": "human", "value": "Hi"}]}

    assert [message["role"] for message in asked(record(value))["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    ("value", "name", "identity"),
    [
        (
            {
                "conversation_id": "c1",
                "model": "vicuna-13b",
                "conversation": TURNS,
                "turn": 1,
                "language": "English",
            },
            "lmsys",
            "c1",
        ),
        (
            {
                "conversation_hash": "h1",
                "model": "gpt-4",
                "conversation": TURNS,
                "timestamp": "2023-04-09T00:02:53+00:00",
            },
            "wildchat",
            "h1",
        ),
    ],
)
def test_lmsys_and_wildchat(value: dict[str, Any], name: str, identity: str) -> None:
    found = record(value)

    assert (found.format, found.id, found.model, found.conversation) == (name, identity, value["model"], True)
    assert asked(found)["messages"] == TURNS


def test_a_tree_is_read_path_by_path() -> None:
    leaf = {"text": "a", "role": "assistant", "replies": []}
    tree = {
        "message_tree_id": "t1",
        "prompt": {
            "text": "q",
            "role": "prompter",
            "replies": [
                leaf,
                {"text": "b", "role": "assistant", "replies": [{"text": "r", "role": "prompter"}]},
            ],
        },
    }

    found = records(tree)

    assert [[message["content"] for message in asked(path)["messages"]] for path in found] == [
        ["q", "a"],
        ["q", "b", "r"],
    ]
    assert [path.index for path in found] == [0, 1]


def test_a_very_deep_tree_needs_no_recursion() -> None:
    node: dict[str, Any] = {"text": "end", "role": "assistant", "replies": []}
    for _ in range(3000):
        node = {"text": "x", "role": "prompter", "replies": [node]}

    assert len(asked(record({"message_tree_id": "t", "prompt": node}))["messages"]) == 3001


def test_mt_bench_questions_and_answers() -> None:
    question = record({"question_id": 81, "category": "writing", "turns": ["Write.", "Rewrite."]})
    answer = record(
        {
            "question_id": 81,
            "answer_id": "a",
            "model_id": "gpt-4",
            "choices": [{"index": 0, "turns": ["A", "B"]}],
            "tstamp": 1686286924.8,
        }
    )

    assert (question.format, [m["content"] for m in asked(question)["messages"]]) == (
        "mt_bench.question",
        ["Write.", "Rewrite."],
    )
    assert (answer.format, answer.model, answered(answer)) == ("mt_bench.answer", "gpt-4", ["A", "B"])
