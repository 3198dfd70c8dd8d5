"""The fast engine: splintr behind a guard that keeps its counts equal to tiktoken's.

splintr brings the vocabularies of ``cl100k_base`` and ``o200k_base`` itself; that of ``p50k_base`` comes from this
package. Its counts differ from tiktoken's in three known ways, each held off here: it takes special tokens out of the
text, it refuses lone surrogates, and under ``o200k_base`` it does not know ``'ſ`` (U+017F) as a contraction.
Before an encoding is used it has to count `PROBES` right.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from tokcount.tokens import encodings
from tokcount.tokens.cuts import CHUNK, chunks
from tokcount.tokens.encodings.packed import to_tiktoken_text
from tokcount.tokens.engines.base import Count, Encode, TiktokenEngine, repair
from tokcount.tokens.packing import FIELD, Packer

VERSION = "0.22."
"""The release line of splintr that the differential tests cover."""

PATTERNS = {
    "r50k_base": "GPT2_PATTERN",
    "p50k_base": "GPT2_PATTERN",
    "cl100k_base": "CL100K_BASE_PATTERN",
    "o200k_base": "O200K_BASE_PATTERN",
}
"""Encoding → splintr's name for its pattern. With tiktoken's own pattern it would be slower than tiktoken."""

BUNDLED = frozenset({"cl100k_base", "o200k_base"})

NOT_INSTALLED = "splintr is not installed"

FORGET_AFTER = 24_000_000
"""Characters after which splintr's own caches are emptied."""

LONG_S = "\u017f"

PROBES: tuple[tuple[str, tuple[int, int, int, int]], ...] = (
    ("2 + 2 = 4", (5, 5, 7, 7)),
    ("The quick brown fox's DON'T, we'LL see…", (14, 14, 13, 12)),
    ("\n\n    def f(x):\n\t\treturn x  \n", (17, 14, 10, 10)),
    ("請寫一首關於秋天的詩：", (24, 24, 18, 12)),
    ("Ελληνικά, Русский язык, العربية, हिन्दी, ไทย", (55, 55, 36, 13)),
    ("<|endoftext|><|im_start|>", (13, 13, 12, 12)),
    ("\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 e\u0301 \xa0\u3000x", (21, 21, 23, 16)),
    ("1234567890 3.14159 0xDEADBEEF", (15, 15, 15, 15)),
    ("camelCaseHTTPServer_snake //path\r\n\r\n/x", (17, 17, 10, 10)),
    ("lone \ud800 surrogate", (4, 4, 4, 4)),
    ("aGVsbG8gd29ybGQ9PQ==", (16, 16, 14, 13)),
    ("ǅenan ʰa ²x Ⅷ 𐐀", (19, 19, 18, 18)),
    ("   \t \n   ", (9, 5, 3, 3)),
)
"""Texts with the tokens that tiktoken finds in them under `PROBED`."""

PROBED = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")


class FastEngine:
    """Counts with splintr; with tiktoken where splintr fails the probes, which `warnings` then says."""

    name = "fast"
    least_repeated = 0.2

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._oracle = TiktokenEngine()
        self._counters: dict[str, Count] = {}
        self._tokenizers: dict[str, Any] = {}

    def counter(self, encoding: str) -> Count:
        """The counting function of ``encoding``; `UsageError` when there is no such encoding."""
        name = encodings.counted_as(encoding)
        if name not in self._counters:
            self._counters[name] = self._load(name)
        return self._counters[name]

    def packer(self, names: Sequence[str]) -> Packer:
        """Counts under several encodings at once; `UsageError` when there is no such encoding."""
        known = [encodings.counted_as(name) for name in names]
        counters = [self.counter(name) for name in known]
        if known and all(name in self._tokenizers for name in known):
            return FastPacker(counters, [self._tokenizers[name] for name in known])
        return Packer(counters)

    def encoder(self, encoding: str) -> Encode:
        """The encoding function of ``encoding``; tiktoken's for the texts that splintr reads otherwise."""
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
    """Holds a text up to the guard once for all encodings, not once for each.

    ``tokenizers``: splintr's, of each encoding. What they remember of texts grows for a long time before it reaches
    its bound, and is forgotten every `FORGET_AFTER` characters.
    """

    def __init__(self, counters: Sequence[Count], tokenizers: Sequence[Any]) -> None:
        super().__init__(counters)
        self._tokenizers = tokenizers
        encoders: list[Callable[[str], bytes]] = [tokenizer.encode_flat for tokenizer in tokenizers]
        self._encoders = tuple(reversed(encoders))
        self._remembered = 0

    def __call__(self, text: str) -> int:
        """The packed numbers of one text."""
        if not _is_plain(text):
            return super().__call__(text)
        packed = 0
        try:
            for encode in self._encoders:
                packed = packed << FIELD | len(encode(text)) >> 2
        except UnicodeEncodeError:
            return super().__call__(text)
        return packed

    def all(self, texts: Sequence[str]) -> list[int]:
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
        return packed


def _is_plain(text: str) -> bool:
    """True for texts of which nothing but a lone surrogate can keep splintr from counting as tiktoken does."""
    return "<|" not in text and LONG_S not in text and len(text) <= CHUNK


def problem() -> str | None:
    """``None`` when the fast engine can be used, else the reason why not."""
    try:
        import splintr
    except ImportError:
        return NOT_INSTALLED
    version = str(splintr.__version__)
    return None if version.startswith(VERSION) else f"splintr {version} is installed, {VERSION}* is needed"


def _guarded(tokenizer: Any, name: str, oracle: TiktokenEngine) -> Count:
    """Counts with ``tokenizer`` wherever it is exact."""
    encode: Callable[[str], bytes] = tokenizer.encode_flat
    ordinary: Callable[[str], list[int]] = tokenizer.encode_ordinary
    is_o200k = name == "o200k_base"

    def count_chunk(text: str) -> int:
        if is_o200k and LONG_S in text:
            return oracle.counter(name)(text)
        return len(ordinary(text)) if "<|" in text else len(encode(text)) >> 2

    def count(text: str) -> int:
        if not _is_plain(text):
            return sum(map(count_chunk, chunks(repair(text), name)))
        try:
            return len(encode(text)) >> 2
        except UnicodeEncodeError:
            return count(repair(text))

    return count


@cache
def _shared(name: str) -> Any:
    """The one tokenizer of an encoding in this process; what it remembers is bounded, and threads may share it."""
    return _tokenizer(name)


def _tokenizer(name: str) -> Any:
    """The tokenizer of splintr for an encoding.

    Those that it brings along load in a third of the time. They take special tokens out of a text, which
    `_guarded` prevents as long as all of them start with ``<|``.
    """
    import splintr

    if name in BUNDLED:
        tokenizer = splintr.Tokenizer.from_pretrained(name)
        if all(token.startswith("<|") for token in tokenizer.special_tokens()):
            return tokenizer
    pattern = getattr(splintr, PATTERNS[name])
    return splintr.Tokenizer.from_bytes(to_tiktoken_text(encodings.ranks(name)), pattern, {})
