"""Groups of records: by one or several `DIMENSIONS`, so that they add up to the total.

A record belongs to one group of every dimension except `role`, where its tokens are divided among the roles of its
messages; framing is the group `(framing)`, the answer `(reply)`, and text without a role `(other)`. A record with
several tags belongs to the group of exactly that set of tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import polars as pl

from tokcount.models.references import vendor_named
from tokcount.reports.columns import QUANTITIES, NamedReference, Quantity, column, tokens
from tokcount.reports.drift.report import DriftGroup
from tokcount.reports.measures import Stats, measures, measures_of, with_drift
from tokcount.scanning.schema import TIME_FORMATS, parse_column


def _vendors(models: pl.Series) -> pl.Series:
    known = models.drop_nulls().unique().to_list()
    return models.replace_strict(known, list(map(vendor_named, known)), default=None, return_dtype=pl.String)


DIMENSIONS: dict[str, pl.Expr] = {
    "model": pl.col("model"),
    "vendor": pl.col("model").map_batches(_vendors, return_dtype=pl.String),
    "kind": pl.col("kind"),
    "source": pl.col("source"),
    "script": pl.col("script"),
    **{name: pl.col("timestamp").dt.strftime(form) for name, form in TIME_FORMATS.items()},
    "user": pl.col("user"),
    "tag": pl.when(pl.col("tags") != "").then(pl.col("tags")),
    "role": pl.col("role"),
}
"""Name given to `--by` → the value that a record is grouped by; null is "not known". Times are in UTC."""

FRAMING, HIDDEN, REPLY, OTHER = "(framing)", "(hidden)", "(reply)", "(other)"
INPUT_PARTS: Final[tuple[Quantity, ...]] = ("content_tokens", "framing_tokens", "hidden_tokens")
"""The quantities that add up to the input tokens."""
AROUND: Final[dict[str, Quantity]] = {FRAMING: "framing_tokens", HIDDEN: "hidden_tokens"}
"""Group by role → the quantity of the input that belongs to no message."""


def groups(
    frame: pl.DataFrame, by: Sequence[str], references: Sequence[NamedReference], baseline: NamedReference
) -> list[DriftGroup]:
    """One group for each combination of the dimensions in `by`.

    Days, weeks and months are in order, all other groups by falling input tokens of the baseline, then by name.
    """
    return entries(sums(frame, by, references, baseline), by, references, baseline)


def sums(
    frame: pl.DataFrame, by: Sequence[str], references: Sequence[NamedReference], baseline: NamedReference
) -> list[Stats]:
    """One aggregated row per group, in any order: `by:NAME` for each dimension, `records`, and the measures."""
    if not by:
        return []
    sliced = with_roles(frame, [reference.label for reference in references]) if "role" in by else frame
    keyed = with_drift(sliced.lazy(), references, baseline).with_columns(
        DIMENSIONS[name].alias(key(name)) for name in by
    )
    aggregations = [m for reference in references for m in measures(reference.label, baseline.label)]
    table = keyed.group_by(map(key, by)).agg(pl.len().alias("records"), *aggregations)
    return list(table.collect().iter_rows(named=True))


def key(name: str) -> str:
    """The column of an aggregated row that holds the value of a dimension."""
    return f"by:{name}"


def entries(
    rows: Iterable[Stats], by: Sequence[str], references: Sequence[NamedReference], baseline: NamedReference
) -> list[DriftGroup]:
    """The groups of `groups`, from aggregated rows in any order."""
    largest = column(baseline.label, "input_tokens")

    def place(row: Stats) -> tuple[Any, ...]:
        named = tuple((row[key(name)] is not None, row[key(name)] or "") for name in by)
        size = -(row[largest] or 0)
        return (named, size) if by[0] in TIME_FORMATS else (size, named)

    return [
        DriftGroup(
            **{name: row[key(name)] for name in by},
            records=row["records"],
            references=[measures_of(row, reference) for reference in references],
        )
        for row in sorted(rows, key=place)
    ]


def with_roles(frame: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """One row per record and role, with the column `role`; the counts of a record's rows add up to its own.

    Needs the columns `LABEL:content_tokens[ROLE]` of a scan by role.
    """
    found = [known for name in frame.columns if (known := parse_column(name)) is not None]
    roles = sorted({known.part for known in found if known.measure == "content_tokens" and known.part})
    frame = frame.with_columns(
        pl.lit(None, pl.Int64).alias(_role_column(label, role))
        for label in labels
        for role in roles
        if _role_column(label, role) not in frame.columns
    )
    slices = [
        _slice(frame, labels, role, "content_tokens", {label: _role(label, role) for label in labels})
        for role in roles
    ]
    rest = {label: _remainder(label, roles) for label in labels}
    slices.append(_slice(frame, labels, OTHER, "content_tokens", rest))
    for role, quantity in AROUND.items():
        slices.append(
            _slice(frame, labels, role, quantity, {label: tokens(label, quantity) for label in labels})
        )
    replies = {label: tokens(label, "output_tokens") for label in labels}
    return pl.concat([*slices, _reply_slice(frame, labels, replies)])


def _role_column(label: str, role: str) -> str:
    return column(label, "content_tokens", role)


def _role(label: str, role: str) -> pl.Expr:
    return pl.col(_role_column(label, role)).cast(pl.Int64)


def _remainder(label: str, roles: Sequence[str]) -> pl.Expr:
    known = pl.sum_horizontal(_role(label, role).fill_null(0) for role in roles) if roles else pl.lit(0)
    return tokens(label, "content_tokens") - known


def _slice(
    frame: pl.DataFrame, labels: Sequence[str], role: str, quantity: Quantity, values: dict[str, pl.Expr]
) -> pl.DataFrame:
    """The records that have tokens of this role, with nothing but those: they are the input, all of one quantity."""
    columns = []
    for label in labels:
        known = pl.when(tokens(label, "input_tokens").is_not_null())
        counts = dict.fromkeys(INPUT_PARTS, pl.lit(0)) | {
            quantity: values[label],
            "input_tokens": values[label],
        }
        columns += [
            known.then(each.fill_null(0)).cast(pl.Int64).alias(column(label, name))
            for name, each in counts.items()
        ]
        columns.append(pl.lit(None, pl.Int64).alias(column(label, "output_tokens")))
    present = pl.any_horizontal(pl.col(column(label, "input_tokens")) != 0 for label in labels)
    return _narrow(frame.with_columns(*columns, role=pl.lit(role)).filter(present), labels)


def _reply_slice(frame: pl.DataFrame, labels: Sequence[str], replies: dict[str, pl.Expr]) -> pl.DataFrame:
    nothing = [
        pl.lit(None, pl.Int64).alias(column(label, name))
        for label in labels
        for name in (*INPUT_PARTS, "input_tokens")
    ]
    output = [values.alias(column(label, "output_tokens")) for label, values in replies.items()]
    present = pl.any_horizontal(pl.col(column(label, "output_tokens")).is_not_null() for label in labels)
    return _narrow(frame.with_columns(*nothing, *output, role=pl.lit(REPLY)).filter(present), labels)


def _narrow(frame: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """Without the columns of single roles, so that slices lie on one another."""
    kept = [column(label, name) for label in labels for name in (*QUANTITIES, "basis")]
    plain = [
        name
        for name in ("model", "kind", "source", "timestamp", "script", "tags", "user")
        if name in frame.columns
    ]
    return frame.select(*plain, "role", *kept)
