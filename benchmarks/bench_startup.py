"""How long does nothing take? ``--help`` against importing typer; counting "hi" against ttok, where it is installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from peers import TOKCOUNT, program, run


@pytest.mark.parametrize("side", ["import typer", "tokcount"])
def bench_help(side: str, tiktoken_cache: Path, benchmark: Any) -> None:
    command = [sys.executable, "-c", "import typer"] if side == "import typer" else [*TOKCOUNT, "--help"]

    benchmark.group = "help"
    benchmark.pedantic(run, (command, tiktoken_cache), rounds=15, warmup_rounds=2)


@pytest.mark.parametrize("side", ["ttok", "tokcount"])
def bench_short_text(side: str, tmp_path: Path, tiktoken_cache: Path, benchmark: Any) -> None:
    text = tmp_path / "text.txt"
    text.write_text("hi", encoding="utf-8")
    if side == "ttok":
        command = [program("ttok"), "-m", "gpt-4"]
    else:
        command = [*TOKCOUNT, "count", "--bare", "-e", "cl100k_base"]
    assert int(run(command, tiktoken_cache, text)) == 1

    benchmark.group = "one short text"
    benchmark.pedantic(run, (command, tiktoken_cache, text), rounds=15, warmup_rounds=2)
