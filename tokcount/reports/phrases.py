"""Sentences that several views share: what a log holds, what was skipped, how sure the numbers are."""

from __future__ import annotations

from typing import Any, Final

from tokcount.document.blocks import Line, Tone
from tokcount.document.values import integer, share

SKIPPED = {
    "error": ("failed call", "failed calls"),
    "not_llm": ("entry that is no model call", "entries that are no model calls"),
    "empty": ("empty entry", "empty entries"),
    "unparsed": ("unreadable or cut-off line", "unreadable or cut-off lines"),
    "unrecognised": ("record of no known format", "records of no known format"),
    "encrypted": ("encrypted entry", "encrypted entries"),
    "duplicate": ("duplicate", "duplicates"),
    "unsupported": ("record of an unsupported kind", "records of an unsupported kind"),
    "unreadable": ("unreadable file", "unreadable files"),
}
"""Skip reason → what people call it."""

MODELS_NAMED = 3
PLACES_NAMED = 3
"""Skipped places in a sentence."""
REASONS_NAMED = 5
"""Reasons in a sentence; a log has no bound on them."""


def counted(n: int, one: str, many: str) -> str:
    """A number with its noun: ``1 record``, ``12,480 records``."""
    return f"{integer(n)} {one if n == 1 else many}"


def place(entry: dict[str, Any]) -> str:
    """``file:line``, and the number of the record on its line where it is not the first."""
    index = entry.get("index") or 0
    return f"{entry['source']}:{entry['line']}" + (f"[{index}]" if index else "")


def tally(numbers: dict[str, int]) -> str:
    """``12,471 completions, 9 chat``."""
    return ", ".join(f"{integer(n)} {word}" for word, n in numbers.items())


def holdings(data: dict[str, Any]) -> str:
    """``12,480 records · 12,471 completions, 9 chat · text-davinci-003 · 2023-05-01 … 2023-05-31``."""
    kinds = ", ".join(f"{integer(n)} {kind}" for kind, n in data["kinds"].items())
    parts = [
        counted(data["records"], "record", "records"),
        kinds,
        _models(data["models"]),
        _period(data["period"]),
    ]
    return " · ".join(part for part in parts if part)


def skipped(data: dict[str, Any]) -> list[Line]:
    """What was left out; nothing when nothing was."""
    return [Line(skipped_sentence(data), "warning")] if data["skipped"] else []


def skipped_sentence(data: dict[str, Any]) -> str:
    """``9 skipped (8 failed calls, 1 cut-off line): a.jsonl:3 a failed call (HTTP 429); …; and 7 more``.

    The most frequent reasons first, each with the place where it was first met, and what to do about it.
    """
    reasons = _ranked(data["skipped_reasons"])
    told = ", ".join(counted(n, *SKIPPED.get(reason, (reason, reason))) for reason, n in reasons)
    first: dict[str, str] = {}
    for entry in data["skipped_at"]:
        first.setdefault(entry["reason"], f"{place(entry)} {entry['detail']}".rstrip())
    places = [first[reason] for reason, _ in reasons[:PLACES_NAMED] if reason in first]
    more = data["skipped"] - len(places)
    listed = f"; and {integer(more)} more (--skipped FILE lists all)" if more and places else ""
    where = f": {'; '.join(places)}{listed}" if places else ""
    return f"{integer(data['skipped'])} skipped ({told}){where}"


def flags(data: dict[str, Any]) -> list[Line]:
    """Which flags how many records carry."""
    if not data["flags"]:
        return []
    return [Line(f"Flagged: {tally(data['flags']).replace('_', ' ')}", "note")]


def sureness(tokens: dict[str, int], reasons: dict[str, int]) -> Line:
    """The share of the counted input tokens of each basis, and why not all of it is exact."""
    total = sum(tokens.values())
    if not total:
        return Line("Basis: no input tokens were counted.", "note")
    told = ", ".join(f"{word} {share(n / total)}" for word, n in tokens.items() if n)
    why = _capped([f"{reason} ({counted(n, 'record', 'records')})" for reason, n in _ranked(reasons)])
    return Line(f"Basis of the input tokens: {told}." + (f" Not exact: {why}." if why else ""), "note")


def uncompared(missing: dict[str, Any], tone: Tone) -> list[Line]:
    """How many records cannot be compared, and why; nothing when all can."""
    if not missing["records"]:
        return []
    told = [f"{integer(n)} {reason}" for reason, n in _ranked(missing["reasons"])]
    return [Line(f"{counted(missing['records'], 'record', 'records')} not compared: {_capped(told)}", tone)]


def _ranked(reasons: dict[str, int]) -> list[tuple[str, int]]:
    """The most frequent first."""
    return sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))


def _capped(reasons: list[str]) -> str:
    more = len(reasons) - REASONS_NAMED
    named = ", ".join(reasons[:REASONS_NAMED])
    return f"{named} and {counted(more, 'more reason', 'more reasons')}" if more > 0 else named


def _models(models: list[dict[str, Any]]) -> str:
    names = [entry["model"] or "no model named" for entry in models]
    more = len(names) - MODELS_NAMED
    return ", ".join(names[:MODELS_NAMED]) + (f" and {counted(more, 'other', 'others')}" if more > 0 else "")


def _period(period: dict[str, Any]) -> str:
    first, last = ((period[end] or "")[:10] for end in ("from", "to"))
    return first if first == last else f"{first} … {last}"


PART_NAMES: Final = {
    "latin": "Latin prose",
    "cjk": "CJK prose",
    "cyrillic": "Cyrillic prose",
    "arabic": "Arabic prose",
    "indic": "Indic prose",
    "other": "other scripts",
    "white_space": "white space",
    "data": "base64 and URLs",
    "signs": "punctuation",
    "given_as_ids": "given as token ids",
    "not_looked_at": "not looked at",
    "history": "earlier messages",
    "last": "last message",
    "system": "system messages",
    "prompt": "prompts",
}
"""Part → what people call it, where that is another word."""


def part_name(part: str) -> str:
    """What people call a part."""
    return PART_NAMES.get(part, part)
