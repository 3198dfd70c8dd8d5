"""How long does nothing take? ``--help`` against importing typer; counting "hi" against ttok, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tokcount import encodings
from tokcount.encodings.packed import to_tiktoken_text

CL100K_CACHE_NAME = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
"""The file name under which tiktoken keeps cl100k_base in ``TIKTOKEN_CACHE_DIR``."""


def run(command: list[str], stdin: bytes = b"", **environment: str) -> bytes:
    done = subprocess.run(
        command, input=stdin, capture_output=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout


@pytest.mark.parametrize("side", ["import typer", "tokcount --help"])
def bench_help(side: str, benchmark: object) -> None:
    benchmark.group = "help"  # type: ignore[attr-defined]
    command = {"import typer": ["-c", "import typer"], "tokcount --help": ["-m", "tokcount", "--help"]}[side]
    benchmark.pedantic(run, ([sys.executable, *command],), rounds=15, warmup_rounds=2)  # type: ignore[attr-defined]


@pytest.mark.parametrize("side", ["tokcount", "ttok"])
def bench_short_text(side: str, tmp_path: Path, benchmark: object) -> None:
    benchmark.group = "one short text"  # type: ignore[attr-defined]
    if side == "tokcount":
        command, environment = [sys.executable, "-m", "tokcount", "count", "--bare", "-e", "cl100k_base"], {}
    else:
        ttok = shutil.which("ttok")
        if ttok is None:
            pytest.skip("ttok is not installed: pip install ttok")
        command, environment = [ttok, "-m", "gpt-4"], {"TIKTOKEN_CACHE_DIR": str(tmp_path)}
        (tmp_path / CL100K_CACHE_NAME).write_bytes(to_tiktoken_text(encodings.ranks("cl100k_base")))
    assert run(command, b"hi", **environment).split() == [b"1"]
    benchmark.pedantic(run, (command, b"hi"), environment, rounds=15, warmup_rounds=2)  # type: ignore[attr-defined]
