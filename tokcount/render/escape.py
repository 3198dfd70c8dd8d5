r"""What comes from a log is data: this keeps it from acting on a terminal, in a spreadsheet or in a page.

Terminal: control characters (ECMA-48), the bidirectional controls behind "Trojan Source" (CVE-2021-42574) and
other invisible format characters are shown as ``\x1b`` or ``\u202e``, and so are U+FFFE and U+FFFF, for which XML has
no place and at which vl-convert aborts the process. Zero-width joiners stay: scripts and emoji need them. CSV: cells
that a spreadsheet would run as a formula get a leading apostrophe (OWASP, "CSV Injection"). Markdown: GitHub Flavored
Markdown's active characters are escaped. Runners of continuous integration find no commands in any of it.
"""

from __future__ import annotations

import re

INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\U000e0000-\U000e007f"
)
"""What must not reach a terminal as such: the inside of a character class, for Python's and for polars' ``regex``."""

UNSAFE = re.compile(rf"[{INVISIBLE}\ud800-\udfff]")
FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
MARKDOWN = re.compile(r"[\\`*\[<|~]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")
MENTION = re.compile(r"@(?=\w)")
LINE_START = re.compile(r"^([-+#=>]|\d+[.)](?=\s))")
COMMAND = re.compile(r"^([^\S\n]*)::|##(?=\w*\[)", re.MULTILINE)
"""What runners of continuous integration obey; see `not_a_command`."""
NAMED = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def visible(text: str) -> str:
    r"""The text with every character that acts instead of being seen replaced by its escape, e.g. ``\x1b``."""
    return UNSAFE.sub(_escaped, text)


def csv_cell(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula.

    A plain number, such as a negative amount of money, and ``-`` alone (standard input) stay as they are.
    """
    active = FORMULA.match(text) and text != "-" and not NUMBER.fullmatch(text)
    return not_a_command(visible(f"'{text}" if active else text))


def message(text: str) -> str:
    """The text as one line on standard error, where a terminal or a runner reads it."""
    return not_a_command(visible(text))


def markdown(text: str) -> str:
    """The text as Markdown shows it literally, inside of a table or a line; no one is mentioned, nothing linked."""
    shown = visible(text).replace("&", "&amp;")
    shown = MARKDOWN.sub(lambda match: "&lt;" if match[0] == "<" else f"\\{match[0]}", shown)
    return MENTION.sub("@\u2060", shown)


def markdown_line(text: str) -> str:
    """The text as a paragraph of Markdown: what would make it a heading, a list or code is escaped as well."""
    return LINE_START.sub(_escaped_start, markdown(text.strip()))


def json_text(document: str) -> str:
    r"""A JSON document that stays the same for a parser and is harmless on a terminal.

    Characters that JSON leaves as they are and a terminal obeys (DEL, C1, bidirectional controls, lone
    surrogates), and what a runner takes for a command, become ``\uXXXX``; outside of strings a document has nothing of
    the kind but line breaks.
    """
    return COMMAND.sub(_json_escaped_command, UNSAFE.sub(_json_escaped, document))


def not_a_command(output: str) -> str:
    r"""Lines of output in which runners see no command: ``::error::`` becomes ``\x3a:error::``.

    GitHub's takes lines that start with ``::`` for commands, whatever blanks stand before, and ``##[`` wherever it
    stands (actions/runner, ``ActionCommand.cs``); Azure's takes ``##vso[``, TeamCity's ``##teamcity[``.
    """
    return COMMAND.sub(_escaped_command, output)


def _escaped_command(match: re.Match[str]) -> str:
    return f"{match[1]}\\x3a:" if match[1] is not None else "#\\x23"


def _json_escaped_command(match: re.Match[str]) -> str:
    return match[0] if match[1] is not None else "#\\u0023"


def _escaped_start(match: re.Match[str]) -> str:
    mark = match[0]
    return f"{mark[:-1]}\\{mark[-1]}"


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character in NAMED:
        return NAMED[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character in "\n\t\r ":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
