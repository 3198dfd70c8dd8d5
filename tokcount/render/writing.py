"""Write finished bytes to standard output, or to a file that is replaced in one step."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from tokcount.errors import UsageError


def write(content: str | bytes, path: Path | None = None) -> None:
    """Write finished content to `path`, or to standard output (`None` or `-`).

    The file is replaced in one step, so a reader sees the old content or the new one, and a failure keeps the old
    one. Raises `UsageError` when it cannot be written, and `BrokenPipeError` when the reader of standard output has
    gone away (see `drop_stdout`).
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with destination(path) as file:
        file.write(data)


def is_stdout(path: Path | None) -> bool:
    """Whether the value of `-o` means standard output."""
    return path is None or str(path) == "-"


@contextmanager
def destination(path: Path | None) -> Iterator[BinaryIO]:
    """The binary file behind `-o`: standard output for `None` and `-`, else `replacing`."""
    if path is not None and not is_stdout(path):
        with replacing(path) as file:
            yield file
        return
    if sys.stdout is None:
        raise UsageError("cannot write to standard output: it is closed; name a file with -o FILE")
    try:
        sys.stdout.flush()
        yield stdout_bytes()
        stdout_bytes().flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_stdout()
        raise UsageError(f"cannot write to standard output: {_cause(error)}") from error


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file that replaces `path` when the block succeeds; otherwise nothing is left of it.

    It is written next to the target under a hidden name, flushed to the disk and renamed. Missing folders are created,
    a link is followed, and the target's permissions are kept. A device or a named pipe is written in place. Raises
    `UsageError` for every error of the file system.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            with target.open("wb") as device:
                yield device
            return
        if target.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        with _temporary(target) as file:
            yield file
    except OSError as error:
        raise UsageError(f"cannot write {path}: {_cause(error)}; the file was left as it was") from error


@contextmanager
def _temporary(target: Path) -> Iterator[BinaryIO]:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name[:100]}.{os.urandom(6).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            if target.exists():
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def stdout_bytes() -> BinaryIO:
    """Standard output without text translation."""
    return cast("BinaryIO", sys.stdout.buffer)


def drop_stdout() -> None:
    """Discard the rest of standard output.

    Call it after a `BrokenPipeError`: the interpreter flushes standard output at exit, and would report the closed
    pipe again (Python documentation, "Note on SIGPIPE").
    """
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, sys.stdout.fileno())
    except (OSError, ValueError):
        pass  # not a file of the operating system, e.g. under a test runner
    finally:
        os.close(null)


def _cause(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
