"""Codex rollouts: one record per call."""

from typing import Any

import pytest
from support.reading import asked, record, records, used


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
    assert first.id != second.id


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


def at(time: str, line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "timestamp": f"2026-05-01T{time}Z"}


def session(name: str, time: str, parent: str | None = None) -> dict[str, Any]:
    fields = {"id": name, "timestamp": f"2026-05-01T{time}Z"}
    return at(time, codex("session_meta", **fields, **({"forked_from_id": parent} if parent else {})))


def turn(time: str, total: int) -> tuple[dict[str, Any], ...]:
    """An answer and its bill of 100 tokens, `total` so far."""
    bill = counted(
        {"input_tokens": 100, "output_tokens": 10}, {"input_tokens": total, "output_tokens": total // 10}
    )
    return at(time, DONE), at(time, bill)


def test_a_history_that_is_written_again_has_the_ids_of_its_calls() -> None:
    first, second, again, third = records(
        session("a", "10:00:00"),
        *turn("10:00:05", 100),
        *turn("10:00:15", 200),
        *turn("11:00:05", 100),
        *turn("11:00:15", 300),
    )

    assert again.id == first.id
    assert len({first.id, second.id, third.id}) == 3


def test_a_fork_has_the_calls_of_its_parent_as_duplicates() -> None:
    (parent,) = records(session("a", "10:00:00"), *turn("10:00:05", 100))
    replayed, own = records(
        session("b", "11:00:00", parent="a"),
        session("a", "10:00:00"),
        *turn("11:00:00.100", 100),
        *turn("11:00:09", 200),
    )

    assert replayed.id == parent.id
    assert ["duplicate" in each.flags for each in (parent, replayed, own)] == [False, True, False]


def test_sums_that_begin_again_are_those_of_a_replay() -> None:
    """Without the usage of each call, the sums alone show it."""
    sums = [counted(None, {"input_tokens": 100 * n, "output_tokens": 10 * n}) for n in (1, 3, 1, 3, 6)]
    found = records(session("a", "10:00:00"), *(line for each in sums for line in (DONE, each)))
    calls = {(each.id, used(each).input) for each in found}

    assert len(found) == 5
    assert sorted(tokens or 0 for _, tokens in calls) == [100, 200, 300]


@pytest.mark.parametrize("name", ["b", None])
def test_another_session_in_the_file_shares_no_history(name: str | None) -> None:
    header = codex("session_meta", **({"id": name} if name else {}))
    first, second = records(
        session("a", "10:00:00"),
        *START[1:],
        *turn("10:00:05", 100),
        header,
        *START[1:],
        *turn("11:00:05", 100),
    )

    assert asked(second)["input"] == asked(first)["input"]
    assert first.id != second.id
