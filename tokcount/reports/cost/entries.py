"""One reference of a cost report: its sums, the prices they rest on, and what is left out of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

import polars as pl
from msgspec import UNSET, UnsetType

from tokcount.models.pricing import Price
from tokcount.reports.columns import decimal_text, total
from tokcount.reports.cost.charges import Charges
from tokcount.reports.cost.charging.amounts import REASON_BETWEEN, usd
from tokcount.reports.cost.charging.logged import LOGGED
from tokcount.reports.cost.charging.prices import PriceBook
from tokcount.reports.cost.monthly import Projection
from tokcount.reports.cost.report import (
    AppliedPrice,
    ComponentCost,
    CostGroup,
    GroupCost,
    ReferenceCost,
    UncomparedCost,
    UnpricedRecords,
)
from tokcount.reports.groups import DIMENSIONS
from tokcount.scanning.schema import TIME_FORMATS


def groups(
    charges: Charges,
    charged: dict[str, pl.DataFrame],
    compared: dict[str, pl.DataFrame],
    by: Sequence[str],
    *,
    components: bool = False,
) -> list[CostGroup]:
    """One group for each combination of the dimensions, with its `components` if they are asked for.

    Days, weeks and months are in order, all other groups by falling cost of the baseline.
    """
    if not by:
        return []
    frame = charges.frame
    keys = frame.select(DIMENSIONS[name].alias(name) for name in by)
    columns = [pl.Series("records", [1], pl.Int64).new_from_index(0, frame.height)]
    for i, (label, rows) in enumerate(charged.items()):
        columns += [rows[name].alias(f"{i}:{name}") for name in (*GROUPED, "priced")]
        if label in compared:
            columns += [compared[label][name].alias(f"{i}:{name}") for name in ("before", "mixed", "after")]
    sums = [pl.col(column.name).sum() for column in columns]
    counts = [pl.col(f"{i}:cost").count().alias(f"{i}:charged") for i in range(len(charged))]
    counts += [pl.col(f"{i}:input_cost").count().alias(f"{i}:split") for i in range(len(charged))]
    counts += [
        pl.col(f"{i}:before").count().alias(f"{i}:compared")
        for i, label in enumerate(charged)
        if label in compared
    ]
    table = pl.concat([keys, pl.DataFrame(columns)], how="horizontal").group_by(by).agg(*sums, *counts)
    order = list(by) if by[0] in TIME_FORMATS else ["0:cost", *by]
    table = table.sort(order, descending=[name == "0:cost" for name in order])
    parts = {label: charges.components(label, by) for label in charged} if components else {}
    return [_group(row, by, list(charged), parts) for row in table.iter_rows(named=True)]


PARTS: Final = ("input_cost", "output_cost", "regional_cost", "tool_cost")
"""What the cost of a group consists of; an amount from the log has no parts."""
GROUPED: Final = ("cost", *PARTS)
Parts: TypeAlias = "dict[str, dict[tuple[Any, ...], list[ComponentCost]]]"
"""Label → group → its components."""


def _group(row: dict[str, Any], by: Sequence[str], labels: list[str], parts: Parts) -> CostGroup:
    group = tuple(row[name] for name in by)
    return CostGroup(
        **{name: row[name] for name in by},
        records=row["records"],
        references=[
            _group_cost(row, i, label, parts[label].get(group, []) if parts else UNSET)
            for i, label in enumerate(labels)
        ],
    )


def _group_cost(
    row: dict[str, Any], i: int, label: str, components: list[ComponentCost] | UnsetType
) -> GroupCost:
    token_effect: str | UnsetType | None = UNSET
    price_effect: str | UnsetType | None = UNSET
    if f"{i}:mixed" in row:
        before, mixed, after = (row[f"{i}:{name}"] for name in ("before", "mixed", "after"))
        both = row[f"{i}:compared"]
        token_effect, price_effect = _money(mixed - before, both), _money(after - mixed, both)
    return GroupCost(
        reference=label,
        cost_usd=_money(row[f"{i}:cost"], row[f"{i}:charged"]),
        **{f"{name}_usd": _money(row[f"{i}:{name}"], row[f"{i}:split"]) for name in PARTS},
        components=components,
        token_effect_usd=token_effect,
        price_effect_usd=price_effect,
        priced=row[f"{i}:priced"],
        priced_share=row[f"{i}:priced"] / row["records"],
    )


def _money(units: int, records: int) -> str | None:
    """An amount over some records; over none it is not known."""
    return decimal_text(usd(units)) if records else None


def entry(
    label: str,
    charged: pl.DataFrame,
    compared: pl.DataFrame | None,
    charges: Charges,
    projection: Projection | None,
) -> ReferenceCost:
    """The cost under one reference. Amounts of records outside the sums are null.

    `compared` has the records priced under both this reference and the baseline, `None` for the baseline itself.
    """
    summed = charged.filter(pl.col("cost").is_not_null())
    sums = summed.select(
        pl.col(*GROUPED, "cached_cost", "long").sum(),
        *(total(pl.col(name)) for name in ("input", "cached_input", "output")),
    ).row(0, named=True)
    records, split = summed.height, summed["input_cost"].count()
    priced = int(charged["priced"].sum())
    return ReferenceCost(
        reference=label,
        cost_usd=_money(sums["cost"], records),
        cached_input_cost_usd=_money(sums["cached_cost"], split),
        input_cost_usd=_money(sums["input_cost"], split),
        output_cost_usd=_money(sums["output_cost"], split),
        regional_cost_usd=_money(sums["regional_cost"], split),
        tool_cost_usd=_money(sums["tool_cost"], split),
        components=charges.components(label).get((), []),
        monthly_usd=None if projection is None else projection.amount(charged["cost"]),
        input_tokens=sums["input"],
        cached_tokens=sums["cached_input"],
        output_tokens=sums["output"],
        priced=priced,
        charged=records,
        priced_share=priced / charged.height if charged.height else None,
        floor=records > 0 and (records < charged.height or summed["low"].count() > 0),
        usage=_tally(summed["usage"]),
        basis=_tally(summed["basis"].drop_nulls()),
        low=_tally(summed["low"].drop_nulls().str.split(REASON_BETWEEN).explode()),
        long_context=sums["long"],
        unpriced=_unpriced(charged),
        prices=_prices(summed, charges.book),
        **_logged(summed),
        **_effects(compared),
    )


def _logged(summed: pl.DataFrame) -> dict[str, Any]:
    """The fields of `ReferenceCost` on amounts in the log."""
    if LOGGED not in summed.columns or not summed[LOGGED].count():
        return {}
    return {"logged": summed[LOGGED].count(), "logged_usd": decimal_text(usd(int(summed[LOGGED].sum())))}


def uncompared(charges: Charges) -> list[UncomparedCost]:
    """What is priced under some references and not under all."""
    known = {label: rows for label, rows in charges.rows.items() if rows["cost"].count()}
    costs = pl.DataFrame([rows["cost"].alias(label) for label, rows in known.items()])
    reasons = [rows["reason"].alias(f"{label} reason") for label, rows in known.items()]
    if not known:
        return []
    unpriced = [pl.col(label).is_null() for label in known]
    table = costs.hstack(reasons).select(
        *known,
        reference=pl.coalesce(
            pl.when(lacks).then(pl.lit(label)) for label, lacks in zip(known, unpriced, strict=True)
        ),
        reason=pl.coalesce(
            pl.when(lacks).then(pl.col(f"{label} reason"))
            for label, lacks in zip(known, unpriced, strict=True)
        ),
    )
    left_out = table.filter(~charges.same & pl.any_horizontal(pl.col(list(known)).is_not_null()))
    sums = [pl.col(label).sum() for label in known]
    counts = [pl.col(label).count().alias(f"{label} priced") for label in known]
    grouped = left_out.group_by("reference", "reason").agg(pl.len().alias("records"), *sums, *counts)
    ordered = grouped.sort("records", "reference", "reason", descending=[True, False, False])
    return [
        UncomparedCost(
            reference=row["reference"],
            reason=row["reason"],
            records=row["records"],
            cost_usd={k: decimal_text(usd(row[k])) for k in known if row[f"{k} priced"]},
        )
        for row in ordered.iter_rows(named=True)
    ]


def _tally(words: pl.Series) -> dict[str, int]:
    counts = words.value_counts(sort=True)
    return dict(sorted(counts.iter_rows()))


def _unpriced(charged: pl.DataFrame) -> list[UnpricedRecords]:
    """Records without a cost by model and reason; the most frequent first."""
    rows = charged.filter(~pl.col("priced"))
    counted = rows.group_by("model", "reason").agg(pl.len().alias("records"))
    ordered = counted.sort("records", "model", "reason", descending=[True, False, False])
    return [UnpricedRecords(**row) for row in ordered.iter_rows(named=True)]


def _prices(priced: pl.DataFrame, book: PriceBook) -> list[AppliedPrice]:
    """The price rows that were used, those of the largest amounts first."""
    used = (
        priced.filter(pl.col("price").is_not_null())
        .group_by("price")
        .agg(pl.len().alias("records"), pl.col("cost").sum())
    )
    rows = used.sort("cost", "records", "price", descending=[True, True, False]).iter_rows()
    return [_price(book.prices[number], records, cost) for number, records, cost in rows]


def _price(price: Price, records: int, cost: int) -> AppliedPrice:
    row, rates = price.row, price.rates
    return AppliedPrice(
        name=row.name,
        start=row.start,
        end=row.end,
        input=decimal_text(rates.input),
        cached_input=_rate(rates.cached_input),
        cache_write=_rate(rates.cache_write),
        output=decimal_text(rates.output),
        long_threshold=row.long_threshold,
        basis=row.basis,
        verified=row.verified,
        extrapolated=price.extrapolated,
        origin=price.origin,
        notes=list(price.notes),
        source=row.source,
        records=records,
        cost_usd=decimal_text(usd(cost)),
    )


def _rate(rate: Decimal | None) -> str | None:
    return None if rate is None else decimal_text(rate)


EFFECTS: Final = ("token_effect_usd", "price_effect_usd", "difference_usd", "compared_baseline_usd")


def _effects(compared: pl.DataFrame | None) -> dict[str, Any]:
    """The fields of `ReferenceCost` that compare it with the baseline."""
    if compared is None:
        return {**dict.fromkeys(EFFECTS), "difference_share": None, "compared": None}
    both = compared["before"].count()
    before, mixed, after = compared.select(pl.all().sum()).row(0)
    amounts = (mixed - before, after - mixed, after - before, before)
    return {
        **{name: _money(amount, both) for name, amount in zip(EFFECTS, amounts, strict=True)},
        "difference_share": (after - before) / before if both and before else None,
        "compared": both,
    }
