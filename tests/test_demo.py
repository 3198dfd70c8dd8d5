"""The demo of the gate in ``docs/demo`` is what the program writes today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.paths import DOCS

DEMO = DOCS / "demo"
BY_HAND = {"README.md", "make_demo.py", "pages.md"}


def test_the_demo_is_current(tmp_path: Path) -> None:
    subprocess.run([sys.executable, DEMO / "make_demo.py", tmp_path], check=True)

    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {
        path.name: path.read_bytes() for path in DEMO.iterdir() if path.is_file() and path.name not in BY_HAND
    }
    assert made == kept


def test_its_readme_shows_its_configuration_and_names_its_files() -> None:
    text = (DEMO / "README.md").read_text("utf-8")

    assert (DEMO / "tokcount.toml").read_text("utf-8") in text
    assert all(
        f"[{name}]({name})" in text for name in ("check.txt", "annotations.txt", "summary.md", "junit.xml")
    )
