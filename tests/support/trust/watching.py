"""What the program asks of the system while it runs: files, sockets, processes (PEP 578, audit hooks)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "imaplib.", "poplib.", "telnetlib.")
PROCESSES = (
    "subprocess.",
    "os.system",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.fork",
    "os.startfile",
    "pty.",
)
CODE = ("pickle.find_class", "webbrowser.open", "sqlite3.enable_load_extension", "sqlite3.load_extension")
HARMLESS = frozenset({"socket.gethostname"})


class Watch:
    """What was asked for: paths that were opened, and everything that a log must never lead to, which is refused."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.refused: list[str] = []

    def see(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note an event; raise `PermissionError` for one that must not be."""
        if event in ("open", "sqlite3.connect"):
            self.opened.append(str(arguments[0]))
        elif event.startswith((*NETWORK, *PROCESSES, *CODE)) and event not in HARMLESS:
            self.refused.append(f"{event} {arguments!r}")
            raise PermissionError(f"{event} is forbidden here")


_watches: list[Watch] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    for watch in _watches:
        watch.see(event, arguments)


_installed: list[bool] = []


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch this process; a hook can never be taken away, so one is installed and idles otherwise."""
    if not _installed:
        sys.addaudithook(_hook)
        _installed.append(True)
    watch = Watch()
    _watches.append(watch)
    try:
        yield watch
    finally:
        _watches.remove(watch)
