"""Batches of Anthropic's API."""

import pytest
from support.reading import items

from tokcount.logs.record import Skipped


@pytest.mark.parametrize("field", ["params", "result"])
def test_anthropics_batches_are_named_and_not_counted(field: str) -> None:
    (item,) = items({"custom_id": "a", field: {"model": "claude-3-haiku", "messages": []}})

    assert isinstance(item, Skipped)
    assert (item.reason, item.format) == ("unsupported", "anthropic.batch")
