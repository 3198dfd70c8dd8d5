"""A package that was installed next to tokcount adds a log format, a tokenizer and an output format by entry points."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest
from support.paths import TESTS

MODULE: Final = TESTS / "support" / "example_package" / "acme_tokcount.py"
ENTRY_POINTS: Final = """\
[tokcount.formats]
acme = acme_tokcount:AcmeLog
[tokcount.tokenizers]
acme-characters = acme_tokcount:AcmeTokenizer
[tokcount.renderers]
keys = acme_tokcount:KEYS
"""
LINE: Final = {"acme_id": "a1", "ask": "Is it?", "reply": "Yes."}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of an environment in which the example package is installed by pip."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = folder / "acme_tokcount-1.0-py3-none-any.whl"
    _write_wheel(wheel)
    install = ["pip", "install", "--quiet", "--no-index", "--no-deps", "--target", folder / "site", wheel]
    subprocess.run([sys.executable, "-m", *map(str, install)], check=True)
    paths = [str(folder / "site"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _write_wheel(path: Path) -> None:
    info = "acme_tokcount-1.0.dist-info"
    files = {
        MODULE.name: MODULE.read_text("utf-8"),
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: acme-tokcount\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": ENTRY_POINTS,
    }
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)


def _tokcount(environment: dict[str, str], *arguments: str | Path) -> str:
    command = [sys.executable, "-m", "tokcount", *map(str, arguments)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "acme.jsonl"
    path.write_text(json.dumps(LINE) + "\n", "utf-8")
    return path


def test_its_log_format_is_detected_and_listed(environment: dict[str, str], log: Path) -> None:
    (file,) = json.loads(_tokcount(environment, "formats", log, "-f", "json"))["files"]

    assert file["formats"] == {"acme.log": 1}
    assert "acme.log" in _tokcount(environment, "formats")


def test_its_tokenizer_counts_texts_exactly(environment: dict[str, str], log: Path) -> None:
    counted = json.loads(_tokcount(environment, "count", "-e", "acme-characters", log, "-f", "json"))

    assert counted["total"] == {"acme-characters": len(log.read_text("utf-8"))}


def test_its_tokenizer_is_a_target_of_drift(environment: dict[str, str], log: Path) -> None:
    report = json.loads(_tokcount(environment, "drift", log, "--to", "acme-characters", "-f", "json"))
    target = report["references"][1]

    assert target["content_tokens"] == len(LINE["ask"])
    assert target["basis"] == {"exact": 0, "estimated": 1, "partial": 0}


def test_its_output_format_renders_a_report(environment: dict[str, str], log: Path) -> None:
    keys = _tokcount(environment, "drift", log, "--to", "gpt-4o", "-f", "keys").splitlines()

    assert keys[:3] == ["schema_version", "tokcount", "command"]
