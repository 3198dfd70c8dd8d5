"""Run the program as a separate process."""

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from support.paths import ROOT, SAMPLES


def tokcount(
    *arguments: str | Path, stdin: bytes | str | None = None, **options: object
) -> "subprocess.CompletedProcess[bytes]":
    """Run ``python -m tokcount``; bytes in, bytes out."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        [sys.executable, "-m", "tokcount", *map(str, arguments)],
        input=b"" if data is None else data,
        capture_output=True,
        check=False,
        **options,  # type: ignore[call-overload] # what subprocess takes
    )
    return done


__all__ = ["ROOT", "SAMPLES", "CliRunner", "tokcount"]
