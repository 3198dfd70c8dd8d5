"""What the fields of an unknown value probably are, by the words in their names and by what they hold."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from tokcount.logs.adapt import could_be_text, messages_in, money, number, timestamp
from tokcount.logs.scalars import Json, decoded, label

DEEPEST: Final = 5
"""Steps from a value to a field that is looked at."""
MOST_FIELDS: Final = 200
"""Fields that are looked at in one value."""
_SHOWN_KEYS: Final = 12
_KNOWN_KEYS: Final = 4096
"""Distinct sets of keys whose reasons are remembered."""

ENOUGH: Final = ("messages", "prompt", "input_tokens", "output_tokens", "total_tokens", "cost")
"""Meanings of which a record needs one."""
_NAMED: Final = (*ENOUGH[:2], "completion", "model", *ENOUGH[2:])
"""Meanings that a hint names."""

_WORD: Final = re.compile(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+(?![a-zäöüß])")
_MODEL: Final = re.compile(
    r"(?:[\w-]+[/.:])*(?:gpt|o[134]|text|chatgpt|claude|gemini|llama|mistral|deepseek|qwen)-"
)
_BARE: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TOKENS: Final = _set("tok toks token tokens usage verbrauch")
_INPUT: Final = _set(
    "in input inputs prompt prompts request question query sent context ein eingabe anfrage frage"
)
_OUTPUT: Final = _set(
    "out output outputs completion completions response answer reply generated received aus ausgabe antwort"
)
_TEXTS: Final = {
    "system": _set("system sys instruction instructions anweisung systemprompt"),
    "completion": _set("answer response output reply completion generated assistant result antwort ausgabe"),
    "prompt": _set("prompt question query input request user q frage eingabe anfrage"),
}
"""Meaning of a text → words."""
_ANY_TEXT: Final = _set("text message nachricht")
"""Words of a prompt where no other says more."""
_LABELS: Final = {
    "user": _set("user username customer benutzer nutzer kunde"),
    "session": _set("session conversation thread chat sitzung"),
    "id": _set("id uuid"),
    "model": _set("model modell engine deployment llm"),
}
"""Meaning of a name → words."""
_KINDS: Final = {
    "reasoning_tokens": _set("reasoning thinking thoughts"),
    "cache_write_tokens": _set("write creation created written"),
    "cached_tokens": _set("cached cache hit"),
    "total_tokens": _set("total sum all gesamt summe"),
}
"""Meaning of a number of tokens → words, the most particular meaning first."""
_SIDES: Final = {"output_tokens": _OUTPUT, "input_tokens": _INPUT}
"""Meaning of any other number of tokens → words; the last one says it (`response.usage.promptTokenCount`)."""
_COST: Final = _set("cost costs price usd spend kosten preis dollars")
_TIME: Final = _set("time ts timestamp date at created when zeit datum zeitpunkt uhrzeit")

Guess = dict[str, str]
"""Meaning, by the name of its option (`input_tokens`) → the path of the field."""


def guess(value: Json) -> Guess:
    """The meanings of the fields of a value, each with the path of the first field that fits."""
    found: Guess = {}
    for steps, item in _leaves(value, ()):
        meaning = _meaning([word for step in steps for word in _words(step)], item)
        if meaning and meaning not in found:
            found[meaning] = _path(steps)
    return found


class Reasons:
    """Why values are not records, and the options that could read them; looked up once for each set of keys.

    `forced`: the only format that is tried, if there is one.
    """

    def __init__(self, forced: str | None) -> None:
        self._forced = forced
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}

    def of(self, value: Json, places: Iterable[str] = ()) -> str:
        """The reason for one value; `places`: paths of records inside it."""
        case = tuple(value), tuple(places)
        if case not in self._known:
            if len(self._known) >= _KNOWN_KEYS:
                self._known.clear()
            self._known[case] = self._reason(value, case[1])
        return self._known[case]

    def _reason(self, value: Json, places: tuple[str, ...]) -> str:
        keys = [label(key, "…") for key in list(value)[:_SHOWN_KEYS]]
        more = ", …" if len(value) > _SHOWN_KEYS else ""
        seen = f"keys seen: {', '.join(keys)}{more}" if keys else "an object without keys"
        begin = f"not {self._forced}; " if self._forced else ""
        if paths := " or ".join(f"--records-path '{place}'" for place in places):
            return f"{begin}{seen}; records are in several places: choose {paths}"
        return f"{begin}{seen}; {_advice(value)}"


def _advice(value: Json) -> str:
    found = guess(value)
    options = [
        f"--{name.replace('_', '-')}-path {shlex.quote(found[name])}"
        for name in _NAMED
        if name in found and _is_safe(found[name])
    ]
    if options and not found.keys().isdisjoint(ENOUGH):
        return f"map them with {' '.join(options)}"
    return "map them with --messages-path or --prompt-path"


def _is_safe(path: str) -> bool:
    """May this path be shown? A name in it could be somebody's text."""
    return all(label(step, "") for step in path.replace('"', "").split("."))


def _leaves(value: Any, steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The fields of a value and of the objects in it, with the keys that lead to each."""
    waiting = [(steps, value)]
    for _ in range(MOST_FIELDS):
        if not waiting:
            return
        steps, value = waiting.pop(0)
        inner = decoded(value) if len(steps) == 1 else value
        if isinstance(inner, dict) and len(steps) < DEEPEST:
            waiting += [((*steps, key), item) for key, item in inner.items() if isinstance(key, str)]
        else:
            yield steps, inner if isinstance(inner, list) else value


def _words(name: str) -> list[str]:
    """The words of a name: `promptTok`, `prompt_tok` and `PROMPT TOK` are `prompt`, `tok`."""
    return [word.lower() for word in _WORD.findall(name)]


def _meaning(words: list[str], item: Any) -> str | None:
    test: Callable[[list[str], Any], str | None]
    for test in (_of_number, _of_time, _of_messages, _of_string):
        if meaning := test(words, item):
            return meaning
    return None


def _of_number(words: list[str], item: Any) -> str | None:
    if isinstance(item, bool) or money(item) is None or not words:
        return None
    if not _COST.isdisjoint(words):
        return "cost"
    if _TOKENS.isdisjoint(words) or number(item) is None:
        return None
    part = next((meaning for meaning, known in _KINDS.items() if not known.isdisjoint(words)), None)
    return part or next(filter(None, (_of_word(word, _SIDES) for word in reversed(words))), None)


def _of_time(words: list[str], item: Any) -> str | None:
    if _TIME.isdisjoint(words[-2:]) or isinstance(item, bool):
        return None
    return "time" if timestamp(item, naive_utc=True) is not None else None


def _of_messages(words: list[str], item: Any) -> str | None:  # noqa: ARG001 - what they are shows
    return "messages" if isinstance(item, list) and messages_in(item) else None


def _of_string(words: list[str], item: Any) -> str | None:
    if not isinstance(item, str) or not item:
        return None
    if _MODEL.match(item) and not could_be_text(item):
        return "model"
    if could_be_text(item):
        named = next(filter(None, (_of_word(word, _TEXTS) for word in reversed(words))), None)
        return named or (None if _ANY_TEXT.isdisjoint(words) else "prompt")
    return next(filter(None, (_of_word(word, _LABELS) for word in words[-2:])), None)


def _of_word(word: str, meanings: Mapping[str, frozenset[str]]) -> str | None:
    return next((meaning for meaning, words in meanings.items() if word in words), None)


def _path(steps: tuple[str, ...]) -> str:
    return ".".join(step if _BARE.fullmatch(step) else '"' + step.replace('"', '\\"') + '"' for step in steps)
