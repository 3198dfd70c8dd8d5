"""Findings in words: what each means, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import UnsetType

from tokcount.document.blocks import Block, Line
from tokcount.document.values import integer, share, usd
from tokcount.reports.audit.report import (
    AuditReport,
    FindingEntry,
    FindingNumbers,
    ModelShutdown,
    NamedRecord,
)
from tokcount.reports.phrases import counted, location

MODELS_NAMED: Final = 4
MARKS: Final = {"breaks": "✗", "costs": "$", "look": "!", "unsure": "?"}
LEVELS: Final = {
    "breaks": "calls that fail",
    "costs": "money",
    "look": "worth a look",
    "unsure": "numbers that are not complete",
}


def blocks(report: AuditReport) -> list[Block]:
    """Each finding as a sentence, what to do, and where."""
    if not report.findings:
        return [Line("Nothing was found.")]
    found: list[Block] = []
    for entry in report.findings:
        found.append(Line(f"{entry.number}. {MARKS[entry.level]} {sentence(entry)}", "strong"))
        found.append(Line(f"   {TO_DO[entry.id]} {_locations(entry)}".rstrip()))
        found += [Line(f"   {location(one)}: {one.excerpt}", "note") for one in _with_text(entry)]
    levels = {entry.level for entry in report.findings}
    legend = ", ".join(f"{MARKS[level]} {words}" for level, words in LEVELS.items() if level in levels)
    return [*found, Line(legend, "note")]


def sentence(entry: FindingEntry) -> str:
    """What was found, in one sentence."""
    return SENTENCES[entry.id](entry, entry.numbers, counted(entry.count, "record", "records"))


def _locations(entry: FindingEntry) -> str:
    """Where the first records are; nothing when it is all of them."""
    if entry.count == entry.of and entry.count > len(entry.records):
        return ""
    named = ", ".join(_short(entry.records))
    more = entry.count - len(entry.records)
    return f"({named}{f' and {integer(more)} more' if more else ''})"


def _with_text(entry: FindingEntry) -> list[NamedRecord]:
    return [record for record in entry.records if record.excerpt] if _locations(entry) else []


def _short(records: list[NamedRecord]) -> list[str]:
    """Locations; the name of the file only where it changes."""
    sources = [None, *(record.source for record in records)]
    return [
        location(record).removeprefix(record.source) if record.source == before else location(record)
        for before, record in zip(sources, records, strict=False)
    ]


Words = Callable[[FindingEntry, FindingNumbers, str], str]
"""Entry, its numbers, and its number of records with their noun → a sentence."""


def _shut_down(numbers: FindingNumbers) -> str:
    named = [
        f"{model.model} ({_going(model)})"
        for model in numbers.models or ()
        if isinstance(model, ModelShutdown)
    ]
    return _listed(named)


def _listed(names: list[str]) -> str:
    more = len(names) - MODELS_NAMED
    return ", ".join(names[:MODELS_NAMED]) + (f" and {counted(more, 'other', 'others')}" if more > 0 else "")


def _going(model: ModelShutdown) -> str:
    chain = f", then {' → '.join(model.replacements)}" if model.replacements else ""
    return f"{model.day}{chain}"


def _n(number: int | UnsetType | None) -> int:
    """A number that this kind of finding has."""
    return number or 0


def _too_long(entry: FindingEntry, numbers: FindingNumbers, records: str) -> str:
    takes = f"its {integer(numbers.takes)} tokens" if numbers.takes else "the model takes"
    return f"{records} no longer fit {entry.reference}: more input than {takes}."


def _no_room(entry: FindingEntry, numbers: FindingNumbers, records: str) -> str:
    size = _size(numbers.window)
    return f"{records} where input and max_tokens exceed the window of {entry.reference}{size}."


def _asks_too_much(entry: FindingEntry, numbers: FindingNumbers, records: str) -> str:
    size = _size(numbers.writes)
    return f"{records} with max_tokens above the output limit of {entry.reference}{size}."


def _size(tokens: int | UnsetType | None) -> str:
    """A limit in brackets; nothing if it differs from record to record."""
    return f" ({integer(tokens)} tokens)" if tokens else ""


def _caching(entry: FindingEntry, numbers: FindingNumbers, records: str) -> str:
    cached, total = _n(numbers.cached_tokens), _n(numbers.input_tokens)
    part = share(cached / total) if total else "0 %"
    return (
        f"{records} with the same beginning as an earlier one: caching would cover {integer(cached)} input tokens "
        f"({part}) under {entry.reference} and save at least {usd(entry.amount_usd or 0)}."
    )


def _cut_off(entry: FindingEntry, numbers: FindingNumbers, records: str) -> str:
    answered = _n(numbers.answered)
    part = f" ({share(entry.count / answered)} of the answers)" if answered else ""
    return f"{records} with answers cut off at max_tokens{part}."


def _residuals(_: FindingEntry, numbers: FindingNumbers, records: str) -> str:
    difference = _n(numbers.counted_tokens) - _n(numbers.billed_tokens)
    sign = "+" if difference > 0 else ""
    return (
        f"{records} of {integer(_n(numbers.compared))} whose billed usage differs from the count, "
        f"{sign}{integer(difference)} tokens in all."
    )


def _unknown(numbers: FindingNumbers) -> str:
    models = [model for model in numbers.models or () if isinstance(model, str)]
    noun = "model" if len(models) == 1 else "models"
    return f"unknown {noun} {_listed(models)}" if models else "no model is named"


SENTENCES: Final[dict[str, Words]] = {
    "too_long": _too_long,
    "no_room": _no_room,
    "asks_too_much": _asks_too_much,
    "log_model_gone": lambda _, n, r: f"{r} sent to models that are shut down: {_shut_down(n)}.",
    "log_model_going": lambda _, n, r: f"{r} sent to models that will be shut down: {_shut_down(n)}.",
    "target_gone": lambda _, n, __: f"A target is shut down: {_shut_down(n)}.",
    "target_going": lambda _, n, __: f"A target will be shut down: {_shut_down(n)}.",
    "caching": _caching,
    "same_request": lambda _, n, r: (
        f"{r} with exactly the same request as an earlier one: {integer(_n(n.input_tokens))} input tokens."
    ),
    "duplicate": lambda _, __, r: f"{r} logged again: a call with the same id and usage comes earlier.",
    "cut_off": _cut_off,
    "limit_too_low": lambda e, _, r: (
        f"{r} with answers that fit max_tokens, but would not under {e.reference}."
    ),
    "role_markers": lambda _, n, r: (
        f"{r} with a conversation as plain text ({counted(_n(n.lines), 'line', 'lines')} such as User: or AI:)."
    ),
    "special_token_text": lambda _, __, r: f"{r} with text such as <|endoftext|>.",
    "truncated": lambda _, __, r: f"{r} cut short by the log.",
    "redacted": lambda _, __, r: f"{r} with redacted text.",
    "no_text": lambda _, __, r: f"{r} without text, only numbers.",
    "hidden_context": lambda _, __, r: f"{r} with context that is not in the log.",
    "non_openai": lambda _, __, r: f"{r} of other vendors' models.",
    "odd_content": lambda _, __, r: f"{r} with content in a shape that the API does not define.",
    "media_not_counted": lambda _, __, r: f"{r} with images, audio or files that cannot be counted.",
    "unknown_model": lambda _, n, r: f"{r} without a baseline: {_unknown(n)}.",
    "not_countable": lambda _, __, r: f"{r} without a prompt that can be counted.",
    "unpriced": lambda e, _, r: f"{r} without a price under {e.reference}.",
    "residuals": _residuals,
}
"""Finding → what it says."""


TO_DO: Final = {
    "too_long": "Shorten or split them, or choose a target with a larger window.",
    "no_room": "Lower max_tokens, or shorten the prompt.",
    "asks_too_much": "Lower max_tokens; the API refuses more.",
    "log_model_gone": "Move them to another model.",
    "log_model_going": "Plan the move before that day.",
    "target_gone": "Choose its replacement.",
    "target_going": "Consider its replacement at once.",
    "caching": "Keep the beginning of prompts exactly the same; the amount is for calls within an hour of each other.",
    "same_request": "Reuse the answers, or send such requests through the Batch API.",
    "duplicate": "They are counted because of --keep-copies; without it, each call is counted once.",
    "cut_off": "Raise max_tokens, or ask for shorter answers.",
    "limit_too_low": "Scale max_tokens with the tokens of the target (tokcount migrate --scale-max-tokens).",
    "role_markers": "Send them as messages (tokcount migrate --split roles).",
    "special_token_text": "It is counted as ordinary text; check whether it is a separator or came from users.",
    "truncated": "Their logged usage is used instead; log whole requests to have them counted.",
    "redacted": "Their logged usage is used instead.",
    "no_text": "Their logged usage is used instead; it is unknown under another encoding.",
    "hidden_context": "Their counts are lower bounds.",
    "non_openai": "Their counts are estimates: these models have tokenizers of their own.",
    "odd_content": "Only their text was counted.",
    "media_not_counted": "Their counts are lower bounds; the log has no size of media behind a link.",
    "unknown_model": "Specify the model with --alias or --assume-model, or add it with --prices.",
    "not_countable": "They are not in any total; see the reasons under Drift.",
    "unpriced": "Add prices with --price or --prices; until then totals are lower bounds.",
    "residuals": "See tokcount reconcile for where and why.",
}
"""Finding → what to do."""
