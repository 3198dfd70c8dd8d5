"""Answers to common slips: what other tools call a thing, and commands that were left out."""

from __future__ import annotations

import glob
import os
from typing import Final

OPTIONS: Final = {
    "--no-color": "use --color never, or set NO_COLOR=1",
    "--no-colour": "use --color never, or set NO_COLOR=1",
    "-v": "the version is shown by: tokcount -V; there is no verbose mode",
    "--verbose": "there is no verbose mode; --debug shows where an error was raised",
    "--ids": "token ids are shown by: tokcount count --ids",
    "--encode": "token ids are shown by: tokcount count --ids",
    "--decode": "token ids become text with: tokcount decode",
    "--tokens": "tokens are shown by: tokcount count --pieces",
    "--pieces": "tokens are shown by: tokcount count --pieces",
    "--truncate": "texts are cut by: tokcount count --truncate N",
    "-t": "texts are cut by: tokcount count -t N",
    "--string": "to count a text, pipe it: printf %s 'TEXT' | tokcount count",
    "--json": "use -f json",
    "--csv": "use -f csv",
    "--html": "use -f html -o report.html",
    "--markdown": "use -f markdown",
    "--recursive": "folders are always read with everything below them",
    "-r": "folders are always read with everything below them",
}
"""Option of other tools → what does the same here."""

COMMANDS: Final = {
    "version": "tokcount --version",
    "encode": "tokcount count --ids",
    "tokens": "tokcount count --pieces",
    "tokenize": "tokcount count --pieces",
    "truncate": "tokcount count --truncate N",
    "chunk": "tokcount count --chunk N",
    "compare": "tokcount drift LOG --to MODEL",
    "price": "tokcount cost LOG",
    "prices": "tokcount models NAME",
    "budget": "tokcount check LOG --budget 'cost.total <= $20'",
    "init": "tokcount config",
}
"""A word that is not a command → the command that was meant."""


def for_option(name: str) -> str | None:
    """What to use instead of an option that does not exist here; `None`: no idea."""
    return OPTIONS.get(name)


def for_command(word: str) -> str | None:
    """What to use instead of a first argument that is not a command; `None`: no idea."""
    if word in COMMANDS:
        return f"{word!r} is not a command; use: {COMMANDS[word]}"
    if not _is_input(word):
        return None
    return f"{word!r} is not a command; to count text: tokcount count {word}; to read a log: tokcount drift {word}"


def _is_input(word: str) -> bool:
    """Whether a word names something to read: a file, a folder, a glob or standard input."""
    return word == "-" or os.path.exists(word) or os.sep in word or glob.has_magic(word)  # noqa: PTH110
