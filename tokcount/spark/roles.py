"""One row for each record and role in Spark: the counterpart of `tokcount.reports.groups.with_roles`."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - as all of Spark's documentation calls it

from tokcount.framing.content import ROLES
from tokcount.reports.columns import QUANTITIES, column
from tokcount.reports.groups import FRAMING, OTHER, REPLY
from tokcount.spark.columns import named, of

KEPT = ("source", "kind", "model", "timestamp", "tags", "script", "user")


def with_roles(rows: DataFrame, labels: Sequence[str]) -> DataFrame:
    """The rows of each record, with column `role`, add up to its own; a role without tokens has none."""
    kept = [name for name in KEPT if name in rows.columns]
    bases = [of(label, "basis").alias(column(label, "basis")) for label in labels]
    slices = [
        *(_of_request(role, labels, [_role(label, role) for label in labels]) for role in ROLES),
        _of_request(OTHER, labels, [_remainder(label) for label in labels]),
        _of_framing(labels),
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


def _remainder(label: str) -> Column:
    known = sum((_role(label, role) for role in ROLES), start=F.lit(0))
    return F.coalesce(of(label, "content_tokens") - known, F.lit(0))


def _of_request(role: str, labels: Sequence[str], contents: Sequence[Column]) -> Column:
    nothing = F.lit(0)
    return _slice(role, [(content, nothing) for content in contents], labels)


def _of_framing(labels: Sequence[str]) -> Column:
    nothing = F.lit(0)
    return _slice(
        FRAMING, [(nothing, F.coalesce(of(label, "framing_tokens"), nothing)) for label in labels], labels
    )


def _slice(role: str, parts: Sequence[tuple[Column, Column]], labels: Sequence[str]) -> Column:
    """Content and framing of each label; unknown where the label cannot count the record."""
    fields, present = [], F.lit(False)
    for place, (label, (content, framing)) in enumerate(zip(labels, parts, strict=True)):
        known = of(label, "input_tokens").isNotNull()
        total = content + framing
        values = (F.when(known, content), F.when(known, framing), F.when(known, total), F.lit(None))
        fields += _fields(place, values)
        present = present | (known & (total != 0))
    return F.struct(F.lit(role).alias("role"), present.alias("present"), *fields)


def _of_reply(labels: Sequence[str]) -> Column:
    replies = [of(label, "output_tokens") for label in labels]
    fields = [
        field
        for place, reply in enumerate(replies)
        for field in _fields(place, (F.lit(None), F.lit(None), F.lit(None), reply))
    ]
    present = F.coalesce(*replies).isNotNull()
    return F.struct(F.lit(REPLY).alias("role"), present.alias("present"), *fields)


def _fields(place: int, values: Sequence[Column]) -> list[Column]:
    return [
        value.cast("long").alias(_field(place, name)) for name, value in zip(QUANTITIES, values, strict=True)
    ]


def _field(place: int, quantity: str) -> str:
    """A name without dots: labels have some."""
    return f"{quantity}_{place}"
