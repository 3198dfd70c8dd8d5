"""`tokcount drift`: the token counts of a log under a baseline and targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tokcount.cli import inputs
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import (
    By,
    CostFrom,
    Paths,
    PerRecord,
    PriceGroup,
    ReferenceGroup,
    RunGroup,
    top_option,
)
from tokcount.cli.outputs import RowOutputGroup
from tokcount.cli.prices import AnswerGroup, answers_of
from tokcount.cli.selecting import SelectGroup

if TYPE_CHECKING:
    import polars as pl

    from tokcount.reports.cost.charges import CostOptions
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary


@with_groups
def drift(
    paths: Paths = None,
    references: ReferenceGroup = ReferenceGroup(),
    by: By = None,
    top: Annotated[int, top_option("Number of worst records shown.")] = 5,
    answers: AnswerGroup = AnswerGroup(),
    cost_from: CostFrom = "auto",
    per_record: PerRecord = False,
    read: SelectGroup = SelectGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: RowOutputGroup = RowOutputGroup(),
) -> None:
    """Compare a log's token counts under a baseline and targets.

    With neither --from nor --to, compares the three encodings with p50k_base as the baseline. With only --to, the
    baseline is each record's own model. Shows a summary of the log, content and framing tokens, the drift in total
    and per record, and the records that grow most.
    """
    keys = inputs.group_keys(by)
    job = Job(paths, read, prices, run, output, per_record=per_record)
    plan = inputs.plan_of(references, run, job.catalog, by=keys)
    job.begin(plan)
    assumed = answers_of(answers)
    job.warn(plan)
    frame, skipped = job.count(plan)

    from tokcount.reports.per_record import money_of, record_rows

    money = money_of(plan, job.today, answers=assumed, cost_from=cost_from)
    if frame.height and per_record:
        job.write_rows(record_rows(frame, plan, money), "drift")
    elif frame.height:
        _show_report(job, (frame, skipped), plan, keys, top, money)
    job.close(frame.height, skipped)


def _show_report(
    job: Job,
    counted: tuple[pl.DataFrame, SkippedSummary],
    plan: ScanPlan,
    by: tuple[str, ...],
    top: int,
    money: CostOptions | None,
) -> None:
    from tokcount.reports.drift.compute import DriftOptions, report
    from tokcount.reports.per_record import references_of

    baseline, *others = references_of(plan)
    asked = DriftOptions(baseline, tuple(others), by, top, money, plan.assumed)
    job.show(report(*counted, asked, plan.catalog))
