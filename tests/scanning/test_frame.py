"""The frame of a scan: what it adds to the counts of the records."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tokcount.scanning.frame import with_inputs

SIDES = ("own", "gpt-4o")


def _frame(billed: int | None, **counts: tuple[int | None, str | None]) -> dict[str, Any]:
    """The only row of `with_inputs`; `counts` are content and basis under each side, with 3 tokens of framing."""
    row: dict[str, Any] = {"billed_input_tokens": billed}
    for label, (content, basis) in zip(SIDES, (counts["own"], counts["target"]), strict=True):
        framing = None if content is None else 3
        row |= {
            f"{label}:content_tokens": content,
            f"{label}:framing_tokens": framing,
            f"{label}:basis": basis,
            f"{label}:estimated_low": 40,
            f"{label}:estimated_high": 90,
        }
    integers = {name: pl.Int64 for name in row if name.endswith("_tokens")}
    return with_inputs(pl.DataFrame([row], schema_overrides=integers), SIDES).row(0, named=True)


def test_what_was_billed_beyond_a_partial_count_is_hidden_and_moves_to_every_target() -> None:
    row = _frame(250_000, own=(5, "partial"), target=(4, "partial"))

    assert (row["own:hidden_tokens"], row["own:input_tokens"]) == (249_992, 250_000)
    assert (row["gpt-4o:hidden_tokens"], row["gpt-4o:input_tokens"]) == (249_992, 249_999)


def test_a_target_that_takes_over_hidden_tokens_is_estimated() -> None:
    row = _frame(250_000, own=(5, "partial"), target=(4, "exact"))

    assert (row["own:basis"], row["gpt-4o:basis"]) == ("partial", "estimated")


def test_hidden_tokens_under_a_target_are_those_of_its_own_count_where_the_own_model_is_not_known() -> None:
    row = _frame(100, own=(None, None), target=(4, "partial"))

    assert (row["own:hidden_tokens"], row["own:input_tokens"]) == (None, None)
    assert (row["gpt-4o:hidden_tokens"], row["gpt-4o:input_tokens"]) == (93, 100)


@pytest.mark.parametrize("basis", ["exact", "estimated"])
def test_nothing_is_hidden_in_a_record_that_was_counted_as_a_whole(basis: str) -> None:
    row = _frame(250_000, own=(5, basis), target=(4, basis))

    assert (row["own:hidden_tokens"], row["own:input_tokens"], row["own:basis"]) == (0, 8, basis)
    assert (row["gpt-4o:hidden_tokens"], row["gpt-4o:basis"]) == (0, basis)


@pytest.mark.parametrize("billed", [None, 0, 8])
def test_nothing_is_hidden_when_no_more_was_billed_than_counted(billed: int | None) -> None:
    row = _frame(billed, own=(5, "partial"), target=(4, "partial"))

    assert (row["own:hidden_tokens"], row["own:input_tokens"]) == (0, 8)
    assert (row["gpt-4o:hidden_tokens"], row["gpt-4o:basis"]) == (0, "partial")


@pytest.mark.parametrize(("billed", "low", "high"), [(None, 40, 90), (60, None, None)])
def test_a_range_is_given_only_where_the_log_has_no_bill(
    billed: int | None, low: int | None, high: int | None
) -> None:
    row = _frame(billed, own=(5, "partial"), target=(4, "partial"))
    for label in SIDES:
        assert (row[f"{label}:estimated_low"], row[f"{label}:estimated_high"]) == (low, high)
