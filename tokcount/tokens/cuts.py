"""Where a text may be cut so that the tokens of the pieces are the tokens of the whole.

An encoding first splits a text with its pattern, then encodes each match separately. A cut is exact where no match of
the pattern can span it and the matches before it are the same without the text after it. What differs between
encodings is in their `CutRules`. All rules hold for every string; the tests compare them with tiktoken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tokcount.tokens.tokenizer import CutRules

if TYPE_CHECKING:
    from collections.abc import Iterator

WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""`\\s` of tiktoken's regular expressions as a character class. Python's `\\s` also matches U+001C to U+001F."""

CHUNK = 1 << 16
"""Texts longer than this many characters are counted in chunks of about this length."""

GIANT_RUN = 1_000
"""Runs of white space longer than this are cut: from about a million characters tiktoken's pattern fails on them."""

_SPACE_AFTER_TEXT = re.compile(r"(?<=\S) ")
_WHITE_RUN = re.compile(f"[{WHITE_SPACE}]++")


def chunks(text: str, rules: CutRules) -> Iterator[str]:
    """`text` in order, in chunks of about `CHUNK` characters where exact cuts allow it.

    Chunks end before an ASCII space that follows something other than white space: no pattern with cut rules has a
    match that continues from such a character into a space. A chunk that is still long is also cut at its giant runs
    of white space, see `run_cuts`. What is left is a single long word, which no encoding splits.
    """
    start = 0
    while start < len(text):
        cut = _SPACE_AFTER_TEXT.search(text, start + CHUNK)
        end = cut.start() if cut else len(text)
        if end - start <= 2 * CHUNK:
            yield text[start:end]
        else:
            yield from _chunks_at_runs(text[start:end], rules)
        start = end


def _chunks_at_runs(text: str, rules: CutRules) -> Iterator[str]:
    position = 0
    for run in _WHITE_RUN.finditer(text):
        if run.end() - run.start() <= GIANT_RUN:
            continue
        for cut in run_cuts(text, run.start(), run.end(), rules):
            if position < cut < len(text):
                yield text[position:cut]
                position = cut
    if position < len(text):
        yield text[position:]


def run_cuts(text: str, start: int, end: int, rules: CutRules) -> list[int]:
    """Exact cuts in or at the run of white space `text[start:end]`, in order.

    With `line_ends_first`, the run up to its last line end is matched with the punctuation before it. What remains (or
    else the whole run) is one match, except for its last character, which belongs to the text that follows.
    """
    at_end = end == len(text)
    if at_end and rules.whole_run_at_end:
        return []
    rest = start
    if rules.line_ends_first:
        rest = max(start, text.rfind("\n", start, end) + 1, text.rfind("\r", start, end) + 1)
    if rest == end:
        goes_on = rules.slash_after_line_end and text.startswith("/", end)
        return [] if goes_on else [end]
    return [rest] if at_end else [rest, end - 1]


def is_one_match(chunk: str, rules: CutRules) -> bool:
    """Whether `chunk`, one of `chunks`, is white space that is one match of the pattern."""
    ends_lines = "\n" in chunk or "\r" in chunk
    if ends_lines and rules.line_ends_first and not rules.whole_run_at_end:
        return False
    return _WHITE_RUN.fullmatch(chunk) is not None
