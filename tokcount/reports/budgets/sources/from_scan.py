"""Budgets measured over the counted records of a scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
import polars as pl

from tokcount.logs.record import DUPLICATE
from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.references import OWN
from tokcount.reports.audit.finding import Case
from tokcount.reports.budgets.groups import MOST_GROUPS, Part
from tokcount.reports.budgets.language import Budget, Group, is_over
from tokcount.reports.budgets.metric import DerivedColumn, LogTotals, Measured, PerRecord
from tokcount.reports.budgets.metrics import METRICS
from tokcount.reports.budgets.sources import violations
from tokcount.reports.budgets.sources.aggregate import Aggregation, grouped, parts_of, value_of
from tokcount.reports.budgets.sources.breaks import with_breaks
from tokcount.reports.budgets.sources.doubts import Doubts, doubts_of
from tokcount.reports.budgets.sources.selecting import selection
from tokcount.reports.budgets.sources.volumes import Volumes, with_answers, with_calls
from tokcount.reports.budgets.verdict import Violations
from tokcount.reports.columns import column, models_of
from tokcount.reports.cost.charges import CostOptions, charge_label
from tokcount.reports.cost.charging.answers import AS_LOGGED, Answers
from tokcount.reports.cost.charging.logged import LOGGED, CostFrom, logged_records
from tokcount.reports.cost.charging.prices import PriceBook
from tokcount.reports.overview import SkippedSummary, not_read
from tokcount.reports.period import ALL_TIME, MonthlyProjection, Span, monthly_projection
from tokcount.scanning.schema import TIME_FORMATS
from tokcount.scanning.selection import Condition

NO_RECORD: Final = "no record is selected"
NO_VALUE: Final = "no record has a value"
NO_PERIOD: Final = "no timestamps to project from; give --records-per-month"
Extract = Callable[[str, str], PerRecord]
"""`tokcount.reports.budgets.metric.Metric.per_record`."""
CHARGED: Final = {"cost": "cost", "reason": "unpriced", "low": "low"}
"""Column of a charge → that of the reference in a frame."""


class BudgetContext(msgspec.Struct, frozen=True, kw_only=True):
    """What values depend on in addition to the records.

    ``baseline`` is the reference that drift is measured from, ``answers`` what is assumed of the answers of
    targets. With ``as_of`` everything is priced as on that day; without it records are priced at their own day and
    targets at ``today``. ``region`` is where all calls were processed. ``volumes``: how often prompts are
    called, in place of the dates of the log.
    """

    baseline: str = OWN
    targets: tuple[str, ...] = ()
    today: date
    as_of: date | None = None
    region: str | None = None
    records_per_month: int | None = None
    span: Span = ALL_TIME
    assume_model: str | None = None
    answers: Answers = AS_LOGGED
    cost_from: CostFrom = "auto"
    catalog: Catalog | None = None
    volumes: Volumes | None = None

    def money(self, frame: pl.DataFrame, label: str) -> CostOptions:
        """How a reference is charged: billed tokens are used where the own model is counted too."""
        has_own = column(OWN, "input_tokens") in frame.columns
        return CostOptions(
            baseline=OWN if has_own else self.baseline,
            targets=(label,) if label != self.baseline else (),
            today=self.today,
            as_of=self.as_of,
            assume_model=self.assume_model,
            answers=AS_LOGGED if label == self.baseline else self.answers,
            cost_from=self.cost_from,
        )


class ScanSource:
    """A `tokcount.reports.budgets.compute.BudgetSource` over a frame as a scan makes it.

    The frame has the counts of all references that budgets name, and of ``own``, each record's own model, where some
    budget needs it.
    """

    def __init__(self, frame: pl.DataFrame, skipped: SkippedSummary, context: BudgetContext) -> None:
        self._frame = with_calls(frame, context.volumes)
        self._skipped = skipped
        self._context = context
        self._derived = DerivedColumns(context)
        self._selections: dict[tuple[Condition, ...], pl.DataFrame] = {}

    @property
    def targets(self) -> tuple[str | None, ...]:
        """The targets of the run, else each record's own model."""
        return self._context.targets or (None,)

    @property
    def read(self) -> tuple[int, Mapping[str, int]]:
        """See `tokcount.reports.budgets.compute.BudgetSource`."""
        selected = self._skipped.selected
        return (selected.read if selected else self._frame.height), self._skipped.reasons

    def measure(self, budget: Budget, target: str | None) -> Measured:
        """See `tokcount.reports.budgets.compute.BudgetSource`."""
        metric = METRICS[budget.metric]
        per_record = metric.per_record
        if per_record is None:
            value = metric.of_log[budget.aggregate](self._totals())
            return Measured(value, "" if value is not None else NO_RECORD)
        rows = self._rows(budget, target)
        if not rows.height:
            return Measured(metric.empty, "" if metric.empty is not None else NO_RECORD)
        taken = self._taken(budget, per_record, target)
        value = value_of(rows, self._aggregation(budget, taken))
        doubts = self._doubts(rows, taken, budget)
        if value is None and not doubts.missing:
            return Measured(None, NO_PERIOD if budget.aggregate == "per_month" else NO_VALUE)
        return Measured(
            value,
            doubts.missing,
            is_floor=metric.undercount_is_floor and doubts.is_floor,
            undercounted=doubts.rests_on,
            assumptions=self._assumptions(target) if metric.unit == "usd" else "",
            made_from=self._made_from(budget, rows, target) if metric.unit == "usd" else "",
            unknown=doubts.share,
        )

    def violations(self, budget: Budget, target: str | None, limit: Decimal | None, top: int) -> Violations:
        """See `tokcount.reports.budgets.compute.BudgetSource`."""
        per_record = METRICS[budget.metric].per_record
        if per_record is None:
            return self._skipped_places(top)
        rows, taken = self._rows(budget, target), self._taken(budget, per_record, target)
        value = value_of(rows, self._aggregation(budget, taken))
        if limit is None or value is None:
            return violations.missing(rows, taken, budget, top)
        over = is_over(value, budget.operator, limit)
        bound = limit
        if budget.aggregate == "per_month" and (projection := self._projection()).factor:
            rows, bound = rows.filter(projection.records()), limit / projection.factor
        return violations.breaking(rows, taken, budget, bound, over=over, top=top)

    def parts(self, budget: Budget, target: str | None, group: Group) -> list[Part]:
        """See `tokcount.reports.budgets.compute.BudgetSource`."""
        per_record = METRICS[budget.metric].per_record
        if per_record is None:
            return []
        rows = grouped(self._rows(budget, target), group)
        if rows["group"].n_unique() > MOST_GROUPS:
            return []
        return parts_of(rows, self._aggregation(budget, self._taken(budget, per_record, target)))

    def _taken(self, budget: Budget, per_record: Extract, target: str | None) -> PerRecord:
        """What a budget takes from each record; of a month with volumes, from all its calls."""
        taken = per_record(target or OWN, self._context.baseline)
        volumes = self._context.volumes
        return volumes.monthly(taken) if volumes and budget.aggregate == "per_month" else taken

    def _assumptions(self, target: str | None) -> str:
        """What the costs under a target assume."""
        answers = [self._context.volumes.assumption] if self._context.volumes else []
        return "; ".join([*self._context.money(self._frame, target or OWN).assumptions, *answers])

    def _rows(self, budget: Budget, target: str | None) -> pl.DataFrame:
        """The records that a budget selects, with the columns that its metric needs."""
        for name in METRICS[budget.metric].needs:
            frame = self._derived.add(name, self._frame, target or OWN)
            if frame is not self._frame:
                self._frame = frame
                self._selections.clear()
        return self._selected(budget.where)

    def _selected(self, where: tuple[Condition, ...]) -> pl.DataFrame:
        if not where:
            return self._frame
        if where not in self._selections:
            self._selections[where] = self._frame.filter(selection(where))
        return self._selections[where]

    def _aggregation(self, budget: Budget, taken: PerRecord) -> Aggregation:
        is_projected = budget.aggregate == "per_month"
        return Aggregation(budget, taken, self._projection() if is_projected else None)

    def _doubts(self, rows: pl.DataFrame, taken: PerRecord, budget: Budget) -> Doubts:
        is_given = self._context.records_per_month is not None or self._context.volumes is not None
        is_projected = budget.aggregate == "per_month" and not is_given
        needs_time = any(condition.field in TIME_FORMATS for condition in budget.where)
        undated = self._frame["timestamp"].null_count() if needs_time else 0
        return doubts_of(rows, taken, undated=undated, is_projected=is_projected)

    def _made_from(self, budget: Budget, rows: pl.DataFrame, target: str | None) -> str:
        """The days of a projection, and the records at the amount in the log."""
        texts = [f"projected from {self._projection().text}"] if budget.aggregate == "per_month" else []
        name = column(target or OWN, LOGGED)
        if name in rows.columns and (logged := rows[name].count()):
            texts.append(logged_records(logged, rows.height))
        return "; ".join(texts)

    def _projection(self) -> MonthlyProjection:
        if self._context.volumes is not None:
            return self._context.volumes.projection(self._frame)
        return monthly_projection(self._frame, self._context.records_per_month, self._context.span)

    def _totals(self) -> LogTotals:
        return LogTotals(self._frame.height, not_read(self._skipped.reasons))

    def _skipped_places(self, top: int) -> Violations:
        places = [
            violations.skipped_item(place.source, place.line, place.detail or place.reason)
            for place in [each for each in self._skipped.places if each.reason != DUPLICATE][:top]
        ]
        return Violations(places, not_read(self._skipped.reasons))


class DerivedColumns:
    """Adds columns ``LABEL:…`` to a frame.

    ``cost`` adds ``cost`` (in units of `tokcount.reports.cost.charging.amounts.UNIT`; null: no price or no tokens),
    ``unpriced`` (why there is no cost; meaningless where there is one) and ``low`` (why the cost is a lower bound:
    the log does not show everything that is charged; null: it does). ``window`` adds the model's input limit in
    tokens (null: not known). ``breaks`` adds what `tokcount.reports.budgets.sources.breaks` does.
    """

    def __init__(self, context: BudgetContext) -> None:
        self._context = context
        self._catalog = context.catalog or catalogs.default()
        self._book = PriceBook(
            self._catalog,
            today=context.today,
            as_of=context.as_of,
            assume_model=context.assume_model,
            region=context.region,
        )

    def add(self, name: DerivedColumn, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        """The frame with the columns that ``name`` adds for the reference ``label``, unless it has them."""
        if column(label, name) in frame.columns:
            return frame
        if name == "breaks":
            return self._with_breaks(frame, label)
        return self._with_costs(frame, label) if name == "cost" else self._with_windows(frame, label)

    def _with_costs(self, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        answered = with_answers(frame, label, self._context.volumes)
        rows = charge_label(answered, label, self._context.money(frame, label), self._book)
        logged = {LOGGED: LOGGED} if LOGGED in rows.columns else {}
        return frame.with_columns(
            rows[name].alias(column(label, to)) for name, to in (CHARGED | logged).items()
        )

    def _with_windows(self, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        """Of each record's own model or its replacement, or of one model for all."""
        models = models_of(frame, label)
        assumed = self._context.assume_model if label == OWN else None
        known = models.unique()
        sizes = pl.Series([self._window(model, assumed) for model in known], dtype=pl.Int64)
        windows = models.replace_strict(known, sizes, return_dtype=pl.Int64)
        return frame.with_columns(windows.alias(column(label, "window")))

    def _with_breaks(self, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        """Of the targets of the run; a frame without verdicts has none."""
        context = self._context
        money = CostOptions(targets=(label,), today=context.today, assume_model=context.assume_model)
        return with_breaks(Case(frame, context.baseline, (label,), money, self._catalog), label)

    def _window(self, model: str | None, assumed: str | None) -> int | None:
        found = names.first_known((model,), self._catalog, assumed=assumed)
        return found.model.input_limit if found else None
