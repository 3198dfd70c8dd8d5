"""Options and logs of the benchmarks. Logs are made once for a size and seed, and kept in ``benchmarks/data``."""

from __future__ import annotations

import compileall
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# As pip does: a checkout may have no bytecode to start from.
compileall.compile_dir(HERE.parent / "tokcount", quiet=1)
sys.path.insert(0, str(HERE))  # benchmarks use each other's parts; pytest imports them by path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mb", type=int, default=120, help="size of the generated logs")
    parser.addoption("--seed", type=int, default=1, help="seed of the generated logs")
    parser.addoption("--rounds", type=int, default=3, help="runs of each side")


@pytest.fixture(scope="session")
def log_of(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """A function: kind of log (and megabytes) → its file."""

    def made(kind: str, mb: int | None = None) -> Path:
        size, seed = mb or request.config.getoption("--mb"), request.config.getoption("--seed")
        path = HERE / "data" / f"{kind}-{size}-{seed}.jsonl"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            command = [sys.executable, HERE / "generate.py", kind, "--mb", str(size), "--seed", str(seed)]
            with path.with_suffix(".part").open("wb") as file:
                subprocess.run(command, stdout=file, check=True)
            path.with_suffix(".part").rename(path)
        return path

    return made


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """Runs of each side."""
    return int(request.config.getoption("--rounds"))


@pytest.fixture(scope="session")
def tiktoken_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where tiktoken finds the vocabularies that other tools ask it for."""
    from peers import fill_cache

    folder = tmp_path_factory.mktemp("vocabularies")
    fill_cache(folder)
    return folder


def pytest_benchmark_update_machine_info(machine_info: dict[str, object]) -> None:
    """Adds the versions of all that is compared to what ``--benchmark-json`` writes."""
    names = ("tokcount", "tiktoken", "splintr-rs", "ttok", "litellm", "tokendrift")
    machine_info["versions"] = {name: found for name in names if (found := version_of(name))}


def version_of(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
