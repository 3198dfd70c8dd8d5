"""Generated logs as counted frames: calls of known, unpriced and unknown models, with and without a bill."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from support.frames import NEW, NEWER, record
from tokcount.reports.columns import NamedReference
from tokcount.scanning.frame import with_inputs

OWN = NamedReference("own")
REFERENCES = (OWN, NEW, NEWER)
LABELS = tuple(reference.label for reference in REFERENCES)
START = datetime(2025, 3, 30, tzinfo=UTC)
BILLED = (
    *("billed_input_tokens", "billed_output_tokens"),
    *("billed_cached_tokens", "billed_reasoning_tokens", "billed_cache_write_tokens"),
)

_tokens = st.integers(0, 9_000) | st.just(250_000)
_counts = st.none() | st.tuples(_tokens, st.integers(-3, 40))
_basis = st.sampled_from(["exact", "exact", "estimated", "partial"])
_calls = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["gpt-4o", "gpt-4", "gpt-6.2-astra-law", "mine", None]),
        "kind": st.sampled_from(["chat", "chat", "responses", "embeddings", "usage"]),
        "day": st.none() | st.integers(0, 70),
        "tier": st.sampled_from([None, None, "batch", "flex"]),
        "flags": st.sampled_from(["", "", "media", "cached_reply"]),
        "requests": st.sampled_from([1, 1, 1, 40]),
        "max_tokens": st.sampled_from([0, 0, 500, 200_000]),
        "counts": st.tuples(_counts, _counts, _counts),
        "basis": st.tuples(_basis, _basis, _basis),
        "outputs": st.none() | st.tuples(_tokens, _tokens, _tokens),
        "billed": st.none() | st.tuples(*[_tokens] * 2, *[st.none() | st.integers(0, 900)] * 3),
    }
)


def _row(line: int, call: dict[str, Any]) -> dict[str, Any]:
    row = record(line, source=f"{line % 2}.jsonl", shape="plain") | {
        name: call[name] for name in ("model", "kind", "tier", "flags", "requests", "max_tokens")
    }
    row["timestamp"] = None if call["day"] is None else START + timedelta(days=call["day"])
    row |= dict(zip(BILLED, call["billed"] or [None] * len(BILLED), strict=True))
    outputs = call["outputs"] or (None, None, None)
    for label, counted, basis, output in zip(LABELS, call["counts"], call["basis"], outputs, strict=True):
        content, framing = counted or (None, None)
        if content is not None and framing is not None:
            framing = max(framing, -content)  # framing may be negative, an input is not
        row |= {
            f"{label}:content_tokens": content,
            f"{label}:framing_tokens": framing,
            f"{label}:output_tokens": output,
            f"{label}:basis": None if counted is None else basis,
            **dict.fromkeys((f"{label}:estimated_low", f"{label}:estimated_high")),
        }
    return row


def _frame(calls: list[dict[str, Any]]) -> pl.DataFrame:
    numbers = {*BILLED, "requests", "max_tokens", "line", "index"}
    rows = [_row(line, call) for line, call in enumerate(calls, start=1)]
    schema: dict[str, Any] = {
        name: pl.Int64 if name in numbers or name.endswith(("_tokens", "_low", "_high")) else pl.String
        for name in rows[0]
    }
    schema["timestamp"] = pl.Datetime("us", "UTC")
    return with_inputs(pl.DataFrame(rows, schema=schema), LABELS)


LOGS = st.lists(_calls, min_size=1, max_size=8).map(_frame)
"""Frames as a scan makes them, with the counts of `REFERENCES`."""
