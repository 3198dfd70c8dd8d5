"""An audit of a small log, with a hostile file name and a hostile model name in it."""

from __future__ import annotations

from datetime import date
from typing import Any

from support.frames import NEW, OLD, SKIPS, counts, frame, record
from tokcount.reports.audit.compute import AuditOptions, places, report, with_excerpts
from tokcount.reports.cost.charges import CostOptions

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


def _split(latin: int, cjk: int) -> dict[str, int]:
    return {"latin": latin, "cjk": cjk, "all": latin + cjk}


ROWS = frame(
    [
        _row(1, _split(100, 0), _split(95, 0), request_id=1, max_tokens=11),
        _row(2, _split(10, 300), _split(9, 120), request_id=2, flags="special_token_text"),
        _row(3, _split(100, 0), _split(95, 0), request_id=1, cut_off=1, source="=logs/[b]<i>`x`\u202e.jsonl"),
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
