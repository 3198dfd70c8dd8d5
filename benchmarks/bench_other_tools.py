"""Counting one text file under one encoding, beside the tools that can do that job: ttok, where it is installed.

Tools that read logs count something else (their framing differs): see ``benchmarks/accuracy`` for those.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tokcount import encodings
from tokcount.encodings.packed import to_tiktoken_text

CL100K_CACHE_NAME = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
"""The file name under which tiktoken keeps cl100k_base in ``TIKTOKEN_CACHE_DIR``."""


@pytest.fixture(scope="module")
def text(log_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """15 MB of distinct prose and code."""
    path = tmp_path_factory.mktemp("text") / "text.txt"
    with log_of("distinct", 20).open(encoding="utf-8") as lines, path.open("w", encoding="utf-8") as out:
        for line in lines:
            for message in json.loads(line)["request"]["messages"]:
                out.write(message["content"] + "\n")
    return path


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where tiktoken finds cl100k_base without the network."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / CL100K_CACHE_NAME).write_bytes(to_tiktoken_text(encodings.ranks("cl100k_base")))
    return folder


def run(command: list[str], text: Path, cache: Path) -> int:
    with text.open("rb") as file:
        environment = {**os.environ, "TIKTOKEN_CACHE_DIR": str(cache)}
        done = subprocess.run(command, stdin=file, capture_output=True, check=True, env=environment)
    return int(done.stdout)


@pytest.mark.parametrize("side", ["ttok", "tokcount, tiktoken", "tokcount, fast"])
def bench_a_text_file(side: str, text: Path, cache: Path, rounds: int, benchmark: object) -> None:
    benchmark.group = f"one text file, {text.stat().st_size / 1e6:.0f} MB, cl100k_base"  # type: ignore[attr-defined]
    count = [sys.executable, "-m", "tokcount", "count", "--bare", "-e", "cl100k_base", "--engine"]
    ttok = shutil.which("ttok")
    if side == "ttok" and ttok is None:
        pytest.skip("ttok is not installed: pip install 'tokcount[benchmarks]'")
    command = [str(ttok), "-m", "gpt-4"] if side == "ttok" else [*count, side.rpartition(" ")[2]]
    expected = run([*count, "tiktoken"], text, cache)
    if side != "ttok":
        assert run(command, text, cache) == expected
    benchmark.pedantic(run, (command, text, cache), rounds=rounds)  # type: ignore[attr-defined]
