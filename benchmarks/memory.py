"""Peak memory of all processes of a run together: ``python benchmarks/memory.py LOG [COMMAND] [OPTIONS OF TOKCOUNT]``.

Without a command: ``drift --per-record -f csv``. Adds up the proportional set size (shared pages are counted once) of
the program and its workers, ten times a second. Linux only.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(descendant for child in children for descendant in family(int(child)))]


def megabytes(pid: int) -> float:
    """Proportional set size of one process in MB."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in rollup.splitlines() if line.startswith("Pss:")), 0.0)


def peak(command: list[str]) -> float:
    """The largest sum seen while ``command`` ran, in MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    largest = 0.0
    while process.poll() is None:
        largest = max(largest, sum(map(megabytes, family(process.pid))))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"the run ended with {process.returncode}")
    return largest


def main() -> None:
    log, *rest = sys.argv[1:]
    if not rest or rest[0].startswith("-"):
        rest = ["drift", "--per-record", "-f", "csv", *rest]
    with tempfile.TemporaryDirectory() as folder:
        command, *options = rest
        found = peak([sys.executable, "-m", "tokcount", command, log, "-o", f"{folder}/report", *options])
    print(
        f"{Path(log).stat().st_size / 1e6:,.0f} MB of log: at most {found:,.0f} MB in all processes together"
    )


if __name__ == "__main__":
    main()
