"""Findings about models: what no longer fits, and what is shut down or will be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
import polars as pl

from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.lifecycle import WARN_AHEAD, replacement_chain
from tokcount.reports.audit.report import FindingNumbers, Level, ModelShutdown
from tokcount.reports.audit.windows import PROBLEMS, SIZES, only, with_windows
from tokcount.reports.columns import models_of
from tokcount.reports.cost.charges import CostOptions

LEVELS: Final[tuple[Level, ...]] = ("breaks", "costs", "look", "unsure")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding: `rows` are its records, `numbers` whatever else its sentence needs."""

    id: str
    level: Level
    rows: pl.DataFrame
    reference: str | None = None
    numbers: FindingNumbers = FindingNumbers()
    amount_usd: str | None = None


class Case(msgspec.Struct, frozen=True):
    """Where findings are looked for: the counted rows, and the options."""

    frame: pl.DataFrame
    baseline: str
    targets: tuple[str, ...]
    money: CostOptions
    catalog: Catalog


def windows(case: Case) -> Iterator[Finding]:
    """Requests that do not fit a target, the fullest first."""
    for label in case.targets:
        rows = with_windows(case.frame, label, case.catalog, case.money.assume_model)
        for problem in PROBLEMS:
            hit = rows.filter(pl.col(problem)).sort("fill", descending=True, maintain_order=True)
            window, takes, writes = (only(hit[name]) for name in SIZES)
            numbers = FindingNumbers(window=window, takes=takes, writes=writes)
            yield Finding(id=problem, level="breaks", rows=hit, reference=label, numbers=numbers)


def shut_down(case: Case) -> Iterator[Finding]:
    """Models of the log, and targets, that are shut down or will be within half a year."""
    counted = (
        case.frame["model"].drop_nulls().value_counts(name="n").sort("n", "model", descending=[True, False])
    )
    shut = [found for model in counted["model"] if (found := _shutdown(model, case))]
    for gone in (True, False):
        models = [model for model in shut if model.gone == gone]
        rows = case.frame.filter(pl.col("model").is_in([model.model for model in models]))
        yield Finding(
            id=f"log_model_{_fate(gone)}",
            level=_level(gone),
            rows=rows,
            numbers=FindingNumbers(models=[*models]),
        )
    for label in case.targets:
        for model, rows in _targets(label, case.frame):
            if found := _shutdown(model, case):
                level, numbers = _level(found.gone), FindingNumbers(models=[found])
                name = f"target_{_fate(found.gone)}"
                yield Finding(id=name, level=level, rows=rows, reference=label, numbers=numbers)


def _targets(label: str, frame: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """The models that a target is, each with the records that move to it."""
    models = models_of(frame, label)
    return [(model, frame.filter(models == model)) for model in sorted(models.unique().drop_nulls())]


def _fate(gone: bool) -> str:
    return "gone" if gone else "going"


def _level(gone: bool) -> Level:
    return "breaks" if gone else "look"


def _shutdown(name: str, case: Case) -> ModelShutdown | None:
    resolved = names.find(name, case.catalog)
    day = resolved.model.shutdown_date if resolved else None
    if resolved is None or day is None or day - case.money.today > WARN_AHEAD:
        return None
    chain = replacement_chain(resolved.model, case.catalog)
    return ModelShutdown(name, day.isoformat(), day <= case.money.today, list(chain))
