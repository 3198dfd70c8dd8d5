"""Billing anomalies: times and requests for which the Responses API reported input tokens that no rule explains.

They are named, never modelled: a count follows the rules, and a report says why the bill differs.
Seen in recorded calls from public test suites; docs/framing-responses.md gives the numbers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import polars as pl

from tokcount.scanning.features.answer import ANSWER_CALLS, ANSWER_MESSAGES

HIDDEN_2025: Final = "March 2025: hidden text of 18 tokens, 216 with tools"
SHARED: Final = "input divided by the calls of the answer (October 2025 to January 2026)"
SEVERAL_REPLIES: Final = "two tokens more for each further message of the answer"

FACTS: Final = (ANSWER_CALLS, ANSWER_MESSAGES)
"""Columns that a scan adds for plans with `answers`."""
_MARCH_2025: Final = (datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))
_STORED_CALL: Final = 3
_HIDDEN: Final = [full - _STORED_CALL * calls for full in (18, 216) for calls in range(4)]
"""18 or 216, less 3 for each of up to three calls sent back with their ids."""


def billing_anomaly() -> pl.Expr:
    """Why the bill of a Responses call differs from the count, null where the reason is not known.

    Needs `billed_input_tokens`, `counted_input_tokens`, `timestamp` and the columns `FACTS`.
    """
    billed, counted = pl.col("billed_input_tokens"), pl.col("counted_input_tokens")
    calls, messages, time = pl.col(ANSWER_CALLS), pl.col(ANSWER_MESSAGES), pl.col("timestamp")
    residual = billed - counted
    return (
        pl.when(residual == 0)
        .then(pl.lit(None, pl.String))
        .when((calls > 1) & (billed == counted // calls))
        .then(pl.lit(SHARED))
        .when((messages > 1) & (residual == 2 * (messages - 1)))
        .then(pl.lit(SEVERAL_REPLIES))
        .when(time.is_between(*_MARCH_2025, closed="left") & residual.is_in(_HIDDEN))
        .then(pl.lit(HIDDEN_2025))
    )
