"""The amounts in a log against prices: how many agree, and what explains the others.

A reason is another way to charge a call that comes to the amount in the log, to its last digit: at another tier or
day, or without a part of the charges.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl
from msgspec import structs

from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog
from tokcount.models.references import OWN
from tokcount.reports.columns import decimal_text
from tokcount.reports.cost.charges import Charges
from tokcount.reports.cost.charging.amounts import UNIT, charged, usd
from tokcount.reports.cost.charging.logged import NOT_LOGGED, logged_units
from tokcount.reports.cost.charging.prices import PriceBook
from tokcount.reports.overview import SkippedSummary, overview
from tokcount.reports.reconcile.report_money import ModelMoney, MoneyRecord, MoneyReport, NotCompared

WITHOUT: Final = {
    "cached input at the full price": ("cached_input",),
    "cache writes at the price of input": ("cache_write", "cache_write_long"),
    "cached input and cache writes at the price of input": (
        "cached_input",
        "cache_write",
        "cache_write_long",
    ),
    "audio at the price of text": ("audio_input", "audio_output"),
}
"""Reason → parts that are charged as plain input and output."""
LACKS: Final = {
    "without the fees of tools": ("tool_cost",),
    "without the surcharge of the region": ("regional_cost",),
    "without the fees of tools and the surcharge of the region": ("tool_cost", "regional_cost"),
    "without the output": ("output_cost",),
}
"""Reason → amounts that are missing."""
CLOSE: Final = 200
"""An amount that is explained is within one part in this: an amount with few digits fits too many reasons."""
TIERS: Final = ("standard", "batch", "flex", "priority")


def report(
    charges: Charges, skipped: SkippedSummary, catalog: Catalog | None = None, *, top: int = 10
) -> MoneyReport:
    """The report over one row per record, charged at prices under its own model."""
    frame, rows = charges.frame, charges.rows[OWN]
    table = frame.select("source", "line", "index").with_columns(
        rows["model"], computed=rows["cost"], logged=logged_units(frame), low=rows["low"]
    )
    table = table.with_columns(why=_why_not(rows)).with_row_index("row")
    both = table.filter(pl.col("computed").is_not_null() & pl.col("logged").is_not_null())
    both = both.with_columns(difference=pl.col("computed") - pl.col("logged"))
    both = both.with_columns(differs=pl.col("difference").abs() > _rounding(frame))
    both = both.with_columns(_reasons(charges, both, catalog))
    computed, logged = int(both["computed"].sum()), int(both["logged"].sum())
    return MoneyReport(
        **structs.asdict(overview(frame, skipped, catalog)),
        compared=both.height,
        differing=int(both["differs"].sum()),
        **_amounts(computed, logged),
        difference_share=(computed - logged) / logged if logged else None,
        floor=both["low"].count() > 0,
        by_model=_models(both),
        worst=_worst(both, top),
        uncompared=_uncompared(table),
    )


def _why_not(rows: pl.DataFrame) -> pl.Series:
    return rows.select(pl.coalesce("reason", pl.lit(NOT_LOGGED))).to_series()


def _amounts(computed: int, logged: int) -> dict[str, Any]:
    """The three amounts of an entry of the report."""
    amounts = {"computed": computed, "logged": logged, "difference": computed - logged}
    return {f"{name}_usd": decimal_text(usd(units)) for name, units in amounts.items()}


def _rounding(frame: pl.DataFrame) -> int:
    """Half a step of the last decimal that any amount in the log has, in units."""
    if "billed_usd" not in frame.columns:
        return 0
    decimals = frame.select(
        pl.col("billed_usd")
        .cast(pl.String)
        .str.strip_chars_end("0")
        .str.extract(r"\.(\d*)$")
        .str.len_chars()
        .max()
    ).item()
    return int(10 ** (-UNIT.adjusted() - (decimals or 0)) // 2)


def _reasons(charges: Charges, both: pl.DataFrame, catalog: Catalog | None) -> pl.Series:
    """What explains the amount of each record that differs; null: nothing does."""
    rounding = _rounding(charges.frame)
    frame = charges.frame[both["row"]]
    rows = charges.rows[OWN][both["row"]]
    found = pl.repeat(None, both.height, dtype=pl.String, eager=True).alias("reason")
    for reason, costs in _alternatives(charges, frame, rows, catalog):
        fits = both.select(_is_explained(costs, rounding)).to_series()
        found = found.zip_with(~(fits & found.is_null()), pl.repeat(reason, both.height, eager=True))
    return found.alias("reason")


def _is_explained(costs: pl.Series, rounding: int) -> pl.Expr:
    """Whether a record that differs would cost what the log has, to its last digit."""
    misses = (pl.lit(costs) - pl.col("logged")).abs()
    is_same = (misses <= rounding) & (misses * CLOSE <= pl.col("logged"))
    return pl.col("differs") & is_same.fill_null(value=False)


def _alternatives(
    charges: Charges, frame: pl.DataFrame, rows: pl.DataFrame, catalog: Catalog | None
) -> Iterator[tuple[str, pl.Series]]:
    """Other ways to charge the records: the reason, and what each would cost."""
    requests = frame["requests"] if "requests" in frame.columns else None
    for reason, parts in WITHOUT.items():
        there = [part for part in parts if part in rows.columns]
        plain = rows.with_columns(pl.lit(0, pl.Int64).alias(part) for part in there)
        yield reason, charged(plain, charges.book.prices, requests)["cost"]
    for reason, amounts in LACKS.items():
        yield reason, rows.select(pl.col("cost") - sum(pl.col(name) for name in amounts)).to_series()
    options = charges.options
    for tier in TIERS:
        book = PriceBook(
            catalog or catalogs.default(), today=options.today, assume_model=options.assume_model
        )
        placed = book.place(frame.with_columns(tier=pl.lit(tier)), OWN)
        yield (
            f"at the {tier} tier",
            charged(rows.with_columns(placed["price"]), book.prices, requests)["cost"],
        )
    book = PriceBook(
        catalog or catalogs.default(),
        today=options.today,
        as_of=options.today,
        assume_model=options.assume_model,
    )
    now = book.place(frame, OWN)["price"]
    yield f"at the prices of {options.today}", charged(rows.with_columns(now), book.prices, requests)["cost"]


def _models(both: pl.DataFrame) -> list[ModelMoney]:
    """The models, those with the largest differences first."""
    found = []
    for (model,), rows in both.group_by("model"):
        reasons = rows["reason"].drop_nulls().value_counts(sort=True)
        reason, explained = reasons.row(0) if reasons.height else (None, 0)
        found.append(
            ModelMoney(
                model=None if model is None else str(model),
                records=rows.height,
                differing=int(rows["differs"].sum()),
                **_amounts(int(rows["computed"].sum()), int(rows["logged"].sum())),
                reason=reason,
                explained=explained,
            )
        )
    return sorted(found, key=lambda entry: (-abs(float(entry.difference_usd)), entry.model or ""))


def _worst(both: pl.DataFrame, top: int) -> list[MoneyRecord]:
    rows = both.filter("differs").sort(pl.col("difference").abs(), "row", descending=[True, False]).head(top)
    return [_record(row) for row in rows.iter_rows(named=True)]


def _record(row: dict[str, Any]) -> MoneyRecord:
    named = {name: row[name] for name in ("source", "line", "index", "model", "reason")}
    return MoneyRecord(**named, **_amounts(row["computed"], row["logged"]))


def _uncompared(table: pl.DataFrame) -> list[NotCompared]:
    """Records with one of the amounts, or none, by the reason why the other is not known."""
    rest = table.filter(pl.col("computed").is_null() | pl.col("logged").is_null())
    sums = rest.group_by("why").agg(
        pl.len().alias("records"), pl.coalesce("logged", "computed").fill_null(0).sum().alias("usd")
    )
    ordered = sums.sort("records", "why", descending=[True, False])
    return [
        NotCompared(why, records, decimal_text(usd(units))) for why, records, units in ordered.iter_rows()
    ]
