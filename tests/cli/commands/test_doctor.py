"""`tokcount doctor`: its findings, its advice, and when it fails."""

from __future__ import annotations

import json
from importlib import metadata
from typing import Any

import pytest
from support.in_process import Done, run

from tokcount.tokens import encodings
from tokcount.tokens.encodings import Verified
from tokcount.tokens.engines import choose as engines
from tokcount.tokens.engines.base import TiktokenEngine


def checks(done: Done) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in json.loads(done.out)["checks"]}


def without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    """As if these packages were not installed."""
    version = metadata.version

    def known(package: str) -> str:
        if package in missing:
            raise metadata.PackageNotFoundError(package)
        return version(package)

    monkeypatch.setattr(metadata, "version", known)


def test_a_good_installation_passes() -> None:
    done = run("doctor", "-f", "json")
    found = checks(done)

    assert done.code == 0
    assert all(found[name]["ok"] for name in (*encodings.NAMES, "tiktoken", "polars", "model and price data"))


def test_a_missing_optional_package_is_recommended(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "genai-prices")
    done = run("doctor", "-f", "json")

    assert done.code == 0
    assert checks(done)["genai-prices"] == {
        "name": "genai-prices",
        "ok": None,
        "value": "not installed",
        "remedy": "pip install 'tokcount[genai]' for prices of other vendors' models",
    }


def test_a_missing_required_package_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "polars")
    done = run("doctor", "-f", "json")

    assert (done.code, checks(done)["polars"]["ok"]) == (2, False)
    assert done.err == "broken: polars; reinstall tokcount."


def test_a_changed_vocabulary_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    verify = encodings.verify

    def changed(name: str) -> Verified:
        found = verify(name)
        return (
            Verified(name, found.tokens, "0" * 64, found.published_sha256) if name == "cl100k_base" else found
        )

    monkeypatch.setattr(encodings, "verify", changed)
    done = run("doctor", "-f", "json")

    assert done.code == 2
    assert checks(done)["cl100k_base"]["remedy"].startswith("expected 223921b76ee9…")
    assert done.err.startswith("broken: cl100k_base;")


def test_an_engine_is_reported_with_its_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    doubtful = TiktokenEngine()
    doubtful.warnings.append("splintr 0.99 is installed")
    monkeypatch.setattr(engines, "choose", lambda _name: doubtful)
    done = run("doctor", "-f", "json")

    assert done.code == 0
    assert checks(done)["engine"] == {
        "name": "engine",
        "ok": None,
        "value": "tiktoken",
        "remedy": "splintr 0.99 is installed",
    }


def test_outdated_price_data_is_reported_without_failing() -> None:
    done = run("doctor", "-f", "json", TOKCOUNT_TODAY="2028-01-01")

    assert done.code == 0
    assert checks(done)["model and price data"]["ok"] is None
    assert "days old" in run("doctor", TOKCOUNT_TODAY="2028-01-01").out
