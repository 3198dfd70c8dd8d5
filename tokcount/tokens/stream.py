"""The tokens of a text that arrives in blocks, exactly those of the whole text, in the memory of a few blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tokcount.tokens.encodings import cuts_of

BLOCK = 1 << 19
"""Characters that are counted at once."""

Counts = tuple[int, ...]


def exact_blocks(blocks: Iterable[str], encodings: Sequence[str], size: int | None = None) -> Iterator[str]:
    """The same text in blocks whose tokens, one after the other, are those of the whole.

    Each has about `size` characters or more, by default `BLOCK`, except the last one.
    A block ends before an ASCII space that follows a character that is not white space: no pattern with cut rules
    matches across that position (see `tokcount.tokens.cuts`). Text without such a position is kept until one comes;
    under a tokenizer without cut rules, the whole text is.
    """
    if not all(map(cuts_of, encodings)):
        yield "".join(blocks)
        return
    size = BLOCK if size is None else size
    waiting: list[str] = []
    length, enough = 0, size
    for block in blocks:
        waiting.append(block)
        length += len(block)
        if length < enough:
            continue
        text = "".join(waiting)
        cut = last_cut(text)
        if cut:
            yield text[:cut]
        waiting, length = [text[cut:]], len(text) - cut
        enough = size + 2 * length
    yield "".join(waiting)


def last_cut(text: str) -> int:
    """The last position before an ASCII space that follows a character that is not white space; 0 without one."""
    place = text.rfind(" ")
    while place > 0 and text[place - 1].isspace():
        place = text.rfind(" ", 0, place)
    return max(place, 0)
