"""Reports as JSON."""

from __future__ import annotations

import json

from support.rendering import render

from tokcount.reports.inspect.count_report import CountedInput, CountReport
from tokcount.version import __version__

REPORT = CountReport(
    inputs=[CountedInput(path="=größe\x1b", bytes=3, tokens={"o200k_base": 1})], total={"o200k_base": 1}
)


def test_the_envelope_comes_first() -> None:
    document = json.loads(render(REPORT, "json"))

    assert list(document) == ["schema_version", "tokcount", "command", "inputs", "total", "layout"]
    assert (document["schema_version"], document["tokcount"], document["command"]) == (
        2,
        __version__,
        "count",
    )
