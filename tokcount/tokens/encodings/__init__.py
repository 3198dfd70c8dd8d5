"""The encodings of OpenAI's models, from vocabularies inside this package.

`get` gives a `tiktoken.Encoding` without the network, without a cache folder and without ``TIKTOKEN_CACHE_DIR``.
Patterns, special tokens and the SHA-256 of each vocabulary are read from tiktoken itself; only the merge ranks come
from here. Nothing is loaded before it is asked for.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.errors import UsageError, VocabularyError, suggest
from tokcount.tokens.encodings.packed import to_tiktoken_text, unpack

if TYPE_CHECKING:
    import tiktoken

VOCABULARIES = Path(__file__).parent / "vocabularies"

SAME_COUNTS = {
    "p50k_base": "p50k_base",
    "cl100k_base": "cl100k_base",
    "o200k_base": "o200k_base",
    "r50k_base": "r50k_base",
    "p50k_edit": "p50k_base",
    "o200k_harmony": "o200k_base",
}
"""Encoding → the encoding with the same pattern and ranks. They differ in special tokens only, so ordinary text has
the same tokens under both and is counted once."""

NAMES = tuple(SAME_COUNTS)
"""The encodings that tokcount knows."""

_R50K_SIZE = 50_256
"""``r50k_base`` is the first ranks of ``p50k_base``, which adds runs of spaces."""

_loading = threading.RLock()


class Verified(msgspec.Struct, frozen=True):
    """What `verify` found: the hash of the shipped vocabulary beside the one that tiktoken publishes."""

    name: str
    tokens: int
    sha256: str
    published_sha256: str

    @property
    def ok(self) -> bool:
        """True when the vocabulary is, byte for byte, the one that tiktoken would have downloaded."""
        return self.sha256 == self.published_sha256


def check_name(name: str) -> str:
    """``name`` itself when it is an encoding, else `UsageError` with the names that come close."""
    if name in SAME_COUNTS:
        return name
    raise UsageError(f"unknown encoding {name!r}. {suggest(name, NAMES, cutoff=0.4)}")


def counted_as(name: str) -> str:
    """The encoding that gives ordinary text the same tokens as ``name``; `UsageError` for an unknown name."""
    return SAME_COUNTS[check_name(name)]


def get(name: str) -> tiktoken.Encoding:
    """The encoding called ``name``, loaded on first use and kept.

    `UsageError` for an unknown name, `VocabularyError` when the shipped vocabulary is damaged.
    """
    check_name(name)
    with _loading:
        return _load(name)


def ranks(name: str) -> dict[bytes, int]:
    """Token → rank of an encoding, in rank order; a new dictionary at every call."""
    file = counted_as(name)
    if file == "r50k_base":
        return {token: rank for token, rank in ranks("p50k_base").items() if rank < _R50K_SIZE}
    path = VOCABULARIES / f"{file}.bin"
    try:
        return unpack(path.read_bytes())
    except (OSError, ValueError) as error:
        raise VocabularyError(f"{path.name}: damaged vocabulary ({error}); install tokcount again") from error


def verify(name: str) -> Verified:
    """Rebuild tiktoken's file of ``name`` from the shipped vocabulary and hash it."""
    own = ranks(name)
    return Verified(name, len(own), sha256(to_tiktoken_text(own)), published_sha256(name))


def published_sha256(name: str) -> str:
    """The SHA-256 that tiktoken demands of the vocabulary file of ``name``."""
    hashes: list[str] = []

    def note_hash(_url: str, expected_hash: str) -> dict[bytes, int]:
        hashes.append(expected_hash)
        return {}

    _definition(check_name(name), note_hash)
    return hashes[-1]


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of ``data``."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


@cache
def _load(name: str) -> tiktoken.Encoding:
    import tiktoken

    return tiktoken.Encoding(**_definition(name, lambda _url, **_expected: ranks(name)))


def _definition(name: str, load_ranks: Any) -> dict[str, Any]:
    """The arguments of `tiktoken.Encoding` for ``name``, with ``load_ranks`` in place of tiktoken's download.

    A private copy of the module with tiktoken's definitions is executed, so that the copy everybody else imports
    stays as it is.
    """
    from importlib.util import find_spec, module_from_spec

    spec = find_spec("tiktoken_ext.openai_public")
    if spec is None or spec.loader is None:
        raise VocabularyError(
            "tiktoken's definitions (tiktoken_ext.openai_public) are missing; install tiktoken again"
        )
    module: Any = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.load_tiktoken_bpe = load_ranks
    definition: dict[str, Any] = module.ENCODING_CONSTRUCTORS[name]()
    return definition
