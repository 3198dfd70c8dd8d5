"""Chunks of streams are assembled into the answer."""

import json
from typing import Any

import pytest
from support.reading import items

from tokcount.logs.adapt.assemble import assemble_text
from tokcount.logs.record import Record


def chunk(stream: str, delta: dict[str, Any], **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return {
        "id": stream,
        "object": "chat.completion.chunk",
        "model": "m",
        "choices": [choice],
        "usage": None,
        **more,
    }


def message(record: Any) -> dict[str, Any]:
    assert isinstance(record, Record)
    found: dict[str, Any] = (record.response or {})["choices"][0]["message"]
    return found


def test_chunks_are_grouped_by_id() -> None:
    """Two streams may come mixed."""
    first, second = items(
        chunk("a", {"role": "assistant", "content": "Hel"}),
        chunk("b", {"content": "x"}),
        chunk("a", {"content": "lo"}),
        {**chunk("a", {}), "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}},
    )

    assert [message(each)["content"] for each in (first, second)] == ["Hello", "x"]
    assert isinstance(first, Record)
    assert first.usage is not None
    assert (first.usage.input, first.usage.source) == (5, "stream")


def test_azures_first_chunk_belongs_to_the_stream_that_follows() -> None:
    """It has no id, no model and no choices."""
    empty = {"choices": [], "id": "", "model": "", "object": "", "prompt_filter_results": []}

    (record,) = items(empty, chunk("a", {"content": "x"}))

    assert isinstance(record, Record)
    assert (record.line, record.served_model) == (1, "m")


def test_tool_calls_are_joined_by_index() -> None:
    """Names and ids come once, arguments in fragments."""
    (record,) = items(
        chunk("a", {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "f", "arguments": ""}}]}),
        chunk("a", {"tool_calls": [{"index": 1, "id": "c2", "function": {"name": "g", "arguments": "{}"}}]}),
        chunk("a", {"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]}),
        chunk("a", {"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}),
    )

    calls = message(record)["tool_calls"]
    assert [call["id"] for call in calls] == ["c1", "c2"]
    assert calls[0]["function"] == {"name": "f", "arguments": '{"a":1}'}
    assert message(record)["content"] is None


def test_completions_chunks_and_several_choices() -> None:
    """Choices are separated by their index."""
    base = {"id": "cmpl-1", "object": "text_completion", "model": "davinci-002"}
    (record,) = items(
        {**base, "choices": [{"index": 0, "text": "a"}]},
        {**base, "choices": [{"index": 1, "text": "x"}]},
        {**base, "choices": [{"index": 0, "text": "b"}]},
        {**base, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 3}},
    )

    assert isinstance(record, Record)
    assert record.format == "openai.completions.stream"
    assert [choice["text"] for choice in (record.response or {})["choices"]] == ["ab", "x"]


def test_the_final_event_of_the_responses_api_is_the_answer() -> None:
    """Without it, the text that had arrived is."""
    created = {"type": "response.created", "response": {"id": "resp_1", "model": "gpt-4o"}}
    deltas = [
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": text}
        for text in ("Hel", "lo")
    ]
    done = {
        "type": "response.completed",
        "response": {"id": "resp_1", "output": [], "usage": {"input_tokens": 3}},
    }

    (whole,) = items(created, *deltas, done)
    (cut,) = items(created, *deltas)

    assert isinstance(whole, Record)
    assert whole.usage is not None
    assert isinstance(cut, Record)
    assert (cut.response or {})["output"][0]["content"][0]["text"] == "Hello"


def test_an_error_in_a_stream_is_a_failed_call() -> None:
    """Providers send it as an event."""
    text = f"data: {json.dumps({'error': {'code': 'overloaded'}})}\n\n"

    assert (assemble_text(text) or {})["error"] == {"code": "overloaded"}
    assert assemble_text("data: [DONE]\n\n") is None


def test_many_open_streams_do_not_pile_up() -> None:
    """The oldest is taken as finished when too many wait."""
    found = items(*(chunk(f"s{number}", {"content": "x"}) for number in range(1000)))

    assert len(found) == 1000


@pytest.mark.parametrize(
    "unexpected",
    [
        {"choices": "none"},
        {"choices": [None, 3]},
        {"choices": [{"index": "first", "delta": "text"}]},
        {"choices": [{"index": 0, "delta": {"content": 7, "tool_calls": "none"}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": [None, 3]}}]},
        {"choices": [{"index": 0, "text": None, "delta": None}]},
    ],
)
def test_chunks_of_unexpected_shape_change_nothing(unexpected: dict[str, Any]) -> None:
    (record,) = items(
        chunk("a", {"content": "Hel"}), {**chunk("a", {}), **unexpected}, chunk("a", {"content": "lo"})
    )

    assert message(record) == {"role": "assistant", "content": "Hello"}


def test_refusals_and_old_function_calls_are_joined_like_texts() -> None:
    (record,) = items(
        chunk("a", {"refusal": "I can"}),
        chunk("a", {"refusal": "not.", "function_call": {"name": "f", "arguments": '{"a"'}}),
        chunk("a", {"function_call": {"arguments": ": 1}"}}),
    )

    found = message(record)
    assert found["refusal"] == "I cannot."
    assert found["function_call"] == {"name": "f", "arguments": '{"a": 1}'}


def test_calls_without_an_index_count_by_their_place() -> None:
    calls = [{"id": "c1", "function": {"name": "f", "arguments": "{}"}}, {"id": "c2", "function": None}]
    (record,) = items(chunk("a", {"tool_calls": calls}))

    assert [call["id"] for call in message(record)["tool_calls"]] == ["c1", "c2"]
