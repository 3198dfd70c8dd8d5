"""The Big List of Naughty Strings as prompts and messages: read as they are, counted as tiktoken counts them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO

import pytest
from fuzz.targets import items_of
from support.paths import TESTS
from support.tokens import tok

from tokcount.logs.record import Record
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.plan import make_plan
from tokcount.scanning.result import SkippedSummary, records_of

STRINGS: list[str] = json.loads(
    (TESTS / "logs" / "data" / "naughty_strings.json").read_text(encoding="utf-8")
)
ENCODINGS = ("p50k_base", "cl100k_base", "o200k_base")


def lines(values: list[object], *, ascii_only: bool) -> str:
    return "\n".join(json.dumps(value, ensure_ascii=ascii_only) for value in values)


def table(strings: list[str]) -> str:
    file = StringIO()
    csv.writer(file).writerows([("prompt", "model"), *((text, "gpt-4o") for text in strings)])
    return file.getvalue()


LOGS: dict[str, Callable[[list[str]], str]] = {
    "prompts": lambda texts: lines([{"model": "m", "prompt": text} for text in texts], ascii_only=False),
    "escaped": lambda texts: lines([{"model": "m", "prompt": text} for text in texts], ascii_only=True),
    "messages": lambda texts: lines(
        [{"model": "gpt-4o", "messages": [{"role": "user", "content": text}]} for text in texts],
        ascii_only=False,
    ),
    "an array": lambda texts: json.dumps(
        [{"model": "m", "prompt": text} for text in texts], ensure_ascii=False
    ),
    "Python": lambda texts: "\n".join(repr({"model": "m", "prompt": text}) for text in texts),
    "a table": table,
}


@pytest.mark.parametrize("engine", ["tiktoken", "fast"])
@pytest.mark.parametrize("log", LOGS)
def test_naughty_strings_are_counted_as_tiktoken_counts_them(log: str, engine: str) -> None:
    if engine == "fast":
        pytest.importorskip("splintr")
    items, _ = items_of(
        LOGS[log](STRINGS).encode("utf-8", "surrogatepass"), "log.csv" if log == "a table" else "log"
    )
    skipped = SkippedSummary()
    rows = RecordCounter(make_plan(engine=engine)).process(records_of(items, skipped))

    assert skipped.total == 0
    assert all(isinstance(item, Record) for item in items)
    for encoding in ENCODINGS:
        assert list(rows.values(f"{encoding}:content_tokens")) == [tok(text, encoding) for text in STRINGS]
