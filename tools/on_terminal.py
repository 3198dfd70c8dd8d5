"""Run a command on a terminal, for the examples in the documentation: a pipe gets plain numbers and tabs."""

from __future__ import annotations

import os
import pty
import subprocess
from contextlib import suppress
from pathlib import Path


def on_terminal(command: str, folder: str | Path = ".", **variables: str) -> str:
    """What a shell command writes to a terminal, then its messages. `variables` are those of its environment."""
    terminal, output = pty.openpty()
    running = subprocess.Popen(  # noqa: S603 - the commands are those of the documentation
        ["bash", "-c", command],  # noqa: S607
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1", **variables},
    )
    os.close(output)
    shown = b""
    with suppress(OSError):  # how Linux ends a terminal whose other side is closed
        while part := os.read(terminal, 65536):
            shown += part
    os.close(terminal)
    _, messages = running.communicate()
    return (shown.replace(b"\r\n", b"\n") + messages).decode().rstrip()
