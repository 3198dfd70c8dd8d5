"""Values that cannot be true are taken out of records of every format, and flagged."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, items

from tokcount.logs.credible import credible
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import read
from tokcount.logs.record import Record
from tokcount.logs.source import expand

TODAY = date(2026, 11, 22)
SENTENCE = "My card is 4111-1111, my password is HUNTER2"
ANSWER = {"role": "assistant", "content": "Paris."}
CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}


def plausible(value: Any) -> Record:
    """The record of one value, without implausible values."""
    (found,) = credible(items(value), TODAY)
    assert isinstance(found, Record)
    return found


def chat(usage: object, message: dict[str, Any] = ANSWER, **request: Any) -> Record:
    return plausible(
        {
            "request": {**CHAT_REQUEST, **request},
            "response": {
                "object": "chat.completion",
                "choices": [{"index": 0, "message": message}],
                "usage": usage,
            },
        }
    )


def responses(usage: object) -> Record:
    part = {"type": "output_text", "text": "Paris."}
    return plausible(
        {
            "request": {"model": "gpt-4o", "input": "What is the capital of France?"},
            "response": {
                "object": "response",
                "output": [{"type": "message", "role": "assistant", "content": [part]}],
                "usage": usage,
            },
        }
    )


def completions(usage: object, text: str = " Paris.", **request: Any) -> Record:
    return plausible(
        {
            "request": {"model": "gpt-3.5-turbo-instruct", "prompt": "The capital is", **request},
            "response": {"object": "text_completion", "choices": [{"text": text}], "usage": usage},
        }
    )


def billed(record: Record) -> tuple[int | None, int | None]:
    assert record.usage is not None
    return record.usage.input, record.usage.output


class TestUsage:
    @pytest.mark.parametrize(
        "record",
        [
            chat({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}),
            chat({"prompt_tokens": 0, "completion_tokens": 0}, CALL),
            responses({"input_tokens": 0, "output_tokens": 0}),
            completions({"prompt_tokens": 0, "completion_tokens": 0}),
            completions({"prompt_tokens": 0, "completion_tokens": 0}, prompt=[464, 3139]),
            plausible({**CHAT_RESPONSE, "usage": {"prompt_tokens": 0, "completion_tokens": 0}}),
            chat({"prompt_tokens": -1, "completion_tokens": "NaN"}),
            chat({"prompt_tokens": 10**400, "completion_tokens": "1e400"}),
        ],
    )
    def test_zero_beside_text_and_what_is_no_count_was_not_measured(self, record: Record) -> None:
        assert billed(record) == (None, None)
        assert "implausible_usage" in record.flags

    @pytest.mark.parametrize(
        ("usage", "found"),
        [
            ({"prompt_tokens": 24, "completion_tokens": 0}, (24, None)),
            ({"prompt_tokens": 0, "completion_tokens": 2}, (None, 2)),
            (
                {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 11}},
                (None, 2),
            ),
            ({"prompt_tokens": "3.008", "completion_tokens": "1,5"}, (None, None)),
        ],
    )
    def test_only_the_number_that_cannot_be_is_left_out(
        self, usage: object, found: tuple[int | None, int | None]
    ) -> None:
        assert billed(chat(usage)) == found
        assert chat(usage).flags == ("implausible_usage",)

    @pytest.mark.parametrize(
        "record",
        [
            chat({"prompt_tokens": 24, "completion_tokens": 0}, {"role": "assistant", "content": ""}),
            chat({"prompt_tokens": 24, "completion_tokens": 0}, {"role": "assistant", "content": None}),
            completions({"prompt_tokens": 3, "completion_tokens": 0}, "The capital is", echo=True),
            chat({"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 9}}),
            plausible({"object": "chat.completion", "choices": [], "usage": {"prompt_tokens": 0}}),
            chat(
                {"prompt_tokens": 0, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 9}},
                model="claude-sonnet-4",
            ),
            chat({"prompt_tokens": "", "completion_tokens": "n/a"}),
        ],
    )
    def test_a_number_that_can_be_stays(self, record: Record) -> None:
        assert "implausible_usage" not in record.flags

    def test_an_answer_may_nest_deeper_than_the_stack(self) -> None:
        deep: dict[str, Any] = {"text": "Paris."}
        for _ in range(5_000):
            deep = {"index": deep}
        record = completions({"prompt_tokens": 3, "completion_tokens": 1})
        record.response = {"choices": [deep]}
        assert record.usage is not None
        record.usage.output = 0

        assert [billed(found) for found in credible([record], TODAY) if isinstance(found, Record)] == [
            (3, None)
        ]

    def test_the_last_number_of_a_stream_that_is_not_zero_counts(self) -> None:
        chunk = {"id": "c", "object": "chat.completion.chunk", "model": "gpt-4o"}
        text = {**chunk, "choices": [{"index": 0, "delta": {"content": "Hi"}}]}
        usages = (
            {"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 64}},
            {"prompt_tokens": 0, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 0}},
            {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        )
        (found,) = credible(
            items(text, *({**chunk, "choices": [], "usage": usage} for usage in usages)), TODAY
        )

        assert isinstance(found, Record)
        assert found.usage is not None
        assert (*billed(found), found.usage.cached_input, found.flags) == (100, 2, 64, ())

    def test_a_zero_of_the_body_gives_way_to_a_number_of_the_log(self) -> None:
        response = {**CHAT_RESPONSE, "usage": {"prompt_tokens": 0, "completion_tokens": 0}}
        found = plausible({"request": CHAT_REQUEST, "response": response, "usage": {"prompt_tokens": 24}})

        assert billed(found) == (24, None)


class TestTime:
    @pytest.mark.parametrize(
        "time",
        [
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "20261120",
            20261120,
            1,
            45980.5,
            "2019-12-31T23:59:59Z",
            "2026-11-24T00:00:00Z",
            1e29,
        ],
    )
    def test_a_time_before_2020_or_after_tomorrow_is_none(self, time: object) -> None:
        found = plausible({"timestamp": time, **CHAT_REQUEST})

        assert (found.timestamp, found.flags) == (None, ("implausible_time",))

    @pytest.mark.parametrize(
        "time",
        ["2020-01-01T00:00:00Z", "2026-11-23T23:59:59Z", 1735689600, 1735689600_000, 1735689600_000_000_000],
    )
    def test_any_other_time_is_plausible(self, time: object) -> None:
        found = plausible({"timestamp": time, **CHAT_REQUEST})

        assert found.timestamp is not None
        assert found.flags == ()

    def test_the_answer_knows_the_time_that_the_log_does_not(self) -> None:
        found = plausible({"timestamp": 1, "request": CHAT_REQUEST, "response": CHAT_RESPONSE})

        assert (found.timestamp, found.flags) == (1735689600.0, ("implausible_time",))

    @pytest.mark.parametrize("today", [date.min, date.max])
    def test_any_day_can_be_today(self, today: date) -> None:
        (found,) = credible(items({"timestamp": 1735689600, **CHAT_REQUEST}), today)

        assert isinstance(found, Record)
        assert (found.timestamp is None) is (today == date.min)


class TestLabels:
    @pytest.mark.parametrize(
        "label",
        [
            SENTENCE,
            "x" * 101,
            "gpt-4o\nSECRET",
            "three words here",
            "gpt\u200b",
            "我的密码是猎人二号而且我的名字是安娜",
        ],
    )
    def test_a_label_that_could_be_text_is_withheld(self, label: str) -> None:
        row = {"request": {**CHAT_REQUEST, "model": label, "user": label}, "tags": [label, "a", label]}
        found = plausible({**row, "id": label})

        assert (found.model, found.user, found.tags) == ("…", "…", ("…", "a"))
        assert found.flags == ("withheld_label",)

    def test_a_served_model_that_could_be_text_is_not_known(self) -> None:
        found = plausible({"request": CHAT_REQUEST, "response": {**CHAT_RESPONSE, "model": SENTENCE}})

        assert (found.model, found.served_model) == ("gpt-4o-mini", None)

    def test_sentences_as_ids_make_no_copies(self) -> None:
        assert plausible({**CHAT_RESPONSE, "id": SENTENCE}).id is None
        assert plausible({**CHAT_RESPONSE, "id": "r" * 400}).id == "r" * 400

    @pytest.mark.parametrize(
        "label",
        ["ft:gpt-4o-2024-08-06:acme corp::AbC", "GPT 4o", "通义千问", "azure/eu/gpt-4o@2024", "Ann Smith"],
    )
    def test_a_name_stays(self, label: str) -> None:
        found = plausible({**CHAT_REQUEST, "model": label, "user": label})

        assert (found.model, found.user, found.flags) == (label, label, ())

    @given(st.text(min_size=1, max_size=300))
    def test_no_label_is_longer_than_a_name(self, label: str) -> None:
        found = plausible({"request": {**CHAT_REQUEST, "model": label, "user": label}, "tags": [label]})

        for shown in (found.model, found.user, *found.tags):
            assert shown is None or (len(shown) <= 100 and shown.isprintable() and len(shown.split()) <= 2)


def test_what_the_reader_returns_is_credible(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(f"prompt,model,timestamp\nHi,{SENTENCE.replace(',', '')},2026-11-24T00:00:00Z\n")
    (found,) = read(expand([str(log)]), ReadOptions(today=TODAY))

    assert isinstance(found, Record)
    assert (found.model, found.flags) == ("…", ("implausible_time", "withheld_label"))


def test_without_a_true_input_its_cached_part_is_not_known_either() -> None:
    usage = chat(
        {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 500}}
    ).usage

    assert usage is not None
    assert (usage.input, usage.cached_input, usage.output) == (None, None, 5)
