"""Bills that no rule explains are named, and only those."""

from typing import Any

import pytest

from tokcount.framing.billing_anomalies import HIDDEN_2025, SEVERAL_REPLIES, SHARED, named_residual

MARCH_2025, LATER = 1_742_500_000.0, 1_770_000_000.0
CALLS = {"output": [{"type": "function_call"}, {"type": "function_call"}]}
REPLIES = {"output": [{"type": "message"}, {"type": "message"}]}


@pytest.mark.parametrize(
    ("billed", "counted", "response", "timestamp", "name"),
    [
        (100, 100, CALLS, MARCH_2025, None),
        (43, 87, CALLS, LATER, SHARED),
        (44, 87, CALLS, LATER, None),
        (102, 100, REPLIES, LATER, SEVERAL_REPLIES),
        (118, 100, {}, MARCH_2025, HIDDEN_2025),
        (313, 100, {}, MARCH_2025, HIDDEN_2025),
        (118, 100, {}, LATER, None),
        (118, 100, {"created_at": MARCH_2025}, None, HIDDEN_2025),
        (118, 100, {"created_at": "yesterday", "output": 3}, None, None),
        (119, 100, {}, MARCH_2025, None),
    ],
)
def test_residuals_have_names(
    billed: int, counted: int, response: dict[str, Any], timestamp: float | None, name: str | None
) -> None:
    assert named_residual(billed, counted, response, timestamp) == name
