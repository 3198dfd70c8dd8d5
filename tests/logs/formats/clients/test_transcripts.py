"""Sessions of agents and of ChatGPT: one record a call, however many lines it is written on."""

from typing import Any

import pytest
from support.reading import answered, asked, items, reasons, record, records, used

from tokcount.logs.record import Skipped


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
    assert (used(found).output, used(found).input) == (60, 20)
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


def codex(kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": "2026-01-25T17:41:25.900Z", "type": kind, "payload": payload}


def counted(last: dict[str, int] | None, total: dict[str, int] | None) -> dict[str, Any]:
    info = {"last_token_usage": last, "total_token_usage": total}
    return codex("event_msg", type="token_count", info=info)


START = (
    codex("session_meta", id="s1", model_provider="openai", base_instructions={"text": "You are Codex"}),
    codex("turn_context", model="gpt-5.1-codex"),
    codex("response_item", type="message", role="user", content=[{"type": "input_text", "text": "fix"}]),
)
ACT = codex("response_item", type="function_call", call_id="e1", name="exec", arguments="{}")
SEEN = codex("response_item", type="function_call_output", call_id="e1", output="ok")
DONE = codex(
    "response_item", type="message", role="assistant", content=[{"type": "output_text", "text": "Done."}]
)


def test_a_rollout_is_one_record_a_call() -> None:
    first, second = records(
        *START,
        ACT,
        counted({"input_tokens": 100, "cached_input_tokens": 20, "output_tokens": 10}, {"input_tokens": 100}),
        SEEN,
        DONE,
        counted(
            {"input_tokens": 130, "output_tokens": 3, "reasoning_output_tokens": 1}, {"input_tokens": 230}
        ),
    )

    assert (first.format, first.kind, first.model, first.thread) == (
        "codex.rollout",
        "responses",
        "gpt-5.1-codex",
        "s1",
    )
    assert asked(first)["instructions"] == "You are Codex"
    assert [item["type"] for item in asked(first)["input"]] == ["message"]
    assert [item["type"] for item in (first.response or {})["output"]] == ["function_call"]
    assert (used(first).input, used(first).cached_input) == (100, 20)
    assert [item["type"] for item in asked(second)["input"]] == [
        "message",
        "function_call",
        "function_call_output",
    ]
    assert used(second).reasoning == 1
    assert {first.id, second.id} == {"s1:1", "s1:2"}


def test_repeated_and_empty_counts_are_no_calls() -> None:
    once = counted({"input_tokens": 100, "output_tokens": 10}, {"input_tokens": 100, "output_tokens": 10})
    nothing = codex("event_msg", type="token_count", info=None)

    assert len(records(*START, DONE, nothing, once, once)) == 1


def test_cumulative_usage_alone_is_told_apart_by_differences() -> None:
    found = records(
        *START,
        ACT,
        counted(None, {"input_tokens": 100, "output_tokens": 10}),
        SEEN,
        DONE,
        counted(None, {"input_tokens": 250, "output_tokens": 14}),
    )

    assert [(used(item).input, used(item).output) for item in found] == [(100, 10), (150, 4)]


def test_an_answer_after_the_last_count_is_still_a_record() -> None:
    assert record(*START, DONE).usage is None


def node(parent: str | None, children: list[str], message: dict[str, Any] | None) -> dict[str, Any]:
    return {"parent": parent, "children": children, "message": message}


def said(role: str, *parts: Any, **metadata: Any) -> dict[str, Any]:
    return {
        "author": {"role": role},
        "content": {"content_type": "text", "parts": list(parts)},
        "metadata": metadata,
    }


EXPORT: dict[str, Any] = {
    "create_time": 1700000000.0,
    "conversation_id": "c1",
    "default_model_slug": "gpt-4o",
    "current_node": "a2",
    "mapping": {
        "root": node(None, ["s"], None),
        "s": node("root", ["u"], said("system", "")),
        "u": node("s", ["a1", "a2"], said("user", "Hello")),
        "a1": node("u", [], said("assistant", "old", model_slug="gpt-4")),
        "a2": node("u", [], said("assistant", "Hi!", model_slug="gpt-4o-mini")),
    },
}


def test_an_export_is_the_branch_that_was_shown_last() -> None:
    found = record(EXPORT)

    assert (found.format, found.model, found.conversation, found.id) == (
        "chatgpt.export",
        "gpt-4o-mini",
        True,
        "c1",
    )
    assert [message["content"] for message in asked(found)["messages"]] == ["Hello", "Hi!"]


def test_an_export_without_its_leaf_follows_the_newest_branch() -> None:
    found = record({key: value for key, value in EXPORT.items() if key != "current_node"})

    assert [message["content"] for message in asked(found)["messages"]] == ["Hello", "Hi!"]


def test_hidden_messages_are_left_out_and_images_kept_as_parts() -> None:
    image = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}
    mapping = EXPORT["mapping"] | {
        "u": node("s", ["a2"], said("user", "What is", image)),
        "a2": node("u", [], said("assistant", "hidden", is_visually_hidden_from_conversation=True)),
    }
    found = record(EXPORT | {"mapping": mapping})

    (message,) = asked(found)["messages"]
    assert [part["type"] for part in message["content"]] == ["text", "image_url"]
    assert found.flags == ("media",)


def test_code_and_results_keep_their_text() -> None:
    mapping = EXPORT["mapping"] | {
        "a2": node(
            "u", [], {"author": {"role": "assistant"}, "content": {"content_type": "code", "text": "1+1"}}
        )
    }

    assert asked(record(EXPORT | {"mapping": mapping}))["messages"][-1]["content"] == "1+1"


@pytest.mark.parametrize("field", ["params", "result"])
def test_anthropics_batches_are_named_and_not_counted(field: str) -> None:
    (item,) = items({"custom_id": "a", field: {"model": "claude-3-haiku", "messages": []}})

    assert isinstance(item, Skipped)
    assert (item.reason, item.format) == ("unsupported", "anthropic.batch")


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


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        (
            {
                "message": "summary",
                "replacement_history": [{"type": "message", "role": "user", "content": "kept"}],
            },
            1,
        ),
        ({"message": "summary"}, 1),
        ({}, 0),
    ],
)
def test_a_compacted_rollout_begins_anew(payload: dict[str, Any], kept: int) -> None:
    usage = counted({"input_tokens": 9, "output_tokens": 1}, {"input_tokens": 9})

    (found,) = records(*START, codex("compacted", **payload), DONE, usage)

    assert len(asked(found)["input"]) == kept


def test_parts_of_an_export_of_other_kinds() -> None:
    parts = [
        {"content_type": "audio_asset_pointer"},
        {"content_type": "x", "text": "said"},
        {"content_type": "file"},
    ]
    mapping = EXPORT["mapping"] | {
        "u": node("s", ["a2"], said("user", *parts)),
        "a2": node("u", [], said("tool", "x")),
    }
    mapping["a2"]["message"]["author"]["name"] = "browser"
    found = record(EXPORT | {"mapping": mapping})

    first, second = asked(found)["messages"]
    assert [part["type"] for part in first["content"]] == ["input_audio", "text", "file"]
    assert second["name"] == "browser"


def test_an_export_that_bites_its_tail_ends() -> None:
    mapping = {"a": node("b", ["b"], said("user", "x")), "b": node("a", ["a"], said("assistant", "y"))}

    assert len(asked(record({"mapping": mapping, "conversation_id": "c"}))["messages"]) == 2
