"""Chunks of streams are assembled into the answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.logfiles import read_all
from support.reading import items

from tokcount.logs.adapt.assemble import Assembly, assemble_text
from tokcount.logs.format import Location, RunInfo
from tokcount.logs.formats.openai import stream_chunks
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


def usage_chunk(stream: str) -> dict[str, Any]:
    return {**chunk(stream, {}), "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 2}}


def finish_chunk(stream: str) -> dict[str, Any]:
    return {**chunk(stream, {}), "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def test_any_number_of_mixed_streams_keep_their_texts_and_usage() -> None:
    names = [f"s{number}" for number in range(3000)]
    found = items(
        *(chunk(name, {"content": "word "}) for _ in range(3) for name in names), *map(usage_chunk, names)
    )

    assert len(found) == 3000
    assert {message(each)["content"] for each in found} == {"word word word "}
    assert all(isinstance(each, Record) and each.usage and each.usage.input == 10 for each in found)


def test_streams_that_have_ended_make_room_for_those_that_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_chunks, "MOST_WAITING", 100_000)
    others = [
        each
        for number in range(500)
        for each in (
            chunk(f"s{number}", {"content": "hi"}),
            finish_chunk(f"s{number}"),
            usage_chunk(f"s{number}"),
        )
    ]
    found = items(
        chunk("long", {"content": "Hel"}), *others, chunk("long", {"content": "lo"}), usage_chunk("long")
    )

    assert len(found) == 501
    assert all(isinstance(each, Record) and each.usage for each in found)
    assert [message(each)["content"] for each in found if isinstance(each, Record) and each.id == "long"] == [
        "Hello"
    ]


def test_open_streams_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_chunks, "MOST_WAITING", 100_000)
    session = stream_chunks.Streams().open(RunInfo())
    found = [
        item
        for number in range(1000)
        for item in session.read(chunk(f"s{number}", {"content": "x"}), Location("log", number + 1)) or ()
    ]

    assert len(found) > 900
    assert len([*found, *session.finish()]) == 1000


def test_the_end_of_one_stream_does_not_end_the_others(tmp_path: Path) -> None:
    values = [
        chunk("a", {"content": "Hel"}),
        chunk("b", {"content": "x"}),
        usage_chunk("b"),
        None,
        chunk("a", {"content": "lo"}),
        usage_chunk("a"),
        None,
    ]
    lines = ["data: [DONE]" if value is None else f"data: {json.dumps(value)}" for value in values]
    records, skipped = read_all(tmp_path, "\n\n".join(lines) + "\n\n", "log.sse")

    assert [(message(each)["content"], each.usage is not None) for each in records] == [
        ("x", True),
        ("Hello", True),
    ]
    assert skipped == []


def test_a_stream_without_ids_ends_where_it_says() -> None:
    """The same id again, or none, after the end of a choice is another call."""
    for name in ("", "same"):
        found = items(
            chunk(name, {"content": "one"}),
            finish_chunk(name),
            chunk(name, {"content": "two"}),
            finish_chunk(name),
        )
        assert [message(each)["content"] for each in found] == ["one", "two"]


def test_texts_that_only_some_servers_stream_are_kept() -> None:
    (record,) = items(
        chunk("a", {"role": "assistant", "reasoning_content": "Let me "}),
        chunk("a", {"reasoning_content": "think.", "content": None}),
        chunk("a", {"content": [{"type": "text", "text": "Hi"}]}),
    )

    assert message(record) == {
        "role": "assistant",
        "content": [{"type": "text", "text": "Hi"}],
        "reasoning_content": "Let me think.",
    }


def test_a_custom_tools_input_comes_in_fragments() -> None:
    (record,) = items(
        chunk(
            "a",
            {
                "tool_calls": [
                    {"index": 0, "id": "c", "type": "custom", "custom": {"name": "sql", "input": ""}}
                ]
            },
        ),
        *(chunk("a", {"tool_calls": [{"index": 0, "custom": {"input": text}}]}) for text in ("select", " 1")),
    )

    assert message(record)["tool_calls"] == [
        {"id": "c", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}
    ]


def test_fragments_of_a_call_take_time_in_proportion() -> None:
    """With a time that grows with its square, this would take minutes."""
    fragment = chunk("a", {"tool_calls": [{"index": 0, "function": {"arguments": "x" * 500}}]})
    stream = Assembly()
    for _ in range(40_000):
        stream.add(fragment)

    assert len(stream.body()["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]) == 20_000_000


def test_a_cut_off_responses_stream_holds_every_fragment_that_had_arrived() -> None:
    def event(name: str, **more: Any) -> dict[str, Any]:
        return {"type": f"response.{name}", "output_index": 0, **more}

    (record,) = items(
        event("created", response={"id": "r", "model": "gpt-5"}),
        event("output_item.added", item={"type": "reasoning", "id": "rs", "summary": []}),
        event("reasoning_summary_text.delta", summary_index=0, delta="Hm"),
        event(
            "output_item.done",
            item={"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hmm"}]},
        ),
        event(
            "output_item.added", output_index=1, item={"type": "function_call", "name": "f", "arguments": ""}
        ),
        event("function_call_arguments.delta", output_index=1, delta='{"a"'),
        event("function_call_arguments.delta", output_index=1, delta=": 1}"),
        event("refusal.delta", output_index=2, content_index=0, delta="No"),
    )

    assert isinstance(record, Record)
    assert (record.response or {})["output"] == [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hmm"}]},
        {"type": "function_call", "name": "f", "arguments": '{"a": 1}'},
        {"role": "assistant", "type": "message", "content": [{"type": "refusal", "refusal": "No"}]},
    ]


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
