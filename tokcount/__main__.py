"""The `tokcount` program: `tokcount …` and `python -m tokcount …`."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def main() -> None:
    """Run the command line and exit with a code of `tokcount.errors.ExitCode`, never with a traceback.

    `--debug` anywhere on the command line shows where an unexpected error was raised. SIGTERM and SIGHUP (a closed
    terminal) are handled like Ctrl-C: partial output is removed.
    """
    from tokcount.errors import ExitCode, TokcountError

    _replace_closed_streams()
    gc.set_threshold(*_CYCLES)
    try:
        with _signals_interrupt():
            from tokcount.cli.app import app

            app(prog_name="tokcount")
    except SystemExit:
        raise
    except TokcountError as error:
        for line in error.lines:
            _print_error(f"tokcount: {line}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except MemoryError:
        _print_error("tokcount: out of memory: run again with --jobs 1 or on smaller files.")
        sys.exit(ExitCode.DATA)
    except OSError as error:
        _explain(error, _refused(error))
        sys.exit(ExitCode.USAGE)
    except BaseException as error:  # noqa: BLE001 - a panic in a Rust library is not an Exception
        why = _memory_limit() or "this is a bug; run again with"
        _explain(error, f"unexpected {type(error).__name__}: {why}")
        sys.exit(ExitCode.DATA)


_CYCLES = (50_000, 20, 20)
"""Objects between two looks for garbage in cycles. Records are many small objects of which none is in a cycle: with the
usual 700, the looks take a sixth of the time of reading short records, and a tenth of that of starting."""


@contextlib.contextmanager
def _signals_interrupt() -> Iterator[None]:
    """While the program runs, a terminating signal raises `KeyboardInterrupt`, so that everything is cleaned up.

    Afterwards it ends the program at once, with the same exit code.
    """
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    ours = (signal.SIG_DFL, _end)
    signals = [number for name in names if signal.getsignal(number := signal.Signals[name]) in ours]
    for number in signals:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in signals:
            signal.signal(number, _end)


def _interrupt(number: int, frame: Any) -> None:  # noqa: ARG001 - the signature of signal handlers
    raise KeyboardInterrupt


def _end(number: int, frame: Any) -> None:  # noqa: ARG001 - the signature of signal handlers
    os._exit(130)


def _replace_closed_streams() -> None:
    """Discard messages when standard error is closed (`2>&-`)."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - stays open


def _refused(error: OSError) -> str:
    """What the system did not allow: a full disk, a limit on files or processes, a device that failed."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}; check disk space, permissions and limits (ulimit -a), or run again with"


def _memory_limit() -> str:
    """Why anything may fail under a limit on memory: libraries that cannot be loaded raise errors of all kinds."""
    try:
        import resource
    except ImportError:
        return ""  # Windows
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return ""
    return f"perhaps out of memory, the limit is {limit >> 20:,} MB (ulimit -v); raise it, or run again with"


def _explain(error: BaseException, problem: str) -> None:
    """Print the problem, which ends where `--debug` is named, or with `--debug` the traceback."""
    if "--debug" not in sys.argv:
        _print_error(f"tokcount: {problem} --debug to see where it was raised.")
        return
    from tokcount.cli.debug import traceback_lines

    for line in traceback_lines(error, with_text="--show-text" in sys.argv):
        _print_error(line)


def _print_error(line: str) -> None:
    from tokcount.render.escape import message

    with contextlib.suppress(OSError):
        print(message(line), file=sys.stderr)  # noqa: T201 - the error message itself


if __name__ == "__main__":
    main()
