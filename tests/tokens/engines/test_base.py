"""Every engine counts what tiktoken's encode_ordinary counts, whatever the text, in linear time."""

import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from support.texts import NASTY, patient, texts
from support.together import together

from tokcount.errors import DataError, UsageError
from tokcount.tokens import cuts, encodings
from tokcount.tokens.engines import base as engine
from tokcount.tokens.engines import splintr as fast
from tokcount.tokens.engines.base import Engine, TiktokenEngine, guarded, repair
from tokcount.tokens.engines.choose import choose

NAMES = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")
ENGINES: dict[str, Engine] = {"tiktoken": TiktokenEngine()}
if fast.problem() is None:
    ENGINES["fast"] = fast.FastEngine()
engines = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)


def oracle(name: str, text: str) -> int:
    return len(encodings.get(name).encode_ordinary(text))


@engines
@pytest.mark.parametrize("name", encodings.NAMES)
@together("text", NASTY.values())
def test_nasty_texts_are_counted_as_tiktoken_counts_them(engine: Engine, name: str, text: str) -> None:
    assert oracle(name, text) == engine.counter(name)(text)


@engines
@patient
@given(text=texts)
def test_any_text_is_counted_as_tiktoken_counts_it(engine: Engine, text: str) -> None:
    for name in NAMES:
        assert oracle(name, text) == engine.counter(name)(text)


@engines
@patient
@given(text=texts)
def test_long_texts_counted_in_chunks_are_counted_alike(engine: Engine, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        for name in NAMES:
            assert oracle(name, text) == engine.counter(name)(text)


def shorten(patch: pytest.MonkeyPatch) -> None:
    """Make every text of a few characters a long one."""
    for module in (cuts, engine, fast):
        patch.setattr(module, "CHUNK", 3)
    for module in (cuts, engine):
        patch.setattr(module, "GIANT_RUN", 1)


@pytest.mark.slow
@engines
@pytest.mark.parametrize("name", NAMES)
def test_every_code_point_in_context_is_counted_as_tiktoken_counts_it(engine: Engine, name: str) -> None:
    """All 1.1 million of them: `pytest -m slow tests/tokens/engines/test_base.py` (some minutes)."""
    count = engine.counter(name)
    encode = encodings.get(name).encode_ordinary
    wrong = [
        hex(point)
        for point in range(sys.maxunicode + 1)
        if count(text := f"x{chr(point)}y {chr(point)}\n{chr(point)}'s") != len(encode(text))
    ]

    assert wrong == []


PATHOLOGIES: dict[str, Callable[[int], str]] = {
    "one letter": lambda n: "a" * n,
    "one capital": lambda n: "A" * n,
    "one accented letter": lambda n: "é" * n,
    "one digit": lambda n: "7" * n,
    "one sign": lambda n: "!" * n,
    "slashes": lambda n: "/" * n,
    "apostrophes": lambda n: "'s" * (n // 2),
    "chinese without spaces": lambda n: "請寫一首關於秋天的詩" * (n // 10),
    "base64": lambda n: "aGVsbG8gd29ybGQ9PQabZ19+/" * (n // 25),
    "emoji": lambda n: "😀" * n,
    "combining marks": lambda n: "e" + "\u0301" * n,
    "spaces and a letter": lambda n: " " * n + "a",
    "spaces at the end": lambda n: "a" + " " * n,
    "newlines and a letter": lambda n: "\n" * n + "a",
    "newlines at the end": lambda n: "a." + "\n" * n,
    "tabs and spaces": lambda n: "\t " * (n // 2) + "x",
    "tabs and spaces at the end": lambda n: "x" + "\t " * (n // 2),
    "newlines and spaces": lambda n: "\n " * (n // 2) + "x",
    "no-break spaces": lambda n: "\xa0" * n + "x",
    "many runs": lambda n: ("x" + " " * 2000 + "\n" * 2000) * (n // 4001),
    "words": lambda n: "some words " * (n // 11),
}


@engines
@pytest.mark.parametrize("make", PATHOLOGIES.values(), ids=PATHOLOGIES)
def test_long_runs_take_time_in_proportion_to_their_length(
    engine: Engine, make: Callable[[int], str]
) -> None:
    """Quadratic time would be 16 times as long for 4 times the text."""
    count = engine.counter("o200k_base")
    short, long = make(50_000), make(200_000)
    quick, slow = (min(timed(count, text) for _ in range(2)) for text in (short, long))

    assert slow < 10 * quick + 0.1


def timed(count: Callable[[str], int], text: str) -> float:
    start = time.process_time()
    count(text)
    return time.process_time() - start


PANICS = (
    "spaces and a letter",
    "spaces at the end",
    "newlines and a letter",
    "tabs and spaces",
    "tabs and spaces at the end",
    "no-break spaces",
)


@engines
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("o200k_base", kind) for kind in PANICS),
        *(
            pytest.param(name, kind, marks=[] if kind == "no-break spaces" else pytest.mark.slow)
            for name in ("p50k_base", "cl100k_base")
            for kind in PANICS
        ),
    ],
)
def test_giant_runs_of_white_space_are_counted_where_tiktoken_alone_panics(
    engine: Engine, name: str, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert engine.counter(name)(PATHOLOGIES[kind](1_100_000)) > 8_000
    assert "panicked" not in capfd.readouterr().err


class PanicException(BaseException):
    """What tiktoken raises is no `Exception` either."""


def test_a_panic_becomes_one_line() -> None:
    def panic() -> int:
        raise PanicException

    with pytest.raises(DataError, match="cannot count a text of 3 characters"):
        guarded(panic, "abc")


def test_other_interruptions_pass_the_guard() -> None:
    def interrupt() -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(interrupt, "abc")


@patient
@given(text=texts)
def test_repaired_text_is_valid_and_counted_the_same(text: str) -> None:
    repaired = repair(text)

    assert repaired.encode().decode() == repaired
    assert repair(repaired) == repaired
    assert oracle("cl100k_base", repaired) == oracle("cl100k_base", text)


def test_an_unknown_engine_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="unknown engine 'rust'"):
        choose("rust")


def test_an_unknown_encoding_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="unknown encoding"):
        TiktokenEngine().counter("gpt-4")


@pytest.mark.parametrize(
    ("problem", "warnings"),
    [
        (fast.NOT_INSTALLED, []),
        (
            "splintr 0.99 is installed, 0.22.* is needed",
            ["splintr 0.99 is installed, 0.22.* is needed; tiktoken is used. Install tokcount[fast]."],
        ),
    ],
)
def test_without_the_fast_engine_auto_is_tiktoken_and_fast_is_an_error(
    problem: str, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast, "problem", lambda: problem)
    chosen = choose("auto")

    assert chosen.name == "tiktoken"
    assert chosen.warnings == warnings
    with pytest.raises(UsageError, match=r"Install tokcount\[fast\]"):
        choose("fast")


def test_the_engine_asked_for_is_the_engine_given() -> None:
    assert choose("tiktoken").name == "tiktoken"
    for name in ENGINES.keys() & {"fast"}:
        assert choose(name).name == choose("auto").name == "fast"
