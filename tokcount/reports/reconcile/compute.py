"""Reconcile: do tokcount's counts agree with what the API billed, and where they do not, is there a pattern?

A residual that is the same for every record of a model is a framing constant that tokcount does not know. That is how
a new family becomes visible, so such constants are reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from msgspec import structs

from tokcount.framing.layout import BASIS_ORDER, PARTIAL
from tokcount.models.references import OWN
from tokcount.reports.overview import SkippedSummary, overview, tally, words
from tokcount.reports.reconcile.report import (
    Agreement,
    Basis,
    BasisAgreement,
    Billed,
    Constant,
    MissedRecord,
    ModelGroup,
    OddBills,
    ReconcileReport,
    ResidualCount,
    ShapeGroup,
    Uncompared,
)
from tokcount.reports.reconcile.residuals import GROUP_COLUMNS, with_residuals
from tokcount.reports.report import ByBasis

COMMON_RESIDUALS: Final = 20
FEWEST_FOR_A_CONSTANT: Final = 5
"""Records that must have the same residual before it is called a constant."""
CONSTANT_SHARE: Final = 0.95
RESIDUAL: Final = "residual_input_tokens"


def report(
    frame: pl.DataFrame, skipped: SkippedSummary, *, label: str = OWN, top: int = 10
) -> ReconcileReport:
    """The reconcile report over a frame of records counted under their own models.

    See `tokcount.reports.reconcile.residuals.with_residuals` for the columns.
    """
    rows = with_residuals(frame, label)
    compared = rows.filter(pl.col(RESIDUAL).is_not_null())
    missing = rows.filter(pl.col(RESIDUAL).is_null())
    return ReconcileReport(
        **structs.asdict(overview(frame, skipped)),
        **structs.asdict(_agreement(compared[RESIDUAL])),
        output=_agreement(rows["residual_output_tokens"].drop_nulls()),
        by_basis=[_basis_agreement(compared, basis) for basis in BASIS_ORDER],
        basis_tokens=ByBasis(*(_counted_tokens(compared, basis) for basis in BASIS_ORDER)),
        reasons=words(compared.filter(pl.col("basis") != BASIS_ORDER[0])["reason"], "; "),
        odd_bills=_odd_bills(compared),
        uncompared=Uncompared(missing.height, tally(missing["why_not"])),
        billed=Billed(**{name: _total(compared, f"billed_{name}") for name in Billed.__struct_fields__}),
        residuals=_distribution(compared),
        shapes=[ShapeGroup(**group) for group in _groups(compared, ("shape", "endpoint"))],
        groups=[ModelGroup(**group) for group in _groups(compared, GROUP_COLUMNS)],
        constants=constants(compared),
        worst=_worst(compared, top),
    )


def _agreement(residuals: pl.Series) -> Agreement:
    exact = int((residuals == 0).sum())
    share = exact / len(residuals) if len(residuals) else None
    return Agreement(compared=len(residuals), exact=exact, exact_share=share)


def _basis_agreement(rows: pl.DataFrame, basis: Basis) -> BasisAgreement:
    found = _agreement(rows.filter(pl.col("basis") == basis)[RESIDUAL])
    return BasisAgreement(basis=basis, **structs.asdict(found))


def _counted_tokens(rows: pl.DataFrame, basis: Basis) -> int:
    return int(rows.filter(pl.col("basis") == basis)["counted_input_tokens"].sum())


def _odd_bills(rows: pl.DataFrame) -> OddBills:
    """The records with a billing anomaly, by the reason, and how the others agree."""
    notes = rows["note"].drop_nulls()
    others = rows.filter(pl.col("note").is_null())
    return OddBills(records=len(notes), notes=tally(notes), without=_agreement(others[RESIDUAL]))


def _total(rows: pl.DataFrame, name: str) -> int | None:
    values = rows[name].drop_nulls() if name in rows.columns else pl.Series(dtype=pl.Int64)
    return int(values.cast(pl.Int128).sum()) if len(values) else None


def _distribution(rows: pl.DataFrame) -> list[ResidualCount]:
    counted = rows.group_by(pl.col(RESIDUAL).alias("residual")).agg(pl.len().alias("records"))
    ordered = counted.sort(-pl.col("records").cast(pl.Int64), pl.col("residual").abs(), "residual")
    return [ResidualCount(**row) for row in ordered.head(COMMON_RESIDUALS).to_dicts()]


def _groups(rows: pl.DataFrame, keys: Sequence[str]) -> list[dict[str, Any]]:
    """The fields of `ShapeGroup` or `ModelGroup`, the largest group first."""
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


def constants(rows: pl.DataFrame) -> list[Constant]:
    """Residuals other than 0 that (nearly) all records of a model share, or else those of one of its groups.

    Records that hold something uncountable or have a billing anomaly are left out: their residual is not framing.
    """
    rows = rows.filter(pl.col("basis") != PARTIAL, pl.col("note").is_null())
    found = _shared_residuals(rows, ["model"])
    named = [entry.model for entry in found]
    rest = rows.filter(~pl.col("model").is_in(named)) if named else rows
    return found + _shared_residuals(rest, list(GROUP_COLUMNS))


def _shared_residuals(rows: pl.DataFrame, keys: Sequence[str]) -> list[Constant]:
    counted = rows.group_by([*keys, RESIDUAL]).agg(pl.len().cast(pl.Int64).alias("n"))
    table = counted.with_columns(pl.col("n").sum().over(keys).alias("of"))
    shared = table.filter(
        pl.col(RESIDUAL) != 0,
        pl.col("n") >= FEWEST_FOR_A_CONSTANT,
        pl.col("n") >= CONSTANT_SHARE * pl.col("of"),
    ).sort(-pl.col("n"), *keys)
    return [
        Constant(
            model=row["model"],
            shape=row.get("shape"),
            endpoint=row.get("endpoint"),
            n=row["n"],
            of=row["of"],
            residual=row[RESIDUAL],
        )
        for row in shared.iter_rows(named=True)
    ]


def _worst(rows: pl.DataFrame, top: int) -> list[MissedRecord]:
    """The records with the largest residuals: first those called exact, last those with a billing anomaly."""
    missed = rows.with_row_index("row").filter(pl.col(RESIDUAL) != 0)
    rank = pl.col("basis").replace_strict(list(BASIS_ORDER), list(range(len(BASIS_ORDER))))
    keys = (pl.col("note").is_not_null(), rank, -pl.col(RESIDUAL).abs(), "row")
    chosen = missed.sort(*keys).head(top)
    return [MissedRecord(**row) for row in chosen.select(MissedRecord.__struct_fields__).to_dicts()]
