"""Findings about models: what no longer fits, and what is shut down or will be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec
import polars as pl

from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.lifecycle import WARN_AHEAD, replacement_chain
from tokcount.reports.audit.windows import PROBLEMS, with_windows
from tokcount.reports.cost.compute import CostOptions

Level = Literal["breaks", "costs", "look", "unsure"]
"""``breaks``: calls that fail. ``costs``: money. ``look``: worth a look. ``unsure``: numbers that are not complete."""
LEVELS: Final[tuple[Level, ...]] = ("breaks", "costs", "look", "unsure")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. ``rows`` are its records, ``numbers`` whatever else its sentence needs."""

    id: str
    level: Level
    rows: pl.DataFrame
    reference: str | None = None
    numbers: dict[str, Any] = {}
    amount_usd: str | None = None


class Case(msgspec.Struct, frozen=True):
    """What findings are looked for in: the counted rows, and what was asked."""

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
            sizes = hit.select("window", "takes", "writes").head(1).to_dicts()
            yield Finding(
                id=problem, level="breaks", rows=hit, reference=label, numbers=sizes[0] if sizes else {}
            )


def shut_down(case: Case) -> Iterator[Finding]:
    """Models that are gone, or go within half a year: of the log, and targets."""
    counted = (
        case.frame["model"].drop_nulls().value_counts(name="n").sort("n", "model", descending=[True, False])
    )
    told = [entry for model in counted["model"] if (entry := _shutdown(model, case))]
    for gone in (True, False):
        models = [entry for entry in told if entry["gone"] == gone]
        rows = case.frame.filter(pl.col("model").is_in([entry["model"] for entry in models]))
        yield Finding(
            id=f"log_model_{_fate(gone)}", level=_grave(gone), rows=rows, numbers={"models": models}
        )
    for label in case.targets:
        if entry := _shutdown(label, case):
            level, numbers = _grave(entry["gone"]), {"models": [entry]}
            name = f"target_{_fate(entry['gone'])}"
            yield Finding(id=name, level=level, rows=case.frame, reference=label, numbers=numbers)


def _fate(gone: bool) -> str:
    return "gone" if gone else "going"


def _grave(gone: bool) -> Level:
    return "breaks" if gone else "look"


def _shutdown(name: str, case: Case) -> dict[str, Any] | None:
    resolved = names.find(name, case.catalog)
    day = resolved.model.shutdown_date if resolved else None
    if resolved is None or day is None or day > case.money.today + WARN_AHEAD:
        return None
    chain = replacement_chain(resolved.model, case.catalog)
    return {
        "model": name,
        "day": day.isoformat(),
        "gone": day <= case.money.today,
        "replacements": list(chain),
    }
