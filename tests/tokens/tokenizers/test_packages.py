"""Tokenizers of other packages are used like an encoding, and are exact."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from support.texts import patient, texts
from support.tokenizers import installed

from tokcount.errors import UsageError
from tokcount.tokens import encodings, tokenizers
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.engines.base import repair
from tokcount.tokens.engines.choose import choose
from tokcount.tokens.stream import exact_blocks
from tokcount.tokens.text_parts import by_class, total
from tokcount.tokens.tokenizer import CutRules


@pytest.fixture(autouse=True, scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with installed(Path(tmp_path_factory.mktemp("site"))):
        yield


def test_its_name_is_known_like_that_of_an_encoding() -> None:
    assert encodings.check_name("acme") == encodings.counted_as("acme") == "acme"
    assert encodings.cuts_of("acme") is None
    assert encodings.cuts_of("cuttable") == CutRules()


def test_an_unknown_name_is_answered_with_the_names_of_tokenizers_too() -> None:
    with pytest.raises(UsageError, match=r"unknown encoding 'acmee'\. Did you mean acme\?"):
        encodings.check_name("acmee")


def test_it_has_no_vocabulary_to_load() -> None:
    with pytest.raises(UsageError, match="unknown encoding 'acme'"):
        encodings.get("acme")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("broken", "tokenizer broken of acme-tokens fails: RuntimeError: no model file"),
        ("empty", r"tokenizer empty of acme-tokens has no count and no encode\(\)"),
    ],
)
def test_a_tokenizer_that_cannot_be_used_is_named(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        TextCounter([name])


@pytest.mark.parametrize("engine", ["tiktoken", "auto"])
def test_it_counts_together_with_encodings_under_either_engine(engine: str) -> None:
    counter = TextCounter(["acme", "o200k_base"], engine)

    assert counter.count("請 one\ntwo  three") == (
        5,
        TextCounter(["o200k_base"]).count("請 one\ntwo  three")[0],
    )
    assert counter.tokens("sevens", "12345678") == 2
    assert len(choose(engine).encoder("acme")("a b c")) == 3


def test_lone_surrogates_are_repaired_before_it_sees_them() -> None:
    assert TextCounter(["acme"]).count("a \ud800") == (2,)
    assert len(choose("auto").encoder("acme")("a \ud800")) == 2


@patient
@given(texts)
def test_without_cut_rules_every_text_is_counted_as_a_whole(text: str) -> None:
    counter = TextCounter(["sevens", "cl100k_base"])
    expected = tokenizers.load("sevens").count(repair(text))

    assert counter.count(text)[0] == expected
    counter.learn([text + "x"])
    assert list(exact_blocks([text[:3], text[3:]], counter.encodings, 1)) == [text]


def test_with_cut_rules_repeated_lines_are_counted_once() -> None:
    counter = TextCounter(["cuttable"])
    text = "".join(f"line {n % 3} of some text\n" for n in range(100))

    assert counter.count(text) == (tokenizers.load("cuttable").count(text),)


@pytest.mark.parametrize("name", ["acme", "sevens", "cuttable"])
def test_its_tokens_by_text_class_add_up_to_the_count(name: str) -> None:
    counter = TextCounter((), classes=True)
    text = "Some words 123\nif (x) { return 1; }\n請寫一首關於秋天的詩\n" * 3

    packed = counter.by_class(name, text)

    assert total(packed) == sum(by_class(packed).values()) == tokenizers.load(name).count(text)
    assert by_class(counter.by_class(name, "")) == {}
