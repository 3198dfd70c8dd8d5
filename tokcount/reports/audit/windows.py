"""Do the requests still fit? Input, and the room that is asked for the answer, against the windows of a model."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.model import Model
from tokcount.models.references import OWN
from tokcount.reports.measures import tokens

PROBLEMS: Final = ("too_long", "no_room", "asks_too_much")
"""``too_long``: the input alone is more than the model takes. ``no_room``: with ``max_tokens`` it is more than the
window. ``asks_too_much``: ``max_tokens`` is more than the model ever writes."""


def with_windows(
    frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None = None
) -> pl.DataFrame:
    """The frame with the Boolean columns `PROBLEMS` and ``fill``, the share of the window that the input takes.

    All are null where a window is not known; ``max_tokens`` is 0 or missing where a request sets none.
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


def windows(
    frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None = None
) -> dict[str, Any]:
    """How the log fits one reference: records by problem, and how full the window is."""
    rows = with_windows(frame, label, catalog, assume_model)
    fill = rows["fill"]
    fullest = fill.arg_max()
    return {
        "reference": label,
        **{name: _only(rows[column_]) for name, column_ in _SIZES.items()},
        "measured": len(fill) - fill.null_count(),
        **{problem: int(rows[problem].sum()) for problem in PROBLEMS},
        "fill_p50": fill.quantile(0.5, "linear"),
        "fill_p95": fill.quantile(0.95, "linear"),
        "fill_max": fill.max(),
        "fullest": None
        if fullest is None
        else rows.select("source", "line", "index").row(fullest, named=True),
    }


_SIZES: Final = {"context_window": "window", "max_input": "takes", "max_output": "writes"}


def _only(sizes: pl.Series) -> int | None:
    """The one size there is; ``None`` when there is none, or several."""
    known = sizes.drop_nulls().unique()
    return int(known[0]) if len(known) == 1 else None


def _limits(frame: pl.DataFrame, label: str, catalog: Catalog, assume_model: str | None) -> list[pl.Series]:
    """Window, input that is taken and output that is written at most, record by record."""
    if label != OWN:
        sizes = _sizes(label, catalog)
        return [
            pl.Series(name, [size], pl.Int64).new_from_index(0, frame.height)
            for name, size in zip(_SIZES.values(), sizes, strict=True)
        ]
    nothing = (None, None, None)
    known = {model: _sizes(model, catalog) for model in frame["model"].unique()}
    found = {
        model: sizes if sizes != nothing else _sizes(assume_model, catalog) for model, sizes in known.items()
    }
    return [
        pl.Series(name, [found[model][place] for model in frame["model"]], pl.Int64)
        for place, name in enumerate(_SIZES.values())
    ]


def _sizes(name: str | None, catalog: Catalog) -> tuple[int | None, int | None, int | None]:
    resolved = names.find(name, catalog) if name else None
    if resolved is None:
        return None, None, None
    model: Model = resolved.model
    return model.context_window, model.input_limit, model.max_output
