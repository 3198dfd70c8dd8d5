"""One row for each record and role in Spark: the counterpart of `tokcount.reports.groups.with_roles`."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - as all of Spark's documentation calls it

from tokcount.framing.content import ROLES
from tokcount.reports.columns import QUANTITIES, Quantity, column
from tokcount.reports.groups import AROUND, OTHER, REPLY
from tokcount.spark.columns import named, of

KEPT = ("source", "kind", "model", "timestamp", "tags", "script", "user")


def with_roles(rows: DataFrame, labels: Sequence[str]) -> DataFrame:
    """The rows of each record, with column `role`, add up to its own; a role without tokens has none."""
    kept = [name for name in KEPT if name in rows.columns]
    bases = [of(label, "basis").alias(column(label, "basis")) for label in labels]
    slices = [
        *(_slice(role, "content_tokens", [_role(label, role) for label in labels], labels) for role in ROLES),
        _slice(OTHER, "content_tokens", [_remainder(label) for label in labels], labels),
        *(
            _slice(role, name, [_known(label, name) for label in labels], labels)
            for role, name in AROUND.items()
        ),
        _of_reply(labels),
    ]
    each = rows.select(*kept, *bases, F.explode(F.array(*slices)).alias("of")).where("of.present")
    counts = [
        F.col(f"of.{_field(place, name)}").alias(column(label, name))
        for place, label in enumerate(labels)
        for name in QUANTITIES
    ]
    return each.select(*kept, *(named(column(label, "basis")) for label in labels), "of.role", *counts)


def _role(label: str, role: str) -> Column:
    return F.coalesce(of(label, "content_tokens", role), F.lit(0))


def _known(label: str, quantity: Quantity) -> Column:
    return F.coalesce(of(label, quantity), F.lit(0))


def _remainder(label: str) -> Column:
    known = sum((_role(label, role) for role in ROLES), start=F.lit(0))
    return F.coalesce(of(label, "content_tokens") - known, F.lit(0))


def _slice(role: str, quantity: Quantity, counts: Sequence[Column], labels: Sequence[str]) -> Column:
    """The input of a role, all of one quantity; unknown where the label cannot count the record."""
    fields, present = [], F.lit(False)
    for place, (label, count) in enumerate(zip(labels, counts, strict=True)):
        known = of(label, "input_tokens").isNotNull()
        values = dict.fromkeys(QUANTITIES, F.lit(0)) | {quantity: count, "input_tokens": count}
        inputs = {name: F.when(known, value) for name, value in values.items()}
        fields += _fields(place, inputs | {"output_tokens": F.lit(None)})
        present = present | (known & (count != 0))
    return F.struct(F.lit(role).alias("role"), present.alias("present"), *fields)


def _of_reply(labels: Sequence[str]) -> Column:
    replies = [of(label, "output_tokens") for label in labels]
    fields = [
        field
        for place, reply in enumerate(replies)
        for field in _fields(place, dict.fromkeys(QUANTITIES, F.lit(None)) | {"output_tokens": reply})
    ]
    present = F.coalesce(*replies).isNotNull()
    return F.struct(F.lit(REPLY).alias("role"), present.alias("present"), *fields)


def _fields(place: int, values: dict[Quantity, Column]) -> list[Column]:
    return [value.cast("long").alias(_field(place, name)) for name, value in values.items()]


def _field(place: int, quantity: str) -> str:
    """A name without dots: labels have some."""
    return f"{quantity}_{place}"
