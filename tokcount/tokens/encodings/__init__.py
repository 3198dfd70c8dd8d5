"""The encodings by name: OpenAI's, from vocabularies inside this package, and all other tokenizers.

`get` returns a `tiktoken.Encoding` without the network, a cache folder or `TIKTOKEN_CACHE_DIR`. Vocabularies are
loaded on first use.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from tokcount.errors import UsageError, VocabularyError, suggest
from tokcount.tokens import tokenizers
from tokcount.tokens.encodings.openai import OPENAI, OpenAIEncoding
from tokcount.tokens.encodings.packed import inflate, to_tiktoken_text, unpack
from tokcount.tokens.tokenizer import CutRules

if TYPE_CHECKING:
    import tiktoken

VOCABULARIES = Path(__file__).parent / "vocabularies"

NAMES = tuple(OPENAI)
"""OpenAI's encodings, oldest first."""

COUNTED_BY_DEFAULT = ("p50k_base", "cl100k_base", "o200k_base")
"""One encoding per generation of models: GPT-3 completions, GPT-3.5 and GPT-4, GPT-4o and later."""

T = TypeVar("T")
_loading = threading.RLock()


class Verified(msgspec.Struct, frozen=True):
    """What `verify` found: the hash of the shipped vocabulary and the one that tiktoken publishes."""

    name: str
    tokens: int
    sha256: str
    published_sha256: str

    @property
    def ok(self) -> bool:
        """True when the vocabulary is, byte for byte, the one that tiktoken would have downloaded."""
        return self.sha256 == self.published_sha256


def is_known(name: str) -> bool:
    """Whether `name` is an encoding of OpenAI or another tokenizer (`tokcount.tokens.tokenizers`)."""
    return name in OPENAI or tokenizers.is_known(name)


def known_names() -> list[str]:
    """The names of OpenAI's encodings, oldest first, and of the other tokenizers."""
    return [*OPENAI, *tokenizers.names()]


def check_name(name: str) -> str:
    """`name` itself when it is known, else `UsageError` with similar names."""
    if is_known(name):
        return name
    raise UsageError(f"unknown encoding {name!r}. {suggest(name, known_names(), cutoff=0.4)}")


def counted_as(name: str) -> str:
    """The encoding that gives ordinary text the same tokens as `name`; `UsageError` for an unknown name."""
    encoding = OPENAI.get(name)
    return (encoding.same_as or name) if encoding else check_name(name)


def cuts_of(name: str) -> CutRules | None:
    """Where texts may be cut under an encoding; `None`: nowhere. `UsageError` for an unknown name."""
    encoding = OPENAI.get(name)
    return encoding.cuts if encoding else tokenizers.cuts_of(check_name(name))


def get(name: str) -> tiktoken.Encoding:
    """OpenAI's encoding called `name`, loaded on first use and kept.

    `UsageError` for an unknown name, `VocabularyError` when the shipped vocabulary is damaged.
    """
    _openai(name)
    with _loading:
        return _load(name)


def ranks(name: str) -> dict[bytes, int]:
    """Token → rank of an OpenAI encoding, in rank order; a new dictionary at every call."""
    encoding = _openai(name)
    found = _read(encoding, unpack)
    if encoding.size is None:
        return found
    return {token: rank for token, rank in found.items() if rank < encoding.size}


def token_lengths(name: str) -> bytes:
    """The number of bytes of each token of an encoding, by rank; 0 for ranks without a token."""
    return _read(_openai(name), inflate)[0]


def packed_bytes(name: str) -> tuple[bytes, bytes]:
    """The lengths of the tokens of an OpenAI encoding, one byte each in rank order, and all token bytes."""
    encoding = _openai(name)
    lengths, tokens = _read(encoding, inflate)
    return lengths[: encoding.size], tokens


def _read(encoding: OpenAIEncoding, parse: Callable[[bytes], T]) -> T:
    path = VOCABULARIES / f"{encoding.vocabulary}.bin"
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise VocabularyError(f"{path.name}: damaged vocabulary ({error}); install tokcount again") from error


def verify(name: str) -> Verified:
    """Rebuilds tiktoken's file of `name` from the shipped vocabulary and hashes it."""
    own = ranks(name)
    return Verified(name, len(own), sha256(to_tiktoken_text(own)), published_sha256(name))


def published_sha256(name: str) -> str:
    """The SHA-256 that tiktoken requires of the vocabulary file of `name`."""
    return _openai(name).sha256


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of `data`."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _openai(name: str) -> OpenAIEncoding:
    encoding = OPENAI.get(name)
    if encoding is None:
        raise UsageError(f"unknown encoding {name!r}. {suggest(name, OPENAI, cutoff=0.4)}")
    return encoding


@cache
def _load(name: str) -> tiktoken.Encoding:
    import tiktoken

    encoding = OPENAI[name]
    return tiktoken.Encoding(
        name,
        pat_str=encoding.pattern,
        mergeable_ranks=ranks(name),
        special_tokens=encoding.special_tokens,
    )
