"""Findings in words: what each means, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import UnsetType

from tokcount.document.values import integer, share, usd
from tokcount.models.compatibility.request import NO_LIMIT
from tokcount.reports.audit.report import FindingEntry, FindingNumbers, ModelShutdown
from tokcount.reports.phrases import counted

MODELS_NAMED: Final = 4
ENDPOINTS: Final = {
    "completions": "the legacy completions endpoint",
    "chat": "Chat Completions",
    "responses": "the Responses API",
}
INPUTS: Final = {"image": "images", "audio": "audio", "file": "files"}
"""Kind of input → what a request has."""


def sentence(entry: FindingEntry, records: str = "") -> str:
    """What was found, in one sentence; `records` are words for its records in place of their number."""
    return SENTENCES[entry.id](entry, entry.numbers, records or counted(entry.count, "record", "records"))


def to_do(entry: FindingEntry) -> str:
    """What to do about it, and where: `Send them to responses.` where that endpoint takes what this one refuses."""
    others = {target.to for target in entry.targets} if entry.id == "refused" else {None}
    if None not in others and len(others) == 1:
        return f"Send them to {_endpoint(others.pop())}, which takes {_asked(entry)} (tokcount migrate)."
    if entry.id == "refused" and entry.parameter in INPUTS:
        return f"Choose a target that takes {_asked(entry)} for them."
    return TO_DO[entry.id]


def _endpoint(name: str | None) -> str:
    return ENDPOINTS.get(name or "", name or "another endpoint")


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


def _under(entry: FindingEntry, limit: Callable[[FindingNumbers], str] = lambda _: "") -> str:
    """The targets of a finding: `gpt-5.6-luna`, `gpt-4o (2 records) and gpt-4 (3 records, its 8,192 tokens)`."""
    same = len({target.count for target in entry.targets}) <= 1
    named = []
    for target in entry.targets:
        count = "" if same else counted(target.count, "record", "records")
        details = ", ".join(filter(None, (count, limit(target.numbers))))
        named.append(f"{target.reference} ({details})" if details else target.reference)
    return _and(named)


def _and(names: list[str]) -> str:
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _n(number: int | UnsetType | None) -> int:
    """A number that this kind of finding has."""
    return number or 0


def _too_long(entry: FindingEntry, _: FindingNumbers, records: str) -> str:
    return f"{records} with more input than {_under(entry, lambda n: _size(n.takes))} takes."


def _no_room(entry: FindingEntry, _: FindingNumbers, records: str) -> str:
    return f"{records} where input and max_tokens exceed the window of {_under(entry, lambda n: _size(n.window))}."


def _asks_too_much(entry: FindingEntry, _: FindingNumbers, records: str) -> str:
    return f"{records} with max_tokens above the output limit of {_under(entry, lambda n: _size(n.writes))}."


def _size(tokens: int | UnsetType | None) -> str:
    """A limit; nothing if it differs from record to record."""
    return f"{integer(tokens)} tokens" if tokens else ""


def _refused(entry: FindingEntry, _: FindingNumbers, records: str) -> str:
    return f"{records} with {_asked(entry)}, which {_under(entry)} {_does(entry, 'refuse')}{_reasons(entry)}."


def _renamed(entry: FindingEntry, _: FindingNumbers, records: str) -> str:
    named = _and(list(dict.fromkeys(target.to for target in entry.targets if target.to)))
    return f"{records} with {entry.parameter}, which is {named} under {_under(entry)}."


def _changed(entry: FindingEntry, _: FindingNumbers, records: str) -> str:
    what = "without max_tokens" if entry.parameter == NO_LIMIT else f"with {entry.parameter}"
    return f"{records} {what}, which {_does(entry, 'mean')} something else under {_under(entry)}{_reasons(entry)}."


def _not_known(entry: FindingEntry, _: FindingNumbers, records: str) -> str:
    if not entry.parameter:
        takes = f"{_under(entry)} {_does(entry, 'take')}"
        return f"{records} whose parameters cannot be compared: it is not known what {takes}."
    return (
        f"{records} with {_asked(entry)}: it is not known whether {_under(entry)} {_does(entry, 'take')} it"
        f"{_reasons(entry)}."
    )


def _default_values(entry: FindingEntry, _: FindingNumbers, records: str) -> str:
    named = {name for target in entry.targets for name in target.numbers.parameters or ()}
    return f"{records} with default values that {_under(entry)} may refuse: {', '.join(sorted(named))}."


def _other_endpoint(entry: FindingEntry, _: FindingNumbers, records: str) -> str:
    places = list(dict.fromkeys(_endpoint(target.to) for target in entry.targets))
    verb = "does" if len(places) == 1 else "do"
    return f"{records} sent to an endpoint that does not serve {_under(entry)}; {_and(places)} {verb}."


def _asked(entry: FindingEntry) -> str:
    """A parameter or an input of a request."""
    name = entry.parameter or ""
    return INPUTS.get(name, name)


def _does(entry: FindingEntry, verb: str) -> str:
    return f"{verb}s" if len(entry.targets) == 1 or verb == "mean" else verb


def _reasons(entry: FindingEntry) -> str:
    """Why, if all targets have the same reason; else each with its own."""
    reasons = {target.why for target in entry.targets}
    if reasons == {None}:
        return ""
    if len(reasons) == 1:
        return f": {reasons.pop()}"
    return ": " + "; ".join(f"{target.reference}: {target.why}" for target in entry.targets if target.why)


def _same_request(entry: FindingEntry, numbers: FindingNumbers, records: str) -> str:
    paid = f", {usd(entry.amount_usd)}" if entry.amount_usd else ""
    return f"{records} with the same prompt as an earlier one: {integer(_n(numbers.input_tokens))} input tokens{paid}."


def _caching(entry: FindingEntry, numbers: FindingNumbers, records: str) -> str:
    cached, total = _n(numbers.cached_tokens), _n(numbers.input_tokens)
    part = share(cached / total) if total else "0 %"
    amounts = [f"{usd(one.amount_usd or 0)} under {one.reference}" for one in entry.targets]
    return (
        f"{records} with the same beginning as an earlier one: caching would cover {integer(cached)} input tokens "
        f"({part}) and save at least {_and(amounts)}."
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
    noun = "model" if len(numbers.models or ()) == 1 else "models"
    return f"unknown {noun} {_names(numbers)}" if numbers.models else "no model is named"


def _names(numbers: FindingNumbers) -> str:
    return _listed([model for model in numbers.models or () if isinstance(model, str)])


SENTENCES: Final[dict[str, Words]] = {
    "too_long": _too_long,
    "no_room": _no_room,
    "asks_too_much": _asks_too_much,
    "log_model_gone": lambda _, n, r: f"{r} sent to models that are shut down: {_shut_down(n)}.",
    "log_model_going": lambda _, n, r: f"{r} sent to models that will be shut down: {_shut_down(n)}.",
    "other_endpoint": _other_endpoint,
    "refused": _refused,
    "renamed": _renamed,
    "changed": _changed,
    "not_known": _not_known,
    "default_values": _default_values,
    "target_gone": lambda _, n, __: f"A target is shut down: {_shut_down(n)}.",
    "target_going": lambda _, n, __: f"A target will be shut down: {_shut_down(n)}.",
    "caching": _caching,
    "same_request": _same_request,
    "duplicate": lambda _, __, r: f"{r} logged again: a call with the same id and usage comes earlier.",
    "cut_off": _cut_off,
    "limit_too_low": lambda e, _, r: (
        f"{r} with answers that fit max_tokens, but would not under {_under(e)}."
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
    "no_tokenizer": lambda _, n, r: (
        f"{r} without a baseline: no tokenizer is installed or published for {_names(n)}."
    ),
    "unknown_model": lambda _, n, r: f"{r} without a baseline: {_unknown(n)}.",
    "not_countable": lambda _, __, r: f"{r} without a prompt that can be counted.",
    "unpriced": lambda e, _, r: f"{r} without a price under {_under(e)}.",
    "residuals": _residuals,
}
"""Finding → what it says."""


TO_DO: Final = {
    "too_long": "Shorten or split them, or choose a target with a larger window.",
    "no_room": "Lower max_tokens, or shorten the prompt.",
    "asks_too_much": "Lower max_tokens; the API refuses more.",
    "other_endpoint": "Rewrite them for that endpoint (tokcount migrate).",
    "refused": "Remove it, or change its value; tokcount migrate does so and lists what is lost.",
    "renamed": "Rename it; tokcount migrate does so.",
    "changed": "Check whether the value still fits.",
    "not_known": "Try one such request before you move the log.",
    "default_values": "Leave them out; the requests mean the same without them.",
    "log_model_gone": "Move them to another model.",
    "log_model_going": "Plan the move before that day.",
    "target_gone": "Choose its replacement.",
    "target_going": "Consider its replacement at once.",
    "caching": "Keep the beginning of prompts exactly the same; the amount is for calls within an hour of each other.",
    "same_request": "Where their parameters are the same as well, reuse the answers, or use the Batch API.",
    "duplicate": "They are counted because of --keep-copies; without it, each call is counted once.",
    "cut_off": "Raise max_tokens, or ask for shorter answers.",
    "limit_too_low": "Scale max_tokens with the tokens of the target (tokcount migrate --scale-max-tokens).",
    "role_markers": "Send them as messages (tokcount migrate --split roles).",
    "special_token_text": "It is counted as ordinary text; check whether it is a separator or came from users.",
    "truncated": "Their logged usage is used instead; log whole requests to have them counted.",
    "redacted": "Their logged usage is used instead.",
    "no_text": "Their logged usage is used instead; it is unknown under another encoding.",
    "hidden_context": "Their counts are lower bounds.",
    "non_openai": "They are written for other APIs: under models of another vendor their counts are estimates.",
    "odd_content": "Only their text was counted.",
    "media_not_counted": "Their counts are lower bounds; the log has no size of media behind a link.",
    "no_tokenizer": "See under Drift what to install; where no tokenizer is published, only billed tokens are known.",
    "unknown_model": "Specify the model with --alias or --assume-model, or add it with --prices.",
    "not_countable": "They are not in any total; see the reasons under Drift.",
    "unpriced": "Add prices with --price or --prices; until then totals are lower bounds.",
    "residuals": "See tokcount reconcile for where and why.",
}
"""Finding → what to do."""
