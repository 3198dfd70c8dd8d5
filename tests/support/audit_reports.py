"""An audit of a small log, with a hostile file name and a hostile model name in it."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from support.frames import NEW, OLD, SKIPS, counts, frame, record
from tokcount.reports.audit.compute import AuditOptions, places, report, with_excerpts
from tokcount.reports.cost.charges import CostOptions
from tokcount.scanning.features.verdicts import TargetVerdict

HOSTILE_MODEL = "</text><script>alert(1)</script>|=2+2"
EXTRA = {
    "tier": None,
    "billed_input_tokens": None,
    "billed_output_tokens": None,
    "shape": "plain",
    "requests": 1,
}


def _row(line: int, before: dict[str, int], after: dict[str, int], **columns: Any) -> dict[str, Any]:
    parts = {
        f"{reference.label}:{word}[{part}]": content[part if word == "class" else "all"]
        for reference, content in ((OLD, before), (NEW, after))
        for word, part in (("class", "latin"), ("class", "cjk"), ("role", "prompt"), ("position", "prompt"))
    }
    old, new = counts(OLD, before["all"], 0, 12), counts(NEW, after["all"], 7, 10)
    return record(line) | EXTRA | old | new | parts | columns


def _asks(*verdicts: tuple[str, str, str, str]) -> str:
    """Verdicts of the target on a request: status, parameter, new name or endpoint, why."""
    found = [
        TargetVerdict(NEW.label, NEW.label, status, parameter, "chat", to, why)  # type: ignore[arg-type]
        for status, parameter, to, why in verdicts
    ]
    return msgspec.json.encode(found).decode()


HOT = ("refused", "temperature", "", "while the model reasons, only 1 is accepted")
LIMITED = ("changed", "max_tokens", "", "the limit covers reasoning tokens as well")


def _split(latin: int, cjk: int) -> dict[str, int]:
    return {"latin": latin, "cjk": cjk, "all": latin + cjk}


ROWS = frame(
    [
        _row(1, _split(100, 0), _split(95, 0), request_id=1, max_tokens=11, verdicts=_asks(HOT, LIMITED)),
        _row(2, _split(10, 300), _split(9, 120), request_id=2, flags="special_token_text", verdicts="[]"),
        _row(
            3,
            _split(100, 0),
            _split(95, 0),
            request_id=1,
            cut_off=1,
            source="=logs/[b]<i>`x`\u202e.jsonl",
            verdicts=_asks(("endpoint", "", "chat", ""), HOT, ("unknown", "logit_bias", "", "")),
        ),
        _row(40, _split(4, 0), _split(6, 0), request_id=3, model=HOSTILE_MODEL, role_markers=4),
    ]
)
MONEY = CostOptions(baseline=OLD.label, targets=(NEW.label,), today=date(2026, 11, 22))
OPTIONS = AuditOptions(baseline=OLD, targets=(NEW,), money=MONEY, top=3, engine="tiktoken")
AUDIT = report(ROWS, SKIPS, OPTIONS)
WITH_TEXT = report(ROWS, SKIPS, OPTIONS)
WITH_TEXT = with_excerpts(
    WITH_TEXT, dict.fromkeys(places(WITH_TEXT), "<img src=x onerror=alert(1)> \x1b[31m | =1")
)
