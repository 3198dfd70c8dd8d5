"""What holds of every row of every drift report: parts add up, and numbers follow from those next to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.frames import NEW, NEWER, OLD, Skips, counts, frame, record

from tokcount.reports.drift.compute import DriftOptions, report

REFERENCES = (OLD, NEW, NEWER)
PARTS = ("content_tokens", "framing_tokens", "hidden_tokens")

counted = st.none() | st.integers(0, 10_000)
calls = st.tuples(counted, counted, counted, st.integers(0, 40), st.integers(0, 3) | st.just(250_000))
models = st.sampled_from(["gpt-4", "gpt-4o", None])


def row_of(line: int, model: str | None, call: tuple[Any, ...]) -> dict[str, Any]:
    *contents, framing, hidden = call
    row = record(line, model=model)
    for reference, content in zip(REFERENCES, contents, strict=True):
        row |= counts(reference, content, framing, content, hidden=hidden)
    return row


@given(st.lists(st.tuples(models, calls), max_size=12))
def test_every_row_is_over_the_same_records_and_adds_up(
    log: list[tuple[str | None, tuple[Any, ...]]],
) -> None:
    rows = frame([row_of(line, *each) for line, each in enumerate(log, start=1)], REFERENCES)

    found = report(rows, Skips(), DriftOptions(OLD, (NEW, NEWER), by=("model",)))

    for references in (found.references, *(group.references for group in found.groups)):
        baseline, *targets = references
        for entry in references:
            assert sum(getattr(entry, name) or 0 for name in PARTS) == (entry.input_tokens or 0)
        for target in targets:
            if target.difference is not None:
                before, after = baseline.input_tokens or 0, target.input_tokens or 0
                assert (target.compared, target.difference) == (baseline.counted, after - before)
                assert target.drift == (pytest.approx((after - before) / before) if before else None)
    for place, total in enumerate(found.references):
        grouped = sum(group.references[place].input_tokens or 0 for group in found.groups)
        left_out = sum(entry.input_tokens.get(total.reference, 0) for entry in found.uncompared.left_out)
        assert grouped == (total.input_tokens or 0)
        assert grouped + left_out == rows[f"{total.reference}:input_tokens"].sum()
