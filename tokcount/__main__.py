"""The `tokcount` program: `tokcount …` and `python -m tokcount …`."""

from __future__ import annotations

import contextlib
import sys


def main() -> None:
    """Run the command line; exit with the codes of `tokcount.errors.ExitCode`, never with a traceback.

    ``--debug`` anywhere on the line shows the traceback of an unexpected error instead of one line.
    """
    from tokcount.cli.app import app
    from tokcount.errors import ExitCode, TokcountError

    try:
        app(prog_name="tokcount")
    except TokcountError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        from tokcount.output.writing import drop_stdout

        drop_stdout()
        sys.exit(ExitCode.OK)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        _say(
            f"unexpected {type(error).__name__}: this is a bug; run again with --debug to see where it happened."
        )
        sys.exit(ExitCode.DATA)


def _say(message: str) -> None:
    with contextlib.suppress(OSError):
        print(f"tokcount: {message}", file=sys.stderr)  # noqa: T201 - the one line of an error


if __name__ == "__main__":
    main()
