"""A finding under one target, and how the findings of all targets become the entries of a report."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec
import polars as pl

from tokcount.models.catalog import Catalog
from tokcount.models.references import is_encoding
from tokcount.reports.audit.report import (
    Breaking,
    FindingEntry,
    FindingNumbers,
    FindingTarget,
    Level,
    NamedRecord,
)
from tokcount.reports.columns import column, decimal_text
from tokcount.reports.cost.charges import CostOptions
from tokcount.scanning.features.verdicts import verdicts_in

PLACES: Final = 5
"""Records that a finding names; all are counted."""
PLACE: Final = ["source", "line", "index"]
OF_ONE_TARGET: Final = frozenset({"target_gone", "target_going"})
"""Findings that differ from target to target in the models that they name."""
NOT_COMPARED: Final = "the parameters of the request, or what the target takes, are not known"
UNCLEAR: Final = "with parameters of which it is not known whether the target takes them"
SHORT: Final = {
    "too_long": "input too long",
    "no_room": "no room for the answer",
    "asks_too_much": "max_tokens too high",
    "other_endpoint": "other endpoint",
    "target_gone": "shut down",
}
"""Finding of level `breaks` → what it is in a list of reasons; of the others, the parameter is named."""
LEVELS: Final[tuple[Level, ...]] = ("breaks", "costs", "look", "unsure")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding, of the log or under one target: `rows` are its records, the rest is what its sentence needs.

    Rows have the columns `Case.kept`. A finding often has nearly all records of a log: with all their columns, the
    findings of a long log would take more memory than the log itself.
    """

    id: str
    level: Level
    rows: pl.DataFrame
    reference: str | None = None
    numbers: FindingNumbers = FindingNumbers()
    amount_usd: str | None = None
    parameter: str | None = None
    endpoint: str | None = None
    to: str | None = None
    why: str | None = None


class Case(msgspec.Struct, frozen=True):
    """Where findings are looked for: the counted rows, and the options."""

    frame: pl.DataFrame
    baseline: str
    targets: tuple[str, ...]
    money: CostOptions
    catalog: Catalog

    @property
    def kept(self) -> list[str]:
        """Columns of the records of a finding: their places, and their cost under the baseline where it is known."""
        cost = column(self.baseline, "cost_usd")
        return [*PLACE, *([cost] if cost in self.frame.columns else [])]

    @property
    def records(self) -> pl.DataFrame:
        """All records, with the columns `kept`."""
        return self.frame.lazy().select(self.kept).collect()

    def where(self, condition: pl.Expr, *more: str) -> pl.DataFrame:
        """The records that meet a condition, with the columns `kept` and `more`."""
        return self.frame.lazy().filter(condition).select(*self.kept, *more).collect()


def entries(found: Iterable[Finding], case: Case) -> list[FindingEntry]:
    """Findings merged over the targets, numbered, the most serious first."""
    merged: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sorted(found, key=lambda finding: LEVELS.index(finding.level)):
        models = finding.numbers.models if finding.id in OF_ONE_TARGET else None
        merged.setdefault((finding.id, finding.parameter, repr(models)), []).append(finding)
    order = {label: place for place, label in enumerate(case.targets)}
    for findings in merged.values():
        findings.sort(key=lambda finding: order.get(finding.reference or "", -1))
    return [_entry(number, findings, case) for number, findings in enumerate(merged.values(), 1)]


def _entry(number: int, findings: list[Finding], case: Case) -> FindingEntry:
    first = findings[0]
    rows = first.rows
    if len(findings) > 1:
        every = pl.concat([finding.rows.select(PLACE) for finding in findings])
        records = case.records
        rows = records.join(every.unique(PLACE, maintain_order=True), PLACE, "semi", maintain_order="left")
    amounts = [finding.amount_usd for finding in findings if finding.amount_usd is not None]
    cost = spent(case, rows)
    return FindingEntry(
        number=number,
        id=first.id,
        level=first.level,
        parameter=first.parameter,
        targets=[_target(finding, finding.reference) for finding in findings if finding.reference],
        count=rows.height,
        of=case.frame.height,
        cost_usd=cost.usd,
        cost_share=cost.share,
        amount_usd=min(amounts, key=Decimal) if amounts else None,
        numbers=first.numbers,
        records=[NamedRecord(*row) for row in rows.head(PLACES).select(PLACE).iter_rows()],
    )


def _target(finding: Finding, reference: str) -> FindingTarget:
    return FindingTarget(
        reference=reference,
        count=finding.rows.height,
        amount_usd=finding.amount_usd,
        numbers=finding.numbers,
        endpoint=finding.endpoint,
        to=finding.to,
        why=finding.why,
    )


class Spent(msgspec.Struct, frozen=True):
    """What records cost under the baseline, and the share of that in the cost of the log; `None`: not known."""

    usd: str | None
    share: float | None


def spent(case: Case, rows: pl.DataFrame) -> Spent:
    """What some of the records cost."""
    name = column(case.baseline, "cost_usd")
    if name not in rows.columns or not rows[name].count():
        return Spent(None, None)
    cost, log = (frame.lazy().select(pl.col(name).sum()).collect().item() for frame in (rows, case.frame))
    return Spent(decimal_text(cost), float(cost / log) if log else None)


def breaking(found: Iterable[Finding], case: Case) -> list[Breaking]:
    """The records that each target does not take as they are."""
    breaks = breaks_of(found)
    return [
        _breaking(label, [one for one in breaks if one.reference == label], case) for label in case.targets
    ]


def breaks_of(found: Iterable[Finding]) -> list[Finding]:
    """The findings for which a request fails when only the name of its model is changed to the target's."""
    return [finding for finding in found if finding.level == "breaks" and finding.reference]


def _breaking(label: str, breaks: Iterable[Finding], case: Case) -> Breaking:
    places = [finding.rows.select(PLACE) for finding in breaks]
    records = case.records
    rows = records.join(pl.concat(places), PLACE, "semi") if places else records.clear()
    cost = spent(case, rows)
    questions = open_questions(label, case)
    others = questions
    if rows.height:
        others = records.with_columns(open=questions).join(rows.select(PLACE), PLACE, "anti")["open"]
    return Breaking(
        reference=label,
        records=rows.height,
        judged=case.frame.height - int((questions == NOT_COMPARED).sum()),
        unclear=int((others == UNCLEAR).sum()),
        not_compared=int((others == NOT_COMPARED).sum()),
        share=rows.height / case.frame.height if case.frame.height else None,
        cost_usd=cost.usd,
        cost_share=cost.share,
    )


def short(name: str, parameter: str | None) -> str:
    """What a finding of level `breaks` is about, in a word or two."""
    return SHORT.get(name) or parameter or name


def open_questions(label: str, case: Case) -> pl.Series:
    """Why it may not be known of a request whether a target takes it: `NOT_COMPARED`, `UNCLEAR`, or null."""
    if "verdicts" not in case.frame.columns or is_encoding(label, case.catalog):
        return pl.Series([NOT_COMPARED]).new_from_index(0, case.frame.height)
    texts = case.frame["verdicts"]
    known = texts.unique()
    return texts.replace_strict(known, [_open(text, label) for text in known], return_dtype=pl.String)


def _open(text: str | None, label: str) -> str | None:
    if text is None:
        return NOT_COMPARED
    unknown = [one for one in verdicts_in(text) if one.reference == label and one.status == "unknown"]
    if not unknown:
        return None
    return UNCLEAR if all(one.parameter for one in unknown) else NOT_COMPARED
