"""The `tokcount` program: `tokcount …` and `python -m tokcount …`."""

from __future__ import annotations

import contextlib
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
    except BaseException as error:  # noqa: BLE001 - a panic in a Rust library is not an Exception
        _explain(error)
        sys.exit(ExitCode.DATA)


@contextlib.contextmanager
def _signals_interrupt() -> Iterator[None]:
    """While the program runs, a terminating signal raises `KeyboardInterrupt`, so that everything is cleaned up."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    signals = [number for name in names if signal.getsignal(number := signal.Signals[name]) == signal.SIG_DFL]
    for number in signals:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in signals:
            signal.signal(number, signal.SIG_DFL)


def _interrupt(number: int, frame: Any) -> None:  # noqa: ARG001 - the signature of signal handlers
    raise KeyboardInterrupt


def _replace_closed_streams() -> None:
    """Discard messages when standard error is closed (`2>&-`)."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - stays open


def _explain(error: BaseException) -> None:
    if "--debug" not in sys.argv:
        name = type(error).__name__
        _print_error(
            f"tokcount: unexpected {name}: this is a bug; run again with --debug to see where it was raised."
        )
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
