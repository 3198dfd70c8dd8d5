"""Token counts as polars expressions."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tokcount
import tokcount.polars
from tokcount.errors import UsageError

TEXTS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])))
CHAT = [{"role": "user", "content": "Is it?", "name": "ann"}, {"role": "assistant", "content": "Yes."}]


@settings(deadline=None)  # the first example loads the vocabulary
@given(TEXTS)
def test_an_expression_counts_as_the_library_does_and_keeps_nulls(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    counts = frame.select(pl.col("t").tokens.count("cl100k_base"))["t"]
    expected = [None if text is None else tokcount.count(text, "cl100k_base") for text in texts]
    assert counts.dtype == pl.Int64
    assert counts.to_list() == expected


def test_lazy_frames_know_the_type_and_stream() -> None:
    frame = pl.LazyFrame({"t": ["a b", None] * 5_000, "k": [1, 2] * 5_000})
    counted = frame.with_columns(n=pl.col("t").tokens.count()).filter(pl.col("n") > 0)
    assert counted.collect_schema()["n"] == pl.Int64
    assert counted.collect(engine="streaming")["n"].to_list() == [2] * 5_000
    assert counted.group_by("k").agg(pl.col("n").sum()).collect().rows() == [(1, 10_000)]


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["a b", "c"])])
def test_categories_are_texts(dtype: pl.DataType) -> None:
    assert pl.Series(["a b", None, "c"], dtype=dtype).tokens.count("o200k_base").to_list() == [2, None, 1]


def test_a_column_that_is_null_throughout_has_no_counts() -> None:
    assert pl.Series("t", [None, None]).tokens.count().to_list() == [None, None]


def test_numbers_are_refused() -> None:
    with pytest.raises(UsageError, match="'t' is Int64; a column of strings was expected"):
        pl.Series("t", [1]).tokens.count()


def test_unknown_names_are_refused_when_the_expression_is_made() -> None:
    with pytest.raises(UsageError, match="unknown encoding 'x'"):
        pl.col("t").tokens.count("x")
    with pytest.raises(UsageError, match="unknown model 'x'"):
        pl.col("t").tokens.count_request("x")


def test_chats_count_nested_as_json_and_as_bodies() -> None:
    expected = tokcount.count_request({"messages": CHAT}, "gpt-4o").total
    cells = [json.dumps(CHAT), json.dumps({"messages": CHAT}), None, "{cut", "no JSON"]
    frame = pl.DataFrame({"t": cells})
    counts = frame.select(pl.col("t").tokens.count_request("gpt-4o"))["t"]
    assert counts.to_list() == [expected, expected, None, None, None]
    nested = pl.DataFrame({"m": [CHAT, None]}).lazy().select(pl.col("m").tokens.count_request("gpt-4o"))
    assert nested.collect()["m"].to_list() == [expected, None]


def test_values_that_are_not_requests_are_null_next_to_those_that_are() -> None:
    column = ['[{"role":"user","content":"Hi"}]', "{}", '{"mesages":[]}', '{"messages":"x"}', "[{", "", None]

    counts = pl.DataFrame({"m": column}).select(pl.col("m").tokens.count_request("gpt-4o"))["m"]

    assert counts.to_list() == [8, *[None] * 6]
