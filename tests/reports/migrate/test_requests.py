"""Every shape of a prompt becomes requests, or has a reason why not."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.migration_records import GPT_4O, O1_MINI, RESPONSES, answer, migrator, record

from tokcount.logs.record import Record
from tokcount.reports.migrate.parameters.token_ids import SPECIAL_TEXT, UNKNOWN_ENCODING
from tokcount.reports.migrate.reading.completions import NOT_TEXT, NULL_PROMPT
from tokcount.reports.migrate.requests import FINE_TUNE, Migrated
from tokcount.tokens import encodings

CHAT_PROMPT = "Be kind.\n\nHuman: Hi\nAI: Hello\nHuman: Bye\nAI:"
IDS = encodings.get("p50k_base").encode_ordinary("Say hi.")


def texts(migrated: Migrated) -> list[str]:
    return [line["messages"][-1]["content"] for line in migrated.lines]


def lost(migrated: Migrated) -> list[tuple[str, str, str]]:
    return [(loss.parameter, loss.effect, loss.reason) for loss in migrated.losses]


def test_a_text_is_one_user_message() -> None:
    migrated = migrator().migrate(record("Say hi.", request={"max_tokens": 9, "temperature": 0.5}))

    assert migrated.lines == [
        {
            "model": "gpt-4o",
            "messages": [{"role": "user", "content": "Say hi."}],
            "max_completion_tokens": 9,
            "temperature": 0.5,
        }
    ]
    assert lost(migrated) == [("max_tokens", "rewritten", "becomes max_completion_tokens")]


def test_a_text_is_the_input_of_a_responses_request() -> None:
    migrated = migrator(RESPONSES).migrate(record("Say hi.", request={"max_tokens": 90}))

    assert migrated.lines == [
        {"model": "gpt-4o", "input": "Say hi.", "max_output_tokens": 90, "store": False}
    ]


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("Say hi.", ["Say hi."]),
        ("", [""]),
        (["a", "b"], ["a", "b"]),
        (IDS, ["Say hi."]),
        ([IDS, "b", IDS], ["Say hi.", "b", "Say hi."]),
    ],
)
def test_every_prompt_is_a_request_of_its_own(prompt: Any, found: list[str]) -> None:
    assert texts(migrator().migrate(record(prompt))) == found


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"prompt": None}, NULL_PROMPT),
        ({"prompt": []}, "an empty list of prompts"),
        ({"prompt": 7}, NOT_TEXT),
        ({"prompt": [True]}, NOT_TEXT),
        ({"prompt": [99_999_999]}, "token ids that p50k_base does not have"),
        ({"kind": "embeddings"}, "embeddings: not a request for text"),
        ({"kind": "usage"}, "usage: not a request for text"),
        ({"flags": ("truncated",)}, "the log cut its text"),
        ({"flags": ("redacted",)}, "the log took its text out"),
    ],
)
def test_what_has_no_text_is_left_with_the_reason(fields: dict[str, Any], reason: str) -> None:
    migrated = migrator().migrate(record(**fields))

    assert (migrated.lines, migrated.reason) == ([], reason)


def test_an_answer_without_its_request_is_left() -> None:
    alone = Record(source="a", line=1, format="x", kind="completions", response=answer("hi"))

    assert migrator().migrate(alone).reason == "no prompt in the log"


def test_a_prompt_of_a_list_that_cannot_be_read_is_lost_alone() -> None:
    migrated = migrator().migrate(record(["a", 7, "b"]))

    assert texts(migrated) == ["a", "b"]
    assert lost(migrated) == [("prompt", "dropped", NOT_TEXT)]


def test_token_ids_of_a_model_that_is_not_known_are_not_guessed() -> None:
    unknown = record(IDS, model="nobody")

    assert migrator().migrate(unknown).reason == UNKNOWN_ENCODING
    assert texts(migrator(assume_model="text-davinci-003").migrate(unknown)) == ["Say hi."]


def test_special_token_ids_become_text_and_that_is_said() -> None:
    migrated = migrator().migrate(record([50256, *IDS]))

    assert texts(migrated) == ["<|endoftext|>Say hi."]
    assert lost(migrated) == [("prompt", "changed", SPECIAL_TEXT)]


def test_the_served_model_says_the_encoding() -> None:
    served = record(IDS, model="my-deployment", served_model="text-davinci-003")

    assert texts(migrator().migrate(served)) == ["Say hi."]


def test_a_conversation_is_split_when_asked() -> None:
    whole, split = (migrator(split=asked).migrate(record(CHAT_PROMPT)) for asked in (False, True))

    assert [message["role"] for message in whole.lines[0]["messages"]] == ["user"]
    assert [message["role"] for message in split.lines[0]["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
    ]
    assert (whole.splits, split.splits) == ([None], ["Human/AI"])


def test_a_split_conversation_is_a_list_of_inputs_in_responses() -> None:
    migrated = migrator(RESPONSES, split=True).migrate(record("Q: a\nA: b\nQ: c\nA:"))

    assert migrated.lines[0]["input"] == [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
    ]


def test_a_model_without_system_messages_gets_such_a_conversation_whole() -> None:
    migrated = migrator(O1_MINI, split=True).migrate(record(CHAT_PROMPT))

    assert migrated.lines[0]["messages"] == [{"role": "user", "content": CHAT_PROMPT}]
    assert migrated.splits == [None]


def test_a_system_message_stands_before_each_prompt() -> None:
    chat = migrator(system="Be brief.").migrate(record(["a", "b"]))
    responses = migrator(RESPONSES, system="Be brief.").migrate(record("a"))

    assert [line["messages"][0] for line in chat.lines] == [{"role": "system", "content": "Be brief."}] * 2
    assert responses.lines == [{"model": "gpt-4o", "instructions": "Be brief.", "input": "a", "store": False}]


def test_batch_lines_keep_their_ids_and_tell_the_prompts_of_a_list() -> None:
    batch = migrator(batch=True)
    lines = batch.migrate(record("a", custom_id="job-1")).lines
    lines += batch.migrate(record(["a", "b"], custom_id="job-2")).lines
    lines += batch.migrate(record("a", line=7)).lines

    assert [line["custom_id"] for line in lines] == ["job-1", "job-2-1", "job-2-2", "may.jsonl-7"]
    assert {(line["method"], line["url"]) for line in lines} == {("POST", "/v1/chat/completions")}


def test_an_id_that_another_line_has_is_changed_and_that_is_said() -> None:
    batch = migrator(RESPONSES, batch=True)
    first, second = (batch.migrate(record("a", custom_id="job")) for _ in range(2))

    assert [line["custom_id"] for line in first.lines + second.lines] == ["job", "job-2"]
    assert (lost(first), lost(second)) == ([], [("custom_id", "changed", "another line has it")])
    assert first.lines[0]["url"] == "/v1/responses"


def test_answers_stand_beside_their_requests() -> None:
    migrated = migrator(answers=True).migrate(record("Say hi.", response=answer("Hi.")))
    (line,) = migrated.lines

    assert line["request"]["messages"] == [{"role": "user", "content": "Say hi."}]
    assert line["response"]["choices"][0]["message"]["content"] == "Hi."


def test_fine_tuning_lines_become_chat_fine_tuning_lines() -> None:
    tune = record("Q ->", format=FINE_TUNE, response=answer(" A END"), model=None)
    migrated = migrator(answers=True, system="Be brief.").migrate(tune)

    assert migrated.lines == [
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Q ->"},
                {"role": "assistant", "content": " A END"},
            ]
        }
    ]
    assert not migrated.unlimited


def test_a_fine_tuning_line_names_the_answers_that_it_cannot_hold() -> None:
    tune = record("Q ->", format=FINE_TUNE, response=answer("A", "B"), model=None)

    assert [(loss.parameter, loss.reason) for loss in migrator(answers=True).migrate(tune).losses] == [
        ("response", "answers after the first: a line of a fine-tuning file has one")
    ]


@pytest.mark.parametrize(
    ("fields", "unlimited", "alone"),
    [
        ({}, True, False),
        ({"request": {"max_tokens": 5}}, False, False),
        ({"kind": "text"}, False, True),
        ({"kind": "text", "request": {"max_tokens": 5}}, False, False),
        ({"format": "generic.prompt_completion"}, False, True),
    ],
)
def test_calls_and_prompts_without_a_limit_are_told(
    fields: dict[str, Any], unlimited: bool, alone: bool
) -> None:
    migrated = migrator().migrate(record(**fields))

    assert (migrated.unlimited, migrated.alone) == (unlimited, alone)


PROMPTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(PROMPTS, st.booleans(), st.booleans())
def test_any_prompt_is_migrated_or_has_a_reason_and_the_record_stays_as_it_was(
    prompt: Any, split: bool, batch: bool
) -> None:
    given_record = record(prompt)
    before = copy.deepcopy(given_record)

    migrated = migrator(GPT_4O, split=split, batch=batch).migrate(given_record)

    assert given_record == before
    assert bool(migrated.lines) != bool(migrated.reason)
    if isinstance(prompt, str) and not split:
        (line,) = migrated.lines
        assert (line["body"] if batch else line)["messages"] == [{"role": "user", "content": prompt}]
