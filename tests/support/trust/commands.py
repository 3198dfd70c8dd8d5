"""Every command that reads logs, as it is run over a folder of them."""

from __future__ import annotations

from pathlib import Path

LOG_COMMANDS: dict[str, tuple[str, ...]] = {
    "count": ("count",),
    "formats": ("formats",),
    "drift": (
        "drift",
        "--to",
        "gpt-5.6-luna",
        "--to",
        "p50k_base",
        "--by",
        "model,kind,role,script,day,source",
    ),
    "cost": ("cost", "--to", "gpt-5.6-luna", "--by", "model", "--monthly"),
    "audit": ("audit", "--to", "gpt-5.6-luna"),
    "diff": ("diff", str(Path(__file__).parents[3] / "sample_logs" / "batch-input.jsonl")),
    "reconcile": ("reconcile",),
    "calibrate": ("calibrate", "--assume-model", "gpt-4o"),
    "check": (
        "check",
        "--budget",
        "input_tokens.max <= 3",
        "--budget",
        "drift.total <= 1%",
        "--to",
        "gpt-5.6-luna",
    ),
}
"""Name → arguments; the folder, ``-f FORMAT`` and ``-o FILE`` are to be added. All can write JSON."""

ROW_COMMANDS: dict[str, tuple[str, ...]] = {
    "drift": ("drift", "--to", "gpt-5.6-luna", "--per-record"),
    "reconcile": ("reconcile", "--per-record"),
}
"""The same for commands with one row a record."""

OTHER_COMMANDS: dict[str, tuple[str, ...]] = {
    "models": ("models", "gpt-4o"),
    "config": ("config",),
    "doctor": ("doctor",),
}
"""Commands that read no log."""


def migrate(folder: Path, to: Path, lost: Path) -> tuple[str, ...]:
    """``migrate``, whose requests go to ``to``: they are the text itself, as asked for."""
    return ("migrate", str(folder), "--to", "gpt-4o", "-o", str(to), "--lost", str(lost))
