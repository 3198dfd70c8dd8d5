"""On which line of a TOML or JSON file each key is; the parsers do not report it.

Only for text that was parsed before without an error: the scanner follows the structure and checks nothing.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping

Key = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''
      """ (?: \\. | (?!""") . )*+ (?: "{3,5} | \Z )  # strings of several lines, which may end in two quotes more
    | \'\'\' (?: (?!\'\'\') . )*+ (?: '{3,5} | \Z )
    | " (?: \\. | [^"] )*+ (?: " | \Z )            # an open string ends the text: else each quote is tried again
    | ' [^']*+ (?: ' | \Z )
    | \# [^\n]*
    | \n
    | [ \t\r]+
    | [\[\]{}=,:.]
    | [^\s"'#\[\]{}=,:.]+
    ''',
    re.VERBOSE | re.DOTALL,
)


def lines_of(text: str, *, is_json: bool = False) -> Mapping[Key, int]:
    r"""Key → line, 1 for the first. A table that is only named in longer keys is where it is first named.

    >>> lines_of("[a]\nb.c = 1\n[[d]]\ne = [2, {f = 3}]")[("d", 0, "e", 1, "f")]
    4
    """
    scanner = _Scanner(text)
    if is_json:
        scanner.value(())
    else:
        scanner.document()
    return scanner.lines


class _Scanner:
    """The tokens of a text without blanks and comments, read from left to right."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Key, int] = {}
        self._tokens: list[tuple[str, int]] = []
        self._at = 0
        line = 1
        for match in _TOKEN.finditer(text):
            token = match[0]
            if token[0] not in " \t\r#":
                self._tokens.append((token, line))
            line += token.count("\n")

    def document(self) -> None:
        """All of a TOML file: headers of tables, and keys with values."""
        table: Key = ()
        lengths: defaultdict[Key, int] = defaultdict(int)
        while self._at < len(self._tokens):
            if self._peek() == "\n":
                self._at += 1
            elif self._peek() == "[":
                table = self._header(lengths)
            else:
                self._pair(table)

    def value(self, key: Key) -> None:
        """One value: a table, a list, or all tokens up to what ends a value."""
        self._skip_newlines()
        if self._peek() == "{":
            self._items("}", key)
        elif self._peek() == "[":
            self._items("]", key)
        else:
            while self._peek() not in ("\n", ",", "]", "}", ""):
                self._at += 1

    def _items(self, end: str, key: Key) -> None:
        """A list or an inline table, from its opening to its closing bracket."""
        self._at += 1
        index = 0
        while self._skip_newlines() != end:
            if end == "}":
                self._pair(key)
            else:
                self.lines.setdefault((*key, index), self._line())
                self.value((*key, index))
            index += 1
            if self._skip_newlines() == ",":
                self._at += 1
        self._at += 1

    def _pair(self, table: Key) -> None:
        key, line = table, self._line()
        for name in self._names():
            key = (*key, name)
            self.lines.setdefault(key, line)
        self._at += 1  # the sign between key and value
        self.value(key)

    def _header(self, lengths: defaultdict[Key, int]) -> Key:
        """`[a.b]` or `[[a.b]]`; a name of a list of tables means its last table."""
        is_list = self._tokens[self._at + 1][0] == "["
        line = self._line()
        self._at += 2 if is_list else 1
        names = self._names()
        key: Key = ()
        for position, name in enumerate(names, start=1):
            key = (*key, name)
            self.lines.setdefault(key, line)
            if is_list and position == len(names):
                lengths[key] += 1
            if lengths[key]:
                key = (*key, lengths[key] - 1)
                self.lines.setdefault(key, line)
        self._at += 2 if is_list else 1
        return key

    def _names(self) -> list[str]:
        """The names of a dotted key."""
        names = [self._name()]
        while self._peek() == ".":
            self._at += 1
            names.append(self._name())
        return names

    def _name(self) -> str:
        token = self._peek()
        self._at += 1
        if token[0] == "'":
            return token[1:-1]
        if token[0] != '"':
            return token
        try:
            return str(json.loads(token, strict=False))
        except ValueError:
            return str(tomllib.loads(f"name = {token}")["name"])

    def _line(self) -> int:
        return self._tokens[self._at][1]

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _skip_newlines(self) -> str:
        while self._peek() == "\n":
            self._at += 1
        return self._peek()
