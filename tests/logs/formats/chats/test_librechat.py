"""LibreChat: conversations as the application exports them, and as its database keeps them."""

from support.reading import record


def test_the_result_of_a_tool_is_part_of_the_conversation() -> None:
    call = {"id": "c", "name": "weather", "args": '{"city":"Oslo"}', "output": "3 degrees"}
    messages = [
        {"text": "Weather in Oslo?", "isCreatedByUser": True},
        {"content": [{"type": "tool_call", "tool_call": call}, {"type": "text", "text": "Rain."}]},
    ]
    found = record({"conversationId": "c", "endpoint": "agents", "messages": messages})

    assert [(each.role, each.text, len(each.tool_calls)) for each in found.messages] == [
        ("user", "Weather in Oslo?", 0),
        ("assistant", "Rain.", 1),
        ("tool", "3 degrees", 0),
    ]


def test_messages_of_the_database_are_a_conversation() -> None:
    found = record(
        {"conversationId": "c", "sender": "User", "text": "Weather in Oslo?", "isCreatedByUser": True},
        {
            "conversationId": "c",
            "sender": "GPT-4o",
            "text": "Rain.",
            "isCreatedByUser": False,
            "model": "gpt-4o",
        },
    )

    assert (found.model, [each.role for each in found.messages]) == ("gpt-4o", ["user", "assistant"])
