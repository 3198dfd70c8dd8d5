"""Recorded Responses calls are counted as they were billed: shares per shape, as floors that may only rise."""

import base64
import gzip
import json
import re
import struct
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import polars as pl
import pytest
from support.families import family_of
from support.shared import SHARED, needs_shared

from tokcount.framing.replies import layout_output
from tokcount.framing.rules import layout
from tokcount.reports.reconcile.billing_anomalies import billing_anomaly
from tokcount.scanning.features.answer import answer_items
from tokcount.tokens.encodings import get

pytestmark = needs_shared

REMOVED = re.compile(r"removed-media:image/[^;]+;width=(\d+);height=(\d+)")
PLAIN = frozenset({"plain", "text parts", "json_object"})


class Scored(NamedTuple):
    file: str
    family: str
    category: str
    basis: str
    residual: int
    named: bool
    output_residual: int
    output_basis: str
    beyond: tuple[int, int] | None


def load() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("recordings", "recordings-later", "recordings-2026-11"):
        with gzip.open(SHARED / "truth" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if record["endpoint"] == "/v1/responses":
                    yield name, record


def with_images(value: Any) -> Any:
    """Images that the collection replaced by their size come back as the header of a GIF of that size."""
    if isinstance(value, dict):
        return {key: with_images(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_images(inner) for inner in value]
    found = REMOVED.match(value) if isinstance(value, str) else None
    if found is None:
        return value
    header = b"GIF89a" + struct.pack("<HH", int(found[1]), int(found[2]))
    return "data:image/gif;base64," + base64.b64encode(header + b"\0" * 8).decode()


@cache
def tok(encoding: str, text: str) -> int:
    return len(get(encoding).encode_ordinary(text))


def score(name: str, record: dict[str, Any]) -> Scored:
    model, response = record["model"], record["response"]
    request = with_images(record["request"])
    family = family_of(model)
    encoding = "cl100k_base" if re.match(r"gpt-(3|4$|4-)", model) else "o200k_base"
    created = response.get("created_at") or response.get("created")
    laid = layout("responses", request, family, model=model, timestamp=created, response=response)
    counted = laid.constant + sum(tok(encoding, text) for text in laid.texts)
    usage = response["usage"]
    back = layout_output("responses", response, family, request=request)
    reasoning = (usage.get("output_tokens_details") or {}).get("reasoning_tokens") or 0
    counted_output = back.constant + sum(tok(encoding, text) for text in back.texts) + reasoning
    named = is_anomaly(usage["input_tokens"], counted, response, created)
    return Scored(
        name, record["family"], record["category"], laid.basis, counted - usage["input_tokens"], named,
        counted_output - usage["output_tokens"], back.basis, laid.beyond,
    )  # fmt: skip


def is_anomaly(billed: int, counted: int, response: dict[str, Any], created: float | None) -> bool:
    """Whether `reconcile` knows why the bill differs."""
    time = None if created is None else datetime.fromtimestamp(created, UTC)
    facts = {
        "billed_input_tokens": billed,
        "counted_input_tokens": counted,
        "timestamp": pl.Series([time], dtype=pl.Datetime("us", "UTC")),
    }
    return pl.DataFrame(facts | answer_items(response)).select(billing_anomaly().is_not_null()).item()


@cache
def scored() -> tuple[Scored, ...]:
    return tuple(score(name, record) for name, record in load())


def share(rows: list[Scored]) -> float:
    return sum(row.residual == 0 for row in rows) / len(rows)


@pytest.mark.parametrize(
    ("family", "shape", "floor"),
    [
        ("chat", "plain", 0.97),
        ("chat", "tools", 0.92),
        ("chat", "tools, forced by name", 1.0),
        ("chat", "tool_call history", 0.955),
        ("chat", "json_schema", 0.93),
        ("gpt5", "plain", 0.925),
        ("gpt5", "tools", 1.0),
        ("gpt5", "tools, forced by name", 1.0),
        ("gpt5", "tool_call history", 0.95),
        ("gpt5", "json_schema", 1.0),
        ("o", "plain", 0.95),
        ("o", "tools", 1.0),
        ("o", "tools, forced by name", 1.0),
    ],
)
def test_share_counted_exactly_with_billing_anomalies(family: str, shape: str, floor: float) -> None:
    rows = [row for row in scored() if row.family == family]
    rows = [row for row in rows if row.category == shape or (shape == "plain" and row.category in PLAIN)]
    assert share(rows) >= floor


def test_tools_calls_and_schemas_without_billing_anomalies() -> None:
    shapes = {"tools", "tools, forced by name", "tool_call history", "json_schema"}
    rows = [row for row in scored() if row.category in shapes and not row.named]
    assert share(rows) >= 0.98


def test_exact_means_exact_without_billing_anomalies() -> None:
    rows = [
        row for row in scored() if row.basis == "exact" and not row.named and row.category != "codex backend"
    ]
    assert len(rows) > 900
    assert share(rows) >= 0.995


def test_partial_counts_are_floors() -> None:
    rows = [row for row in scored() if row.basis == "partial"]
    above = [row for row in rows if row.residual > 0]
    assert len(above) <= 2, "all but two whose dates are before their models"


def test_bills_are_in_the_ranges_of_what_is_not_counted() -> None:
    ranges = [(row.beyond, -row.residual) for row in scored() if row.beyond is not None]
    inside = sum(low <= missing <= high for (low, high), missing in ranges)
    assert len(ranges) > 100
    assert inside / len(ranges) >= 0.95


def test_images_on_models_with_a_known_rule() -> None:
    rows = [row for row in scored() if row.category == "image" and row.basis != "partial"]
    assert sum(abs(row.residual) <= 1 for row in rows) / len(rows) >= 0.75


def test_output_of_chat_models() -> None:
    rows = [row for row in scored() if row.output_basis == "exact" and row.family == "chat"]
    assert sum(row.output_residual == 0 for row in rows) / len(rows) >= 0.95


def test_every_recording_has_a_reason_unless_exact() -> None:
    by_basis: dict[str, int] = defaultdict(int)
    for row in scored():
        by_basis[row.basis] += 1
    assert set(by_basis) == {"exact", "estimated", "partial"}
