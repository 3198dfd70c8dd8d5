"""What other processes do, for tests that start some."""

import os
import time
from pathlib import Path

import pytest


def children_of(pid: int) -> list[int]:
    """The child processes of a process, as soon as it has any; none when it has none in twenty seconds."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if not Path("/proc/self/task").exists():
        pytest.skip("this system does not list child processes")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and listed.exists():
        children = [int(child) for child in listed.read_text().split()]
        if children:
            return children
        time.sleep(0.02)
    return []


def alive(pid: int) -> bool:
    """Whether a process still runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def unmeasured() -> dict[str, str]:
    """The environment of a process that imports nothing to measure coverage with: for tests of what is imported."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
