"""The packed form and the program that makes it."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pack_vocabularies as program
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared import SHARED, needs_shared

from tokcount.tokens import encodings
from tokcount.tokens.encodings.packed import from_tiktoken_text, pack, to_tiktoken_text, unpack

tokens = st.sets(st.binary(min_size=1, max_size=128), min_size=1, max_size=30)


@given(tokens, st.integers(0, 3))
def test_packing_comes_back_whole_with_holes_in_the_ranks(words: set[bytes], gap: int) -> None:
    ranks = {word: rank * (gap + 1) for rank, word in enumerate(sorted(words))}

    assert ranks == unpack(pack(ranks))
    assert ranks == from_tiktoken_text(to_tiktoken_text(ranks))


@pytest.mark.parametrize(
    "damage",
    [
        lambda blob: blob[:-3],
        lambda _: b"",
        lambda _: zlib.compress(b"ab"),
        lambda _: zlib.compress(b"\x02\0\0\0\x01\x01a"),
        lambda _: zlib.compress(b"\x01\0\0\0\x01ab"),
    ],
    ids=["cut short", "empty", "too small", "token missing", "too long"],
)
def test_damage_is_noticed(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(damage(pack({b"a": 0, b"b": 1})))


@needs_shared
def test_the_program_packs_what_tiktoken_publishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(encodings, "VOCABULARIES", tmp_path)

    assert program.main([str(SHARED / "vocabularies" / "p50k_base.tiktoken.gz")]) == 0
    assert encodings.verify("p50k_base").ok
    assert capsys.readouterr().out.startswith("p50k_base.bin: ")


def test_the_program_refuses_what_tiktoken_does_not_publish(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p50k_base.tiktoken.gz"
    file.write_bytes(gzip.compress(b"YQ== 0\n"))

    assert program.main([str(file)]) == 2
    assert "not the file that tiktoken publishes" in capsys.readouterr().err
