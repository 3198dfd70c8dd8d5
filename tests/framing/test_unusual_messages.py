"""Messages that no endpoint takes as they are: counted as far as they go, and never called exact."""

from typing import Any

import pytest
from support.tokens import tok

from tokcount.framing.families import FAMILIES
from tokcount.framing.rules import layout
from tokcount.tokens import encodings
from tokcount.tokens.engines import splintr as fast
from tokcount.tokens.engines.choose import choose

USER = {"role": "user", "content": "Hello!"}


def laid(messages: Any, family: str = "chat") -> Any:
    return layout("chat", {"messages": messages}, FAMILIES[family])


@pytest.mark.parametrize("odd", [3, "Hello!", ["Hello!"]])
def test_an_entry_that_is_not_a_message_makes_the_rest_a_floor(odd: object) -> None:
    found, plain = laid([USER, odd]), laid([USER])

    assert (plain.basis, found.basis) == ("exact", "partial")
    assert found.reasons == ("not read: messages[]",)
    assert found.content == plain.content


@pytest.mark.parametrize(
    "engine",
    [
        "tiktoken",
        pytest.param(
            "fast",
            marks=pytest.mark.skipif(fast.problem() is not None, reason="the fast engine is not installed"),
        ),
    ],
)
@pytest.mark.parametrize(
    "text", ["Hello!", "<|endoftext|>", "we\u017fe'\u017f", "lone \ud83d surrogate", "x " * 300_000, ""]
)
def test_an_encoder_gives_the_tokens_that_the_counter_counts(engine: Any, text: str) -> None:
    chosen = choose(engine)
    tokens = list(chosen.encoder("o200k_base")(text))

    assert len(tokens) == chosen.counter("o200k_base")(text)
    assert tokens == encodings.get("o200k_base").encode_ordinary(text)


def test_an_encoder_of_an_engine_that_fails_its_probes_is_tiktokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "_shared", lambda _name: object())
    engine = fast.FastEngine()

    assert list(engine.encoder("cl100k_base")("2 + 2 = 4")) == encodings.get("cl100k_base").encode_ordinary(
        "2 + 2 = 4"
    )
    assert len(engine.warnings) == 1
    assert tok("2 + 2 = 4", "cl100k_base") == 7
