"""The tokens of a text that arrives in blocks, exactly those of the whole text, in the memory of one block."""

from __future__ import annotations

from collections.abc import Iterable

from tokcount.tokens.counter import TextCounter
from tokcount.tokens.encodings import cuts_of

BLOCK = 1 << 20
"""Characters that are counted at once."""


def count_stream(blocks: Iterable[str], counter: TextCounter) -> tuple[int, ...]:
    """Tokens of the joined blocks under each encoding of `counter`.

    A block ends before an ASCII space that follows a character that is not white space: no pattern with cut rules
    matches across that position (see `tokcount.tokens.cuts`). Text without such a position is kept until one comes;
    under a tokenizer without cut rules, the whole text is.
    """
    if not all(map(cuts_of, counter.encodings)):
        return counter.count("".join(blocks))
    totals = [0] * len(counter.encodings)
    waiting: list[str] = []
    size, enough = 0, BLOCK
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size < enough:
            continue
        text = "".join(waiting)
        cut = last_cut(text)
        _add(totals, counter.count(text[:cut]))
        waiting, size = [text[cut:]], len(text) - cut
        enough = BLOCK + 2 * size
    _add(totals, counter.count("".join(waiting)))
    return tuple(totals)


def last_cut(text: str) -> int:
    """The last position before an ASCII space that follows a character that is not white space; 0 without one."""
    place = text.rfind(" ")
    while place > 0 and text[place - 1].isspace():
        place = text.rfind(" ", 0, place)
    return max(place, 0)


def _add(totals: list[int], counts: tuple[int, ...]) -> None:
    for place, count in enumerate(counts):
        totals[place] += count
