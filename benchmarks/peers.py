"""The other tools of a benchmark: where they are, and the vocabularies that they would otherwise download."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tokcount.tokens import encodings
from tokcount.tokens.encodings.packed import to_tiktoken_text
from tokcount.tokens.engines import splintr as fast

CACHE_NAMES = {
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
}
"""Encoding → the file name under which tiktoken keeps it in ``TIKTOKEN_CACHE_DIR``."""
TOKCOUNT = [sys.executable, "-m", "tokcount"]
INSTALL = "pip install 'tokcount[benchmarks]'"


def program(name: str) -> str:
    """The program ``name``, beside this Python or on the path. Skips the benchmark where it is not installed."""
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        pytest.skip(f"{name} is not installed: {INSTALL}")
    return found


def need_package(name: str) -> None:
    """Skips the benchmark where the Python package ``name`` is not installed."""
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed: {INSTALL}")


def need_engine(name: str) -> None:
    """Skips the benchmark where the engine ``name`` of tokcount cannot be used."""
    problem = fast.problem() if name == "fast" else None
    if problem is not None:
        pytest.skip(f"the fast engine cannot be used: {problem}")


def fill_cache(folder: Path) -> None:
    """Puts the vocabularies where tiktoken looks for them, so that nothing is downloaded."""
    for encoding, name in CACHE_NAMES.items():
        (folder / name).write_bytes(to_tiktoken_text(encodings.ranks(encoding)))


def run(command: list[str], cache: Path, stdin: Path | None = None) -> bytes:
    """What a program prints, with the vocabularies at hand."""
    environment = {
        **os.environ,
        "TIKTOKEN_CACHE_DIR": str(cache),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # litellm asks the network for its price list otherwise
    }
    with Path(stdin or os.devnull).open("rb") as file:
        done = subprocess.run(command, stdin=file, capture_output=True, check=True, env=environment)
    return done.stdout
