"""What an audit wants of each record: parts that add up, and small facts; never text."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import polars as pl
import pytest
from support.shared import SHARED, needs_shared

from tokcount.logs import source as files
from tokcount.logs.options import ReadOptions
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.scanning.columns import ColumnBuilder
from tokcount.scanning.doubts import RecordDoubts
from tokcount.scanning.features.metadata import HEAD, metadata_of, prefixes_of
from tokcount.scanning.frame import joined
from tokcount.scanning.plan import ScanPlan, make_plan
from tokcount.scanning.run import run

SAMPLES = "sample_logs"


def audit_plan(*targets: str) -> ScanPlan:
    return msgspec.structs.replace(make_plan(to=targets), parts=True, shapes=True)


def scanned(path: str, *targets: str, jobs: int = 1) -> pl.DataFrame:
    return run(files.expand([path]), audit_plan(*targets), ReadOptions(), jobs=jobs).frame()


def record(request: Json | None, response: Json | None = None) -> Record:
    return Record(source="x", line=1, format="f", kind="chat", request=request, response=response)


def assert_parts_add_up(frame: pl.DataFrame, label: str) -> None:
    content = frame[f"{label}:content_tokens"].fill_null(0)
    for word in ("class", "role", "position"):
        names = [name for name in frame.columns if re.match(rf"{re.escape(label)}:{word}\[", name)]
        parts = frame.select(pl.sum_horizontal(pl.lit(0), *names)).to_series()
        assert (parts == content).all(), f"{label} {word}"


@pytest.mark.parametrize("target", ["gpt-4o", "o200k_base", "gpt-5.6-luna"])
def test_the_parts_of_each_record_add_up_to_its_content(target: str) -> None:
    frame = scanned(SAMPLES, target)

    for label in ("own", target):
        assert_parts_add_up(frame, label)


@needs_shared
@pytest.mark.parametrize(
    "folder", ["completions_legacy", "mt_bench", "tau_bench", "messy", "otel_genai", "codex"]
)
def test_the_parts_add_up_in_every_kind_of_log(folder: str) -> None:
    frame = scanned(str(SHARED / "samples" / folder), "gpt-4o", "p50k_base")

    for label in ("own", "gpt-4o", "p50k_base"):
        assert_parts_add_up(frame, label)


def test_the_parts_are_the_same_with_other_processes(tmp_path: Path) -> None:
    lines = Path(f"{SAMPLES}/support-chat.jsonl").read_text("utf-8")
    big = tmp_path / "big.jsonl"
    big.write_text(lines * 60, encoding="utf-8")

    assert scanned(str(big), "gpt-4o").equals(scanned(str(big), "gpt-4o", jobs=2))


def test_without_being_asked_there_are_no_parts() -> None:
    frame = run(files.expand([SAMPLES]), make_plan(to=["gpt-4o"]), ReadOptions(), jobs=1).frame()

    assert not [name for name in frame.columns if "[" in name or name.endswith("_id")]


def test_positions_tell_what_is_sent_again() -> None:
    frame = scanned(f"{SAMPLES}/support-chat.jsonl", "gpt-4o")
    first = frame.row(0, named=True)
    later = frame.filter(pl.col("messages") > 2).row(0, named=True)

    assert first["own:position[history]"] == 0
    assert first["own:position[last]"] == first["own:role[user]"]
    assert later["own:position[history]"] > 0
    assert later["own:position[system]"] == first["own:position[system]"]


SYSTEM = {"role": "system", "content": "Be brief."}
ASKED = {"role": "user", "content": "Hi"}
SAID = {"role": "assistant", "content": "Hello!"}
CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
RESULT = {"role": "tool", "tool_call_id": "1", "content": "42"}


def fingerprint(messages: list[Json], name: str = "request") -> int:
    return prefixes_of({"messages": messages})[name].fingerprint


def test_the_history_of_a_request_is_the_request_that_its_last_answer_came_from() -> None:
    assert fingerprint([SYSTEM, ASKED, SAID, ASKED], "history") == fingerprint([SYSTEM, ASKED])
    assert fingerprint([SYSTEM, ASKED, CALL, RESULT, RESULT], "history") == fingerprint([SYSTEM, ASKED])


def test_the_lead_of_a_request_is_its_system_prompt() -> None:
    one, other = prefixes_of({"messages": [SYSTEM, ASKED]}), prefixes_of({"messages": [SYSTEM, SAID]})

    assert one["lead"].fingerprint == other["lead"].fingerprint
    assert one["lead"].texts == ["Be brief."]
    assert one["request"].fingerprint != other["request"].fingerprint


def test_instructions_lead_a_responses_request() -> None:
    found = prefixes_of({"instructions": "Be brief.", "input": "Hi"})

    assert found["lead"].texts == ["Be brief."]


def test_a_lone_prompt_is_led_by_its_head_when_it_is_long() -> None:
    assert "lead" not in prefixes_of({"prompt": "short"})
    assert prefixes_of({"prompt": "a" * (HEAD + 1)})["lead"].texts == ["a" * HEAD]


@pytest.mark.parametrize("request_", [{}, {"messages": []}, {"messages": None}, {"prompt": 5}, {"input": {}}])
def test_a_request_without_messages_has_no_prefixes(request_: Json) -> None:
    assert prefixes_of(request_) == {}


def test_entries_of_any_shape_are_borne() -> None:
    assert (
        prefixes_of({"messages": [None, 1, [], {"content": {"a": 1}}, "\ud800"]})["request"].texts[-1]
        == "\ud800"
    )


@pytest.mark.parametrize(
    "response",
    [{"choices": [{"finish_reason": "length"}]}, {"incomplete_details": {"reason": "max_output_tokens"}}],
)
def test_an_answer_that_was_cut_off_is_a_fact(response: Json) -> None:
    assert metadata_of(record({}, response), None) == {"cut_off": 1}


@pytest.mark.parametrize(
    "response", [{}, {"choices": None}, {"choices": [None]}, {"choices": [{"finish_reason": "stop"}]}]
)
def test_an_answer_that_ended_by_itself_is_not(response: Json) -> None:
    assert metadata_of(record({}, response), None) == {}


@pytest.mark.parametrize(
    ("prompt", "lines"),
    [
        ("System: be brief\nUser: Hi\nAssistant:", 3),
        ("Human: Hi\n\nAI:", 2),
        ("### User:\nHi\n### Assistant:\n", 2),
        ("[USER]: hi\n[BOT]: hello", 2),
        ("User: Hi\nUser: again", 0),
        ("The user: a study of people", 0),
        ("Ratio 3:4", 0),
    ],
)
def test_role_markers_are_found_where_two_sides_speak(prompt: str, lines: int) -> None:
    assert metadata_of(record(None), {"prompt": prompt}).get("role_markers", 0) == lines


def test_only_the_last_message_of_a_chat_is_looked_at_for_markers() -> None:
    talk = {"role": "user", "content": "User: a\nAI: b"}

    assert metadata_of(record(None), {"messages": [talk, SAID, ASKED]}) == {}
    assert metadata_of(record(None), {"messages": [ASKED, talk]}) == {"role_markers": 2}


def test_extra_columns_are_0_where_nothing_was_put() -> None:
    builder, empty = ColumnBuilder(()), record(None)
    for row in range(5):
        if row == 2:
            builder.put("a", 5)
        if row == 3:
            builder.put("b_id", -(2**60))
        builder.append(empty, builder.codes(empty, RecordDoubts()), 0, [])
    frame = joined([(builder.finish(), 0)])

    assert frame.select("a", "b_id").to_dict(as_series=False) == {
        "a": [0, 0, 5, 0, 0],
        "b_id": [0, 0, 0, -(2**60), 0],
    }
