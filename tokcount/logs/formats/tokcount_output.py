"""What tokcount itself wrote: reports, rows, lists of skipped items. They describe a log but are not one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import Item, Json, Location, LogFormat, skipped

if TYPE_CHECKING:
    from collections.abc import Iterable


REPORT = frozenset({"schema_version", "tokcount", "command"})
"""How every JSON report begins."""
ROWS = (
    frozenset({"source", "line", "index", "basis", "flags"}),
    frozenset({"source", "line", "index", "shape", "residual_input_tokens"}),
    frozenset({"source", "line", "index", "parameter", "effect", "reason"}),
    frozenset({"source", "line", "reason", "detail", "format"}),
    frozenset({"reference", "content_tokens", "framing_tokens"}),
    frozenset({"reference", "cost_usd", "priced_share"}),
    frozenset({"model", "shape", "endpoint", "residual_p50"}),
    frozenset({"budget", "level", "key", "limit", "passed"}),
    frozenset({"path", "container", "records", "skipped"}),
    *(frozenset({"path", "bytes", name}) for name in ("p50k_base", "cl100k_base", "o200k_base")),
)
"""Columns of CSV files and JSON lines: rows of records, of losses, of skipped places, and the tables of reports."""


class TokcountOutput(LogFormat):
    """`tokcount.output`: a report or rows written by tokcount; skipped, because the log itself is what to count."""

    name = "tokcount.output"
    keys = (REPORT, *ROWS)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.keys() >= REPORT:
            detail = "a tokcount report, not a log; use it with 'tokcount render' or 'tokcount check'"
        else:
            detail = "a row written by tokcount, not a log; pass the original log instead"
        return [skipped(at, "unsupported", detail, self.name)]
