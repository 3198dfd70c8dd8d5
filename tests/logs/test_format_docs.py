"""The table of formats names every format, and the examples of the walk-through work."""

import json
import re
from typing import Any

from support.paths import DOCS

from tokcount.logs.format import Location, RunInfo
from tokcount.logs.record import FLAGS, Record
from tokcount.logs.registry import format_names

WALK_THROUGH = (DOCS / "extend" / "log-format.md").read_text()
HERE = Location("acme.log.jsonl", 1)
FAMILIES = {
    *("otel", "openai.batch", "openai.pair", "openai.response", "openai.stream"),
    *("anthropic.batch", "gemini.batch", "bedrock.batch"),
}


def test_every_format_is_in_the_table() -> None:
    named = set(re.findall(r"`([a-z0-9_.]+)`", (DOCS / "formats.md").read_text()))

    assert set(format_names()) - FAMILIES - named == set()


def test_every_flag_of_the_table_exists() -> None:
    table = (DOCS / "formats.md").read_text().partition("| flag |")[2]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert {flag for cell in first_cells for flag in re.findall(r"`(\w+)`", cell)} <= set(FLAGS)
    assert first_cells


def examples() -> dict[str, Any]:
    """What the Python of the walk-through defines."""
    module: dict[str, Any] = {"__name__": "acme"}
    for code in re.findall(r"``python\n(.*?)``", WALK_THROUGH, re.DOTALL):
        exec(compile(code, "acme.py", "exec"), module)  # noqa: S102 - the code is the one in the document
    return module


def test_the_example_of_the_walk_through_reads_its_line() -> None:
    line = WALK_THROUGH.partition("``json\n")[2].partition("``")[0]
    (item,) = examples()["AcmeLog"]().read(json.loads(line), HERE)

    assert isinstance(item, Record)
    assert (item.format, item.kind, item.id, item.served_model) == (
        "acme.log",
        "chat",
        "a1",
        "gpt-4o-2024-08-06",
    )
    assert item.usage is not None
    assert (item.usage.input, item.usage.output) == (8, 1)


def test_the_grouped_example_of_the_walk_through_joins_its_lines() -> None:
    session = examples()["AcmeChunks"]().open(RunInfo())

    assert session.read({"acme_id": "a1", "text": "Hi"}, HERE) == []
    (item,) = session.read({"acme_id": "a1", "usage": {"prompt_tokens": 8}}, HERE)

    assert isinstance(item, Record)
    assert (item.request, item.id) == ({"prompt": "Hi"}, "a1")
