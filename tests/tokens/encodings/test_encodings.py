"""The encodings are tiktoken's own, from the package's own vocabularies, without the network."""

import socket
from pathlib import Path

import pytest
import tiktoken
from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from tokcount.errors import UsageError, VocabularyError
from tokcount.tokens import encodings
from tokcount.tokens.encodings.openai import OPENAI


@pytest.mark.parametrize("name", encodings.NAMES)
def test_the_shipped_vocabulary_is_byte_for_byte_the_one_that_tiktoken_publishes(name: str) -> None:
    verified = encodings.verify(name)

    assert verified.ok
    assert verified.sha256 == verified.published_sha256
    assert verified.tokens == len(encodings.ranks(name))


@pytest.mark.parametrize("name", encodings.NAMES)
def test_hash_pattern_and_special_tokens_are_those_of_tiktokens_source(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str] = []

    def note_hash(_url: str, expected_hash: str) -> dict[bytes, int]:
        hashes.append(expected_hash)
        return {}

    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", note_hash)
    theirs = openai_public.ENCODING_CONSTRUCTORS[name]()
    ours = OPENAI[name]

    assert hashes == [ours.sha256]
    assert (theirs["name"], theirs["pat_str"]) == (ours.name, ours.pattern)
    assert theirs["special_tokens"] == ours.special_tokens


@pytest.mark.parametrize(
    ("name", "text", "tokens"),
    [
        ("r50k_base", "        x", 8),
        ("p50k_base", "請寫一首關於秋天的詩：", 24),
        ("cl100k_base", "請寫一首關於秋天的詩：", 18),
        ("o200k_base", "請寫一首關於秋天的詩：", 12),
        ("o200k_base", "<|endoftext|>", 7),
    ],
)
def test_a_known_text_has_its_known_number_of_tokens(name: str, text: str, tokens: int) -> None:
    assert tokens == len(encodings.get(name).encode_ordinary(text))


@pytest.mark.parametrize("name", encodings.NAMES)
def test_special_tokens_and_size_are_tiktokens(name: str) -> None:
    encoding = encodings.get(name)

    assert name == encoding.name
    assert encoding.eot_token == encoding.encode("<|endoftext|>", allowed_special="all")[0]
    assert encoding.n_vocab > len(encodings.ranks(name))


def test_an_encoding_is_loaded_once() -> None:
    assert encodings.get("r50k_base") is encodings.get("r50k_base")


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "/nowhere/at/all")
    encodings._load.cache_clear()

    assert isinstance(encodings.get("p50k_edit"), tiktoken.Encoding)


def test_an_unknown_name_is_answered_with_close_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown encoding 'o200k'\. Did you mean o200k_base"):
        encodings.get("o200k")


def test_encodings_that_count_alike_have_the_same_pattern_and_ranks() -> None:
    for name in encodings.NAMES:
        counted_as = encodings.counted_as(name)
        assert encodings.get(name)._pat_str == encodings.get(counted_as)._pat_str
        assert encodings.ranks(name) == encodings.ranks(counted_as)


def test_a_damaged_vocabulary_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = bytearray((encodings.VOCABULARIES / "p50k_base.bin").read_bytes())
    data[1000] ^= 1
    (tmp_path / "p50k_base.bin").write_bytes(data)
    monkeypatch.setattr(encodings, "VOCABULARIES", tmp_path)

    with pytest.raises(VocabularyError, match=r"p50k_base\.bin: damaged vocabulary"):
        encodings.ranks("p50k_base")
    with pytest.raises(VocabularyError, match=r"cl100k_base\.bin: damaged vocabulary"):
        encodings.ranks("cl100k_base")
