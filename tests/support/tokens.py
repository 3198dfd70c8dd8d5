"""Tokens of layouts in tests, by tiktoken itself."""

from functools import lru_cache

from tokcount.framing.layout import Layout
from tokcount.tokens.encodings import get


@lru_cache(maxsize=100_000)
def tok(text: str, encoding: str = "o200k_base") -> int:
    return len(get(encoding).encode_ordinary(text))


def input_tokens(layout: Layout, encoding: str = "o200k_base") -> int:
    return layout.constant + layout.token_ids + sum(tok(text, encoding) for text in layout.texts)


def content_tokens(layout: Layout, encoding: str = "o200k_base") -> int:
    return layout.token_ids + sum(tok(text, encoding) for text in layout.content)
