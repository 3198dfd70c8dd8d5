"""Calls as platforms log them for other clients than OpenAI's: LangChain, Anthropic, the Responses API, tools."""

import json
from typing import Any

from support.reading import record, used

SYSTEM = {"role": "system", "content": "You are a weather bot."}
USER = {"role": "user", "content": "Weather in Oslo?"}
USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 60,
    "prompt_tokens_details": {"cached_tokens": 100},
    "completion_tokens_details": {"reasoning_tokens": 40},
}


def mlflow_span(asked: Any, answered: Any, **attributes: Any) -> dict[str, Any]:
    logged = {
        "mlflow.spanType": "CHAT_MODEL",
        "mlflow.spanInputs": asked,
        "mlflow.spanOutputs": answered,
        **attributes,
    }
    return {
        "span_id": "1",
        "trace_id": "t",
        "attributes": {name: json.dumps(value) for name, value in logged.items()},
    }


def test_mlflow_spans_of_langchain_have_the_model_and_the_usage_of_its_result() -> None:
    asked = [
        [{"type": "system", "content": SYSTEM["content"]}, {"type": "human", "content": USER["content"]}]
    ]
    answered = {
        "generations": [[{"text": "Rain.", "message": {"type": "ai", "content": "Rain."}}]],
        "llm_output": {"token_usage": USAGE, "model_name": "gpt-4o-2024-08-06"},
    }
    found = record(
        mlflow_span(
            asked,
            answered,
            invocation_params={"model": "gpt-4o"},
            **{"mlflow.chat.tokenUsage": {"input_tokens": 120, "output_tokens": 60}},
        )
    )

    assert (found.model, found.served_model) == ("gpt-4o", "gpt-4o-2024-08-06")
    assert (used(found).input, used(found).cached_input, used(found).reasoning) == (120, 100, 40)


def test_mlflow_spans_of_anthropic_have_the_cached_tokens() -> None:
    usage = {
        "input_tokens": 20,
        "cache_creation_input_tokens": 5,
        "cache_read_input_tokens": 100,
        "output_tokens": 60,
    }
    answered = {"role": "assistant", "content": [{"type": "text", "text": "Rain."}], "usage": usage}
    found = record(mlflow_span({"model": "claude-sonnet-4", "messages": [USER]}, answered))

    assert (used(found).input, used(found).cached_input, used(found).cache_write) == (125, 100, 5)


def test_the_instructions_next_to_an_input_are_part_of_the_request() -> None:
    span = {
        "type": "llm",
        "trace_id": "t",
        "project_id": "p",
        "input": {"input": [USER], "instructions": SYSTEM["content"]},
        "output": {"output": [{"type": "message", "content": [{"type": "output_text", "text": "Rain."}]}]},
        "model": "gpt-4.1",
        "usage": {"prompt_tokens": 120, "original_usage.cache_read_input_tokens": 100},
    }
    found = record(span)

    assert [message.text for message in found.messages] == [SYSTEM["content"], USER["content"]]
    assert (found.kind, used(found).cached_input) == ("responses", 100)


def test_a_system_prompt_next_to_a_question_is_part_of_the_request() -> None:
    asked = {"question": USER["content"], "system": SYSTEM["content"]}
    found = record({"type": "llm", "trace_id": "t", "project_id": "p", "input": asked, "output": "Rain."})

    assert [message.text for message in found.messages] == [SYSTEM["content"], USER["content"]]


def test_a_tool_call_of_posthog_is_one_although_it_is_a_part_of_the_content() -> None:
    call = {"type": "function", "id": "c", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}
    properties = {
        "$ai_model": "gpt-4o",
        "$ai_input": [USER],
        "$ai_output_choices": [
            {"role": "assistant", "content": [{"type": "text", "text": "Let me see."}, call]}
        ],
    }
    found = record({"event": "$ai_generation", "properties": properties})
    assert found.response is not None
    message = found.response["choices"][0]["message"]

    assert (message["content"], message["tool_calls"]) == ("Let me see.", [call])


def test_tool_results_of_datadog_are_messages() -> None:
    result = {"result": "3 degrees", "tool_id": "c", "type": "tool_result"}
    span = {
        "span_id": "1",
        "span_kind": "llm",
        "ml_app": "a",
        "model_name": "gpt-4o",
        "input": {"messages": [USER, {"role": "user", "content": "", "tool_results": [result]}]},
        "output": {"messages": [{"role": "assistant", "content": "Rain."}]},
    }
    messages = record(span).messages

    assert [(message.role, message.text) for message in messages] == [
        ("user", USER["content"]),
        ("tool", "3 degrees"),
    ]


def test_an_answer_of_anthropic_in_weave_is_read() -> None:
    answer = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Rain."}]}
    call = {
        "op_name": "weave:///e/p/op/anthropic.Messages.create:abc",
        "trace_id": "t",
        "inputs": {"model": "claude-sonnet-4", "messages": [USER]},
        "output": answer,
    }
    found = record(call)

    assert found.response is not None
    assert found.response["choices"][0]["message"]["content"] == answer["content"]
    assert "unread_answer" not in found.flags


def test_a_body_of_anthropic_is_read_as_an_answer_by_every_gateway() -> None:
    body = {"model": "claude-sonnet-4", "system": SYSTEM["content"], "messages": [USER]}
    answer = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Rain."}]}
    found = record(
        {
            "ai_org": "anthropic",
            "ai_model": "claude-sonnet-4",
            "request": {"body": body, "url": "https://api.anthropic.com/v1/messages"},
            "response": {"body": answer, "status": 200},
        }
    )

    assert (found.format, found.flags) == ("portkey.export", ("non_openai",))
    assert found.response is not None
    assert found.response["choices"][0]["message"]["content"] == answer["content"]
