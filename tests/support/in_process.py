"""Run the program in this process as `tokcount.__main__` does: fast enough for many cases."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple
from unittest.mock import patch

from typer.testing import CliRunner

from tokcount.__main__ import main
from tokcount.cli.app import app
from tokcount.errors import TokcountError
from tokcount.render.escape import message

ENVIRONMENT = {"TOKCOUNT_TODAY": "2026-11-22", "XDG_CONFIG_HOME": "/nowhere", "TOKCOUNT_PRICES": None}


class Done(NamedTuple):
    """Exit code, standard output, and standard error, ending with the message of an expected failure."""

    code: int
    out: str
    err: str


def run(*arguments: str | Path, stdin: str | bytes | None = None, **environment: str) -> Done:
    """One run at a fixed date, without the user's own prices."""
    done = CliRunner().invoke(
        app, [str(argument) for argument in arguments], input=stdin, env={**ENVIRONMENT, **environment}
    )
    if isinstance(done.exception, TokcountError):
        return Done(
            int(done.exception.exit_code), done.stdout, done.stderr + message(done.exception.command_line)
        )
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def tokcount(
    *arguments: str | Path, stdin: str | bytes | None = None, **environment: str
) -> CompletedProcess[bytes]:
    """Like `running.tokcount` without a process: the exact output of `main` and its exit code."""
    command = ["tokcount", *map(str, arguments)]
    variables = {**ENVIRONMENT, "TOKCOUNT_TODAY": os.environ.get("TOKCOUNT_TODAY"), **environment}
    with CliRunner().isolation(stdin, variables) as (out, err, _), patch.object(sys, "argv", command):
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
        return CompletedProcess(command, code, out.getvalue(), err.getvalue())
