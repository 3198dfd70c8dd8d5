"""Messages as events of a span or as log records."""

import json
from typing import Any

from support.otel import GENAI, _any_value, span
from support.reading import answered, asked, record, records, used

EVENTS = [
    {"name": "gen_ai.system.message", "attributes": {"content": "Be brief."}},
    {"name": "gen_ai.user.message", "attributes": {"gen_ai.event.content": '{"content": "weather?"}'}},
    {
        "name": "gen_ai.choice",
        "attributes": {
            "index": 0,
            "finish_reason": "stop",
            "message": '{"role": "assistant", "content": "Sun"}',
        },
    },
]


def test_messages_may_be_events_of_the_span() -> None:
    bare = {key: value for key, value in GENAI.items() if "messages" not in key}

    found = record(span(bare, events=EVENTS))

    assert asked(found)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "weather?"},
    ]
    assert answered(found) == ["Sun"]


def test_prompts_may_be_events_of_the_oldest_kind() -> None:
    bare = {key: value for key, value in GENAI.items() if "messages" not in key}
    prompt = json.dumps([{"role": "user", "content": "Hi"}])
    events = [
        {"name": "gen_ai.content.prompt", "attributes": {"gen_ai.prompt": prompt}},
        {
            "name": "gen_ai.content.completion",
            "attributes": {"gen_ai.completion": json.dumps([{"role": "assistant", "content": "Hello"}])},
        },
    ]

    found = record(span(bare, events=events))

    assert (asked(found)["messages"], answered(found)) == ([{"role": "user", "content": "Hi"}], ["Hello"])


def logs(*bodies: tuple[str, Any]) -> dict[str, Any]:
    """An OTLP message of log records of one span."""
    found = [
        {
            "timeUnixNano": "1795347038577154969",
            "spanId": "a1",
            "body": _any_value(body),
            "attributes": [{"key": "event.name", "value": {"stringValue": name}}],
        }
        for name, body in bodies
    ]
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": found}]}]}


CONVERSATION = (
    ("gen_ai.user.message", {"content": "weather?"}),
    (
        "gen_ai.assistant.message",
        {"tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get", "arguments": "{}"}}]},
    ),
    ("gen_ai.tool.message", {"content": "18C", "id": "c1"}),
    (
        "gen_ai.choice",
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Sun"}},
    ),
)


def test_messages_may_be_log_records_without_their_span() -> None:
    found = record(logs(*CONVERSATION))

    assert (found.format, found.kind, found.usage) == ("otel.genai_events", "chat", None)
    sent = asked(found)["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool"]
    assert sent[1]["tool_calls"][0]["function"] == {"name": "get", "arguments": "{}"}
    assert sent[2]["tool_call_id"] == "c1"
    assert answered(found) == ["Sun"]


def test_log_records_complete_the_span_that_follows() -> None:
    bare = {key: value for key, value in GENAI.items() if "messages" not in key}

    found = record(logs(*CONVERSATION), span(bare, context={"span_id": "0xa1"}))

    assert (found.format, found.model, used(found).input) == ("otel.genai_events", "gpt-4o-mini", 8)
    assert len(asked(found)["messages"]) == 3


def test_a_details_event_holds_the_attributes_of_the_span() -> None:
    found = record(logs(("gen_ai.client.inference.operation.details", GENAI)))

    assert asked(found)["messages"] == [{"role": "user", "content": "Hi"}]
    assert used(found).input == 8


def test_events_of_a_span_that_was_counted_with_its_text_are_not_needed() -> None:
    assert len(records(span(GENAI, context={"span_id": "0xa1"}), logs(*CONVERSATION))) == 1


def test_other_events_and_choices_in_other_shapes() -> None:
    bare = {key: value for key, value in GENAI.items() if "messages" not in key}
    events = [
        {"name": "exception", "attributes": {}},
        {"name": "gen_ai.user.message", "attributes": {"content": "hi"}},
        {"name": "gen_ai.choice", "attributes": {"message": "plain"}},
        {"name": "gen_ai.choice", "attributes": {"message.content": "dotted"}},
        {"name": "gen_ai.content.completion", "attributes": {"gen_ai.completion": "old"}},
    ]

    assert answered(record(span(bare, events=events))) == ["plain", "dotted", "old"]


def _event(name: str, **attributes: str) -> dict[str, Any]:
    return {"name": name, "attributes": attributes}


def test_blocks_of_strands_are_text_tool_calls_and_results() -> None:
    use = [{"toolUse": {"toolUseId": "t1", "name": "get", "input": {"city": "Paris"}}}]
    result = [{"toolResult": {"toolUseId": "t1", "status": "success", "content": [{"text": "18C"}]}}]
    events = [
        _event("gen_ai.user.message", content='[{"text": "Weather?"}]'),
        _event("gen_ai.assistant.message", content=json.dumps(use)),
        _event("gen_ai.tool.message", content=json.dumps(result), role="tool", id="t1"),
        _event("gen_ai.choice", message='[{"text": "18 degrees."}]', finish_reason="end_turn"),
    ]

    found = record(span({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}, events=events))

    user, call, answer = asked(found)["messages"]
    assert user == {"role": "user", "content": "Weather?"}
    assert call["tool_calls"][0]["function"] == {"name": "get", "arguments": '{"city":"Paris"}'}
    assert (answer["role"], answer["tool_call_id"], answer["content"]) == ("tool", "t1", "18C")
    assert answered(found) == ["18 degrees."]


def test_a_text_that_happens_to_be_json_stays_text() -> None:
    events = [_event("gen_ai.user.message", content='[{"city": "Paris"}]')]

    found = record(span({"gen_ai.request.model": "gpt-4o"}, events=events))

    assert asked(found)["messages"] == [{"role": "user", "content": '[{"city": "Paris"}]'}]


def test_a_prompt_of_openlit_is_split_by_its_roles() -> None:
    events = [
        _event("gen_ai.content.prompt", **{"gen_ai.prompt": "system: Be brief.\nuser: Hi\nthere"}),
        _event("gen_ai.content.completion", **{"gen_ai.completion": "Ho"}),
    ]

    found = record(span({"gen_ai.request.model": "gpt-4o"}, events=events))

    assert asked(found)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi\nthere"},
    ]
    assert (answered(found), found.flags) == (["Ho"], ("reserialised",))


def test_an_event_of_details_holds_the_messages_of_its_span() -> None:
    text = [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]
    details = _event(
        "gen_ai.client.inference.operation.details", **{"gen_ai.input.messages": json.dumps(text)}
    )

    found = record(span({"gen_ai.request.model": "gpt-4o"}, events=[details]))

    assert asked(found)["messages"] == [{"role": "user", "content": "Hi"}]
