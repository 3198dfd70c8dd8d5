"""Claude Code sessions: one record per call, however many lines it is written on."""

from typing import Any

import pytest
from support.reading import answered, asked, reasons, record, records, used


def line(kind: str, uuid: str, parent: str | None, **more: Any) -> dict[str, Any]:
    """A line of a Claude Code session."""
    return {"type": kind, "sessionId": "s1", "uuid": uuid, "parentUuid": parent, "isSidechain": False, **more}


def user(uuid: str, parent: str | None, content: Any) -> dict[str, Any]:
    return line("user", uuid, parent, message={"role": "user", "content": content})


def assistant(uuid: str, parent: str, block: Any, output: int, **more: Any) -> dict[str, Any]:
    message = {
        "id": "msg_1",
        "role": "assistant",
        "model": "claude-sonnet-4",
        "content": [block],
        "usage": {
            "input_tokens": 20,
            "cache_read_input_tokens": 300,
            "cache_creation_input_tokens": 40,
            "output_tokens": output,
        },
    }
    return line(
        "assistant", uuid, parent, message=message | more.pop("message", {}), requestId="req_1", **more
    )


TEXT = {"type": "text", "text": "Let me look."}


CALL = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}


RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "a.txt"}


def test_the_lines_of_one_call_are_one_record_with_the_largest_usage() -> None:
    found = record(
        user("u1", None, "List the files"),
        assistant("a1", "u1", TEXT, 1),
        assistant("a2", "a1", CALL, 60),
        assistant("a2", "a1", CALL, 60),
    )

    assert (found.format, found.line, found.id, found.model) == (
        "claude.code",
        2,
        "msg_1:req_1",
        "claude-sonnet-4",
    )
    assert asked(found)["messages"] == [{"role": "user", "content": "List the files"}]
    message = (found.response or {})["choices"][0]["message"]
    assert message["content"] == "Let me look."
    assert message["tool_calls"][0]["function"] == {"name": "Bash", "arguments": '{"command":"ls"}'}
    assert len(message["tool_calls"]) == 1
    assert (used(found).output, used(found).input, used(found).apart_input) == (60, 360, 340)
    assert (used(found).cached_input, used(found).cache_write) == (300, 40)
    assert found.flags == ("hidden_context", "non_openai", "reserialised")


def test_a_call_is_asked_with_what_stood_before_it() -> None:
    second = assistant("a3", "u2", {"type": "text", "text": "One file."}, 5, message={"id": "msg_2"})
    found = records(
        user("u1", None, "List the files"),
        assistant("a1", "u1", TEXT, 1),
        assistant("a2", "a1", CALL, 60),
        user("u2", "a2", [RESULT]),
        second,
    )

    assert [message["role"] for message in asked(found[1])["messages"]] == [
        "user",
        "assistant",
        "assistant",
        "tool",
    ]
    assert answered(found[1]) == ["One file."]


def test_calls_without_a_request_id_are_told_apart_by_their_message() -> None:
    def without(uuid: str, message: str) -> dict[str, Any]:
        row = assistant(uuid, "u1", TEXT, 1, message={"id": message})
        del row["requestId"]
        return row

    assert len(records(without("a1", "m1"), without("a2", "m1"), without("a3", "m2"))) == 2


def test_side_chains_are_calls_of_their_own_conversation() -> None:
    side = assistant("a9", "u9", TEXT, 3, isSidechain=True, message={"id": "msg_9"})
    found = records(user("u1", None, "main"), user("u9", None, "sub") | {"isSidechain": True}, side)

    assert [message["content"] for message in asked(found[0])["messages"]] == ["sub"]


def test_a_rewind_leaves_the_abandoned_branch_behind() -> None:
    def answer(uuid: str, parent: str) -> dict[str, Any]:
        return assistant(uuid, parent, {"type": "text", "text": uuid}, 1, message={"id": f"m-{uuid}"})

    found = records(
        user("u1", None, "start"),
        answer("a1", "u1"),
        user("u2", "a1", "first attempt"),
        answer("a2", "u2"),
        user("u3", "a1", "second attempt"),
        answer("a3", "u3"),
    )

    assert [m["content"] for m in asked(found[2])["messages"]] == ["start", "a1", "second attempt"]


def test_results_of_tools_that_ran_side_by_side_stay_together() -> None:
    other = CALL | {"id": "t2"}
    last = assistant("a9", "r2", {"type": "text", "text": "done"}, 2, message={"id": "msg_2"})
    found = records(
        user("u1", None, "go"),
        assistant("a1", "u1", CALL, 5),
        user("r1", "a1", [RESULT]),
        assistant("a2", "a1", other, 5),
        user("r2", "a2", [RESULT | {"tool_use_id": "t2"}]),
        last,
    )

    assert [m.get("tool_call_id") for m in asked(found[1])["messages"] if m["role"] == "tool"] == ["t1", "t2"]


def test_a_compacted_conversation_begins_anew() -> None:
    boundary = line("system", "cb", None, subtype="compact_boundary", content="Conversation compacted")
    found = records(
        user("u1", None, "long talk"),
        boundary,
        user("cs", "cb", "Summary: a talk."),
        assistant("a1", "cs", TEXT, 1),
    )

    assert [m["content"] for m in asked(found[0])["messages"]] == ["Summary: a talk."]


@pytest.mark.parametrize(
    "value",
    [
        {"type": "summary", "summary": "s", "leafUuid": "x"},
        {"type": "system", "sessionId": "s", "uuid": "u", "content": "c"},
        {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}},
        {"type": "queue-operation", "operation": "enqueue", "sessionId": "s"},
        {"type": "user", "sessionId": "s", "uuid": "u", "message": "text"},
        {"type": "assistant", "sessionId": "s", "uuid": "u", "message": None},
    ],
)
def test_other_lines_of_a_session_are_neither_records_nor_skipped(value: dict[str, Any]) -> None:
    answered = assistant("a1", "u1", TEXT, 1)

    assert len(records(value, answered)) == 1
    assert reasons(value) == [("empty", "claude.code")]


def test_answers_that_no_model_gave_are_skipped() -> None:
    failed = assistant("a1", "u1", TEXT, 1, isApiErrorMessage=True)
    synthetic = assistant("a2", "u1", TEXT, 1, message={"model": "<synthetic>"})

    assert reasons(failed, synthetic) == [("error", "claude.code"), ("not_llm", "claude.code")]


def test_blocks_of_other_kinds_in_a_session() -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    content = [
        {"type": "text", "text": "look"},
        image,
        {"type": "document", "source": {}},
        {"type": "thinking"},
    ]
    rich = RESULT | {"content": [{"type": "text", "text": "a"}, image]}
    odd = RESULT | {"content": {"exit": 0}}
    found = record(user("u1", None, content), user("u2", "u1", [rich, odd]), assistant("a1", "u2", TEXT, 1))

    sent = asked(found)["messages"]
    assert [part["type"] for part in sent[0]["content"]] == ["text", "image_url", "file"]
    assert [part["type"] for part in sent[1]["content"]] == ["text", "image_url"]
    assert sent[2]["content"] == '{"exit":0}'
