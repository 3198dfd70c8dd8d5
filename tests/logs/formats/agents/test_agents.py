"""Sessions of agents: tools, failed calls, and clients that log cached tokens apart from the input."""

from typing import Any

from support.reading import items, reasons, record, records, used

from tokcount.logs.credible import credible
from tokcount.logs.record import Record


def opencode(**info: Any) -> dict[str, Any]:
    tokens = {"input": 20, "output": 10, "reasoning": 0, "cache": {"read": 100, "write": 5}}
    return {"id": "m", "sessionID": "s", "role": "assistant", "modelID": "gpt-5", "tokens": tokens, **info}


def test_cached_tokens_apart_from_the_input_are_credible() -> None:
    session = {
        "info": {"id": "s"},
        "messages": [
            {"info": {"role": "user"}, "parts": [{"type": "text", "text": "Weather in Oslo?"}]},
            {"info": opencode(), "parts": [{"type": "text", "text": "Rain."}]},
        ],
    }
    (found,) = credible(iter(records(session)))
    assert isinstance(found, Record)

    assert (used(found).input, used(found).cached_input) == (125, 100)
    assert "implausible_usage" not in found.flags


def test_answers_of_opencode_that_failed_are_errors() -> None:
    nothing = {"input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}}
    failed = opencode(tokens=nothing, error={"name": "APIError"})

    assert reasons(failed) == [("error", "opencode.message")]
    session = {"info": {}, "messages": [{"info": opencode(), "parts": []}, {"info": failed, "parts": []}]}
    assert [getattr(item, "reason", "record") for item in items(session)] == ["error", "record"]


def test_parts_and_tools_of_gemini_cli_are_read_and_notices_are_not() -> None:
    tokens = {"input": 80, "output": 10, "cached": 70, "thoughts": 20, "total": 110}
    result = [{"functionResponse": {"id": "c", "name": "w", "response": {"output": "3 degrees"}}}]
    call = {"id": "c", "name": "w", "args": {"city": "Oslo"}, "result": result}
    rows = [
        {"type": "user", "content": [{"text": "Weather in Oslo?"}]},
        {"type": "gemini", "content": "", "toolCalls": [call], "tokens": tokens},
        {"type": "info", "content": "Request cancelled."},
        {"type": "gemini", "content": "Rain.", "tokens": tokens},
    ]
    _, last = records({"sessionId": "s", "projectHash": "h", "messages": rows})

    assert [(message.role, message.text, len(message.tool_calls)) for message in last.messages] == [
        ("user", "Weather in Oslo?", 0),
        ("assistant", "", 1),
        ("tool", "3 degrees", 0),
    ]


def test_an_error_of_the_stream_of_codex_exec_is_an_error() -> None:
    events = [
        {"type": "thread.started", "thread_id": "t"},
        {"type": "error", "message": "stream error"},
        {"type": "turn.failed", "error": {"message": "limit"}},
    ]

    assert reasons(*events) == [("error", "codex.exec")] * 2


def test_a_streamed_call_of_autogen_has_its_answer_and_its_tokens() -> None:
    event = {
        "type": "LLMStreamEnd",
        "agent_id": "a",
        "response": {"content": "Rain.", "finish_reason": "stop"},
    }
    found = record({**event, "prompt_tokens": 120, "completion_tokens": 60})

    assert found.response is not None
    assert (used(found).input, used(found).output, found.flags) == (120, 60, ("hidden_context",))
