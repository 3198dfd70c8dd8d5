"""``tokcount drift``: the tokens of a log under a baseline and targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tokcount.cli import inputs
from tokcount.cli.groups import with_groups
from tokcount.cli.options import (
    GROUP_KEYS,
    OutputGroup,
    Paths,
    PriceGroup,
    ReadGroup,
    ReferenceGroup,
    RunGroup,
    group_keys,
)

if TYPE_CHECKING:
    import polars as pl

    from tokcount.analysis.references import Reference
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary


@with_groups
def drift(
    paths: Paths = None,
    references: ReferenceGroup = ReferenceGroup(),
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by", help=f"Group by {', '.join(GROUP_KEYS)}; repeatable.", metavar="KEY", show_default=False
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", help="Worst records shown.", min=0)] = 5,
    per_record: Annotated[
        bool, typer.Option("--per-record", help="One row a record instead of the report; also -f parquet.")
    ] = False,
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Compare the tokens of a log under a baseline and targets.

    With neither --from nor --to: the three encodings, p50k_base as the baseline. With --to alone: each record's own
    model as the baseline. Shows what the log holds, content and framing tokens, the drift in total and record by
    record, and the records that grow most.
    """
    from tokcount.cli.prices import catalog_of

    plan = inputs.plan_of(references, run, catalog_of(prices), by=group_keys(by))
    sources = inputs.sources_of(paths)
    result = inputs.scan(sources, plan, inputs.read_options(read), run)
    skipped = result.skipped
    frame = result.frame()
    if frame.height:
        if per_record:
            _emit_rows(frame, plan, output)
        else:
            _emit_report(frame, skipped, plan, group_keys(by), top, output)
    inputs.close(frame.height, skipped, run, strict=read.strict, sources=sources)


def _emit_rows(frame: pl.DataFrame, plan: ScanPlan, output: OutputGroup) -> None:
    from tokcount.analysis.per_record import per_record
    from tokcount.output.records import write

    references = references_of(plan)
    rows = per_record(frame, references, references[0])
    write(rows, "drift", output.format, output.output, output.color)


def _emit_report(
    frame: pl.DataFrame,
    skipped: SkippedSummary,
    plan: ScanPlan,
    by: tuple[str, ...],
    top: int,
    output: OutputGroup,
) -> None:
    from tokcount.analysis.drift import DriftOptions, report
    from tokcount.output.interface import emit

    baseline, *targets = references_of(plan)
    options = DriftOptions(baseline=baseline, targets=tuple(targets), by=by, top=top)
    emit(report(frame, skipped, options), output.format, output.output, output.color)


def references_of(plan: ScanPlan) -> list[Reference]:
    """What the analysis needs to know of the references, the baseline first."""
    from tokcount.analysis.references import NamedReference
    from tokcount.scanning.plan import OWN

    named = [
        NamedReference(reference.label, reference.encoding, reference.family if reference.model else None)
        for reference in plan.references
    ]
    return [NamedReference(OWN), *named] if plan.own else list(named)
