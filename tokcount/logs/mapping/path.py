"""Paths in values: JMESPath expressions, and what people write instead of one.

Also understood: the common subset of JSONPath and of jq (`$.a.b`, `.a.b`, `$[*]`, `$['dotted.key']`), and keys with
dots, spaces or other characters in them. Values that are JSON in a string are parsed once more.
"""

from __future__ import annotations

import re
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from tokcount.errors import UsageError
from tokcount.logs.scalars import decoded

_STEP = re.compile(r"\.?([^.\[\]'\"\s]+)|\.?\[(\*|-?\d+|)\]|\.?\[(?:'([^']*)'|\"([^\"]*)\")\]")
_BARE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_KEYS = re.compile(r"[^\W\d_][^.\[\]{}()'\"`@&|*?,!<>=:]*(?:\.[^\W\d_][^.\[\]{}()'\"`@&|*?,!<>=:]*)*")
"""Keys that are no identifiers of JMESPath, such as `Prompt Tokens` or `größe.ein-gabe`."""
_EACH = re.compile(r"\A\[(?:\*)?\]\.?")


class Path:
    """One expression, ready to search. Raises `UsageError` for an invalid one; `option` is what it was given for."""

    def __init__(self, option: str, expression: str) -> None:
        self.expression = expression
        try:
            self._compiled = _compiled(expression)
        except (JMESPathError, ValueError) as error:
            where = getattr(error, "lex_position", None)
            at = f" at character {where + 1}" if isinstance(where, int) else ""
            problem = f"{expression!r}: not a JMESPath expression{at}."
            flag = f"--{option.replace('_', '-')}"
            raise UsageError(f"{option}={problem}", command_line=f"{flag} {problem}") from None

    def find(self, value: Any) -> Any:
        """The value at the path, unchanged; `None` when there is none. Also looks into top-level JSON strings."""
        if isinstance(value, dict) and self.expression in value:
            return value[self.expression]
        found = self._search(value)
        if found is None and isinstance(value, dict):
            found = self._search({key: decoded(item) for key, item in value.items()})
        return found

    def _search(self, value: Any) -> Any:
        try:
            return self._compiled.search(value)
        except (JMESPathError, TypeError, ValueError, RecursionError):
            return None


def after_each(expression: str) -> Path | None:
    """For `[*].rest`: the path of `rest`. The elements of an array come one by one, so that large files stream."""
    plain = _translated(expression)
    return Path("records_path", _EACH.sub("", plain) or "@") if _EACH.match(plain) else None


def _compiled(expression: str) -> Any:
    try:
        return jmespath.compile(_translated(expression))
    except JMESPathError:
        if _KEYS.fullmatch(expression) is None or "\n" in expression:
            raise
        return jmespath.compile(".".join(map(_quoted, expression.split("."))))


def _quoted(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _translated(expression: str) -> str:
    """JMESPath for an expression that begins with `$` or `.`; all else as it is."""
    if not expression.startswith(("$", ".")):
        return expression
    begun = 1 if expression.startswith("$") else 0
    if expression == ".":
        return "@"
    steps, position = "", begun
    while position < len(expression):
        step = _STEP.match(expression, position)
        if step is None or expression[position] not in ".[":
            raise ValueError(expression)
        position = step.end()
        name = next((found for found in (step[1], step[3], step[4]) if found is not None), None)
        if name is None:
            steps += f"[{step[2]}]"
        else:
            steps += ("." if steps else "") + (name if _BARE.fullmatch(name) else _quoted(name))
    return steps or "@"
