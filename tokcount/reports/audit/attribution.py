"""Why the tokens of a log change: by the kind of text, by role, by position in the request, and by framing.

Each of the three tables adds up to the whole, for the baseline, for the target and for the difference: a token of the
content is of one class, one role and one position, and what is not content is framing or hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from tokcount.reports.audit.report import Attribution, Part
from tokcount.reports.columns import column, tokens
from tokcount.scanning.schema import parse_column

TABLES: Final = {"classes": "class", "roles": "role", "positions": "position"}
"""Key of a table in a report → the word in the columns `R:WORD[PART]` of a scan with parts."""
FRAMING: Final = "framing"
HIDDEN: Final = "hidden"
LAST: Final = (HIDDEN, FRAMING)
"""The parts that are not content."""
NOT_LOOKED_AT: Final = "not_looked_at"
"""Content that the scan did not break down."""


def attribution(frame: pl.DataFrame, baseline: str, target: str) -> Attribution:
    """The difference of the input tokens between two references, part by part, over the records both can count."""
    both = tokens(baseline, "input_tokens").is_not_null() & tokens(target, "input_tokens").is_not_null()
    needed = [
        name
        for name in frame.columns
        if (known := parse_column(name)) is not None and known.label in (baseline, target)
    ]
    rows = frame.lazy().filter(both).select(needed).collect()
    before, after = (_sum(rows, column(label, "input_tokens")) for label in (baseline, target))
    return Attribution(
        reference=target,
        baseline=baseline,
        compared=rows.height,
        baseline_tokens=before,
        target_tokens=after,
        difference=after - before,
        **{key: _table(rows, word, baseline, target) for key, word in TABLES.items()},
    )


def part_columns(frame: pl.DataFrame, labels: Sequence[str]) -> list[str]:
    """The columns of a frame that hold parts, in the order of the labels."""
    known = [(name, found) for name in frame.columns if (found := parse_column(name)) is not None]
    wanted = [(label, word) for label in labels for word in TABLES.values()]
    return [name for each in wanted for name, found in known if found.part is not None and found[:2] == each]


def _table(rows: pl.DataFrame, word: str, baseline: str, target: str) -> list[Part]:
    """The parts with most tokens first; hidden and framing are the last."""
    sides = [_parts(rows, word, label) for label in (baseline, target)]
    names = [name for name in dict.fromkeys(name for side in sides for name in side) if name not in LAST]
    entries = [_entry(name, *(side.get(name, 0) for side in sides)) for name in names]
    entries.sort(key=lambda part: (-part.baseline_tokens, -part.target_tokens, part.part))
    last = [name for name in LAST if any(name in side for side in sides)]
    return [*entries, *(_entry(name, *(side.get(name, 0) for side in sides)) for name in last)]


def _parts(rows: pl.DataFrame, word: str, label: str) -> dict[str, int]:
    """Part → tokens, without the parts that have none; framing always."""
    parsed = {name: parse_column(name) for name in rows.columns}
    found = {
        known.part: _sum(rows, name)
        for name, known in parsed.items()
        if known is not None and known.part is not None and known[:2] == (label, word)
    }
    rest = _sum(rows, column(label, "content_tokens")) - sum(found.values())
    found = {name: n for name, n in {**found, NOT_LOOKED_AT: rest}.items() if n}
    hidden = _sum(rows, column(label, "hidden_tokens"))
    found |= {HIDDEN: hidden} if hidden else {}
    return {**found, FRAMING: _sum(rows, column(label, "framing_tokens"))}


def _entry(part: str, before: int, after: int) -> Part:
    drift = (after - before) / before if before > 0 else None
    return Part(part, before, after, after - before, drift)


def _sum(rows: pl.DataFrame, name: str) -> int:
    return int(rows[name].cast(pl.Int128).sum())
