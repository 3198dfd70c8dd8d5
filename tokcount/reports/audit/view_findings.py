"""Findings in words: what each means, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tokcount.document.blocks import Block, Line
from tokcount.document.values import integer, share, usd
from tokcount.reports.phrases import counted, place

MODELS_NAMED: Final = 4
MARKS: Final = {"breaks": "✗", "costs": "$", "look": "!", "unsure": "?"}
LEVELS: Final = {
    "breaks": "calls that fail",
    "costs": "money",
    "look": "worth a look",
    "unsure": "numbers that are not complete",
}


def blocks(data: dict[str, Any]) -> list[Block]:
    """Each finding as a sentence, what to do, and where."""
    if not data["findings"]:
        return [Line("Nothing was found.")]
    found: list[Block] = []
    for entry in data["findings"]:
        found.append(Line(f"{entry['number']}. {MARKS[entry['level']]} {told(entry)}", "strong"))
        found.append(Line(f"   {TO_DO[entry['id']]} {_places(entry)}".rstrip()))
        found += [Line(f"   {_place(one)}: {one['excerpt']}", "note") for one in _with_text(entry)]
    levels = dict.fromkeys(entry["level"] for entry in data["findings"])
    found.append(
        Line(", ".join(f"{MARKS[level]} {LEVELS[level]}" for level in LEVELS if level in levels), "note")
    )
    return found


def told(entry: dict[str, Any]) -> str:
    """What was found, in one sentence."""
    return TOLD[entry["id"]](entry, entry["numbers"], counted(entry["count"], "record", "records"))


def _places(entry: dict[str, Any]) -> str:
    """Where the first records stand; nothing when it is all of them."""
    if entry["count"] == entry["of"] and entry["count"] > len(entry["records"]):
        return ""
    named = ", ".join(_short(entry["records"]))
    more = entry["count"] - len(entry["records"])
    return f"({named}{f' and {integer(more)} more' if more else ''})"


def _with_text(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [record for record in entry["records"] if record.get("excerpt")] if _places(entry) else []


def _place(entry: dict[str, Any]) -> str:
    return place(entry["source"], entry["line"], entry["index"])


def _short(records: list[dict[str, Any]]) -> list[str]:
    """Places; the name of the file only where it changes."""
    sources = [None, *(record["source"] for record in records)]
    return [
        _place(record).removeprefix(str(before)) if record["source"] == before else _place(record)
        for before, record in zip(sources, records, strict=False)
    ]


Words = Callable[[dict[str, Any], dict[str, Any], str], str]
"""Entry, its numbers, and its number of records with their noun → a sentence."""


def _models(numbers: dict[str, Any]) -> str:
    named = [f"{model['model']} ({_going(model)})" for model in numbers["models"]]
    more = len(named) - MODELS_NAMED
    return ", ".join(named[:MODELS_NAMED]) + (f" and {counted(more, 'other', 'others')}" if more > 0 else "")


def _going(model: dict[str, Any]) -> str:
    chain = f", then {' → '.join(model['replacements'])}" if model["replacements"] else ""
    return f"{model['day']}{chain}"


def _too_long(entry: dict[str, Any], numbers: dict[str, Any], records: str) -> str:
    takes = integer(numbers["takes"])
    return f"{records} that no longer fit {entry['reference']}, with more input than its {takes} tokens."


def _no_room(entry: dict[str, Any], numbers: dict[str, Any], records: str) -> str:
    window = integer(numbers["window"])
    return f"{records} that leave no room in the {window} tokens of {entry['reference']} for the answer they ask for."


def _asks_too_much(entry: dict[str, Any], numbers: dict[str, Any], records: str) -> str:
    return f"{records} asking for longer answers than the {integer(numbers['writes'])} tokens of {entry['reference']}."


def _caching(entry: dict[str, Any], numbers: dict[str, Any], records: str) -> str:
    part = share(numbers["cached_tokens"] / numbers["input_tokens"]) if numbers["input_tokens"] else "0 %"
    cached = integer(numbers["cached_tokens"])
    return (
        f"{records} with the same start as an earlier one: caching would pay for {cached} input tokens "
        f"({part}) under {entry['reference']}, at least {usd(entry['amount_usd'])} less."
    )


def _cut_off(entry: dict[str, Any], numbers: dict[str, Any], records: str) -> str:
    part = f" ({share(entry['count'] / numbers['answered'])} of the answers)" if numbers["answered"] else ""
    return f"{records} with answers cut off at max_tokens{part}."


def _residuals(_: dict[str, Any], numbers: dict[str, Any], records: str) -> str:
    difference = numbers["counted_tokens"] - numbers["billed_tokens"]
    sign = "+" if difference > 0 else ""
    return (
        f"{records} of {integer(numbers['compared'])} whose billed usage differs from the count, "
        f"{sign}{integer(difference)} tokens in all."
    )


TOLD: Final[dict[str, Words]] = {
    "too_long": _too_long,
    "no_room": _no_room,
    "asks_too_much": _asks_too_much,
    "log_model_gone": lambda _, n, r: f"{r} sent to models that are shut down: {_models(n)}.",
    "log_model_going": lambda _, n, r: f"{r} sent to models that will be shut down: {_models(n)}.",
    "target_gone": lambda _, n, __: f"A target is shut down: {_models(n)}.",
    "target_going": lambda _, n, __: f"A target will be shut down: {_models(n)}.",
    "caching": _caching,
    "same_request": lambda _, n, r: (
        f"{r} with the same request as an earlier one, word for word: {integer(n['input_tokens'])} input tokens."
    ),
    "duplicate": lambda _, __, r: f"{r} logged twice: an earlier call has the same id.",
    "cut_off": _cut_off,
    "limit_too_low": lambda e, _, r: (
        f"{r} with answers that fit max_tokens, and would not under {e['reference']}."
    ),
    "role_markers": lambda _, n, r: (
        f"{r} with a conversation as plain text ({counted(n['lines'], 'line', 'lines')} such as User: or AI:)."
    ),
    "special_token_text": lambda _, __, r: f"{r} with text such as <|endoftext|>.",
    "truncated": lambda _, __, r: f"{r} cut short by the log.",
    "redacted": lambda _, __, r: f"{r} with redacted text.",
    "no_text": lambda _, __, r: f"{r} without text, only numbers.",
    "hidden_context": lambda _, __, r: f"{r} resting on context that is not in the log.",
    "non_openai": lambda _, __, r: f"{r} of other vendors' models.",
    "odd_content": lambda _, __, r: f"{r} with content of a shape that the API does not know.",
    "media_not_counted": lambda _, __, r: f"{r} with images, audio or files that cannot be counted.",
    "unknown_model": lambda _, n, r: f"{r} without a baseline: {_unknown(n['models'])}.",
    "not_countable": lambda _, __, r: f"{r} without a prompt that can be counted.",
    "unpriced": lambda e, _, r: f"{r} without a price under {e['reference']}.",
    "residuals": _residuals,
}
"""Finding → what it says."""


def _unknown(models: list[str]) -> str:
    more = len(models) - MODELS_NAMED
    named = ", ".join(models[:MODELS_NAMED]) + (
        f" and {counted(more, 'other', 'others')}" if more > 0 else ""
    )
    return f"unknown {'model' if len(models) == 1 else 'models'} {named}" if models else "no model is named"


TO_DO: Final = {
    "too_long": "Shorten or split them, or choose a target with a larger window.",
    "no_room": "Lower max_tokens, or shorten the prompt.",
    "asks_too_much": "Lower max_tokens; the API refuses more.",
    "log_model_gone": "They have to move.",
    "log_model_going": "Plan the move before that day.",
    "target_gone": "Choose its replacement.",
    "target_going": "Consider its replacement at once.",
    "caching": "Keep the start of prompts the same, word for word; the amount holds for calls within an hour.",
    "same_request": "Keep the answers, or send such work through the Batch API.",
    "duplicate": "They count twice here; leave one of the files out if the log is a copy.",
    "cut_off": "Raise max_tokens, or ask for shorter answers.",
    "limit_too_low": "Scale max_tokens with the tokens of the target (tokcount migrate --scale-max-tokens).",
    "role_markers": "Send them as messages (tokcount migrate --split roles).",
    "special_token_text": "It is counted as ordinary text; see whether it is a separator, or came from users.",
    "truncated": "Their logged usage is used instead; log whole requests to have them counted.",
    "redacted": "Their logged usage is used instead.",
    "no_text": "Their logged usage is used instead; it is unknown under another encoding.",
    "hidden_context": "Their counts are floors.",
    "non_openai": "Their counts are estimates: these models have tokenizers of their own.",
    "odd_content": "Only their text was counted.",
    "media_not_counted": "Their counts are floors; media behind a link have no size in the log.",
    "unknown_model": "Specify the model with --assume-model, or add it with --prices.",
    "not_countable": "They are in no total; see the reasons under Drift.",
    "unpriced": "Add prices with --price or --prices; until then totals are floors.",
    "residuals": "See tokcount reconcile for where and why.",
}
"""Finding → what to do."""
