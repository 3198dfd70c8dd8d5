"""Calls for embeddings: a pair that was billed is a record, anything else is none."""

from __future__ import annotations

from typing import Any

import pytest
from support.reading import asked, reasons, record, used

ANSWER = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 9, "total_tokens": 9},
}


@pytest.mark.parametrize("given", ["Hello there.", ["Hello.", "Bye."], [[1, 2], [3]]])
def test_a_pair_with_usage_is_a_record_without_an_answer(given: Any) -> None:
    sent = {"model": "text-embedding-3-small", "input": given, "dimensions": 256}
    found = record({"request": sent, "response": ANSWER})

    assert (found.format, found.kind, found.response) == ("openai.embeddings.pair", "embeddings", None)
    assert (asked(found)["input"], used(found).input, used(found).output) == (given, 9, None)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"model": "text-embedding-3-small", "input": "Hello there."}, "openai.embeddings.request"),
        (
            {
                "request": {"model": "text-embedding-3-small", "input": "Hello there."},
                "response": {"object": "list", "data": []},
            },
            "openai.embeddings.pair",
        ),
    ],
)
def test_a_call_without_a_bill_is_none(value: dict[str, Any], name: str) -> None:
    assert reasons(value) == [("not_llm", name)]
