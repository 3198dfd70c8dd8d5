"""Baselines: small files that merge."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.errors import UsageError
from tokcount.reports.budgets.baseline import (
    SavedBaseline,
    conditions_of,
    from_text,
    json_value,
    merged,
    need_same_records,
    to_text,
)
from tokcount.reports.budgets.metric import Unit

UNITS: list[Unit] = ["tokens", "records", "share", "usd"]
VALUES = st.tuples(st.decimals(-(10**9), 10**9, places=6), st.sampled_from(UNITS))


def test_a_baseline_is_sorted_with_one_value_per_line_and_money_as_strings() -> None:
    money, tokens = json_value(Decimal("1.50"), "usd"), json_value(Decimal(3), "tokens")
    text = to_text({"b": money, "a": tokens, "c": json_value(Decimal("0.25"), "share")})

    assert text.splitlines()[2:-1] == [
        '  "values": {',
        '    "a": 3,',
        '    "b": "1.5",',
        '    "c": 0.25',
        "  }",
    ]


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_saved_values_are_read_back(values: dict[str, tuple[Decimal, Unit]]) -> None:
    written = {key: json_value(value, unit) for key, (value, unit) in values.items()}
    numbers = {key: value for key, (value, _) in values.items()}
    text = to_text(written, groups={"source": {"a.md": written}, "tag": {"x y": written}})

    assert from_text(text.encode("utf-8", "surrogatepass"), "x") == SavedBaseline(
        values=numbers, sources={"a.md": numbers}, tags={"x y": numbers}
    )
    turned = dict(reversed(written.items()))
    assert to_text(turned, groups={"source": {"a.md": turned}, "tag": {"x y": turned}}) == text


def test_of_several_baselines_the_last_wins() -> None:
    first = SavedBaseline(
        values={"a": Decimal(1), "b": Decimal(2)}, sources={"x": {"a": Decimal(1)}, "y": {"a": Decimal(0)}}
    )
    second = SavedBaseline(values={"a": Decimal(3)}, sources={"x": {"a": Decimal(3)}})

    assert merged([first, second]) == SavedBaseline(
        values={"a": Decimal(3), "b": Decimal(2)}, sources={"x": {"a": Decimal(3)}, "y": {"a": Decimal(0)}}
    )


def test_a_baseline_of_the_first_version_has_no_values_of_files() -> None:
    old = from_text(b'{"tokcount_baseline": 1, "values": {"a": 1}}', "main.json")

    assert old == SavedBaseline(values={"a": Decimal(1)})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "main.json is not JSON"),
        (b"\xff", "main.json is not JSON"),
        (b"[" * 100_000, "main.json is not JSON"),
        (b"[]", "main.json is not a baseline; save one with --save-baseline main.json"),
        (b'{"values": {}}', "main.json is not a baseline"),
        (
            b'{"tokcount_baseline": 3, "values": {}}',
            "version 3; this tokcount reads versions 1 and 2; save it again",
        ),
        (b'{"schema_version": 2, "values": {}}', "main.json is a report, not a baseline"),
        (b'{"tokcount_baseline": 2, "values": {}, "sources": 1}', "main.json: sources is not a table"),
        (b'{"tokcount_baseline": 2, "values": {}, "tags": {"x": 1}}', "main.json: tag 'x': not a table"),
        (
            b'{"tokcount_baseline": 2, "values": {}, "tags": {"x": {"a": "b"}}}',
            "tag 'x': a: 'b' is not a number",
        ),
        (b'{"tokcount_baseline": 1, "values": {"a": null}}', "main.json: a: None is not a number"),
        (b'{"tokcount_baseline": 1, "values": {"a": "x"}}', "main.json: a: 'x' is not a number"),
        (b'{"tokcount_baseline": 1, "values": {"a": true}}', "main.json: a: True is not a number"),
        (b'{"tokcount_baseline": 1, "values": {"a": 1e999999}}', "is not a number"),
        (b'{"tokcount_baseline": 1, "values": {"a": NaN}}', "is not a number"),
    ],
)
def test_a_file_that_is_not_a_baseline_gives_a_one_line_error(content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_text(content, "main.json")

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_baseline_is_plain_json() -> None:
    assert json.loads(to_text({})) == {"tokcount_baseline": 2, "values": {}}


@pytest.mark.parametrize(
    ("selection", "conditions"),
    [
        ("", ""),
        ('model = "gpt-4*", tag != "test"', 'model = "gpt-4*", tag != "test"'),
        ('model = "gpt-4*", since 2024-01-01, until 2024-01-31', 'model = "gpt-4*"'),
        ("since 2024-01-01T08:00, until 2024-01-31", ""),
        ('tag = "a, since 2024"', 'tag = "a, since 2024"'),
    ],
)
def test_a_baseline_keeps_the_conditions_but_not_the_span_of_time(selection: str, conditions: str) -> None:
    assert conditions_of(selection) == conditions
    assert from_text(to_text({}, conditions).encode(), "x").conditions == conditions


@pytest.mark.parametrize(("saved", "now"), [("", 'kind = "chat"'), ('kind = "chat"', ""), ("a", "b")])
def test_a_baseline_of_other_records_is_refused(saved: str, now: str) -> None:
    with pytest.raises(
        UsageError, match=r"^main.json was saved over .*, but this run is over .*; select"
    ) as caught:
        need_same_records(SavedBaseline(conditions=saved), now, "main.json")

    assert "\n" not in str(caught.value)
    need_same_records(SavedBaseline(conditions=saved), saved, "main.json")
