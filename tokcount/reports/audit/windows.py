"""Whether the requests still fit: their input, and the output they ask for, against the limits of a model."""

from __future__ import annotations

from typing import Final

import polars as pl

from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.model import Model
from tokcount.models.references import OWN
from tokcount.reports.audit.report import NamedRecord, WindowFit
from tokcount.reports.measures import tokens

PROBLEMS: Final = ("too_long", "no_room", "asks_too_much")
"""`too_long`: the input alone exceeds the largest input of the model. `no_room`: input and `max_tokens` together exceed
the window. `asks_too_much`: `max_tokens` exceeds the largest output of the model."""


def with_windows(
    frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None = None
) -> pl.DataFrame:
    """The frame with the Boolean columns `PROBLEMS` and `fill`, the share of the window that the input takes.

    All are null where a window is unknown; `max_tokens` is 0 or missing where a request sets none.
    """
    sized = frame.with_columns(_limits(frame, label, catalog, assume_model))
    asked = pl.col("max_tokens") if "max_tokens" in frame.columns else pl.lit(0)
    input_tokens = tokens(label, "input_tokens")
    too_long = input_tokens > pl.col("takes")
    return sized.with_columns(
        too_long.alias("too_long"),
        (~too_long & (asked > 0) & (input_tokens + asked > pl.col("window"))).alias("no_room"),
        (asked > pl.col("writes")).alias("asks_too_much"),
        (input_tokens / pl.col("takes")).alias("fill"),
    )


def windows(frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None = None) -> WindowFit:
    """How the log fits one reference: records by problem, and how full the window is."""
    rows = with_windows(frame, label, catalog, assume_model)
    fill = rows["fill"]
    fullest = fill.arg_max()
    window, takes, writes = (_only(rows[name]) for name in SIZES)
    too_long, no_room, asks_too_much = (int(rows[problem].sum()) for problem in PROBLEMS)
    return WindowFit(
        reference=label,
        context_window=window,
        max_input=takes,
        max_output=writes,
        measured=len(fill) - fill.null_count(),
        too_long=too_long,
        no_room=no_room,
        asks_too_much=asks_too_much,
        fill_p50=fill.quantile(0.5, "linear"),
        fill_p95=fill.quantile(0.95, "linear"),
        fill_max=None if fullest is None else float(fill[fullest]),
        fullest=None
        if fullest is None
        else NamedRecord(*rows.select("source", "line", "index").row(fullest)),
    )


SIZES: Final = ("window", "takes", "writes")
"""Columns of the limits of each record's model: context window, largest input, largest output."""


def _only(sizes: pl.Series) -> int | None:
    """The size, if it is the same for all records."""
    known = sizes.drop_nulls().unique()
    return int(known[0]) if len(known) == 1 else None


def _limits(frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None) -> list[pl.Series]:
    """Context window, largest input and largest output, record by record."""
    if label != OWN:
        sizes = _sizes(label, catalog)
        return [
            pl.Series(name, [size], pl.Int64).new_from_index(0, frame.height)
            for name, size in zip(SIZES, sizes, strict=True)
        ]
    nothing = (None, None, None)
    known = {model: _sizes(model, catalog) for model in frame["model"].unique()}
    found = {
        model: sizes if sizes != nothing else _sizes(assume_model, catalog) for model, sizes in known.items()
    }
    return [
        pl.Series(name, [found[model][place] for model in frame["model"]], pl.Int64)
        for place, name in enumerate(SIZES)
    ]


def _sizes(name: str | None, catalog: Catalog) -> tuple[int | None, int | None, int | None]:
    resolved = names.find(name, catalog) if name else None
    if resolved is None:
        return None, None, None
    model: Model = resolved.model
    return model.context_window, model.input_limit, model.max_output
