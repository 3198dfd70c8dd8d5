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
    """Run the command line; exit with the codes of `tokcount.errors.ExitCode`, never with a traceback.

    ``--debug`` anywhere on the line shows where an unexpected error came from. A request to end (SIGTERM, or a
    terminal that is closed) is an interrupt like Ctrl-C: nothing is left half done.
    """
    from tokcount.errors import ExitCode, TokcountError

    _replace_closed_streams()
    try:
        with _ending_is_an_interrupt():
            from tokcount.cli.app import app

            app(prog_name="tokcount")
    except SystemExit:
        raise
    except TokcountError as error:
        _say(f"tokcount: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except MemoryError:
        _say("tokcount: out of memory: run again with --jobs 1, or on smaller files.")
        sys.exit(ExitCode.DATA)
    except BaseException as error:  # noqa: BLE001 - a panic of a library in Rust is no Exception
        _explain(error)
        sys.exit(ExitCode.DATA)


@contextlib.contextmanager
def _ending_is_an_interrupt() -> Iterator[None]:
    """While the program runs, a signal that ends it raises `KeyboardInterrupt`, so that everything is tidied up."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    signals = [number for name in names if signal.getsignal(number := signal.Signals[name]) == signal.SIG_DFL]
    for number in signals:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in signals:
            signal.signal(number, signal.SIG_DFL)


def _interrupt(number: int, frame: Any) -> None:  # noqa: ARG001 - what signal handlers take
    raise KeyboardInterrupt


def _replace_closed_streams() -> None:
    """Messages for a standard error that is closed (``2>&-``) go nowhere."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it stays open


def _explain(error: BaseException) -> None:
    if "--debug" not in sys.argv:
        name = type(error).__name__
        _say(f"tokcount: unexpected {name}: this is a bug; run again with --debug to see where it happened.")
        return
    from tokcount.cli.debug import traceback_lines

    for line in traceback_lines(error, with_text="--show-text" in sys.argv):
        _say(line)


def _say(line: str) -> None:
    from tokcount.render.escape import message

    with contextlib.suppress(OSError):
        print(message(line), file=sys.stderr)  # noqa: T201 - the one line of an error


if __name__ == "__main__":
    main()
