"""The megabytes that each extra adds to an installation, for the table in docs/dependencies.md.

    python tools/extra_sizes.py      where all extras are installed

What tokcount needs anyway is left out; extras that share a package each count it.
"""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]


def closure(wishes: list[str]) -> set[str]:
    """The names of the packages that requirements lead to, themselves included."""
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(wish) for wish in wishes]
    while waiting:
        wish = waiting.pop()
        if wish.marker and not wish.marker.evaluate({"extra": ""}):
            continue
        for extra in ("", *sorted(wish.extras)):
            if (wish.name.lower(), extra) in found:
                continue
            found.add((wish.name.lower(), extra))
            further = [Requirement(each) for each in metadata.requires(wish.name) or ()]
            waiting += [
                _without_marker(each)
                for each in further
                if each.marker is None or each.marker.evaluate({"extra": extra})
            ]
    return {name for name, _ in found}


def _without_marker(wish: Requirement) -> Requirement:
    wish.marker = None  # it was evaluated for the extra that asks
    return wish


def megabytes(packages: set[str]) -> float:
    """The size of the installed files of packages."""
    files = [Path(str(file.locate())) for name in packages for file in metadata.files(name) or ()]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def main() -> None:
    """Print a line for each extra whose packages are installed."""
    base = closure(PROJECT["dependencies"])
    print(f"tokcount needs {megabytes(base):,.0f} MB")  # noqa: T201 - a script
    for extra, wishes in PROJECT["optional-dependencies"].items():
        try:
            added = closure(wishes) - base
            print(f"{extra:12} {megabytes(added):7,.0f} MB  {', '.join(sorted(added))}")  # noqa: T201
        except metadata.PackageNotFoundError as missing:
            print(f"{extra:12} not installed: {missing.name}")  # noqa: T201


if __name__ == "__main__":
    main()
