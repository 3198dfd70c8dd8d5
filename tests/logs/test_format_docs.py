"""The table of formats names every format, and the walk-through works as it stands."""

import json
import re
from typing import Any

from support.paths import DOCS

from tokcount.logs.format import Location
from tokcount.logs.formats import format_names
from tokcount.logs.record import FLAGS, Record

FAMILIES = {"otel", "openai.batch", "openai.pair", "openai.response", "openai.stream"}


def test_every_format_is_in_the_table() -> None:
    named = set(re.findall(r"`([a-z_.]+)`", (DOCS / "formats.md").read_text()))

    assert set(format_names()) - FAMILIES - named == set()


def test_every_flag_of_the_table_exists() -> None:
    table = (DOCS / "formats.md").read_text().partition("| flag |")[2]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert {flag for cell in first_cells for flag in re.findall(r"`(\w+)`", cell)} <= set(FLAGS)
    assert first_cells


def test_the_example_of_the_walk_through_reads_its_line() -> None:
    text = (DOCS / "adding-a-format.md").read_text()
    code = text.partition("```python\n")[2].partition("```")[0]
    line = text.partition("```json\n")[2].partition("```")[0]
    module: dict[str, Any] = {"__name__": "acme"}
    exec(compile(code, "acme.py", "exec"), module)  # noqa: S102 - the code is the one in the document
    (item,) = module["FORMATS"][0].items(json.loads(line), Location("acme.log.jsonl", 1))

    assert isinstance(item, Record)
    assert (item.format, item.kind, item.id, item.served_model) == (
        "acme.log",
        "chat",
        "a1",
        "gpt-4o-2024-08-06",
    )
    assert item.usage is not None
    assert (item.usage.input, item.usage.output) == (8, 1)
