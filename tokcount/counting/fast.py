"""The fast engine: splintr behind a guard that keeps its counts equal to tiktoken's.

splintr brings the vocabularies of ``cl100k_base`` and ``o200k_base`` itself; that of ``p50k_base`` comes from this
package. Its counts differ from tiktoken's in three known ways, each held off here: it takes special tokens out of the
text, it refuses lone surrogates, and under ``o200k_base`` it does not know ``'ſ`` (U+017F) as a contraction.
Before an encoding is used it has to count `PROBES` right.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tokcount import encodings
from tokcount.counting.cuts import CHUNK, chunks
from tokcount.counting.engine import Count, TiktokenEngine, repair
from tokcount.encodings.packed import to_tiktoken_text

VERSION = "0.22."
"""The release line of splintr that the differential tests cover."""

NOT_INSTALLED = "splintr is not installed"

LONG_S = "\u017f"

PROBES: tuple[tuple[str, dict[str, int]], ...] = (
    ("2 + 2 = 4", {"r50k_base": 5, "p50k_base": 5, "cl100k_base": 7, "o200k_base": 7}),
)
"""Texts with the number of tokens that tiktoken finds under each encoding."""


class FastEngine:
    """Counts with splintr; with tiktoken where splintr fails the probes, which `warnings` then says."""

    name = "fast"
    least_repeated = 0.2

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._oracle = TiktokenEngine()

    def counter(self, encoding: str) -> Count:
        """The counting function of ``encoding``; `UsageError` when there is no such encoding."""
        name = encodings.SAME_COUNTS[encodings.check_name(encoding)]
        count = _guarded(_loaded(name), name, self._oracle)
        wrong = [text for text, counts in PROBES if count(text) != counts[name]]
        if not wrong:
            return count
        self.warnings.append(
            f"the fast engine counts {len(wrong)} of {len(PROBES)} probes wrong under {name}; tiktoken is used"
        )
        return self._oracle.counter(name)


def problem() -> str | None:
    """``None`` when the fast engine can be used, else the reason why not."""
    try:
        import splintr  # noqa: PLC0415 - optional
    except ImportError:
        return NOT_INSTALLED
    version = str(splintr.__version__)
    return None if version.startswith(VERSION) else f"splintr {version} is installed, {VERSION}* is needed"


def _guarded(tokenizer: Any, name: str, oracle: TiktokenEngine) -> Count:
    """Counts with ``tokenizer`` wherever it is exact."""
    encode: Callable[[str], bytes] = tokenizer.encode_flat
    ordinary: Callable[[str], list[int]] = tokenizer.encode_ordinary
    exact_contractions = not name.startswith("o200k")
    fallback: list[Count] = []

    def count_short(text: str) -> int:
        if not exact_contractions and LONG_S in text:
            if not fallback:
                fallback.append(oracle.counter(name))
            return fallback[0](text)
        return len(ordinary(text)) if "<|" in text else len(encode(text)) >> 2

    def count(text: str) -> int:
        try:
            if len(text) <= CHUNK:
                return count_short(text)
            return sum(map(count_short, chunks(repair(text), name)))
        except UnicodeEncodeError:
            return count(repair(text))

    return count


def _loaded(name: str) -> Any:
    """The tokenizer of splintr for an encoding; those it brings along load in half the time."""
    import splintr  # noqa: PLC0415 - optional

    build: dict[str, Callable[[], Any]] = {
        "cl100k_base": partial(splintr.Tokenizer.from_pretrained, name),
        "o200k_base": partial(splintr.Tokenizer.from_pretrained, name),
    }
    if name in build:
        tokenizer = build[name]()
        if all(token.startswith("<|") for token in tokenizer.special_tokens()):
            return tokenizer
    pattern = {
        "cl100k_base": splintr.CL100K_BASE_PATTERN,
        "o200k_base": splintr.O200K_BASE_PATTERN,
    }.get(name, splintr.GPT2_PATTERN)
    return splintr.Tokenizer.from_bytes(to_tiktoken_text(encodings.ranks(name)), pattern, {})
