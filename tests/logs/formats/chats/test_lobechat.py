"""LobeChat's exports."""

from support.reading import record


def test_the_tools_that_an_answer_calls_are_read() -> None:
    call = {
        "id": "c",
        "identifier": "web",
        "apiName": "search",
        "arguments": '{"q":"Oslo"}',
        "type": "builtin",
    }
    messages = [
        {"role": "user", "content": "Weather in Oslo?", "sessionId": "s"},
        {"role": "assistant", "content": "", "tools": [call], "sessionId": "s"},
        {"role": "tool", "content": "3 degrees", "tool_call_id": "c", "sessionId": "s"},
        {"role": "assistant", "content": "Rain.", "sessionId": "s"},
    ]
    found = record({"exportType": "all", "state": {"sessions": [], "messages": messages}})

    assert found.messages[1].tool_calls[0]["function"] == {
        "name": "web____search",
        "arguments": '{"q":"Oslo"}',
    }
