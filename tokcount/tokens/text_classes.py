"""The classes of text: prose by script, code, digits, white space, emoji, data; as runs without gaps.

The class of a run largely determines how many tokens an encoding needs for it, and so where drift comes from. The class
depends on the characters of one line only, so a text that is cut between lines, or inside the indentation of a line,
has the same classes in its pieces as in the whole. Whether a line is code is decided by a heuristic.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tokcount.tokens.cuts import WHITE_SPACE

CLASSES: Final = (
    "latin",
    "cjk",
    "cyrillic",
    "arabic",
    "indic",
    "other",
    "code",
    "digits",
    "white_space",
    "emoji",
    "data",
    "signs",
)
"""`cjk`: Chinese, Japanese and Korean. `other`: letters of other scripts. `data`: base64, long hexadecimal numbers and
URLs. `signs`: punctuation that is not next to a word."""

Runs = list[tuple[int, int]]
"""The start of each run, in characters, and its class as an index into `CLASSES`; a run ends where the next starts."""

_LETTERS: Final = {
    "latin": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u0250-\u02af\u0300-\u036f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a",
    "cjk": "\u1100-\u11ff\u2e80-\u2fdf\u3003-\u3007\u3021-\u318f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff",
    "cyrillic": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "arabic": "\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "indic": "\u0900-\u0dff",
}
_EMOJI: Final = "\u2600-\u27bf\u2b05-\u2b55\ufe0f\U0001f000-\U0001faff\u200d\u20e3"
_KNOWN: Final = "".join(_LETTERS.values())
_NO_WORD: Final = rf"^\w\s{_EMOJI}\u0300-\u036f\u0900-\u0dff"
"""A character class: signs, except for `_`."""
_ASCII_SIGN: Final = r"!-/:-@\[-`{-~"
_UNSPACED: Final = r"\s+?(?= ?\S|\Z)"


class _Runs(NamedTuple):
    """A pattern with one group for each class, and the class of each group, as an index into `CLASSES`."""

    pattern: re.Pattern[str]
    classes: tuple[int, ...]


_NUMBER: Final = {name: number for number, name in enumerate(CLASSES)}


def _compiled(pattern: str) -> _Runs:
    compiled = re.compile(pattern, re.DOTALL)
    return _Runs(compiled, (0, *(_NUMBER[name] for name in compiled.groupindex)))


def _pattern(prose: dict[str, str], sign: str, *more: tuple[str, str]) -> _Runs:
    named = [*prose.items(), ("digits", r" ?\d++(?:[.,:]\d++)*+"), *more, ("white_space", _UNSPACED)]
    named += [("signs", rf" ?{sign}++|.")]
    return _compiled("|".join(f"(?P<{name}>{pattern})" for name, pattern in named))


_ASCII: Final = _pattern(
    {"latin": rf" ?[{_ASCII_SIGN}]*+[A-Za-z](?: ?[A-Za-z{_ASCII_SIGN}]++)*+"}, f"[{_ASCII_SIGN}]"
)
_ANY: Final = _pattern(
    {
        name: rf" ?(?:[{_NO_WORD}]|_)*+[{letters}](?: ?(?:[{letters}_]++|[{_NO_WORD}]++))*+"
        for name, letters in _LETTERS.items()
    },
    rf"(?:[{_NO_WORD}]|_)",
    ("emoji", rf" ?[{_EMOJI}]++"),
    ("other", rf" ?(?:(?![{_KNOWN}{_EMOJI}])[^\W\d_](?:\w(?<![{_KNOWN}\d_]))*+)"),
)
"""Prose is the words of one script with the punctuation between them; a space belongs to the text after it."""
_CODE_RUNS: Final = _compiled(rf"(?P<code> ?\S(?:[^\n]*\S)?)|(?P<white_space>{_UNSPACED})")

_DATA: Final = re.compile(
    r" ?(?:(?:https?|ftp|wss?)://[^\s<>\"']++|\bwww\.[^\s<>\"']++|\bdata:[\w/+.-]++;base64,[\w+/=-]++"
    r"|(?<![\w+/-])(?=[A-Za-z+/_-]{0,80}\d)[A-Za-z0-9+/_-]{60,}+={0,2}|\b[0-9a-fA-F]{32,}+\b)"
)
_LONG_WORD: Final = b"a" * 32
"""Shorter words are data only as part of a URL."""
_AS_WORDS: Final = bytes(
    [ord("a") if chr(byte).isalnum() or chr(byte) in "+/_-" else ord(" ") for byte in range(128)]
) + bytes(128)
"""Every character that a long word of data can have becomes the same letter, which is found faster than a pattern."""

_KEYWORD: Final = (
    "def|class|import|from|return|for|while|if|elif|else|try|except|with|async|await|public|private|protected|static|"
    "void|int|const|let|var|function|func|fn|package|using|namespace|struct|enum|impl|SELECT|INSERT|UPDATE|CREATE"
)
_CODE_AT_START: Final = re.compile(
    rf"(?:{_KEYWORD})\b[^.?!]*[(){{}}=:;*]\Z|(?:import|from)\s[\w.]+(?:\s+(?:import|as)\s.*)?\Z"
    r"|#include|#!|//|/\*|\*/|\}|@\w+\Z|[\[{(]*\"[\w .-]{1,60}\"\s*:"
    r"|[\w.\[\]\"']{1,60}\s*=\s*\S|[\w.]{1,60}\([^()]*+\)\Z|return\s\S+\Z"
)
_CODE_ANYWHERE: Final = re.compile(
    r"[=!<>+*/%&|:](?:(?<!:)=|(?<==)>|(?<=:):|(?<=&)&|(?<=\|)\||(?<=<)/?[A-Za-z][\w-]{0,40}(?:\s[^<>]*+)?/?>)"
)
"""An operator or a tag. It begins with a set of characters, which is found faster than one of several patterns."""
_MAY_BE_CODE: Final = re.compile(
    rf"[{WHITE_SPACE}]*+(?:import|from|return)\b|[^=;{{}}()\"#/@*&|<:]*+[=;{{}}()\"#/@*&|<:]"
)
"""A word or a sign that all lines of code have, and most lines of prose do not."""
_LOOKED_AT: Final = 400
"""Number of characters of a line that are checked for code."""

_DATA_NUMBER: Final = _NUMBER["data"]


def is_code(line: str) -> bool:
    """Whether a line, without its indentation, looks like a line of a program, of JSON or of markup."""
    if _MAY_BE_CODE.match(line) is None:
        return False
    line = line.strip(_WHITE)[:_LOOKED_AT].rstrip(_WHITE)
    return line[-1] in ";{}" or bool(_CODE_AT_START.match(line) or _CODE_ANYWHERE.search(line))


def runs(text: str) -> Runs:
    """The runs of a text; empty for an empty text. Adjacent runs have different classes."""
    found: Runs = []
    if "\n" not in text:
        _add_stretch(found, text, 0, len(text), code=is_code(text))
        return found
    start = place = 0
    code = False
    for line in text.split("\n"):
        is_blank = not line or line.isspace()
        if not is_blank and is_code(line) != code:
            _add_stretch(found, text, start, place, code=code)
            start, code = place, not code
        place += len(line) + 1
    _add_stretch(found, text, start, len(text), code=code)
    return found


def _add_stretch(found: Runs, text: str, start: int, end: int, *, code: bool) -> None:
    """Adds lines that are all code, or all not code; data in them is a run of its own."""
    if start == end:
        return
    known = _CODE_RUNS if code else _ASCII if text.isascii() else _ANY
    if _may_hold_data(text[start:end]):
        for data in _DATA.finditer(text, start, end):
            _add_runs(found, known, text, start, data.start())
            _add(found, data.start(), _DATA_NUMBER)
            start = data.end()
    _add_runs(found, known, text, start, end)


def _may_hold_data(lines: str) -> bool:
    """A quick test that saves most texts the search."""
    if "://" in lines or "www." in lines or ";base64," in lines:
        return True
    return _LONG_WORD in lines.encode("ascii", "replace").translate(_AS_WORDS)


def _add_runs(found: Runs, known: _Runs, text: str, start: int, end: int) -> None:
    classes = known.classes
    last = found[-1][1] if found else -1
    for run in known.pattern.finditer(text, start, end):
        number = classes[run.lastindex or 0]
        if number != last:
            found.append((run.start(), number))
            last = number


def _add(found: Runs, start: int, number: int) -> None:
    if not found or found[-1][1] != number:
        found.append((start, number))


def _expanded(characters: str) -> str:
    """All characters of a character class, for `str.strip`."""
    return "".join(re.findall(f"[{characters}]", "".join(map(chr, range(0x3001)))))


_WHITE: Final = _expanded(WHITE_SPACE)
