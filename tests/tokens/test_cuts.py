"""Texts are cut only where the tokens of the pieces are the tokens of the whole."""

import pytest
from hypothesis import given
from support.texts import NASTY, patient, texts
from support.together import together

from tokcount.tokens import cuts, encodings
from tokcount.tokens.encodings.openai import OPENAI
from tokcount.tokens.engines.base import repair

NAMES = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")


def ids(name: str, chunk: str) -> list[int]:
    """The token ids of a chunk as the engine counts it."""
    encoding = encodings.get(name)
    if len(chunk) > 1 and cuts.is_one_match(chunk, OPENAI[name].cuts):
        return encoding._encode_single_piece(chunk)
    return encoding.encode_ordinary(chunk)


def check(text: str, name: str) -> None:
    chunks = list(cuts.chunks(text, OPENAI[name].cuts))

    assert "".join(chunks) == text
    assert [token for chunk in chunks for token in ids(name, chunk)] == encodings.get(name).encode_ordinary(
        text
    )


@patient
@given(text=texts.map(repair))
def test_chunks_have_the_token_ids_of_the_whole(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cuts, "CHUNK", 2)
        patch.setattr(cuts, "GIANT_RUN", 1)
        for name in NAMES:
            check(text, name)


@pytest.mark.parametrize("name", NAMES)
@together("text", NASTY.values())
def test_nasty_texts_in_chunks_have_their_token_ids(
    text: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cuts, "CHUNK", 1)
    monkeypatch.setattr(cuts, "GIANT_RUN", 1)

    check(repair(text), name)


def test_a_text_with_spaces_comes_in_chunks_of_the_wanted_length() -> None:
    lengths = [len(chunk) for chunk in cuts.chunks("some words " * 50_000, OPENAI["o200k_base"].cuts)]

    assert max(lengths) <= cuts.CHUNK + len("words ")
    assert len(lengths) > 5


def test_the_white_space_of_the_patterns_is_that_of_unicode() -> None:
    matched = {chr(point) for point in range(0x110000) if cuts._WHITE_RUN.fullmatch(chr(point))}

    assert matched == {chr(point) for point in range(0x110000) if chr(point).isspace()} - set(
        "\x1c\x1d\x1e\x1f"
    )
