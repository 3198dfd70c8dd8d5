"""Where a text may be cut so that the tokens of the pieces are the tokens of the whole.

An encoding first splits a text with its pattern, then encodes every match by itself. A cut is exact where no match
of the pattern can span it and the matches before it come out the same without the text after it.
All rules hold for every string; they are checked against tiktoken by the tests.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""``\\s`` of tiktoken's regular expressions as a character class. Python's ``\\s`` also matches U+001C to U+001F."""

CHUNK = 1 << 16
"""Texts longer than this many characters are counted in chunks of about this length."""

GIANT_RUN = 1_000
"""Runs of white space longer than this are cut: from about a million characters tiktoken's pattern fails on them."""

_SPACE_AFTER_TEXT = re.compile(r"(?<=\S) ")
_WHITE_RUN = re.compile(f"[{WHITE_SPACE}]++")


def chunks(text: str, encoding: str) -> Iterator[str]:
    """``text`` in order, in chunks of about `CHUNK` characters where exact cuts allow it.

    Chunks end before an ASCII space that follows something else than white space: no pattern of any encoding has a
    match that goes on from such a character into a space. A chunk that stays long is cut at its giant runs of white
    space too, see `run_cuts`. What is left is a single long word, which no encoding splits.
    """
    start = 0
    while start < len(text):
        cut = _SPACE_AFTER_TEXT.search(text, start + CHUNK)
        end = cut.start() if cut else len(text)
        if end - start <= 2 * CHUNK:
            yield text[start:end]
        else:
            yield from _chunks_at_runs(text[start:end], encoding)
        start = end


def _chunks_at_runs(text: str, encoding: str) -> Iterator[str]:
    position = 0
    for run in _WHITE_RUN.finditer(text):
        if run.end() - run.start() <= GIANT_RUN:
            continue
        for cut in run_cuts(text, run.start(), run.end(), encoding):
            if position < cut < len(text):
                yield text[position:cut]
                position = cut
    if position < len(text):
        yield text[position:]


def run_cuts(text: str, start: int, end: int, encoding: str) -> list[int]:
    """Exact cuts in or at the run of white space ``text[start:end]``, in order.

    The later encodings first take a run up to its last line end, with the punctuation before it; ``o200k`` then goes
    on with ``/``, hence no cut there; and ``cl100k`` takes a run that ends the text in one match. What remains, or
    the whole run in ``r50k`` and ``p50k``, is one match, but for the last character, which goes with the text that
    follows.
    """
    at_end = end == len(text)
    if at_end and encoding.startswith("cl100k"):
        return []
    rest = start
    if not encoding.startswith(("r50k", "p50k")):
        rest = max(start, text.rfind("\n", start, end) + 1, text.rfind("\r", start, end) + 1)
    if rest == end:
        goes_on = encoding.startswith("o200k") and text.startswith("/", end)
        return [] if goes_on else [end]
    return [rest] if at_end else [rest, end - 1]


def is_one_match(chunk: str, encoding: str) -> bool:
    """True when ``chunk``, one of `chunks`, is white space that ``encoding`` takes as one match."""
    if encoding.startswith("o200k") and ("\n" in chunk or "\r" in chunk):
        return False
    return _WHITE_RUN.fullmatch(chunk) is not None
