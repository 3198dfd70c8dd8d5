"""The summary of an audit: one sentence for each target, with what changes, what breaks and what is not known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tokcount.document.values import change, percent, usd
from tokcount.models.references import OWN
from tokcount.reports.phrases import counted

BREAKING = {
    "too_long": "no longer fit",
    "no_room": "leave no room for the answer",
    "asks_too_much": "ask for too much",
}
GAPS = {
    "media_not_counted": "with media not counted",
    "truncated": "cut short by the log",
    "no_text": "without text",
}
MODELS_NAMED = 2


def sentences(data: dict[str, Any]) -> list[str]:
    """What moving the log to each target means."""
    if len(data["references"]) < 2:
        return [f"{_records(data)}, counted under {_baseline(data)}; no target was named."]
    return [_sentence(data, entry) for entry in data["references"][1:]]


def _sentence(data: dict[str, Any], entry: dict[str, Any]) -> str:
    label = entry["reference"]
    subject = f"Moving these {_records(data)} from {_baseline(data)} to {label}"
    if entry["drift"] is None:
        return f"{subject}: no record can be compared."
    changes = [f"{percent(entry['drift'])} input tokens", *_framing(data, entry), *_money(data, label)]
    outcome = [*_found(data, label, BREAKING), *_found(data, None, GAPS)]
    if not _found(data, label, BREAKING) and _measured(data, label):
        outcome.insert(0, "every request fits")
    over = (
        f" ({counted(entry['compared'], 'record', 'records')} compared)"
        if entry["compared"] < data["records"]
        else ""
    )
    return f"{subject}: {', '.join(changes)}{over}" + (f"; {'; '.join(outcome)}." if outcome else ".")


def _records(data: dict[str, Any]) -> str:
    kinds = [kind for kind, n in data["kinds"].items() if n]
    noun = f"{kinds[0]} record" if len(kinds) == 1 else "record"
    return counted(data["records"], noun, f"{noun}s")


def _baseline(data: dict[str, Any]) -> str:
    if data["baseline"] != OWN:
        return str(data["baseline"])
    names = [entry["model"] for entry in data["models"] if entry["model"]]
    if not names:
        return data["made"].get("assumed_model") or "models that are not named"
    more = len(names) - MODELS_NAMED
    return f"{names[0]} and {more + 1} other models" if more > 0 else " and ".join(names)


def _framing(data: dict[str, Any], entry: dict[str, Any]) -> list[str]:
    """The change of framing for each record that both sides can count."""
    why = next(why for why in data["why"] if why["reference"] == entry["reference"])
    difference = why["classes"][-1]["difference"]
    if not difference or not why["compared"]:
        return []
    each = round(difference / why["compared"], 1)
    return [f"{change(int(each) if each == int(each) else each)} per record of framing"]


def _money(data: dict[str, Any], label: str) -> list[str]:
    entry = next(entry for entry in data["cost"]["references"] if entry["reference"] == label)
    if entry["difference_share"] is None:
        return []
    of_some = entry["compared"] < data["records"]
    before = Decimal(entry["compared_baseline_usd"])
    amounts = f"{usd(str(before))} → {usd(str(before + Decimal(entry['difference_usd'])))}"
    return [
        f"{percent(entry['difference_share'])} cost{' where both have prices' if of_some else ''} ({amounts})"
    ]


def _measured(data: dict[str, Any], label: str) -> bool:
    return any(entry["reference"] == label and entry["measured"] for entry in data["windows"])


def _found(data: dict[str, Any], reference: str | None, words: dict[str, str]) -> list[str]:
    return [
        f"{counted(entry['count'], 'record', 'records')} {words[entry['id']]}"
        for entry in data["findings"]
        if entry["id"] in words and entry["reference"] == reference
    ]
