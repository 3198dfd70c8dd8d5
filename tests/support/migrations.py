"""Reports of ``migrate``, for snapshots and schemas."""

from __future__ import annotations

from support.frames import SKIPS, Skips
from tokcount.logs.record import Record
from tokcount.reports.migrate.compute import Factor, report
from tokcount.reports.migrate.differences import Difference
from tokcount.reports.migrate.report import Written
from tokcount.reports.migrate.request import Loss
from tokcount.reports.migrate.requests import Migrated
from tokcount.reports.migrate.stats import MigrationStats, Tokens
from tokcount.reports.migrate.target import MigrationTarget
from tokcount.reports.report import Report

BEFORE = Tokens(records=3, uncounted=1, content_tokens=4812, input_tokens=4812, output_tokens=90)
PREDICTED = Tokens(records=4, content_tokens=3120, framing_tokens=28, input_tokens=3148, output_tokens=80)
AFTER = Tokens(records=5, content_tokens=3111, framing_tokens=43, input_tokens=3154)
GPT_4O = MigrationTarget(model="gpt-4o", encoding="o200k_base")
GPT_5 = MigrationTarget(model="gpt-5", encoding="o200k_base", endpoint="responses")


def _stats(source: str) -> MigrationStats:
    differences = {
        "suffix dropped": Difference(1, -6),
        "several requests take the place of one": Difference(1, 12),
    }
    stats = MigrationStats(before=BEFORE, predicted=PREDICTED, after=AFTER, differences=differences)
    lost = [
        Loss("temperature", "dropped", "refused by the model: the model reasons"),
        Loss("max_tokens", "changed", "raised to 16, the least that the API takes"),
    ]
    for line, migrated in enumerate(
        (
            Migrated(lines=[{}], losses=lost, splits=["Q/A"]),
            Migrated(lines=[{}, {}], losses=lost[:1], splits=[None, None]),
            Migrated(
                lines=[{}],
                splits=["Human/AI"],
                endpoint="responses",
                losses=[Loss("functions", "rewritten", "functions become tools")],
                unlimited=True,
                conversation=True,
            ),
            Migrated(
                lines=[{}], alone=True, losses=[Loss("=x|<b>\x1b", "dropped", "no parameter")], splits=[None]
            ),
            Migrated(reason="a result without its call"),
            Migrated(reason="no prompt in the log"),
        ),
        start=1,
    ):
        stats.add(
            Record(source=source, line=line, format="x", kind="completions"),
            migrated,
            len(migrated.lines),
            100,
        )
    return stats


def reports(hostile: str) -> dict[str, Report]:
    """Everything at once, nothing lost, and nothing migrated; ``hostile`` is the name of a file."""
    lossy = report(
        _stats(hostile),
        GPT_5,
        Written(path="new.jsonl", form="requests", split=True),
        SKIPS,
        factors=[Factor("p50k_base", 2962, 2376)],
    )
    kept = MigrationStats(
        records=60_000,
        migrated=60_000,
        requests=60_000,
        bytes=900,
        before=Tokens(uncounted=60_000),
        predicted=PREDICTED,
    )
    lossless = report(
        kept,
        GPT_4O,
        Written(path=None, form="batch"),
        Skips(),
        factors=None,
    )
    nothing = report(
        MigrationStats(),
        GPT_4O,
        Written(path=None, form="pairs"),
        SKIPS,
        factors=None,
    )
    return {"lossy migration": lossy, "lossless migration": lossless, "no migration": nothing}
