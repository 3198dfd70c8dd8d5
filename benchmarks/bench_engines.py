"""How fast is each engine, by encoding and kind of text, against plain ``encode_ordinary``?

    pytest benchmarks/bench_engines.py --benchmark-only --benchmark-timer=time.process_time

Each engine counts a megabyte of distinct messages of about 1 KB. The counts are checked before anything is timed, on
other messages than those that are timed, and each round has its own: splintr remembers words, and would be several
times as fast on a text that it has counted before.
"""

import random
from collections.abc import Callable
from functools import cache

import generate
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from tokcount.tokens import encodings
from tokcount.tokens.engines import choose as engines
from tokcount.tokens.engines import splintr as fast

ENGINES = ["plain", "tiktoken", *(["fast"] if fast.problem() is None else [])]
SIZE = 1_000_000
ROUNDS = 3


def of_words(language: str) -> Callable[[generate.Writer], str]:
    """Sentences of a language with spaces."""
    return lambda writer: " ".join(writer.sentence(generate.WORDS[language], 12) for _ in range(12))


def dense(language: str) -> Callable[[generate.Writer], str]:
    """Sentences of a language without spaces."""
    return lambda writer: "".join(writer.dense(generate.WORDS[language], 12) for _ in range(12))


KINDS: dict[str, Callable[[generate.Writer], str]] = {
    "english": of_words("english"),
    "german": of_words("german"),
    "russian": of_words("russian"),
    "chinese": dense("chinese"),
    "japanese": dense("japanese"),
    "code": lambda writer: "\n\n".join(writer.code() for _ in range(6)),
    "digits": lambda writer: " ".join(str(writer.random.randrange(10**9)) for _ in range(100)),
    "hex": lambda writer: writer.random.randbytes(500).hex(),
}


@cache
def messages(kind: str, seed: int) -> list[str]:
    """A megabyte of messages of one kind."""
    writer = generate.Writer(seed)
    texts: list[str] = []
    size = 0
    while size < SIZE:
        texts.append(KINDS[kind](writer))
        size += len(texts[-1].encode())
    random.Random(1).shuffle(texts)
    return texts


def counter(engine: str, encoding: str) -> Callable[[str], int]:
    """How one engine counts one text."""
    if engine == "plain":
        encode = encodings.get(encoding).encode_ordinary
        return lambda text: len(encode(text))
    return engines.choose(engine).counter(encoding)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("encoding", ["p50k_base", "cl100k_base", "o200k_base"])
@pytest.mark.parametrize("engine", ENGINES)
def test_counting_a_megabyte(benchmark: BenchmarkFixture, engine: str, encoding: str, kind: str) -> None:
    count = counter(engine, encoding)
    plain = counter("plain", encoding)
    checked = messages(kind, seed=0)
    assert [count(text) for text in checked] == [plain(text) for text in checked]

    rounds = (messages(kind, seed) for seed in range(1, ROUNDS + 1))
    benchmark.group = f"{encoding} {kind}"
    benchmark.pedantic(
        lambda texts: sum(map(count, texts)), setup=lambda: ((next(rounds),), {}), rounds=ROUNDS
    )
