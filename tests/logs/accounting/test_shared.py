"""Accounting on recorded calls and on real traces."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from support.reading import items
from support.shared import SHARED, needs_shared

from tokcount.framing.families import FAMILIES
from tokcount.framing.rules import layout
from tokcount.logs.accounting.contradiction import contradiction
from tokcount.logs.accounting.unread import unread_request
from tokcount.logs.record import Record
from tokcount.logs.scalars import decoded

pytestmark = needs_shared

KINDS = {"/v1/chat/completions": "chat", "/v1/responses": "responses", "/v1/completions": "completions"}
TRACES = sorted((SHARED / "samples-2" / "langfuse").glob("*.json"))


@cache
def recordings() -> list[dict[str, Any]]:
    found = []
    for path in sorted((SHARED / "truth").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            found += map(json.loads, lines)
    return found


def test_only_texts_of_hosted_tools_are_not_read_in_recorded_requests() -> None:
    """Their text is in no number, and their count is below the bill."""
    found = {path for one in recordings() for path in unread_request(KINDS[one["endpoint"]], one["request"])}

    assert found <= {
        f"tools[].{name}" for name in ("description", "name", "parameters", "server_description", "tools")
    }


def test_an_answer_contradicts_a_recorded_request_only_where_it_was_edited() -> None:
    found = [one for one in recordings() if contradiction(one["request"], one["response"])]

    assert [one["flags"] for one in found] == [["suspect"]]


def generations(value: Any) -> Iterator[dict[str, Any]]:
    """The generations in a trace, wherever it keeps them."""
    value = decoded(value)
    if isinstance(value, dict):
        if value.get("type") == "GENERATION" and "input" in value:
            yield value
        for inner in value.values():
            yield from generations(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from generations(inner)


def sentences(value: Any) -> Iterator[str]:
    value = decoded(value)
    if isinstance(value, str):
        lines = (line.strip().removeprefix("system: ").removeprefix("user: ") for line in value.splitlines())
        yield from (line for line in lines if line.count(" ") > 2)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from sentences(inner)


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.name)
def test_a_record_of_a_trace_that_is_exact_counts_all_text_of_its_input(path: Any) -> None:
    found = {one["id"]: one for one in generations(json.loads(path.read_text("utf-8")))}
    for record in items(*found.values()):
        if not isinstance(record, Record) or record.request is None:
            continue
        laid = layout(record.kind, record.request, FAMILIES["chat"], model="gpt-4o")
        text = " ".join((*laid.texts, *laid.content))
        if laid.basis == "exact":
            assert [line for line in sentences(found[str(record.id)]["input"]) if line not in text] == []
