"""Times and shapes in which the Responses API reported input tokens that no rule of the request explains.

They are named, never modelled: a count follows the rules, and a report says why the bill differs.
Seen in recorded calls from public test suites; docs/framing-responses.md gives the numbers.
"""

from __future__ import annotations

from typing import Any

HIDDEN_2025 = "March 2025: hidden text of 18 tokens, 216 with tools"
SHARED = "input divided by the calls of the answer (October 2025 to January 2026)"
SEVERAL_REPLIES = "two tokens more for each further message of the answer"

_MARCH_2025 = (1_740_787_200.0, 1_743_465_600.0)
_STORED_CALL = 3


def named_residual(
    billed: int, counted: int, response: dict[str, Any], timestamp: float | None = None
) -> str | None:
    """Why ``billed`` differs from ``counted`` (input tokens of a Responses call); ``None``: no known reason.

    ``response`` is the body of the response; ``timestamp`` (seconds since 1970, UTC) falls back to its creation.
    Never raises for decoded JSON.
    """
    residual = billed - counted
    if residual == 0:
        return None
    kinds = _output_kinds(response)
    calls, replies = kinds.count("function_call"), kinds.count("message")
    if calls > 1 and billed == counted // calls:
        return SHARED
    if replies > 1 and residual == 2 * (replies - 1):
        return SEVERAL_REPLIES
    moment = timestamp if timestamp is not None else _created(response)
    if moment is not None and _MARCH_2025[0] <= moment < _MARCH_2025[1] and _is_hidden_2025(residual):
        return HIDDEN_2025
    return None


def _is_hidden_2025(residual: int) -> bool:
    """18 or 216, less 3 for each of up to three calls sent back with their ids."""
    return any(full - residual in range(0, 3 * _STORED_CALL + 1, _STORED_CALL) for full in (18, 216))


def _output_kinds(response: dict[str, Any]) -> list[Any]:
    output = response.get("output")
    if not isinstance(output, list):
        return []
    return [item.get("type") for item in output if isinstance(item, dict)]


def _created(response: dict[str, Any]) -> float | None:
    created = response.get("created_at", response.get("created"))
    return float(created) if isinstance(created, int | float) and not isinstance(created, bool) else None
