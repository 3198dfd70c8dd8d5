"""Token counts as polars expressions: importing this module adds the namespace `tokens` to expressions and series.

    import polars as pl
    import tokcount.polars

    frame.with_columns(n=pl.col("text").tokens.count("o200k_base"))

It works on columns of strings, lazily as well; null stays null.
"""

from __future__ import annotations

from typing import Any, Final, cast

import polars as pl

from tokcount.api import count_request, is_request
from tokcount.errors import UsageError
from tokcount.frames.texts import token_counts
from tokcount.logs.scalars import decoded
from tokcount.models.resolve import resolve
from tokcount.tokens.encodings import check_name

SLICE: Final = 4_096
"""Cells that are Python strings at a time."""


@pl.api.register_series_namespace("tokens")
class SeriesTokens:
    """`series.tokens`: the tokens of each value."""

    def __init__(self, series: pl.Series) -> None:
        self._series = series

    def count(self, encoding: str = "o200k_base") -> pl.Series:
        """Tokens of each text as Int64; null stays null. Raises `UsageError` for an unknown encoding and for a column
        that is not text.
        """
        series = self._series
        if series.dtype == pl.Null:
            return series.cast(pl.Int64)
        if series.dtype not in (pl.String, pl.Categorical, pl.Enum):
            raise UsageError(
                f"tokens.count: {series.name!r} is {series.dtype}; a column of strings was expected."
            )
        texts = series.cast(pl.String)
        counts = [
            number
            for start in range(0, len(texts), SLICE)
            for number in token_counts(texts.slice(start, SLICE).to_list(), encoding)
        ]
        return pl.Series(series.name, counts, dtype=pl.Int64)

    def count_request(self, model: str) -> pl.Series:
        """Input tokens that a chat request costs under `model`, as Int64.

        A value is a list of messages or a request body, nested or as JSON text. Null stays null, and anything
        else becomes null. Raises `UsageError` for an unknown model.
        """
        resolve(model)
        counts = [_chat_tokens(value, model) for value in self._series]
        return pl.Series(self._series.name, counts, dtype=pl.Int64)


@pl.api.register_expr_namespace("tokens")
class ExpressionTokens:
    """`pl.col(…).tokens`: the same as `SeriesTokens`, in lazy frames too."""

    def __init__(self, expression: pl.Expr) -> None:
        self._expression = expression

    def count(self, encoding: str = "o200k_base") -> pl.Expr:
        """See `SeriesTokens.count`; an unknown encoding is refused at once."""
        check_name(encoding)
        return self._mapped(lambda series: SeriesTokens(series).count(encoding))

    def count_request(self, model: str) -> pl.Expr:
        """See `SeriesTokens.count_request`; an unknown model is refused at once."""
        resolve(model)
        return self._mapped(lambda series: SeriesTokens(series).count_request(model))

    def _mapped(self, function: Any) -> pl.Expr:
        return self._expression.map_batches(function, return_dtype=pl.Int64, is_elementwise=True)


def _chat_tokens(value: Any, model: str) -> int | None:
    if isinstance(value, pl.Series):
        value = value.to_list()
    found = _plain(decoded(value))
    request = {"messages": found} if isinstance(found, list) else found
    return count_request(cast("dict[str, Any]", request), model).total if is_request(request) else None


def _plain(value: Any) -> Any:
    """A nested value as JSON would hold it: a field of a struct that is null was not there."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    return [_plain(item) for item in value] if isinstance(value, list) else value
