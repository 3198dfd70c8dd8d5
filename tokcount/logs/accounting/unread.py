"""What of a request or an answer was not read: the fields that hold something and are in no table.

`tokcount.framing` counts the fields that the tables call counted; whatever it does not know ends up here, and the
count is `partial`. Fields are named by their path, `messages[].parts`. Names come from the log, so they are bounded
and nothing that could be somebody's text is shown; values never are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import msgspec

from tokcount.logs.accounting.choices import CHOICES
from tokcount.logs.accounting.node import (
    Field,
    Node,
    field,
    holds_something,
    is_label,
    is_word,
    may_be_prompt,
)
from tokcount.logs.accounting.schema import has_unread_keywords
from tokcount.logs.accounting.tables import EVERYWHERE, NODES, PROMPT_NAMES
from tokcount.logs.scalars import Json, label

MOST_FIELDS: Final = 6
"""Fields of one body that are named; one more name stands for all others."""
FURTHER: Final = "further fields"
UNNAMED: Final = "…"
"""Stands for a name that could be somebody's text."""
_FIELD: Final = re.compile(r"[a-z_][A-Za-z_]{0,37}\d{0,2}", re.ASCII)
"""A name that an API would give to a field. Words, ids and titles that somebody uses as keys look otherwise."""

Unread = tuple[str, ...]
"""Paths of the fields that were not read."""

_BODIES: Final = {"chat": "chat request", "responses": "responses request"}


def unread_request(kind: str, request: Json) -> Unread:
    """The fields of a request body of any `kind` of record that were not read. Never raises for decoded JSON."""
    return _without_copies(_unread(_BODIES.get(kind, "completions request"), request), request)


def unread_around(kind: str, request: Json) -> Unread:
    """As `unread_request`, for a body whose messages, input or prompt are plain text, without tools and a schema."""
    if kind == "responses" and request.get("text"):
        return unread_request(kind, request)
    body = _BODIES.get(kind, "completions request")
    reader = _READERS[body]
    if reader.known.issuperset(request):
        return ()
    found = _Found()
    for name in _others(body, tuple(request)):
        value = request[name]
        if name in PROMPT_NAMES or type(value) not in _NEVER_TEXT:
            found.add_other(reader.node, name, value, "")
    return _without_copies(found.paths(), request)


@lru_cache(maxsize=1024)
def _others(body: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that are in no table of a body, sorted."""
    return tuple(sorted(set(names) - _READERS[body].known, key=str))


def _without_copies(paths: Unread, request: Json) -> Unread:
    """Without what a client kept next to the prompt that it made of it: messages, an instruction."""
    prompt = request.get("prompt")
    if not paths or not isinstance(prompt, str):
        return paths
    return tuple([path for path in paths if path == "prompt" or not _is_copy(request.get(path), prompt)])


def _is_copy(value: Any, prompt: str) -> bool:
    texts = [
        part.get("content") if isinstance(part, dict) else part
        for part in (value if isinstance(value, list) else [value])
    ]
    return bool(texts) and all(isinstance(text, str) and text.strip() in prompt for text in texts)


def unread_answer(kind: str, response: Json) -> Unread:
    """The fields of a response body that were not read. Never raises for decoded JSON."""
    if plain_choices(response) is not None:
        return ()
    is_items = isinstance(response.get("output"), list) and (
        kind == "responses" or not isinstance(response.get("choices"), list)
    )
    return _unread("responses answer" if is_items else "chat answer", response)


def plain_choices(response: Json) -> list[Json] | None:
    """The choices of an answer, if each is a message with nothing but text, the common case."""
    choices = response.get("choices")
    if type(choices) is not list or not _OF_ANSWERS.issuperset(response):
        return None
    for choice in choices:
        if type(choice) is not dict or not _OF_CHOICES.issuperset(choice):
            return None
        message = choice.get("message")
        if type(message) is not dict or not _PLAIN.issuperset(message):
            return None
        if type(message.get("content")) is not str or message.get("role", "assistant") != "assistant":
            return None
        if len(message) > 2 and (message.get("refusal") or message.get("tool_calls")):
            return None
    return choices


def _is_plain(message: Any) -> bool:
    """Whether a message is a role and a text, and maybe fields that cost nothing."""
    return (
        type(message) is dict
        and _PLAIN.issuperset(message)
        and type(message.get("content")) is str
        and message.get("role") in _USUAL_ROLES
        and not message.get("refusal")
        and not message.get("tool_calls")
    )


def _unread(name: str, body: Json) -> Unread:
    found = _Found()
    try:
        found.walk(_READERS[name], body, "")
    except RecursionError:
        found.add("what is nested too deeply")
    return found.paths()


class _Reader(msgspec.Struct, frozen=True):
    """A table of fields in the form in which it is walked."""

    node: Node
    known: frozenset[str]
    fields: dict[str, Field]


_READERS: Final = {
    name: _Reader(
        node=node,
        known=node.free.union(node.counted),
        fields={key: field(written) for key, written in node.counted.items()},
    )
    for name, node in NODES.items()
}


class _Found:
    """Collects the paths of fields that were not read, in order."""

    def __init__(self) -> None:
        self._paths: dict[str, None] = {}

    def paths(self) -> Unread:
        return tuple(self._paths)

    def add(self, path: str) -> None:
        if len(self._paths) < MOST_FIELDS:
            self._paths[path] = None
        elif path not in self._paths:
            self._paths[FURTHER] = None

    def walk(self, reader: _Reader, value: Json, path: str) -> None:
        """An object: its counted fields are looked into, its unknown ones are added."""
        for name, expected in reader.fields.items():
            inner = value.get(name)
            if inner and not (type(inner) is str and expected.text):
                self._look(expected, inner, f"{path}.{name}" if path else name)
        if not reader.known.issuperset(value) and not reader.node.whole:
            for name, inner in value.items():
                if name not in reader.known and not value.get(reader.node.repeats.get(name, "")):
                    self.add_other(reader.node, name, inner, path)

    def add_other(self, node: Node, name: str, value: Any, path: str) -> None:
        """A field that is in no table."""
        if node.is_body:
            is_unread = may_be_prompt(value) or (name in PROMPT_NAMES and holds_something(value))
        else:
            is_unread = holds_something(value) and not is_label(name, value)
        if is_unread:
            shown = name if _FIELD.fullmatch(name) else UNNAMED
            self.add(f"{path}.{shown}" if path else shown)

    def _look(self, expected: Field, value: Any, path: str) -> None:
        if expected.whole or (expected.word and isinstance(value, str) and is_word(value)):
            return
        if isinstance(value, dict) and expected.objects is not None:
            self.look_at(expected.objects, value, path)
        elif isinstance(value, list) and expected.items is not None:
            self._look_at_list(expected.items, value, path + "[]")
        elif holds_something(value):
            self.add(path)

    def _look_at_list(self, kind: str, values: list[Any], path: str) -> None:
        if kind in _CACHED:
            for missed in _unread_tools(kind, values):
                self.add(f"{path}.{missed}" if missed else path)
            return
        for value in values:
            if kind == "message" and _is_plain(value):
                continue
            if isinstance(value, dict):
                self.look_at(kind, value, path)
            elif not (isinstance(value, str) and kind in _TAKE_TEXT) and holds_something(value):
                self.add(path)

    def look_at(self, kind: str, value: Json, path: str) -> None:
        if kind == "schema":
            if has_unread_keywords(value):
                self.add(f"{path}.{UNNAMED}")
            return
        choice = CHOICES.get(kind)
        if choice is not None:
            named = value.get(choice.by)
            known = choice.kinds.get(named if isinstance(named, str) else choice.usual, choice.other)
            if known is None:
                self.add(f"{path}.{label(named, UNNAMED)}")
                return
            kind = _definition(known, value)
        self.walk(_READERS[kind], value, path)


_NEVER_TEXT: Final = (int, float, bool, type(None))
_CACHED: Final = frozenset({"tool", "named tool", "function"})
_OF_ANSWERS: Final = _READERS["chat answer"].known
_OF_CHOICES: Final = NODES["choice"].free | {"message"}
_PLAIN: Final = EVERYWHERE | {"role", "content", "refusal", "tool_calls"}
_USUAL_ROLES: Final = ("user", "assistant", "system", "developer")
_TAKE_TEXT: Final = frozenset({"part", "item"})
"""Lists in which a string is a text of its own."""
_DEFINITIONS: Final = {
    "function tool": ("function", "function tool", "function"),
    "named function": ("function", "function tool", "function"),
    "custom tool": ("custom", "custom tool", "custom definition"),
}
"""Kind of a tool → the field with its definition, its kind with that field, and its kind when it has none."""


def _definition(kind: str, tool: Json) -> str:
    """Chat nests the definition of a tool, Responses does not: there, the name of the tool decides."""
    if kind not in _DEFINITIONS:
        return kind
    name, nested, flat = _DEFINITIONS[kind]
    is_named = kind == "named function" and "name" in tool
    return nested if isinstance(tool.get(name), dict) and not is_named else flat


def _unread_tools(kind: str, tools: list[Any]) -> Unread:
    """The same for a list of tools. Logs repeat it in every record, so it is remembered by its JSON."""
    try:
        return _remembered(kind, msgspec.json.encode(tools))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return _walked(kind, tools)


@lru_cache(maxsize=1024)
def _remembered(kind: str, tools: bytes) -> Unread:
    return _walked(kind, msgspec.json.decode(tools))


def _walked(kind: str, tools: list[Any]) -> Unread:
    found = _Found()
    for tool in tools:
        if isinstance(tool, dict):
            found.look_at(kind, tool, "")
        elif holds_something(tool):
            found.add("")
    return found.paths()
