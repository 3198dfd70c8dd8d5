"""Logged completions become answers of the new endpoint, each next to its own prompt."""

from __future__ import annotations

from typing import Any

import pytest
from support.migration_records import answer, called, chat, record, responses

from tokcount.logs.record import Record
from tokcount.reports.migrate.reading.answers import Answer, read_answers
from tokcount.reports.migrate.request import Endpoint, Message
from tokcount.reports.migrate.writing.answers import answered_by, response_of


def lost(record_: Any, answers: list[Answer], endpoint: Endpoint = "chat") -> list[tuple[str, str]]:
    return [(loss.parameter, loss.reason) for loss in response_of(record_, answers, endpoint)[1]]


def answers_of(record_: Record, place: int = 0, prompts: int = 1, prompt: str = "") -> list[Answer]:
    return read_answers(record_, place, prompts, prompt, [])


def texts(answers: list[Answer]) -> list[Any]:
    return [turn.content for answer in answers for turn in answer.turns if isinstance(turn, Message)]


def test_the_choices_of_a_list_of_prompts_are_told_apart_by_their_index() -> None:
    body = answer("a1", "a2", "b1", "b2")
    body["choices"].reverse()
    several = record(["a", "b"], request={"n": 2}, response=body)

    assert texts(answers_of(several, 0, 2, "a")) == ["a1", "a2"]
    assert texts(answers_of(several, 1, 2, "b")) == ["b1", "b2"]


def test_an_echoed_prompt_is_taken_off() -> None:
    echoed = record("Say", request={"echo": True}, response=answer("Say hi"))

    assert texts(answers_of(echoed, 0, 1, "Say")) == [" hi"]
    assert texts(answers_of(record("Say", response=answer("Say hi")), 0, 1, "Say")) == ["Say hi"]


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

    assert texts(answers_of(record("Say", response=body), 0, 1, "Say")) == ["hi"]


@pytest.mark.parametrize("response", [None, {}, {"choices": None}])
def test_a_record_without_an_answer_says_so(response: Any) -> None:
    silent = record(response=response)
    choices = answers_of(silent, 0, 1, "")

    assert response_of(silent, choices, "chat")[0] is None
    assert lost(silent, choices) == [("response", "no answer in the log")]


def test_a_chat_answer_keeps_its_id_and_time_and_the_model_that_gave_it_is_named_next_to_it() -> None:
    call = record(
        response=answer("Hi."), id="cmpl-1", timestamp=1682932980.5, served_model="text-davinci-003"
    )

    assert response_of(call, answers_of(call, 0, 1, ""), "chat") == (
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
    assert answered_by(call) == {"answered_by": "text-davinci-003"}
    assert answered_by(record(model=None)) == {}


@pytest.mark.parametrize(("finish", "status"), [("stop", "completed"), ("length", "incomplete")])
def test_a_responses_answer_is_one_message(finish: str, status: str) -> None:
    call = record(response=answer("Hi.", finish_reason=finish))
    body, losses = response_of(call, answers_of(call, 0, 1, ""), "responses")

    assert body is not None
    assert (body["object"], body["status"], losses) == ("response", status, [])
    assert body["output"][0]["content"][0]["text"] == "Hi."


def test_what_the_new_answer_does_not_hold_is_named() -> None:
    call = record(response=answer("a", "b", logprobs={"tokens": ["a"]}))
    choices = answers_of(call, 0, 1, "")

    assert lost(call, choices) == [("response.logprobs", "numbers of the old model's tokens")]
    assert ("response", "answers after the first: Responses give one") in lost(call, choices, "responses")


def test_an_unknown_finish_reason_is_not_made_up() -> None:
    call = record(response=answer("Hi.", finish_reason="eos"))
    body, _ = response_of(call, answers_of(call, 0, 1, ""), "chat")

    assert body is not None
    assert body["choices"][0]["finish_reason"] is None


def test_the_calls_of_a_chat_answer_are_items_of_a_responses_answer() -> None:
    message = called("call_a", "look", '{"q":1}') | {"content": "Let me see."}
    call = chat(response={"choices": [{"message": message, "finish_reason": "tool_calls"}]})
    body, losses = response_of(call, answers_of(call), "responses")

    assert losses == []
    assert body is not None
    assert [item["type"] for item in body["output"]] == ["message", "function_call"]
    assert body["output"][1] == {
        "type": "function_call",
        "call_id": "call_a",
        "name": "look",
        "arguments": '{"q":1}',
    }


def test_the_items_of_a_responses_answer_are_one_chat_message() -> None:
    output = [
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Let me see."}]},
        {"type": "function_call", "call_id": "call_a", "name": "look", "arguments": "{}"},
    ]
    call = responses(response={"status": "completed", "output": output})
    body, losses = response_of(call, answers_of(call), "chat")

    assert losses == []
    assert body is not None
    assert body["choices"][0]["message"] == {
        "role": "assistant",
        "content": "Let me see.",
        "tool_calls": [{"id": "call_a", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
    }


def test_a_refusal_stays_one() -> None:
    call = chat(response={"choices": [{"message": {"content": None, "refusal": "I cannot."}}]})
    body, _ = response_of(call, answers_of(call), "responses")

    assert body is not None
    assert body["output"][0]["content"] == [{"type": "refusal", "refusal": "I cannot."}]
