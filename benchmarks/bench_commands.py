"""How long do the reports take beside ``drift --per-record``, which counts the same log and writes its rows?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MB = 60
COMMANDS = {
    "drift --per-record": ["drift", "--per-record", "-f", "csv"],
    "drift": ["drift"],
    "cost": ["cost"],
    "cost --to gpt-5": ["cost", "--to", "gpt-5"],
    "reconcile": ["reconcile"],
    "check": ["check", "--fail", "input_tokens.max <= 1000000", "--fail", "cost.total <= $1000000"],
    "audit --to gpt-4o": ["audit", "--to", "gpt-4o"],
}


def run(command: list[str], log: Path, out: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "tokcount", *command, log, "-o", out, "--engine", "fast"],
        check=True,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("kind", ["resent", "distinct", "short"])
@pytest.mark.parametrize("command", COMMANDS)
def bench_a_command(
    kind: str, command: str, log_of: Callable[..., Path], tmp_path: Path, rounds: int, benchmark: Any
) -> None:
    benchmark.group = f"{kind} log, {MB} MB"
    benchmark.pedantic(run, (COMMANDS[command], log_of(kind, MB), tmp_path / "report"), rounds=rounds)
