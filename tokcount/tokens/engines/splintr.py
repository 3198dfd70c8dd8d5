"""The fast engine: splintr behind a guard that keeps its counts equal to tiktoken's.

splintr counts differently from tiktoken in three known cases, which the guard handles: it takes special tokens out of
the text, it rejects lone surrogates, and under `o200k_base` it does not recognise `'ſ` (U+017F) as a contraction.
Before an encoding is used it must count the `PROBES` correctly.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

from tokcount.tokens import encodings
from tokcount.tokens.cuts import CHUNK, chunks
from tokcount.tokens.encodings.openai import OPENAI, PROBED, PROBES
from tokcount.tokens.encodings.packed import to_tiktoken_text
from tokcount.tokens.engines.base import Count, Encode, TiktokenEngine, repair
from tokcount.tokens.packing import FIELD, PackedCounts, Packer

VERSION = "0.22."
"""The release line of splintr that the differential tests cover."""

NOT_INSTALLED = "splintr is not installed"

FORGET_AFTER = 24_000_000
"""Number of characters after which splintr's own caches are cleared."""

LONG_S = OPENAI["o200k_base"].splintr.misread


class FastEngine:
    """Counts with splintr; with tiktoken, and a warning, when splintr fails the probes."""

    name = "fast"
    least_repeated = 0.2

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._oracle = TiktokenEngine()
        self._counters: dict[str, Count] = {}
        self._tokenizers: dict[str, Any] = {}

    def counter(self, encoding: str) -> Count:
        """The counting function of `encoding`; `UsageError` when there is no such encoding."""
        name = encodings.counted_as(encoding)
        if name not in self._counters:
            self._counters[name] = self._load(name) if name in OPENAI else self._oracle.counter(name)
        return self._counters[name]

    def packer(self, names: Sequence[str]) -> Packer:
        """Counts under several encodings at once; `UsageError` when there is no such encoding."""
        known = [encodings.counted_as(name) for name in names]
        counters = [self.counter(name) for name in known]
        if known and all(name in self._tokenizers for name in known):
            return FastPacker(counters, [self._tokenizers[name] for name in known])
        return Packer(counters)

    def encoder(self, encoding: str) -> Encode:
        """The encoding function of `encoding`; tiktoken's for texts that splintr handles differently."""
        name = encodings.counted_as(encoding)
        self.counter(name)
        if name not in self._tokenizers:
            return self._oracle.encoder(name)
        encode: Callable[[str], bytes] = self._tokenizers[name].encode_flat

        def encode_all(text: str) -> Sequence[int]:
            if not _is_plain(text):
                return self._oracle.encoder(name)(text)
            try:
                return array("I", encode(text))
            except UnicodeEncodeError:
                return encode_all(repair(text))

        return encode_all

    def _load(self, name: str) -> Count:
        try:
            tokenizer = _shared(name)
            count = _guarded(tokenizer, name, self._oracle)
            wrong = sum(count(text) != counts[PROBED.index(name)] for text, counts in PROBES)
        except Exception as error:  # noqa: BLE001 - whatever a foreign build does, tiktoken counts
            self.warnings.append(
                f"the fast engine fails under {name} ({type(error).__name__}); tiktoken is used"
            )
            return self._oracle.counter(name)
        if not wrong:
            self._tokenizers[name] = tokenizer
            return count
        self.warnings.append(
            f"the fast engine counts {wrong} of {len(PROBES)} probes wrong under {name}; tiktoken is used"
        )
        return self._oracle.counter(name)


class FastPacker(Packer):
    """Checks a text with the guard once for all encodings instead of once for each.

    `tokenizers`: splintr's, of each encoding. Their caches grow for a long time before they reach their limit, and are
    cleared every `FORGET_AFTER` characters.
    """

    def __init__(self, counters: Sequence[Count], tokenizers: Sequence[Any]) -> None:
        super().__init__(counters)
        self._tokenizers = tokenizers
        encoders: list[Callable[[str], bytes]] = [tokenizer.encode_flat for tokenizer in tokenizers]
        self._encoders = tuple(reversed(encoders))
        self._remembered = 0

    def __call__(self, text: str) -> PackedCounts:
        """The packed numbers of one text."""
        if not _is_plain(text):
            return super().__call__(text)
        packed = 0
        try:
            for encode in self._encoders:
                packed = packed << FIELD | len(encode(text)) >> 2
        except UnicodeEncodeError:
            return super().__call__(text)
        return PackedCounts(packed)

    def all(self, texts: Sequence[str]) -> list[PackedCounts]:
        """The packed numbers of many texts."""
        self._remembered += sum(map(len, texts))
        if self._remembered > FORGET_AFTER:
            self._remembered = 0
            for tokenizer in self._tokenizers:
                tokenizer.clear_cache()
        if not all(map(_is_plain, texts)):
            return [self(text) for text in texts]
        packed = [0] * len(texts)
        try:
            for encode in self._encoders:
                sizes = map(len, map(encode, texts))
                packed = [value << FIELD | size >> 2 for value, size in zip(packed, sizes, strict=True)]
        except UnicodeEncodeError:
            return [self(text) for text in texts]
        return cast("list[PackedCounts]", packed)


def _is_plain(text: str) -> bool:
    """True for texts that splintr counts like tiktoken unless they have a lone surrogate."""
    return "<|" not in text and LONG_S not in text and len(text) <= CHUNK


def problem() -> str | None:
    """`None` when the fast engine can be used, else the reason why not."""
    try:
        import splintr
    except ImportError:
        return NOT_INSTALLED
    version = str(splintr.__version__)
    return None if version.startswith(VERSION) else f"splintr {version} is installed, {VERSION}* is needed"


def _guarded(tokenizer: Any, name: str, oracle: TiktokenEngine) -> Count:
    """Counts with `tokenizer` where it is exact."""
    encode: Callable[[str], bytes] = tokenizer.encode_flat
    ordinary: Callable[[str], list[int]] = tokenizer.encode_ordinary
    misread, rules = OPENAI[name].splintr.misread, OPENAI[name].cuts

    def count_chunk(text: str) -> int:
        if misread and misread in text:
            return oracle.counter(name)(text)
        return len(ordinary(text)) if "<|" in text else len(encode(text)) >> 2

    def count(text: str) -> int:
        if not _is_plain(text):
            return sum(map(count_chunk, chunks(repair(text), rules)))
        try:
            return len(encode(text)) >> 2
        except UnicodeEncodeError:
            return count(repair(text))

    return count


@cache
def _shared(name: str) -> Any:
    """The only tokenizer of an encoding in this process; its cache is bounded, and threads may share it."""
    return _tokenizer(name)


def _tokenizer(name: str) -> Any:
    """The tokenizer of splintr for an encoding.

    Bundled ones load in a third of the time. They take special tokens out of a text, which `_guarded` prevents as long
    as all of them start with `<|`.
    """
    import splintr

    made = OPENAI[name].splintr
    if made.bundled:
        tokenizer = splintr.Tokenizer.from_pretrained(name)
        if all(token.startswith("<|") for token in tokenizer.special_tokens()):
            return tokenizer
    pattern = getattr(splintr, made.pattern)
    return splintr.Tokenizer.from_bytes(to_tiktoken_text(encodings.ranks(name)), pattern, {})
