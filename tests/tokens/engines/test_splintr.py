"""The fast engine is used only where it is exact, and says when it is not."""

import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from tokcount.tokens import encodings
from tokcount.tokens.encodings.openai import OPENAI, PROBED, PROBES
from tokcount.tokens.engines import splintr as fast
from tokcount.tokens.packing import FIELD

NAMES = PROBED


@pytest.mark.parametrize(("text", "counts"), PROBES)
def test_the_probes_have_the_counts_of_tiktoken(text: str, counts: tuple[int, ...]) -> None:
    assert counts == tuple(len(encodings.get(name).encode_ordinary(text)) for name in NAMES)


class Miscounting:
    """A tokenizer that finds no tokens at all."""

    def encode_flat(self, _text: str) -> bytes:
        return b""

    def encode_ordinary(self, _text: str) -> list[int]:
        return []


def test_an_engine_that_counts_a_probe_wrong_is_replaced_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fast, "_shared", lambda _name: Miscounting())
    engine = fast.FastEngine()

    assert engine.counter("cl100k_base")("2 + 2 = 4") == 7
    assert engine.counter("cl100k_base")("2 + 2 = 4") == 7
    assert engine.warnings == [
        (
            f"the fast engine counts {len(PROBES)} of {len(PROBES)} probes wrong under cl100k_base; "
            "tiktoken is used"
        )
    ]


def test_an_engine_that_fails_is_replaced_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "_shared", lambda _name: object())
    engine = fast.FastEngine()

    assert engine.counter("p50k_base")("2 + 2 = 4") == 5
    assert engine.warnings == ["the fast engine fails under p50k_base (AttributeError); tiktoken is used"]


@pytest.mark.skipif(fast.problem() is not None, reason="the fast engine is not installed")
def test_engines_of_one_process_share_a_tokenizer_and_count_in_threads_at_once() -> None:
    texts = [f"{n} + {n * 31} = 三 {'word ' * (n % 5)}" for n in range(300)]
    engines = [fast.FastEngine() for _ in range(4)]
    assert len({id(fast._shared("o200k_base")) for _ in engines}) == 1
    expected = [len(encodings.get("o200k_base").encode_ordinary(text)) for text in texts]

    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda engine: list(map(engine.counter("o200k_base"), texts)), engines)
        assert list(found) == [expected] * 4
    assert {id(engine._tokenizers["o200k_base"]) for engine in engines} == {id(fast._shared("o200k_base"))}


@pytest.mark.parametrize(
    ("module", "problem"),
    [
        (None, fast.NOT_INSTALLED),
        (SimpleNamespace(__version__="0.21.3"), "splintr 0.21.3 is installed, 0.22.* is needed"),
        (SimpleNamespace(__version__="0.22.7"), None),
    ],
)
def test_only_the_tested_releases_are_used(
    module: object, problem: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "splintr", module)

    assert problem == fast.problem()


@pytest.mark.skipif(fast.problem() is not None, reason="the fast engine is not installed")
@pytest.mark.parametrize("name", [name for name in PROBED if OPENAI[name].splintr.bundled])
def test_the_bundled_vocabularies_are_the_published_ones(name: str) -> None:
    tokenizer = fast._tokenizer(name)

    assert all(tokenizer.decode_token_bytes(rank) == token for token, rank in encodings.ranks(name).items())


@pytest.mark.skipif(fast.problem() is not None, reason="the fast engine is not installed")
def test_a_bundled_tokenizer_with_foreign_special_tokens_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import splintr

    class Pretrained:
        from_bytes = staticmethod(splintr.Tokenizer.from_bytes)

        @staticmethod
        def from_pretrained(_name: str) -> object:
            return SimpleNamespace(special_tokens=lambda: {"<s>": 1})

    stand_in = SimpleNamespace(Tokenizer=Pretrained, CL100K_BASE_PATTERN=splintr.CL100K_BASE_PATTERN)
    monkeypatch.setitem(sys.modules, "splintr", stand_in)

    assert isinstance(fast._tokenizer("cl100k_base"), splintr.Tokenizer)


def test_what_the_tokenizers_remember_is_forgotten_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts stay what they are; memory does not grow with the log."""
    cleared: list[int] = []

    class Tokenizer:
        def encode_flat(self, text: str) -> bytes:
            return bytes(4 * len(text))

        def clear_cache(self) -> None:
            cleared.append(1)

    monkeypatch.setattr(fast, "FORGET_AFTER", 10)
    pack = fast.FastPacker([len, len], [Tokenizer(), Tokenizer()])

    assert pack.all(["abc", "de"]) == pack.all(["abc", "de"])
    assert cleared == []
    assert pack.all(["f"]) == [1 << FIELD | 1]
    assert len(cleared) == 2
