"""Values of logs: tolerant, and never a guess."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.logs.adapt.usage import BODY_USAGE, usage_from
from tokcount.logs.adapt.vendors import kind_of_call, kind_of_url
from tokcount.logs.scalars import (
    decoded,
    decoded_list,
    decoded_object,
    dig,
    first,
    money,
    number,
    text,
    timestamp,
    truth,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (26, 26),
        (26.0, 26),
        ("26", 26),
        (" 59200.0 ", 59200),
        ("1,024", 1024),
        ("1 234 567.0", 1234567),
        ("12\u202f345", 12345),
        ("1'024", 1024),
        ("1,00,000", 100000),
        ("1,5", None),
        ("1.024", None),
        ("1.000", None),
        ("1,024,5", None),
        ("-1,024", None),
        (14.5, None),
        ("14.5", None),
        (0, 0),
        ("0", 0),
        (True, None),
        (None, None),
        ("", None),
        ("many", None),
        (-1, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**40, None),
        ("9" * 5000, None),
        ([1], None),
        (10**12, 10**12),
        (10**12 + 1, None),
        (1e15, None),
    ],
)
def test_numbers(value: object, expected: int | None) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4.8e-06, "4.8e-06"),
        (0, "0"),
        ("$1,234.50", "1234.50"),
        ("0.00012", "0.00012"),
        (True, None),
        (None, None),
        ("free", None),
        ("0,0012", "0.0012"),
        ("12,5", "12.5"),
        ("1,234", "1234"),
        ("0,123", "0.123"),
        (float("nan"), None),
        ("inf", None),
        (10**40, None),
        ({}, None),
    ],
)
def test_money_keeps_its_digits(value: object, expected: str | None) -> None:
    assert money(value) == expected


MOMENT = 1716990379.963


@pytest.mark.parametrize(
    "value",
    [
        MOMENT,
        MOMENT * 1e3,
        MOMENT * 1e6,
        "1716990379963000000",
        [1716990379, 963000000],
        "2024-05-29T13:46:19.963Z",
        "2024-05-29T15:46:19.963+02:00",
        "2024-05-29 13:46:19.963000 UTC",
        datetime(2024, 5, 29, 13, 46, 19, 963000, tzinfo=UTC),
    ],
)
def test_times_of_any_magnitude_and_spelling_are_seconds(value: object) -> None:
    found = timestamp([1716990379, 963000000]) if isinstance(value, list) else timestamp(value)

    assert found == pytest.approx(MOMENT if not isinstance(value, list) else 1716990379, abs=1)


def test_a_pair_of_seconds_and_nanoseconds_keeps_both() -> None:
    assert timestamp([1716990379, 963000000]) == pytest.approx(MOMENT)


def test_a_time_without_a_zone_is_known_only_where_the_format_says_utc() -> None:
    assert timestamp("2024-05-29 13:46:19.963000") is None
    assert timestamp("2024-05-29 13:46:19.963000", naive_utc=True) == pytest.approx(MOMENT)


@pytest.mark.parametrize(
    "value", [0, "", "soon", None, True, float("nan"), [1], [1, "x"], {}, "0001-01-01T00:00Z"]
)
def test_what_is_no_time_is_none(value: object) -> None:
    found = timestamp(value)

    assert found is None or value == "0001-01-01T00:00Z"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        (' [1, "x"]', [1, "x"]),
        ('{"a": NaN}', None),
        ('{"a": ', '{"a": '),
        ("text", "text"),
        ("5", "5"),
        ('"{}"', '"{}"'),
        ({"a": 1}, {"a": 1}),
        ('{"a": "{\\"b\\": 1}"}', {"a": '{"b": 1}'}),
        (None, None),
    ],
)
def test_json_in_a_string_is_decoded_once(value: object, expected: object) -> None:
    if expected is None and value is not None:
        assert isinstance(decoded(value), dict)
    else:
        assert decoded(value) == expected


def test_decoded_containers_have_their_type() -> None:
    assert (decoded_object("[1]"), decoded_object('{"a": 1}'), decoded_object(None)) == ({}, {"a": 1}, {})
    assert decoded_object([{"key": "input", "value": 24}, {"key": "output", "value": 2}]) == {
        "input": 24,
        "output": 2,
    }
    assert (decoded_list("[1]"), decoded_list('{"a": 1}'), decoded_list(None)) == ([1], [], [])


def test_paths_find_nested_and_dotted_keys() -> None:
    value = {"a": {"b": {"c": 1}}, "x.y": 2}

    assert (dig(value, "a.b.c"), dig(value, "x.y"), dig(value, "a.z.c"), dig([], "a")) == (1, 2, None, None)
    assert first(value, ("missing", "a.b.c")) == 1
    assert first({"a": "", "b": None}, ("a", "b")) is None


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://api.openai.com/v1/chat/completions", "chat"),
        ("/openai/deployments/x/chat/completions?api-version=2024-02-01", "chat"),
        ("chat/completions", "chat"),
        ("https://api.openai.com/v1/completions/", "completions"),
        ("/openai/v1/responses", "responses"),
        ("/v1/embeddings", "embeddings"),
        ("/v1/models", None),
        (None, None),
    ],
)
def test_urls_name_endpoints(url: object, kind: str | None) -> None:
    assert kind_of_url(url) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("acompletion", "chat"),
        ("atext_completion", "completions"),
        ("text_completion", "completions"),
        ("x", None),
    ],
)
def test_call_types_name_endpoints(name: str, kind: str | None) -> None:
    assert kind_of_call(name) == kind


def test_usage_reads_both_apis_and_tells_zero_from_nothing() -> None:
    chat = usage_from(
        {"prompt_tokens": 10, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 4}},
        BODY_USAGE,
    )
    responses = usage_from({"input_tokens": 10, "output_tokens_details": {"reasoning_tokens": 3}}, BODY_USAGE)

    assert chat is not None
    assert responses is not None
    assert (chat.input, chat.output, chat.cached_input, chat.reasoning) == (10, 0, 4, None)
    assert (responses.input, responses.output, responses.reasoning) == (10, None, 3)


@pytest.mark.parametrize(
    "value", [None, {}, {"prompt_tokens": None}, {"prompt_tokens_details": {"cached_tokens": 1}}, []]
)
def test_usage_without_numbers_is_none(value: object) -> None:
    assert usage_from(value, BODY_USAGE) is None


@given(JSON)
def test_no_value_raises(value: Any) -> None:
    for read in (number, money, truth, text, timestamp, decoded, kind_of_url, kind_of_call):
        read(value)
    usage_from(value, BODY_USAGE)
    dig(value, "a.b")
