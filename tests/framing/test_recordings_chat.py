"""Recorded calls with billed usage: what share of Chat and completions requests is counted exactly as billed."""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest
from support.families import family_of
from support.shared import SHARED, needs_shared
from support.tokens import content_tokens, input_tokens

from tokcount.framing.families import FAMILIES
from tokcount.framing.rules import layout
from tokcount.models.resolve import resolve

pytestmark = needs_shared

KINDS = {"/v1/chat/completions": "chat", "/v1/completions": "completions"}
PLAIN = {"plain", "name", "text parts", "json_object"}
STRUCTURED = {"tools", "tools, forced by name", "tool_call history", "json_schema"}
CHAT = {"chat", "chat/0613", "0301"}


class Scored(NamedTuple):
    file: str
    id: str
    family: str
    category: str
    definition: str
    residual: int
    basis: str


def recordings(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(SHARED / "truth" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def score(record: dict[str, Any], file: str) -> Scored:
    request, response = record["request"], record["response"]
    kind = KINDS[record["endpoint"]]
    family = FAMILIES["completions"] if kind == "completions" else family_of(record["model"])
    laid = layout(kind, request, family, timestamp=response.get("created") or None, model=record["model"])
    encoding = resolve(record["model"]).model.encoding
    asked = [request.get(key) for key in ("tools", "functions", "response_format")]
    definition = json.dumps(
        asked if any(asked) else request.get("messages", request.get("prompt")), sort_keys=True
    )
    residual = input_tokens(laid, encoding) - response["usage"]["prompt_tokens"]
    assert content_tokens(laid, encoding) <= input_tokens(laid, encoding)
    key = hashlib.sha256(definition.encode()).hexdigest()
    return Scored(file, record["id"], family.name, record["category"], key, residual, laid.basis)


@cache
def scored() -> list[Scored]:
    return [
        score(record, file)
        for file in ("recordings", "recordings-later", "recordings-2026-11")
        for record in recordings(file)
        if record["endpoint"] in KINDS and "edited-request" not in record["flags"]
    ]


def share(found: list[Scored]) -> float:
    assert found
    return sum(one.residual == 0 for one in found) / len(found)


@pytest.mark.parametrize(
    ("families", "categories", "least"),
    [
        (CHAT, PLAIN, 0.98),
        ({"gpt5"}, PLAIN, 0.995),
        ({"o"}, PLAIN, 0.93),
        (CHAT, {"tools"}, 0.99),
        ({"gpt5"}, {"tools"}, 0.98),
        (CHAT, {"tools, forced by name"}, 0.98),
        ({"gpt5"}, {"tools, forced by name"}, 0.99),
        (CHAT, {"tool_call history"}, 0.985),
        ({"gpt5"}, {"tool_call history"}, 0.99),
        (CHAT | {"gpt5"}, {"json_schema"}, 0.99),
        ({"completions"}, {"completions"}, 0.97),
    ],
)
@pytest.mark.parametrize(
    "files",
    [{"recordings"}, {"recordings", "recordings-later", "recordings-2026-11"}],
    ids=["first", "all"],
)
def test_requests_are_counted_as_billed(
    files: set[str], families: set[str], categories: set[str], least: float
) -> None:
    found = [
        one for one in scored() if one.file in files and one.family in families and one.category in categories
    ]
    assert share(found) >= least


def test_definitions_are_counted_as_billed_each_counted_once() -> None:
    by_definition: dict[str, list[Scored]] = defaultdict(list)
    for one in scored():
        if one.category in STRUCTURED:
            by_definition[one.definition].append(one)
    whole = [all(one.residual == 0 for one in found) for found in by_definition.values()]
    assert sum(whole) / len(whole) >= 0.98


def test_what_is_called_exact_is_exact() -> None:
    found = [
        one
        for one in scored()
        if one.basis == "exact" and one.category in PLAIN | STRUCTURED | {"completions"}
    ]
    assert share(found) >= 0.995
    assert share([one for one in found if one.category in STRUCTURED]) >= 0.999


def test_most_structured_requests_are_called_exact() -> None:
    found = [one for one in scored() if one.category in STRUCTURED]
    assert sum(one.basis == "exact" for one in found) / len(found) >= 0.8
