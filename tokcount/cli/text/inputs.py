"""The files that `count` reads; a file that cannot be read is reported, and the others are counted all the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import typer

from tokcount.cli.files import need_pipe
from tokcount.cli.text.options import InputGroup
from tokcount.errors import DataError, TokcountError, UsageError
from tokcount.logs import source as files
from tokcount.logs.bytes.plain import PlainText
from tokcount.logs.paths.ignored import Ignored, left_out
from tokcount.render.escape import message

STDIN: Final = "-"
NAMES_SHOWN: Final = 3
NOT_FOUND: Final = "no such file or folder"


class Inputs:
    """The inputs of one run. `failed`: whether any of them could not be read, or does not exist."""

    def __init__(self, paths: list[str] | None, group: InputGroup, *, quiet: bool) -> None:
        self.failed = False
        self._group = group
        self._quiet = quiet
        self._binary: list[str] = []
        self._names = [*(paths or []), *(group.given or []), *_listed(group.files0_from)]
        if not self._names and group.files0_from is None:
            need_pipe()
            self._names = [STDIN]

    def texts(self) -> Iterator[PlainText]:
        """The text of each input. Those in folders that are not text are left out, and named at the end."""
        for source in self._sources():
            with self.going_on():
                text = PlainText(source, self._group.max_ratio, self._group.text_encoding)
                if source.folder is not None and not self._group.binary and text.looks_binary():
                    self._binary.append(source.path)
                    continue
                yield text
        self._say_binary()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Report an error of one input and go on."""
        try:
            yield
        except (UsageError, DataError) as error:
            self._report(error)

    def close(self, counted: int) -> None:
        """End the run. Exits with 2 if an input could not be read; raises `DataError` when there was none."""
        if self.failed:
            raise typer.Exit(2)
        if not counted:
            raise DataError("no files to count were found.")

    def warn(self, text: PlainText) -> None:
        """Say what is odd about a text that was read."""
        if text.warning:
            self.say(f"{text.source.path}: {text.warning}; counted anyway")

    def say(self, sentence: str) -> None:
        """Print one line to standard error, unless `--quiet` is set."""
        if not self._quiet:
            typer.echo(message(f"tokcount: {sentence}"), err=True)

    def _sources(self) -> list[files.Source]:
        found: list[str] = []
        for name in self._names:
            if name == STDIN or files.exists(name):
                found.append(name)
                continue
            self._report(UsageError(f"{name}: {_missing(name)}"))
        ignored: list[Ignored] = []
        group = self._group
        sources = files.expand(found, ignore=not group.no_ignore, hidden=group.hidden, left_out=ignored)
        for sentence in (files.read_once(sources), left_out(ignored)):
            if sentence:
                self.say(sentence)
        return sources

    def _report(self, error: TokcountError) -> None:
        self.failed = True
        typer.echo(message(f"tokcount: {error.command_line}"), err=True)

    def _say_binary(self) -> None:
        if self._binary:
            names = ", ".join(self._binary[:NAMES_SHOWN]) + (", …" if len(self._binary) > NAMES_SHOWN else "")
            many = len(self._binary) > 1
            number = f"{len(self._binary):,} files that are" if many else "1 file that is"
            self.say(f"left out {number} not text: {names}; --binary counts {'them' if many else 'it'}")


def _missing(name: str) -> str:
    """Why a name is not a file, with what to do if it looks like a text."""
    if any(character.isspace() for character in name):
        return f"{NOT_FOUND}; to count a text, pipe it: printf %s 'TEXT' | tokcount count"
    return NOT_FOUND


def _listed(path: str | None) -> list[str]:
    """The names in a file, or standard input, separated by NUL bytes. Raises `UsageError` if it cannot be read."""
    if path is None:
        return []
    try:
        data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"--files0-from {path}: cannot be read: {error.strerror}.") from None
    return [name.decode("utf-8", "surrogateescape") for name in data.split(b"\0") if name]
