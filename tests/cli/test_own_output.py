"""tokcount recognises its own output in every format and never counts it as a log or a text."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.in_process import run
from support.running import SAMPLES

LOG = SAMPLES / "support-chat.jsonl"
WRITTEN = {
    "drift rows": ("drift", LOG, "--to", "gpt-4o", "--per-record"),
    "cost rows": ("cost", LOG, "--per-record"),
    "reconcile rows": ("reconcile", LOG, "--per-record"),
    "drift": ("drift", LOG),
    "cost": ("cost", LOG),
    "audit": ("audit", LOG, "--to", "gpt-4o"),
    "reconcile": ("reconcile", LOG),
    "check": ("check", LOG, "--budget", "records.total >= 1"),
    "count": ("count", LOG),
    "formats": ("formats", LOG),
}


@pytest.mark.parametrize(
    ("name", "form"),
    [*((name, "csv") for name in WRITTEN), ("drift rows", "jsonl"), ("count", "jsonl"), ("drift", "json")],
)
def test_its_own_output_is_refused_with_a_reason(name: str, form: str) -> None:
    written = run(*WRITTEN[name], "-f", form)
    assert written.code == 0

    done = run("drift", "-", stdin=written.out)

    assert (done.code, done.out) == (3, "")
    assert "tokcount" in done.err.partition("skipped")[2]
    assert "not a log" in done.err


def test_its_own_lists_of_skipped_items_are_refused_too(tmp_path: Path) -> None:
    lost = tmp_path / "lost.jsonl"
    run("migrate", LOG, SAMPLES / "completions-2023.jsonl", "--to", "gpt-5", "--lost", lost)

    assert "not a log" in run("drift", lost).err
