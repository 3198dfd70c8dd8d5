r"""Escapes for log content, so that it cannot act on a terminal, in a spreadsheet, in a page or in a CI runner.

Terminal: control characters (ECMA-48), the bidirectional controls behind "Trojan Source" (CVE-2021-42574) and
other invisible format characters are shown as `\x1b` or `\u202e`, and so are U+FFFE and U+FFFF, which XML does not
allow and at which vl-convert aborts the process. Zero-width joiners stay: scripts and emoji need them. CSV: cells that
a spreadsheet would run as a formula get a leading apostrophe (OWASP, "CSV Injection"). Markdown: the active characters
of GitHub Flavored Markdown are escaped. In all of them, the commands of CI runners are broken up.
"""

from __future__ import annotations

import re

INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\U000e0000-\U000e007f"
)
"""Characters that must not reach a terminal: the inside of a character class, for Python and for polars."""

UNSAFE = re.compile(rf"[{INVISIBLE}\ud800-\udfff]")
FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
MARKDOWN = re.compile(r"[\\`*\[<|~]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")
MENTION = re.compile(r"@(?=\w)")
LINE_START = re.compile(r"^([-+#=>]|\d+[.)](?=\s))")
COMMAND = re.compile(r"^([^\S\n]*)::|##(?=\w*\[)", re.MULTILINE)
"""What CI runners execute; see `without_commands`."""
NAMED = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}


def visible(text: str) -> str:
    r"""The text with every control or invisible character replaced by its escape, such as `\x1b`."""
    return UNSAFE.sub(_escaped, text)


def csv_cell(text: str) -> str:
    """A text cell that a spreadsheet does not run as a formula.

    A plain number, such as a negative amount of money, and a single `-` (standard input) stay as they are.
    """
    active = FORMULA.match(text) and text != "-" and not NUMBER.fullmatch(text)
    return without_commands(visible(f"'{text}" if active else text))


def message(text: str) -> str:
    """The text as one line for standard error, which a terminal or a CI runner reads."""
    return without_commands(visible(text))


def markdown(text: str) -> str:
    """The text escaped so that Markdown shows it literally, in a table or a line, without mentions and links."""
    shown = visible(text).replace("&", "&amp;")
    shown = MARKDOWN.sub(lambda match: "&lt;" if match[0] == "<" else f"\\{match[0]}", shown)
    return MENTION.sub("@\u2060", shown)


def markdown_line(text: str) -> str:
    """The text as a Markdown paragraph: a start that would make it a heading, a list or a quote is escaped as well."""
    return LINE_START.sub(_escaped_start, markdown(text.strip()))


def json_text(document: str) -> str:
    r"""A JSON document that parses to the same values and is safe to show on a terminal.

    Characters that JSON allows and a terminal acts on (DEL, C1, bidirectional controls, lone surrogates), and the
    commands of CI runners, become `\uXXXX`. Outside of strings only line breaks occur, which stay.
    """
    return COMMAND.sub(_json_escaped_command, UNSAFE.sub(_json_escaped, document))


def without_commands(output: str) -> str:
    r"""The output with the commands of CI runners broken up: `::error::` becomes `\x3a:error::`.

    GitHub's runner executes lines that start with `::`, whatever blanks come before, and `##[` anywhere
    (actions/runner, `ActionCommand.cs`); Azure's executes `##vso[`, TeamCity's `##teamcity[`.
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
