"""What does remembering texts and their pieces gain, by kind of log, against counting every message?

    pytest benchmarks/bench_text_cache.py --benchmark-only --benchmark-timer=time.process_time
    LOG_MB=100 pytest benchmarks/bench_text_cache.py --benchmark-only --benchmark-timer=time.process_time

Messages are counted under three encodings in one process; reading the log is not timed.
"whole" remembers whole messages only; "pieces" their lines and sentences too. The totals are checked to be equal.
Each round begins with new engines: splintr remembers words by itself.
"""

import json
import os
from collections.abc import Callable
from functools import cache

import generate
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tokcount.tokens import encodings
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.engines import splintr as fast

ENCODINGS = ("p50k_base", "cl100k_base", "o200k_base")
ENGINES = ["tiktoken", *(["fast"] if fast.problem() is None else [])]
LOG_MB = float(os.environ.get("LOG_MB", "10"))


@cache
def messages(kind: str) -> list[str]:
    """The texts of a log: each message and each answer, as fresh strings."""
    texts = []
    for line in generate.lines(kind, int(LOG_MB * 1e6), seed=1):
        call = json.loads(line)
        texts += [message["content"] for message in call["request"]["messages"]]
        texts.append(call["response"]["choices"][0]["message"]["content"])
    return texts


def plain(_engine: str, texts: list[str]) -> tuple[int, ...]:
    """Every message by itself, as a script would do it."""
    encoders = [encodings.get(name).encode_ordinary for name in ENCODINGS]
    return tuple(sum(len(encode(text)) for text in texts) for encode in encoders)


def whole(engine: str, texts: list[str]) -> tuple[int, ...]:
    """Each distinct message once."""
    counter = TextCounter(ENCODINGS, engine, cache_bytes=0)
    known: dict[str, tuple[int, ...]] = {}
    totals = [0] * len(ENCODINGS)
    for text in texts:
        if text not in known:
            known[text] = counter.count(text)
        totals = [total + count for total, count in zip(totals, known[text], strict=True)]
    return tuple(totals)


def pieces(engine: str, texts: list[str]) -> tuple[int, ...]:
    """Each distinct message once, and of those each distinct piece."""
    return TextCounter(ENCODINGS, engine).count_all(texts).counts


def new_engine(name: str) -> None:
    """Loads the engine anew, so that it remembers nothing, and so that loading is not timed."""
    fast._shared.cache_clear()  # noqa: SLF001 - only here has anyone to make splintr forget
    TextCounter(ENCODINGS, name)


WAYS: dict[str, Callable[[str, list[str]], tuple[int, ...]]] = {
    "plain": plain,
    "whole": whole,
    "pieces": pieces,
}
SIDES = [("tiktoken", "plain"), *((engine, way) for engine in ENGINES for way in ("whole", "pieces"))]


@pytest.mark.parametrize("kind", list(generate.KINDS))
@pytest.mark.parametrize(("engine", "way"), SIDES)
def test_counting_a_log(benchmark: BenchmarkFixture, kind: str, engine: str, way: str) -> None:
    texts = messages(kind)
    count = WAYS[way]
    assert count(engine, texts) == plain(engine, texts)

    def fresh() -> tuple[tuple[str, list[str]], dict[str, object]]:
        new_engine(engine)
        return (engine, [text[:1] + text[1:] for text in texts]), {}

    benchmark.group = kind
    benchmark.pedantic(count, setup=fresh, rounds=3)
