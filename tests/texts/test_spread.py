"""Percentiles and ranges of token counts."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tokcount.texts.spread import buckets, percentiles


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentiles(Counter(range(1, 101))) == {
        "min": 1,
        "p50": 50,
        "p90": 90,
        "p95": 95,
        "p99": 99,
        "max": 100,
    }
    assert percentiles(Counter([7])) == dict.fromkeys(("min", "p50", "p90", "p95", "p99", "max"), 7)


@given(st.lists(st.integers(0, 5_000), min_size=1))
def test_every_text_is_in_one_range(tokens: list[int]) -> None:
    found = buckets(Counter(tokens))

    assert sum(texts for _, _, texts in found) == len(tokens)
    assert all(texts == sum(least <= n <= most for n in tokens) for least, most, texts in found)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(found))
