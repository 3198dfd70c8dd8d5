"""The cost of some records by what they were charged for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

import polars as pl

from tokcount.models.pricing import Price
from tokcount.reports.columns import USD, column, decimal_text
from tokcount.reports.cost.charging.amounts import RATE_STEPS, amounts, total, usd, usd_text
from tokcount.reports.cost.charging.components import (
    CALLS,
    COMPONENTS,
    FEE,
    INPUT,
    REGIONAL,
    Component,
    present,
    rest,
    tools,
)
from tokcount.reports.cost.charging.logged import LOGGED
from tokcount.reports.cost.report import ComponentCost
from tokcount.scanning.features.hosted import CODE

TOOLS: Final = "tools"
"""The fees of all tools together."""
Unit: TypeAlias = Literal["tokens", "calls", "containers"]


def component_sums(
    rows: pl.DataFrame, prices: Sequence[Price], requests: pl.Series | None, keys: pl.DataFrame
) -> dict[tuple[Any, ...], list[ComponentCost]]:
    """The components of the charges of some records, by the values of `keys` (without any: one entry).

    `rows` are those of a reference in `tokcount.reports.cost.charges.Charges.rows`, all of them with a cost.
    """
    if LOGGED in rows.columns:
        return _with_logged(rows, prices, requests, keys)
    there = present(rows)
    costs = amounts(rows, prices, requests)
    counted = rows.select(
        *(_tokens(component, there).alias(_count(component.name)) for component in there),
        *(pl.col(f"{CALLS}{tool}").alias(_count(tool)) for tool in tools(rows)),
        *(pl.col(f"{FEE}{tool}").is_not_null().alias(f"known:{tool}") for tool in tools(rows)),
    )
    table = pl.concat([keys, costs, counted], how="horizontal")
    sums = [_sums(component.name, component.name) for component in there]
    sums += [_sums(tool, f"{FEE}{tool}") for tool in tools(rows)]
    taken = [each for one in sums for each in one] + [pl.col(REGIONAL).sum().alias(f"cost:{REGIONAL}")]
    taken += [
        (pl.col(f"known:{tool}") & (pl.col(_count(tool)) > 0)).any().alias(f"any:{tool}")
        for tool in tools(rows)
    ]
    grouped = table.group_by(keys.columns).agg(taken) if keys.columns else table.select(taken)
    return {
        tuple(row[name] for name in keys.columns): _entries(row, there, tools(rows))
        for row in grouped.iter_rows(named=True)
    }


EACH: Final = (*(component.name for component in COMPONENTS), REGIONAL, TOOLS, LOGGED)
"""The components of a single record: the fees of all tools are one, and so is the amount in the log."""


def components_of(rows: pl.DataFrame, prices: Sequence[Price], requests: pl.Series | None) -> list[pl.Series]:
    """What each record pays for each component, as `USD`, in the order of `EACH`; null where it is unpriced."""
    costs = amounts(rows, prices, requests)
    costs = costs.with_columns(total([f"{FEE}{tool}" for tool in tools(rows)]).alias(TOOLS))
    missing = [pl.lit(0, pl.Int128).alias(name) for name in EACH if name not in costs.columns]
    known = costs.with_columns(missing)
    priced = pl.col(INPUT.name).is_not_null()
    if LOGGED in rows.columns:
        known = known.with_columns(rows[LOGGED].fill_null(0), is_logged=rows[LOGGED].is_not_null())
        others = [name for name in EACH if name != LOGGED]
        known = known.with_columns(pl.when("is_logged").then(0).otherwise(pl.col(others)).name.keep())
        priced |= pl.col("is_logged")
    paid = [pl.when(priced).then(usd_text(pl.col(name))).cast(USD).alias(name) for name in EACH]
    return known.select(paid).get_columns()


def component_columns(labels: Sequence[str]) -> list[str]:
    """The columns of components in a row of `--per-record`: `own:cost_usd[cached_input]`."""
    return [column(label, "cost_usd", name) for label in labels for name in EACH]


def _with_logged(
    rows: pl.DataFrame, prices: Sequence[Price], requests: pl.Series | None, keys: pl.DataFrame
) -> dict[tuple[Any, ...], list[ComponentCost]]:
    """The components of priced records, and the amounts in the log, which have no parts."""
    is_priced = rows[LOGGED].is_null()
    calls = None if requests is None else requests.filter(is_priced)
    columns = keys.get_columns()
    names = pl.DataFrame([column.filter(is_priced) for column in columns])
    found = component_sums(rows.filter(is_priced).drop(LOGGED), prices, calls, names)
    logged = pl.DataFrame([*columns, rows[LOGGED]]).filter(~is_priced)
    total = pl.col(LOGGED).sum()
    sums = logged.group_by(keys.columns).agg(total) if keys.columns else logged.select(total)
    for *group, units in sums.iter_rows():
        if units:
            amount = ComponentCost(LOGGED, None, None, None, decimal_text(usd(units)))
            found.setdefault(tuple(group), []).append(amount)
    return found


def _tokens(component: Component, there: Sequence[Component]) -> pl.Expr:
    return pl.col(component.name) if component.billed else rest(component.side, there)


def _count(name: str) -> str:
    return f"count:{name}"


def _sums(name: str, cost: str) -> list[pl.Expr]:
    """How much, what it costs, and the lowest and the highest rate."""
    count = pl.col(_count(name))
    rate = pl.when(count > 0).then(pl.col(cost) // count)
    return [
        count.cast(pl.Int128).sum().alias(_count(name)),
        pl.col(cost).sum().alias(f"cost:{name}"),
        rate.min().alias(f"low:{name}"),
        rate.max().alias(f"high:{name}"),
    ]


def _entries(row: dict[str, Any], there: Sequence[Component], used: Sequence[str]) -> list[ComponentCost]:
    """The components that have a number or a cost, in order."""
    found = [_entry(row, component.name, "tokens") for component in there if row[_count(component.name)]]
    if row[f"cost:{REGIONAL}"]:
        cost = decimal_text(usd(row[f"cost:{REGIONAL}"]))
        found.append(ComponentCost(REGIONAL, unit=None, quantity=None, rate_usd=None, cost_usd=cost))
    found += [_entry(row, tool, _unit(tool), known=row[f"any:{tool}"]) for tool in used if row[_count(tool)]]
    return found


def _unit(tool: str) -> Unit:
    return "containers" if tool.startswith(CODE) else "calls"


def _entry(row: dict[str, Any], name: str, unit: Unit, *, known: bool = True) -> ComponentCost:
    low, high = row[f"low:{name}"], row[f"high:{name}"]
    rate = low if known and low == high else None
    if rate is not None and unit == "tokens":
        rate = decimal_text(rate / RATE_STEPS)
    elif rate is not None:
        rate = decimal_text(usd(rate))
    return ComponentCost(
        name,
        unit=unit,
        quantity=row[_count(name)],
        rate_usd=rate,
        cost_usd=decimal_text(usd(row[f"cost:{name}"])) if known else None,
    )
