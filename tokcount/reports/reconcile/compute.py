"""Reconcile: do tokcount's counts agree with what the API billed, and where not, is there a pattern?

A residual that is the same for every record of a model is a framing constant that tokcount does not know: that is
how a new family shows itself, so such constants are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from tokcount.framing.layout import BASIS_ORDER, PARTIAL
from tokcount.models.references import OWN
from tokcount.reports.overview import SkippedSummary, overview, tally, words
from tokcount.reports.reconcile.residuals import GROUP_COLUMNS, with_residuals
from tokcount.reports.report import DictReport, Report

BILLED: Final = ("input", "cached", "cache_write", "audio", "output", "reasoning")
COMMON_RESIDUALS: Final = 20
FEWEST_FOR_A_CONSTANT: Final = 5
"""Records that must miss by the same number before it is called a constant."""
CONSTANT_SHARE: Final = 0.95
RESIDUAL: Final = "residual_input_tokens"


def report(frame: pl.DataFrame, skipped: SkippedSummary, *, label: str = OWN, top: int = 10) -> Report:
    """The reconcile report over a frame of records counted under their own models.

    See `tokcount.reports.reconcile.residuals.with_residuals` for the columns. ``exact`` are the records whose
    counted input tokens equal the billed ones; shares are of the compared records. ``odd_bills`` are records whose
    bill differs for a known reason on the side of the API: they are in every number, and ``without`` says what it
    is without them.
    """
    rows = with_residuals(frame, label)
    compared = rows.filter(pl.col(RESIDUAL).is_not_null())
    missing = rows.filter(pl.col(RESIDUAL).is_null())
    output = rows["residual_output_tokens"].drop_nulls()
    data: dict[str, Any] = {
        **overview(frame, skipped).data,
        **_agreement(compared[RESIDUAL]),
        "output": _agreement(output),
        "by_basis": [{"basis": word, **_agreement(_of_basis(compared, word))} for word in BASIS_ORDER],
        "basis_tokens": {word: _counted_tokens(compared, word) for word in BASIS_ORDER},
        "reasons": words(compared.filter(pl.col("basis") != BASIS_ORDER[0])["reason"], "; "),
        "odd_bills": _odd_bills(compared),
        "uncompared": {"records": missing.height, "reasons": tally(missing["why_not"])},
        "billed": {f"{name}_tokens": _total(compared, f"billed_{name}_tokens") for name in BILLED},
        "residuals": _distribution(compared),
        "shapes": _groups(compared, ("shape", "endpoint")),
        "groups": _groups(compared, GROUP_COLUMNS),
        "constants": constants(compared),
        "worst": _worst(compared, top),
    }
    return DictReport("reconcile", data)


def _agreement(residuals: pl.Series) -> dict[str, Any]:
    exact = int((residuals == 0).sum())
    return {
        "compared": len(residuals),
        "exact": exact,
        "exact_share": exact / len(residuals) if len(residuals) else None,
    }


def _of_basis(rows: pl.DataFrame, word: str) -> pl.Series:
    return rows.filter(pl.col("basis") == word)[RESIDUAL]


def _counted_tokens(rows: pl.DataFrame, word: str) -> int:
    return int(rows.filter(pl.col("basis") == word)["counted_input_tokens"].sum())


def _odd_bills(rows: pl.DataFrame) -> dict[str, Any]:
    """The records billed oddly, by the reason, and how the others agree."""
    notes = rows["note"].drop_nulls()
    others = rows.filter(pl.col("note").is_null())
    return {"records": len(notes), "notes": tally(notes), "without": _agreement(others[RESIDUAL])}


def _total(rows: pl.DataFrame, name: str) -> int | None:
    values = rows[name].drop_nulls() if name in rows.columns else pl.Series(dtype=pl.Int64)
    return int(values.sum()) if len(values) else None


def _distribution(rows: pl.DataFrame) -> list[dict[str, Any]]:
    counted = rows.group_by(pl.col(RESIDUAL).alias("residual")).agg(pl.len().alias("records"))
    ordered = counted.sort(-pl.col("records").cast(pl.Int64), pl.col("residual").abs(), "residual")
    return ordered.head(COMMON_RESIDUALS).to_dicts()


def _groups(rows: pl.DataFrame, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Residuals by some columns, the largest group first. ``constant``: two records or more, all with one residual."""
    residual = pl.col(RESIDUAL)
    table = rows.group_by(keys).agg(
        pl.len().cast(pl.Int64).alias("n"),
        (residual == 0).sum().cast(pl.Int64).alias("exact"),
        residual.min().alias("residual_min"),
        residual.quantile(0.5, "linear").alias("residual_p50"),
        residual.max().alias("residual_max"),
    )
    constant = (pl.col("n") > 1) & (pl.col("residual_min") == pl.col("residual_max"))
    return table.with_columns(constant.alias("constant")).sort(-pl.col("n"), *keys).to_dicts()


def constants(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Residuals other than 0 that (nearly) all records of a model share, or else those of one of its groups.

    ``n`` records of ``of`` miss by ``residual``; shape and endpoint are ``None`` where they do not matter. Records
    that hold something uncountable or were billed oddly are left out: what they miss is no framing.
    """
    rows = rows.filter(pl.col("basis") != PARTIAL, pl.col("note").is_null())
    found = _shared_residuals(rows, ["model"])
    named = [entry["model"] for entry in found]
    rest = rows.filter(~pl.col("model").is_in(named)) if named else rows
    return found + _shared_residuals(rest, list(GROUP_COLUMNS))


def _shared_residuals(rows: pl.DataFrame, keys: Sequence[str]) -> list[dict[str, Any]]:
    counted = rows.group_by([*keys, RESIDUAL]).agg(pl.len().cast(pl.Int64).alias("n"))
    table = counted.with_columns(pl.col("n").sum().over(keys).alias("of"))
    shared = table.filter(
        pl.col(RESIDUAL) != 0,
        pl.col("n") >= FEWEST_FOR_A_CONSTANT,
        pl.col("n") >= CONSTANT_SHARE * pl.col("of"),
    ).sort(-pl.col("n"), *keys)
    empty = dict.fromkeys(GROUP_COLUMNS)
    return [
        {
            **empty,
            **{key: row[key] for key in keys},
            "n": row["n"],
            "of": row["of"],
            "residual": row[RESIDUAL],
        }
        for row in shared.iter_rows(named=True)
    ]


def _worst(rows: pl.DataFrame, top: int) -> list[dict[str, Any]]:
    """The records that miss by most tokens in either direction; first those called exact, last the odd bills."""
    missed = rows.with_row_index("row").filter(pl.col(RESIDUAL) != 0)
    unsure = pl.col("basis").replace_strict(list(BASIS_ORDER), list(range(len(BASIS_ORDER))))
    keys = (pl.col("note").is_not_null(), unsure, -pl.col(RESIDUAL).abs(), "row")
    chosen = missed.sort(*keys).head(top)
    place = ("source", "line", "index", "model", "shape", "endpoint")
    counts = ("counted_input_tokens", "billed_input_tokens", RESIDUAL)
    return chosen.select(*place, *counts, "basis", "reason", "note").to_dicts()
