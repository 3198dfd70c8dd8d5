"""Reconcile: do tokcount's counts agree with what the API billed, and where they do not, is there a pattern?

A residual that is the same for every record of a model is a framing constant that tokcount does not know. That is how
a new family becomes visible, so such constants are reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from msgspec import UNSET, structs

from tokcount.framing.evidence import Evidence, Key, bundled
from tokcount.framing.layout import BASIS_ORDER, ESTIMATED, EXACT, PARTIAL
from tokcount.models.references import OWN
from tokcount.reports.overview import SkippedSummary, overview, tally, words
from tokcount.reports.reconcile.calibrate import CountedAs, proposals
from tokcount.reports.reconcile.report import (
    Agreement,
    Basis,
    BasisAgreement,
    Billed,
    Constant,
    LabelGroup,
    MissedRecord,
    ModelGroup,
    OddBills,
    ReconcileReport,
    ResidualCount,
    ShapeGroup,
    Side,
    Uncompared,
)
from tokcount.reports.reconcile.residuals import GROUP_COLUMNS, with_residuals
from tokcount.reports.report import ByBasis
from tokcount.scanning.features.evidence import evidence_key

COMMON_RESIDUALS: Final = 20
FEWEST_FOR_A_CONSTANT: Final = 3
"""Records that must have the same residual before it is called a constant."""
CONSTANT_SHARE: Final = 0.95
"""Of the records of a model."""
GROUP_SHARE: Final = 0.5
"""Of the input tokens of a group that are not counted as billed."""
RESIDUAL: Final = "residual_input_tokens"


def report(
    frame: pl.DataFrame,
    skipped: SkippedSummary,
    *,
    label: str = OWN,
    top: int = 10,
    counted_as: CountedAs | None = None,
    evidence: bool = False,
) -> ReconcileReport:
    """The reconcile report over a frame of records counted under their own models.

    Framing constants are proposed with `counted_as`. `evidence` needs a scan with a plan of that feature.
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
        groups=[ModelGroup(**group) for group in _groups(compared, (*GROUP_COLUMNS, "month"))],
        constants=[*constants(rows, "input"), *constants(rows, "output")],
        worst=_worst(compared, top),
        proposals=proposals(rows, counted_as) if counted_as else [],
        evidence=labels(compared) if evidence else UNSET,
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


def constants(rows: pl.DataFrame, side: Side) -> list[Constant]:
    """Residuals other than 0 that (nearly) all records of a model share, or else several of one of its groups.

    Records that hold something uncountable or have a billing anomaly are left out of the input: their residual is not
    framing. An answer may be billed with a token more or less, so nearly its whole group has to share the residual.
    """
    name = f"residual_{side}_tokens"
    rows = rows.filter(pl.col(name).is_not_null()).with_columns(pl.col(name).alias("residual"))
    if side == "input":
        rows = rows.filter(pl.col("basis") != PARTIAL, pl.col("note").is_null())
    n, of = pl.col("n"), pl.col("of")
    found = _shared_residuals(rows, ["model"], side, n >= CONSTANT_SHARE * of)
    named = [entry.model for entry in found]
    rest = rows.filter(~pl.col("model").is_in(named)) if named else rows
    enough = n >= (GROUP_SHARE * pl.col("missed") if side == "input" else CONSTANT_SHARE * of)
    return found + _shared_residuals(rest, list(GROUP_COLUMNS), side, enough)


def _shared_residuals(rows: pl.DataFrame, keys: Sequence[str], side: Side, enough: pl.Expr) -> list[Constant]:
    counted = rows.group_by([*keys, "residual"]).agg(
        pl.len().cast(pl.Int64).alias("n"),
        pl.col("month").min().alias("first_month"),
        pl.col("month").max().alias("last_month"),
    )
    missed = pl.when(pl.col("residual") != 0).then("n").otherwise(0)
    table = counted.with_columns(
        pl.col("n").sum().over(keys).alias("of"), missed.sum().over(keys).alias("missed")
    )
    shared = table.filter(pl.col("residual") != 0, pl.col("n") >= FEWEST_FOR_A_CONSTANT, enough)
    names = [name for name in Constant.__struct_fields__ if name in shared.columns]
    others = {"side": side, "shape": None, "endpoint": None}
    ordered = shared.sort(-pl.col("n"), *keys).select(names)
    return [Constant(**{**others, **row}) for row in ordered.iter_rows(named=True)]


def labels(rows: pl.DataFrame) -> list[LabelGroup]:
    """The rows of the evidence table that the records need, with what this log and what recordings say about each.

    A record says something about the only row of its rows that is not confirmed, or else about all of them.
    """
    rows = rows.filter(pl.col("basis") != PARTIAL)
    found = {name: key for name in rows.columns if (key := evidence_key(name))}
    known = {name: bundled().row(key) for name, key in found.items()}
    doubtful = [name for name, row in known.items() if row is None or not row.confirms]
    doubts = rows.select(pl.sum_horizontal(pl.lit(0), *doubtful)).to_series()
    exact = rows[RESIDUAL] == 0
    groups = []
    for name, key in found.items():
        used = rows[name] > 0
        judged = used & ((doubts == 1) if name in doubtful else (rows["basis"] == EXACT))
        groups.append(
            _label(key, known[name], int(used.sum()), int(judged.sum()), int((judged & exact).sum()))
        )
    used_at_all = [group for group in groups if group.n]
    return sorted(used_at_all, key=lambda group: (not group.is_contradicted, -group.n, group.feature))


def _label(key: Key, row: Evidence | None, n: int, judged: int, exact: int) -> LabelGroup:
    endpoint, scope, feature = key
    return LabelGroup(
        endpoint=endpoint,
        scope=scope,
        feature=feature,
        label=EXACT if row and row.confirms else ESTIMATED,
        n=n,
        judged=judged,
        exact=exact,
        recordings=row.recordings if row else 0,
        recordings_exact=row.exact if row else 0,
        projects=row.projects if row else 0,
    )


def _worst(rows: pl.DataFrame, top: int) -> list[MissedRecord]:
    """The records with the largest residuals: first those called exact, last those with a billing anomaly."""
    missed = rows.with_row_index("row").filter(pl.col(RESIDUAL) != 0)
    rank = pl.col("basis").replace_strict(list(BASIS_ORDER), list(range(len(BASIS_ORDER))))
    keys = (pl.col("note").is_not_null(), rank, -pl.col(RESIDUAL).abs(), "row")
    chosen = missed.sort(*keys).head(top)
    return [MissedRecord(**row) for row in chosen.select(MissedRecord.__struct_fields__).to_dicts()]
