"""Langfuse: every spelling of an observation, and only generations count."""

import json
from typing import Any

import pytest
from support.reading import CHAT_REQUEST, answered, asked, items, reasons, record, records, row, used

from tokcount.logs.record import Record

BLOB: dict[str, Any] = {
    "id": "obs1",
    "trace_id": "t1",
    "type": "GENERATION",
    "start_time": "2024-05-29 13:46:19.963000",
    "input": json.dumps(CHAT_REQUEST["messages"]),
    "output": '{"role": "assistant", "content": "Paris."}',
    "provided_model_name": "gpt-4o-mini",
    "model_parameters": '{"temperature": 0}',
    "usage_details": {"input": 24, "output": 2, "total": 26, "input_cached_tokens": 4},
    "total_cost": 4.8e-06,
    "user_id": "u1",
    "session_id": "s1",
    "tags": ["prod"],
}
API: dict[str, Any] = {
    "id": "obs1",
    "traceId": "t1",
    "type": "GENERATION",
    "startTime": "2024-05-29T13:46:19.963Z",
    "model": "gpt-4o-mini",
    "modelParameters": {"temperature": 0},
    "input": CHAT_REQUEST["messages"],
    "output": {"role": "assistant", "content": "Paris."},
    "usage": {"input": 24, "output": 2, "total": 26, "unit": "TOKENS"},
    "promptTokens": 24,
    "completionTokens": 2,
}
CSV = {
    **{key: value if isinstance(value, str) else json.dumps(value) for key, value in BLOB.items()},
    "total_cost": "4.8e-06",
}


@pytest.mark.parametrize("value", [BLOB, API, row(**CSV)], ids=["blob", "api", "csv"])
def test_every_spelling_gives_the_same_call(value: dict[str, Any]) -> None:
    found = record(value)

    assert (found.format, found.kind, found.id, found.model) == (
        "langfuse.observations",
        "chat",
        "obs1",
        "gpt-4o-mini",
    )
    assert asked(found)["messages"] == CHAT_REQUEST["messages"]
    assert asked(found)["temperature"] == 0
    assert answered(found) == ["Paris."]
    assert (used(found).input, used(found).output, used(found).total) == (24, 2, 26)
    assert found.timestamp == pytest.approx(1716990379.963)


def test_labels_cost_and_cached_tokens_are_kept() -> None:
    found = record(BLOB)

    assert (found.user, found.thread, found.tags) == ("u1", "s1", ("prod",))
    assert (used(found).cached_input, used(found).cost_usd) == (4, "4.8e-06")


@pytest.mark.parametrize(
    ("given", "kind", "field", "expected"),
    [
        ("Say hi", "chat", "messages", [{"role": "user", "content": "Say hi"}]),
        ({"prompt": "Say hi"}, "chat", "messages", [{"role": "user", "content": "Say hi"}]),
        ({"role": "user", "content": "hi"}, "chat", "messages", [{"role": "user", "content": "hi"}]),
        (
            {"messages": [{"role": "user", "content": "hi"}]},
            "chat",
            "messages",
            [{"role": "user", "content": "hi"}],
        ),
        ({"q": "hi"}, "chat", "messages", [{"role": "user", "content": '{"q":"hi"}'}]),
    ],
)
def test_an_input_is_messages_a_body_or_a_prompt(given: Any, kind: str, field: str, expected: Any) -> None:
    found = record(API | {"input": given})

    assert (found.kind, asked(found)[field]) == (kind, expected)
    assert answered(found) == ["Paris."]


@pytest.mark.parametrize("given", ["Say hi", {"prompt": "Say hi"}])
def test_a_text_for_a_completions_model_is_a_prompt(given: Any) -> None:
    found = record(API | {"model": "gpt-3.5-turbo-instruct", "input": given, "output": " Hi!"})

    assert (found.kind, asked(found)["prompt"], answered(found)) == ("completions", "Say hi", [" Hi!"])


def test_tools_come_from_the_input_or_from_tool_messages() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    given = {"messages": [{"role": "user", "content": "hi"}], "tools": [tool]}
    appended = [{"role": "user", "content": "hi"}, {"role": "tool", "content": tool}]

    assert asked(record(API | {"input": given}))["tools"] == [tool]
    assert asked(record(API | {"input": appended}))["tools"] == [tool]
    assert len(asked(record(API | {"input": appended}))["messages"]) == 1


def test_a_generation_without_text_is_usage() -> None:
    assert record(API | {"input": None, "output": None}).kind == "usage"
    assert record(BLOB | {"input": "", "output": ""}).flags == ("no_text",)


def test_usage_in_characters_is_no_usage() -> None:
    found = record(
        API
        | {
            "usage": {"input": 24, "output": 2, "unit": "CHARACTERS"},
            "promptTokens": None,
            "completionTokens": None,
        }
    )

    assert found.usage is None


@pytest.mark.parametrize("kind", ["SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EMBEDDING"])
def test_other_observations_are_not_calls(kind: str) -> None:
    assert reasons(API | {"type": kind}) == [("not_llm", "langfuse.observations")]


def test_a_failed_generation_is_an_error() -> None:
    failed = API | {"level": "ERROR", "output": None, "usage": None, "completionTokens": 0}

    assert reasons(failed) == [("error", "langfuse.observations")]


def test_a_page_and_a_trace_hold_observations() -> None:
    page = {"data": [API, API | {"id": "obs2"}], "meta": {"page": 1, "totalItems": 2}}
    trace = {
        "id": "t1",
        "latency": 1,
        "name": "chat",
        "observations": [API, API | {"type": "SPAN", "id": "o"}],
    }

    assert [found.id for found in records(page)] == ["obs1", "obs2"]
    assert len(items(trace)) == 2


CALL = {"id": "c1", "name": "get", "args": {"city": "Paris"}}


@pytest.mark.parametrize(
    ("message", "arguments", "flags"),
    [
        ({"role": "assistant", "content": "", "tool_calls": [CALL]}, '{"city":"Paris"}', ("reserialised",)),
        (
            {
                "role": "assistant",
                "content": "",
                "additional_kwargs": {
                    "tool_calls": [{"id": "c1", "function": {"name": "get", "arguments": "{ }"}}]
                },
            },
            "{ }",
            (),
        ),
    ],
)
def test_langchains_tool_calls_become_those_of_the_api(message: Any, arguments: str, flags: Any) -> None:
    found = record(API | {"input": [message]})

    assert asked(found)["messages"][0]["tool_calls"][0]["function"]["arguments"] == arguments
    assert found.flags == flags


def test_tool_definitions_stand_in_a_column_of_their_own() -> None:
    definitions = {"get": '{"name": "get", "description": "d", "parameters": {"type": "object"}}'}

    assert asked(record(BLOB | {"tool_definitions": definitions}))["tools"][0]["function"]["name"] == "get"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ({"choices": [{"message": {"content": "Paris."}}]}, ["Paris."]),
        ({"completion": "Paris."}, ["Paris."]),
        ([{"role": "assistant", "content": "Paris."}], ["Paris."]),
        ({"content": "Paris."}, ["Paris."]),
        ("Paris.", ["Paris."]),
        ({"city": "Paris"}, ['{"city":"Paris"}']),
    ],
)
def test_an_output_is_a_body_messages_or_text(output: Any, expected: list[str]) -> None:
    assert answered(record(API | {"output": output})) == expected


def test_inputs_of_the_responses_api() -> None:
    items_of = [
        {"type": "function_call_output", "call_id": "c", "output": "ok"},
        {"role": "user", "content": "hi"},
    ]
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Paris."}]}
    found = record(API | {"input": items_of, "output": [message]})
    body = record(API | {"input": {"model": "gpt-5", "input": "hi"}, "output": {"output": [message]}})

    assert (found.kind, found.response) == ("responses", {"output": [message]})
    assert (body.kind, asked(body)["input"]) == ("responses", "hi")


def test_messages_that_are_not_objects_are_kept_for_the_reader_to_note() -> None:
    found = record(API | {"input": {"messages": ["hi", 5]}})

    assert asked(found)["messages"] == [{"role": "user", "content": "hi"}, {"role": "user", "content": 5}]
    assert found.flags == ("odd_content",)


def test_a_trace_without_observations_is_not_a_call() -> None:
    trace = {"id": "t1", "release": "1", "sessionId": "s", "public": False, "input": "x", "output": "y"}

    assert reasons(trace) == [("not_llm", "langfuse.observations")]


OUTER = API | {"id": "outer", "name": "ai.generateText", "input": {"prompt": "Say hi"}, "output": "Paris."}
INNER = API | {"id": "inner", "name": "ai.generateText.doGenerate", "parentObservationId": "outer"}


def test_a_generation_around_another_one_is_the_same_call() -> None:
    downloaded = {"trace": {"id": "t1"}, "observations": [OUTER, INNER]}
    chain = API | {"id": "chain", "name": "ChatOpenAI"}
    step = API | {"id": "step", "type": "SPAN", "parentObservationId": "chain"}
    call = API | {"id": "call", "parentObservationId": "step"}

    assert [item.id for item in items(downloaded) if isinstance(item, Record)] == ["inner"]
    nested = {"trace": {"id": "t1"}, "observations": [call, step, chain]}
    assert [item.id for item in items(nested) if isinstance(item, Record)] == ["call"]


def test_a_generation_inside_a_tool_of_another_one_is_a_call_of_its_own() -> None:
    tool = API | {"id": "tool", "type": "TOOL", "parentObservationId": "obs1"}
    inner = API | {"id": "inner", "parentObservationId": "tool"}

    found = items({"trace": {"id": "t1"}, "observations": [API, tool, inner]})

    assert [item.id for item in found if isinstance(item, Record)] == ["obs1", "inner"]


def test_rows_know_the_outer_generations_of_the_ai_sdk_by_name() -> None:
    assert [item.id for item in items(OUTER, INNER) if isinstance(item, Record)] == ["inner"]


def test_a_downloaded_trace_repeats_its_observations_and_is_read_once() -> None:
    assert len(items({"trace": {"id": "t1", "observations": [API]}, "observations": [API]})) == 1
    assert record({"trace": {"id": "t1", "observations": [API]}, "observations": []}).id == "obs1"


def test_parts_subtracted_from_the_input_are_added_where_the_total_shows_it() -> None:
    details = {"input": 14, "input_cached_tokens": 10, "output": 2, "output_reasoning_tokens": 3}
    subtracted = record(BLOB | {"usage_details": {**details, "total": 29}})
    whole = record(BLOB | {"usage_details": {**details, "total": 16}})

    assert (used(subtracted).input, used(subtracted).output) == (24, 5)
    assert (used(whole).input, used(whole).output) == (14, 2)
    assert used(subtracted).cached_input == used(whole).cached_input == 10


def test_usage_details_of_openinference_are_read() -> None:
    details = {"input": 24, "prompt_details.cache_read": 8, "output": 2, "completion_details.reasoning": 1}

    found = used(record(BLOB | {"usage_details": {**details, "total": 26}}))

    assert (found.input, found.cached_input, found.reasoning) == (24, 8, 1)


def test_a_text_of_lines_with_roles_is_several_messages() -> None:
    found = record(API | {"input": "system: Be brief.\nVery.\nuser: Hi"})

    assert asked(found)["messages"] == [
        {"role": "system", "content": "Be brief.\nVery."},
        {"role": "user", "content": "Hi"},
    ]
    assert found.flags == ("reserialised",)


RESPONSE = {
    "object": "response",
    "instructions": "Be brief.",
    "tools": [{"type": "function", "name": "get", "parameters": {}}],
    "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]}],
}


@pytest.mark.parametrize(
    "logged",
    [
        {"output": json.dumps(RESPONSE)},
        {"output": "Hi.", "metadata": json.dumps({"attributes": {"output.value": json.dumps(RESPONSE)}})},
    ],
    ids=["the answer", "the metadata"],
)
def test_instructions_and_tools_of_the_agents_sdk_are_in_the_response(logged: dict[str, Any]) -> None:
    found = record(API | {"input": [{"role": "user", "content": "Hi"}]} | logged)

    assert found.kind == "responses"
    assert asked(found)["instructions"] == "Be brief."
    assert asked(found)["tools"] == RESPONSE["tools"]
    assert asked(found)["input"] == [{"role": "user", "content": "Hi"}]


def test_tools_of_pydantic_ai_are_in_the_metadata() -> None:
    tool = {"name": "get", "description": "d", "parameters_json_schema": {"type": "object"}}
    attributes = {"model_request_parameters": {"function_tools": [tool], "output_tools": []}}

    found = record(API | {"metadata": {"attributes": attributes}})

    assert [each["function"]["parameters"] for each in asked(found)["tools"]] == [{"type": "object"}]


def test_messages_and_answers_of_parts_become_those_of_the_api() -> None:
    found = record(
        API
        | {
            "input": [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}],
            "output": [{"role": "assistant", "parts": [{"type": "text", "content": "Hello"}]}],
        }
    )

    assert asked(found)["messages"] == [{"role": "user", "content": "Hi"}]
    assert answered(found) == ["Hello"]


def test_the_provider_among_the_parameters_is_no_system_prompt() -> None:
    found = record(API | {"modelParameters": {"system": "openai.responses", "temperature": 0}})

    assert asked(found)["messages"] == CHAT_REQUEST["messages"]


def test_an_answer_of_the_ai_sdk_that_only_calls_tools_is_a_tool_call() -> None:
    call = {"toolCallId": "c1", "toolName": "get", "input": '{"city":"Paris"}'}

    found = record(API | {"output": [call]})

    (choice,) = (found.response or {})["choices"]
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "get", "arguments": '{"city":"Paris"}'}


def test_fields_of_events_next_to_those_of_a_message_are_not_read() -> None:
    event = {"role": "user", "content": "Hi", "event.name": "gen_ai.user.message", "gen_ai.message.index": 0}
    choice = {"index": 0, "message": {"role": "assistant", "content": "Ho"}, "event.name": "gen_ai.choice"}

    found = record(API | {"input": [event], "output": choice})

    assert (asked(found)["messages"], answered(found)) == ([{"role": "user", "content": "Hi"}], ["Ho"])


def test_the_arguments_of_a_call_with_one_text_are_that_text() -> None:
    found = record(API | {"input": {"args": ["Hi"]}})

    assert (asked(found)["messages"], found.flags) == ([{"role": "user", "content": "Hi"}], ())


def test_a_generation_without_text_and_only_zeros_is_empty() -> None:
    nothing = {"input": None, "output": None, "usage": None, "promptTokens": 0, "completionTokens": 0}

    assert reasons(API | nothing) == [("empty", "langfuse.observations")]


def test_a_text_that_is_json_stays_the_text_that_it_was() -> None:
    output = '{ "answer": "Paris", "sure": true }'

    found = record(API | {"input": '{ "q": "capital?" }', "output": output})

    assert asked(found)["messages"] == [{"role": "user", "content": '{ "q": "capital?" }'}]
    assert (answered(found), found.flags) == ([output], ())


def test_an_object_as_an_answer_is_its_json() -> None:
    found = record(API | {"output": {"answer": "Paris", "sure": True}})

    assert (answered(found), found.flags) == (['{"answer":"Paris","sure":true}'], ("reserialised",))
