"""How the tokens of many texts are distributed."""

from __future__ import annotations

from collections import Counter
from typing import Final

PERCENTILES: Final = {"min": 0.0, "p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1.0}


def percentiles(counts: Counter[int]) -> dict[str, int]:
    """The tokens of the text at each percentile, by the nearest rank; `counts`: tokens → texts, at least one."""
    texts = counts.total()
    found: dict[str, int] = {}
    seen = 0
    waiting = list(PERCENTILES.items())
    for tokens in sorted(counts):
        seen += counts[tokens]
        while waiting and seen >= max(waiting[0][1] * texts, 1):
            found[waiting.pop(0)[0]] = tokens
    return found


def buckets(counts: Counter[int]) -> list[tuple[int, int, int]]:
    """`least, most, texts` of ranges that double: 0, 1, 2–3, 4–7, …, from the first to the last that has texts."""
    sizes = Counter(dict.fromkeys(range(max(counts, default=0).bit_length() + 1), 0))
    for tokens, texts in counts.items():
        sizes[tokens.bit_length()] += texts
    first = next((bits for bits in sorted(sizes) if sizes[bits]), 0)
    return [
        (1 << bits >> 1, max((1 << bits) - 1, 0), texts)
        for bits, texts in sorted(sizes.items())
        if bits >= first
    ]
