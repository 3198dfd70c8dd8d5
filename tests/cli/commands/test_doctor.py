"""`tokcount doctor`: its findings, its advice, and when it fails."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import metadata
from typing import Any

import msgspec
import pytest
from support.in_process import Done, run
from support.paths import ROOT

from tokcount.cli.commands.doctor import EXTRAS
from tokcount.tokens import encodings, tokenizers
from tokcount.tokens.encodings import Verified
from tokcount.tokens.engines import choose as engines
from tokcount.tokens.engines.base import TiktokenEngine
from tokcount.tokens.tokenizers.entry import PROBES
from tokcount.tokens.tokenizers.table import TOKENIZERS

FOR_MAINTAINERS = {"benchmarks", "fuzz", "docs", "release", "dev"}


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
    assert checks(done)["extra genai"] == {
        "name": "extra genai",
        "ok": None,
        "value": "not installed: genai-prices",
        "remedy": "pip install 'tokcount[genai]' for prices of more models of other vendors",
    }


def test_every_extra_for_users_has_its_use_and_its_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = checks(run("doctor", "-f", "json"))

    assert set(EXTRAS) == set(project["optional-dependencies"]) - FOR_MAINTAINERS
    assert re.fullmatch(r"not installed: splintr-rs|splintr-rs \d.*", found["extra fast"]["value"])


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


def test_tokenizers_that_are_not_installed_are_listed_with_their_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tokcount.tokens.tokenizers.entry.find_spec", lambda _module: None)
    found = checks(run("doctor", "-f", "json"))

    assert {name: found[name]["ok"] for name in TOKENIZERS} == dict.fromkeys(TOKENIZERS)
    assert found["qwen2"]["remedy"] == "install tokcount[fast] for Qwen 2, 2.5 and 3"


def test_a_tokenizer_that_counts_other_than_expected_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("splintr")
    row = msgspec.structs.replace(TOKENIZERS["llama3"], probes=[1] * len(PROBES))
    monkeypatch.setattr(tokenizers, "vendors", lambda: {"llama3": row})
    tokenizers.load.cache_clear()
    done = run("doctor", "-f", "json")
    tokenizers.load.cache_clear()

    assert (done.code, checks(done)["llama3"]["value"]) == (0, "fails its self-check")
