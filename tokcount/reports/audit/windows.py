"""Whether the requests still fit: their input, and the output they ask for, against the limits of a model."""

from __future__ import annotations

from typing import Final

import polars as pl

from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.model import Model
from tokcount.models.references import OWN
from tokcount.reports.audit.report import NamedRecord, WindowFit
from tokcount.reports.columns import best_known, column, in_slices, is_floor, models_of, tokens

PROBLEMS: Final = ("too_long", "no_room", "asks_too_much")
"""`too_long`: the input alone exceeds the largest input of the model. `no_room`: input and `max_tokens` together exceed
the window. `asks_too_much`: `max_tokens` exceeds the largest output of the model."""


def with_windows(
    frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None = None
) -> pl.DataFrame:
    """The frame with the Boolean columns `PROBLEMS` and `unknown`, and `fill`, the share of the window that is taken.

    Problems and fill are null where a window or the input is unknown; `max_tokens` is 0 or missing where a request
    sets none. `unknown`: it is not known whether the request fits.
    """
    found = in_slices(frame, lambda rows: _windows(rows, label, catalog, assume_model))
    return frame.hstack(found)


def _windows(frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None) -> pl.DataFrame:
    """The columns that `with_windows` adds."""
    if "billed_input_tokens" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.Int64).alias("billed_input_tokens"))
    sized = frame.with_columns(_limits(frame, label, catalog, assume_model))
    asked = pl.col("max_tokens") if "max_tokens" in frame.columns else pl.lit(0)
    size, is_floor = _size(frame, label)
    too_long = size > pl.col("takes")
    no_room = ~too_long & (asked > 0) & (size + asked > pl.col("window"))
    fill = size / pl.col("takes")
    return sized.select(
        *SIZES,
        too_long.alias("too_long"),
        no_room.alias("no_room"),
        (asked > pl.col("writes")).alias("asks_too_much"),
        fill.alias("fill"),
        unknown=fill.is_null()
        | (is_floor & ~too_long & ~no_room.fill_null(value=False)).fill_null(value=False),
    )


def _size(frame: pl.DataFrame, label: str) -> tuple[pl.Expr, pl.Expr]:
    """The best-known input tokens of each request, and whether they are a lower bound.

    Usage that adds up several calls says nothing about the size of one.
    """
    one_call = pl.col("requests") <= 1 if "requests" in frame.columns else pl.lit(value=True)
    known = best_known(label, has_own=column(OWN, "input_tokens") in frame.columns)
    text = tokens(label, "content_tokens") + tokens(label, "framing_tokens")
    return pl.when(one_call).then(known).otherwise(text), ~one_call | is_floor(label)


def windows(frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None = None) -> WindowFit:
    """How the log fits one reference: records by problem, and how full the window is."""
    rows = in_slices(frame, lambda part: _windows(part, label, catalog, assume_model))
    fill = rows["fill"]
    fullest = fill.arg_max()
    window, takes, writes = (only(rows[name]) for name in SIZES)
    too_long, no_room, asks_too_much = (int(rows[problem].sum()) for problem in PROBLEMS)
    return WindowFit(
        reference=label,
        context_window=window,
        max_input=takes,
        max_output=writes,
        measured=len(fill) - fill.null_count(),
        unknown=int(rows["unknown"].sum()),
        too_long=too_long,
        no_room=no_room,
        asks_too_much=asks_too_much,
        fill_p50=fill.quantile(0.5, "linear"),
        fill_p95=fill.quantile(0.95, "linear"),
        fill_max=None if fullest is None else float(fill[fullest]),
        fullest=None
        if fullest is None
        else NamedRecord(*frame.slice(fullest, 1).select("source", "line", "index").row(0)),
    )


SIZES: Final = ("window", "takes", "writes")
"""Columns of the limits of each record's model: context window, largest input, largest output."""


def only(sizes: pl.Series) -> int | None:
    """The size, if it is the same for all records."""
    known = sizes.drop_nulls().unique()
    return int(known[0]) if len(known) == 1 else None


def _limits(frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None) -> list[pl.Series]:
    """Context window, largest input and largest output, record by record."""
    models = models_of(frame, label)
    found = {model: _sizes(model, catalog) for model in models.unique()}
    if label == OWN:
        nothing = (None, None, None)
        assumed = _sizes(assume_model, catalog)
        found = {
            model: assumed if sizes == nothing and names.may_assume([model]) else sizes
            for model, sizes in found.items()
        }
    columns = zip(SIZES, zip(*found.values(), strict=True), strict=True)
    return [
        models.replace_strict(list(found), sizes, return_dtype=pl.Int64).alias(name)
        for name, sizes in columns
    ]


def _sizes(name: str | None, catalog: Catalog) -> tuple[int | None, int | None, int | None]:
    resolved = names.find(name, catalog) if name else None
    if resolved is None:
        return None, None, None
    model: Model = resolved.model
    return model.context_window, model.input_limit, model.max_output
