"""Each metric of `tokcount.reports.budgets.metrics`, record by record, as expressions over the frame of a scan."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
import polars as pl

from tokcount.models.references import OWN
from tokcount.reports.budgets.language import Condition, Field
from tokcount.reports.budgets.metrics import Unit
from tokcount.reports.columns import column
from tokcount.reports.cost.usage import PARTIAL
from tokcount.reports.reconcile.residuals import NOT_COUNTED

NOTHING: Final = pl.lit(None, pl.String)
NEVER: Final = pl.lit(value=False)
NO_BASELINE: Final = "not countable under the baseline or the target"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of one record.

    ``value``, in ``unit``; null: none. ``missing``: the record ought to have a value; ``why`` says why it has none,
    ``note`` what else is to be said of a record that is to blame, ``low`` why its value is a floor.

    A ratio is the sum of ``part`` over the sum of ``whole``; ``shown``, in ``shown_unit``, is what a record that is to
    blame for it shows. ``low_sum``: `low` makes the value of the whole a floor; else it may be off either way.
    """

    value: pl.Expr
    unit: Unit
    missing: pl.Expr = NEVER
    why: pl.Expr = NOTHING
    note: pl.Expr = NOTHING
    low: pl.Expr = NOTHING
    low_sum: bool = True
    part: pl.Expr = NOTHING
    whole: pl.Expr = pl.lit(1)
    shown: pl.Expr | None = None
    shown_unit: Unit = "tokens"


def sample(metric: str, label: str, baseline: str) -> Sample:
    """The expressions of a metric under the reference ``label``; drift is measured from ``baseline``.

    Costs need the columns ``LABEL:cost``, ``LABEL:unpriced`` and ``LABEL:low``, the context ``LABEL:window``; see
    `tokcount.reports.budgets.from_scan`.
    """
    if metric.endswith("_tokens"):
        return _tokens(label, metric)
    return _SAMPLES[metric](label, baseline)


def selection(conditions: Iterable[Condition]) -> pl.Expr:
    """Which records fulfil all conditions. What a record does not have is unlike any pattern."""
    return pl.all_horizontal(pl.lit(value=True), *map(_fulfils, conditions))


FIELD_VALUES: Final[dict[Field, pl.Expr]] = {
    "model": pl.col("model"),
    "kind": pl.col("kind"),
    "tag": pl.col("tags"),
    "source": pl.col("source"),
    "format": pl.col("format"),
    "day": pl.col("timestamp").dt.strftime("%Y-%m-%d"),
}
"""Field after ``where`` → its value. Days are days in UTC; a record has the field ``tag`` once for each tag."""


def _fulfils(condition: Condition) -> pl.Expr:
    values = FIELD_VALUES[condition.field]
    found = values.str.contains(_regex(condition.pattern, is_list=condition.field == "tag"))
    alike = found.fill_null(value=False)
    return alike if condition.is_equal else ~alike


def _regex(pattern: str, *, is_list: bool) -> str:
    """A glob as a regular expression; in a list, of one of the words between commas."""
    any_character, start, end = ("[^,]", "(?:^|,)", "(?:,|$)") if is_list else (".", "^", "$")
    wild = {"*": f"{any_character}*", "?": any_character}
    return f"(?s){start}{''.join(wild.get(character) or re.escape(character) for character in pattern)}{end}"


def _counted(label: str, quantity: str) -> pl.Expr:
    return pl.col(column(label, quantity)).cast(pl.Int64)


def _input(label: str) -> pl.Expr:
    """Counted, or of a record under its own model that holds no text, billed."""
    counted = _counted(label, "input_tokens")
    return pl.coalesce(counted, "billed_input_tokens") if label == OWN else counted


def _in_part(*labels: str) -> pl.Expr:
    """Why a count is a floor: something in the record cannot be counted."""
    partial = pl.any_horizontal(
        pl.col(column(label, "input_tokens")).is_not_null()
        & (pl.col(column(label, "basis")).cast(pl.String) == "partial")
        for label in labels
    )
    return pl.when(partial).then(pl.lit(PARTIAL))


def _why_uncounted() -> pl.Expr:
    return pl.col("reason").fill_null(NOT_COUNTED)


def _tokens(label: str, quantity: str) -> Sample:
    if quantity == "output_tokens":
        counted = _counted(label, quantity)
        return Sample(
            value=pl.coalesce("billed_output_tokens", counted) if label == OWN else counted, unit="tokens"
        )
    value = _input(label) if quantity == "input_tokens" else _counted(label, quantity)
    return Sample(
        value=value, unit="tokens", missing=value.is_null(), why=_why_uncounted(), low=_in_part(label)
    )


def _framing(label: str, _baseline: str) -> Sample:
    framing, whole = _counted(label, "framing_tokens"), _counted(label, "input_tokens")
    return Sample(
        value=pl.when(whole > 0).then(framing / whole),
        unit="share",
        missing=whole.is_null(),
        why=_why_uncounted(),
        low=_in_part(label),
        low_sum=False,
        part=framing,
        whole=whole,
    )


def _cost(label: str, _baseline: str) -> Sample:
    cost = pl.col(column(label, "cost"))
    return Sample(
        value=cost,
        unit="usd",
        missing=cost.is_null(),
        why=pl.col(column(label, "unpriced")),
        low=pl.col(column(label, "low")),
    )


def _drift(label: str, baseline: str) -> Sample:
    before, after = _counted(baseline, "input_tokens"), _counted(label, "input_tokens")
    both = before.is_not_null() & after.is_not_null()
    added = after - before
    return Sample(
        value=pl.when(before > 0).then(added / before),
        unit="share",
        missing=~both,
        why=pl.col("reason").fill_null(NO_BASELINE),
        low=_in_part(baseline, label),
        low_sum=False,
        part=added,
        whole=pl.when(both).then(before),
    )


def _context(label: str, _baseline: str) -> Sample:
    value = _input(label) / pl.col(column(label, "window"))
    return Sample(
        value=value,
        unit="share",
        missing=value.is_null(),
        why=pl.when(_input(label).is_null()).then(_why_uncounted()).otherwise(pl.lit("window not known")),
        low=_in_part(label),
    )


def _residual(_label: str, _baseline: str) -> Sample:
    one_call = pl.col("requests") <= 1
    residual = pl.when(one_call).then(_counted(OWN, "input_tokens") - pl.col("billed_input_tokens"))
    return Sample(
        value=residual.abs(),
        unit="tokens",
        part=(residual == 0).cast(pl.Int64),
        whole=pl.when(residual.is_not_null()).then(1),
        shown=residual,
    )


def _records(_label: str, _baseline: str) -> Sample:
    return Sample(value=pl.col("source").is_not_null().cast(pl.Int64), unit="records")


def _uncounted(label: str, _baseline: str) -> Sample:
    missing = _input(label).is_null()
    return _lacking(missing, _why_uncounted())


def _unpriced(label: str, _baseline: str) -> Sample:
    return _lacking(pl.col(column(label, "cost")).is_null(), pl.col(column(label, "unpriced")))


def _lacking(missing: pl.Expr, why: pl.Expr) -> Sample:
    lacks = missing.cast(pl.Int64)
    return Sample(value=lacks, unit="records", note=why, part=lacks, shown_unit="records")


def _estimated(label: str, _baseline: str) -> Sample:
    tokens = _counted(label, "input_tokens")
    unsure = pl.when(pl.col(column(label, "basis")) == "exact").then(pl.lit(0)).otherwise(tokens)
    return Sample(
        value=unsure,
        unit="tokens",
        missing=tokens.is_null(),
        why=_why_uncounted(),
        note=pl.col("reason"),
        part=unsure,
        whole=tokens,
    )


_SAMPLES: Final[dict[str, Callable[[str, str], Sample]]] = {
    "framing": _framing,
    "cost": _cost,
    "drift": _drift,
    "context": _context,
    "residual": _residual,
    "records": _records,
    "uncounted": _uncounted,
    "unpriced": _unpriced,
    "estimated": _estimated,
}
