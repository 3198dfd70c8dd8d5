"""How the answers of a target differ from those in the log: the assumptions that a user may set."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec
import polars as pl

from tokcount.errors import UsageError
from tokcount.reports.columns import decimal_text

MOST_REASONING: Final = 10**9
LARGEST_FACTOR: Final = 1_000
"""The largest scale, and the largest share."""
STEPS: Final = 1_000_000
"""Scales and shares are applied to six decimals."""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """How long the answers of targets are.

    `scale`: the visible answer, as a multiple of the logged one. `reasoning`: the reasoning tokens of each answer,
    instead of those that were billed: a number of tokens (`int`), or a share of the visible answer (`Decimal`).
    """

    scale: Decimal | None = None
    reasoning: int | Decimal | None = None

    @property
    def differ(self) -> bool:
        """Whether anything is assumed that is not in the log."""
        return self.scale is not None or self.reasoning is not None

    def check(self) -> None:
        """Raise `UsageError` for a scale, a share or a number of tokens that cannot be."""
        scale, reasoning = self.scale, self.reasoning
        if scale is not None and not (scale.is_finite() and 0 < scale <= LARGEST_FACTOR):
            raise UsageError(f"--output-scale {scale}: expected more than 0 and at most {LARGEST_FACTOR:,}.")
        most = MOST_REASONING if isinstance(reasoning, int) else LARGEST_FACTOR
        if reasoning is not None and not (Decimal(reasoning).is_finite() and 0 <= reasoning <= most):
            raise UsageError(f"--reasoning-tokens {reasoning}: expected a number from 0 to {most:,}.")

    def tokens(self, output: pl.Expr, reasoning: pl.Expr, calls: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
        """The `output` tokens of the answers of one or several `calls`, and those of reasoning in it (`hidden`).

        Null where they are not known. `reasoning`: how many of the logged `output` tokens are not visible.
        """
        hidden = pl.min_horizontal(reasoning.fill_null(0), output)
        if not self.differ:
            return output.alias("output"), hidden.alias("hidden")
        visible = _times(output - hidden, self.scale or Decimal(1))
        if isinstance(self.reasoning, Decimal):
            hidden = _times(visible, self.reasoning)
        elif self.reasoning is not None:
            hidden = self.reasoning * calls
        answered = output > 0
        return (
            pl.when(answered).then(visible + hidden).otherwise(output).alias("output"),
            pl.when(answered).then(hidden).otherwise(0).alias("hidden"),
        )

    def sentences(self, *, billed: bool) -> list[str]:
        """What is assumed of answers and of reasoning. `billed`: the log's own bill is the baseline."""
        answers = "the same answers, counted again"
        if self.scale is not None:
            answers = f"answers {decimal_text(self.scale)} times as long as those in the log"
        if self.reasoning is None:
            reasoning = "as many reasoning tokens as were billed" if billed else "no reasoning tokens"
        elif isinstance(self.reasoning, Decimal):
            reasoning = f"reasoning tokens of {decimal_text(self.reasoning * 100)} % of each visible answer"
        else:
            reasoning = f"{self.reasoning:,} reasoning tokens in each answer"
        return [answers, reasoning]


AS_LOGGED: Final = Answers()
"""Nothing is assumed."""


def _times(tokens: pl.Expr, factor: Decimal) -> pl.Expr:
    """Tokens times a factor, rounded to the nearest."""
    scaled = tokens.cast(pl.Int128) * int(factor * STEPS) + STEPS // 2
    return (scaled // STEPS).cast(pl.Int64)
