"""Logged completions become answers of the new endpoint, each beside its own prompt."""

from __future__ import annotations

from typing import Any

import pytest
from support.migration_records import answer, record

from tokcount.logs.scalars import Json
from tokcount.reports.migrate.answers import answered_by, answers_of, response_of
from tokcount.reports.migrate.target import Api


def lost(record_: Any, choices: list[Json], api: Api = "chat") -> list[tuple[str, str]]:
    return [(loss.parameter, loss.reason) for loss in response_of(record_, choices, api)[1]]


def test_the_choices_of_a_list_of_prompts_are_told_apart_by_their_index() -> None:
    body = answer("a1", "a2", "b1", "b2")
    body["choices"].reverse()
    several = record(["a", "b"], request={"n": 2}, response=body)

    assert [choice["text"] for choice in answers_of(several, 0, 2, "a")] == ["a1", "a2"]
    assert [choice["text"] for choice in answers_of(several, 1, 2, "b")] == ["b1", "b2"]


def test_an_echoed_prompt_is_taken_off() -> None:
    echoed = record("Say", request={"echo": True}, response=answer("Say hi"))

    assert answers_of(echoed, 0, 1, "Say")[0]["text"] == " hi"
    assert answers_of(record("Say", response=answer("Say hi")), 0, 1, "Say")[0]["text"] == "Say hi"


@pytest.mark.parametrize(
    ("response", "flags"),
    [
        (None, ("unread_answer",)),
        ({"choices": [1, {"text": None}]}, ()),
        ({"choices": [{"message": {"tool_calls": [{}]}}]}, ()),
    ],
)
def test_an_answer_that_is_not_text_is_listed_as_such(response: Any, flags: tuple[str, ...]) -> None:
    unread = record(response=response)
    unread.flags = flags

    assert lost(unread, answers_of(unread, 0, 1, "")) == [
        ("response", "an answer that is not text, or of a form that is not known")
    ]


def test_the_text_of_a_message_is_the_answer_of_a_completions_call_too() -> None:
    body = {"choices": [{"message": {"role": "assistant", "content": "hi"}}]}

    assert answers_of(record("Say", response=body), 0, 1, "Say")[0]["text"] == "hi"


@pytest.mark.parametrize("response", [None, {}, {"choices": None}])
def test_a_record_without_an_answer_says_so(response: Any) -> None:
    silent = record(response=response)
    choices = answers_of(silent, 0, 1, "")

    assert response_of(silent, choices, "chat")[0] is None
    assert lost(silent, choices) == [("response", "no answer in the log")]


def test_a_chat_answer_keeps_its_id_and_time_and_the_model_that_gave_it_stands_beside_it() -> None:
    called = record(
        response=answer("Hi."), id="cmpl-1", timestamp=1682932980.5, served_model="text-davinci-003"
    )

    assert response_of(called, answers_of(called, 0, 1, ""), "chat") == (
        {
            "id": "cmpl-1",
            "object": "chat.completion",
            "created": 1682932980,
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}
            ],
        },
        [],
    )
    assert answered_by(called) == {"answered_by": "text-davinci-003"}
    assert answered_by(record(model=None)) == {}


@pytest.mark.parametrize(("finish", "status"), [("stop", "completed"), ("length", "incomplete")])
def test_a_responses_answer_is_one_message(finish: str, status: str) -> None:
    called = record(response=answer("Hi.", finish_reason=finish))
    body, losses = response_of(called, answers_of(called, 0, 1, ""), "responses")

    assert body is not None
    assert (body["object"], body["status"], losses) == ("response", status, [])
    assert body["output"][0]["content"][0]["text"] == "Hi."


def test_what_the_new_answer_does_not_hold_is_named() -> None:
    called = record(response=answer("a", "b", logprobs={"tokens": ["a"]}))
    choices = answers_of(called, 0, 1, "")

    assert lost(called, choices) == [("response.logprobs", "numbers of the old model's tokens")]
    assert ("response", "answers after the first: Responses give one") in lost(called, choices, "responses")


def test_an_unknown_finish_reason_is_not_made_up() -> None:
    called = record(response=answer("Hi.", finish_reason="eos"))
    body, _ = response_of(called, answers_of(called, 0, 1, ""), "chat")

    assert body is not None
    assert body["choices"][0]["finish_reason"] is None
