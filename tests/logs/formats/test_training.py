"""Training data: preferences and dialogues."""

from support.reading import answered, asked, items, record

USER = {"role": "user", "content": "What is a lichen?"}
CHOSEN = {"role": "assistant", "content": "A fungus with algae."}
REJECTED = {"role": "assistant", "content": "A plant."}


def test_the_chosen_answer_of_a_preference_counts() -> None:
    found = record({"prompt": [USER], "chosen": [CHOSEN], "rejected": [REJECTED]})

    assert (found.kind, asked(found)["messages"], answered(found)) == ("chat", [USER], [CHOSEN["content"]])


def test_a_choice_that_repeats_the_prompt_is_split_at_its_answer() -> None:
    found = record({"prompt": "What is a lichen?", "chosen": [USER, CHOSEN], "rejected": [USER, REJECTED]})

    assert (asked(found)["messages"], answered(found)) == ([USER], [CHOSEN["content"]])


def test_a_choice_without_a_prompt_is_a_conversation() -> None:
    found = record({"chosen": [USER, CHOSEN], "rejected": [USER, REJECTED]})

    assert (found.conversation, asked(found)["messages"]) == (True, [USER, CHOSEN])


def test_texts_are_a_prompt_and_its_answer() -> None:
    found = record({"prompt": "Q", "chosen": "A fungus.", "rejected": "A plant."})

    assert (found.kind, asked(found), answered(found)) == ("text", {"prompt": "Q"}, ["A fungus."])
    assert asked(record({"chosen": "Human: Q\n\nAssistant: A", "rejected": "x"})) == {
        "prompt": "Human: Q\n\nAssistant: A"
    }


def test_a_list_of_texts_is_a_dialogue_by_turns() -> None:
    found = record({"id": "0", "data": ["Q", "A", "Q2", "A2"]})

    assert [message["role"] for message in asked(found)["messages"]] == ["user", "assistant"] * 2
    assert items({"id": "0", "data": [1, 2]})[0].format != "ultrachat"


def test_the_system_prompt_and_the_history_of_an_instruction_are_read() -> None:
    row = {
        "instruction": "Weather?",
        "input": "",
        "output": "Rain.",
        "system": "Be brief.",
        "history": [["q", "a"]],
    }
    found = record(row)

    assert [(message.role, message.text) for message in found.messages] == [
        ("system", "Be brief."),
        ("user", "q"),
        ("assistant", "a"),
        ("user", "Weather?"),
    ]
