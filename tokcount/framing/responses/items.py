"""The input items of a Responses request: messages, function calls with their outputs, reasoning, and others."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from tokcount.framing import features
from tokcount.framing.calls import arguments_text, compact_arguments
from tokcount.framing.content import read_content
from tokcount.framing.family import chat_rules
from tokcount.framing.images import add_media
from tokcount.framing.tools.tool_set import tool_set
from tokcount.logs.record import MEDIA_TYPES

if TYPE_CHECKING:
    from tokcount.framing.family import Family, ResponsesRules
    from tokcount.framing.layout import LayoutBuilder, Range

REASONING = "reasoning sent back to the model, of unknown length"
STORED = "items that are stored on the server only"

_CUSTOM_CALL = "custom_tool_call"
_CALLS = frozenset({"function_call", _CUSTOM_CALL})
_OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output"})
_REASONING_FRAME = 2
_ENVELOPE, _LEAST_PER_TOKEN, _MOST_PER_TOKEN = (900, 1000), 3.7, 7.5
"""Characters of encrypted reasoning: those around it, and those for each of its tokens, in 49 recorded calls of seven
models and five projects."""
_LONGEST_TYPE = 40
"""Longest type of an item that is shown in a reason."""


class Items:
    """Adds the items of one request to its builder."""

    def __init__(
        self,
        builder: LayoutBuilder,
        request: dict[str, Any],
        family: Family,
        rules: ResponsesRules,
        model: str,
        timestamp: float | None,
    ) -> None:
        self._builder = builder
        self._family = family
        self._chat = chat_rules(family, model).at(timestamp)
        self._rules = rules
        self._model = model
        self._timestamp = timestamp
        self._offered = bool(request.get("tools"))
        self._stored = request.get("store") is not False
        self._names: dict[str, str] = {}

    def add_instructions(self, instructions: Any) -> None:
        """Adds the instructions: a leading system message, or items, as some logs have them."""
        if isinstance(instructions, str) and instructions:
            self._message({"role": "system", "content": instructions})
        elif isinstance(instructions, list):
            self.add(instructions)

    def add(self, given: Any) -> None:
        """Adds all items, in order; a string is one user message."""
        if isinstance(given, str):
            self._message({"role": "user", "content": given})
            return
        if not isinstance(given, list):
            return
        i, last_user = _landmarks(given)
        while i < len(given):
            turn = _calls_from(given, i)
            if turn:
                self._calls(turn)
                i += len(turn)
                continue
            self._item(given[i], old=i < last_user)
            if _is_interim(given, i):
                self._builder.uses(features.INTERIM)
                self._builder.constant += self._rules.interim
            i += 1

    def _item(self, item: Any, *, old: bool) -> None:
        if isinstance(item, str):
            self._message({"role": "user", "content": item})
            return
        if not isinstance(item, dict):
            return
        kind = item.get("type") or "message"
        if kind == "message":
            self._message(item)
        elif _type(item) in _OUTPUTS:
            self._output(item)
        elif kind == "reasoning":
            self._reasoning(item, old=old)
        elif kind == "item_reference":
            self._builder.mark_partial(STORED)
        elif kind == "additional_tools" and self._rules.given_tools is not None:
            self._given_tools(item, self._rules.given_tools)
        else:
            self._builder.mark_partial(f"{kind if _is_type(kind) else 'unknown'} items are not counted")

    def _given_tools(self, item: dict[str, Any], around: int) -> None:
        tools = tool_set({"tools": item.get("tools")}, flat=True)
        if tools is not None:
            self._builder.add_encoded(tools.body)
            self._builder.constant += around
            self._builder.uses(features.GIVEN_TOOLS, *tools.forms)

    def _reasoning(self, item: dict[str, Any], *, old: bool) -> None:
        """Most models drop reasoning from before the last user message."""
        if self._rules.old_reasoning or not old:
            self._builder.constant += _REASONING_FRAME
            self._builder.mark_partial(REASONING, encrypted_tokens(item.get("encrypted_content")))
        else:
            self._builder.uses(features.OLD_REASONING)

    def _message(self, item: dict[str, Any]) -> None:
        role = item.get("role")
        role = role if isinstance(role, str) else "user"
        if role == "assistant" and item.get("content") == []:
            return  # not shown to the model: free in 11 of 11 recorded calls, 10 models
        text = self._text_of(item.get("content"))
        self._builder.constant += self._chat.per_message + 1
        self._builder.add_text(role, text)
        if role == "assistant":
            self._builder.uses(features.ASSISTANT_TEXT if text else features.EMPTY_ASSISTANT)
        if role == "assistant" and (text or item.get("content") == ""):
            self._builder.constant += self._chat.assistant_text

    def _text_of(self, content: Any) -> str:
        text, media, doubt = read_content(content)
        if type(content) is list:
            self._builder.uses(features.TEXT_PARTS)
        if media:
            add_media(self._builder, media, self._family, self._model, self._timestamp)
        if doubt:
            self._builder.mark_estimated(doubt)
        return text

    def _calls(self, turn: list[dict[str, Any]]) -> None:
        rules = self._rules
        self._builder.uses(features.CALL if len(turn) == 1 else features.PARALLEL_CALLS)
        if not self._offered:
            self._builder.uses(features.CALLS_ALONE)
        if len(turn) > 1:
            self._builder.constant += rules.parallel
        elif turn[0].get("id") and self._stored:
            self._builder.constant += rules.stored_call
            self._builder.uses(features.STORED_CALL)
        for call in turn:
            name, arguments = (
                _string(call.get("name")),
                arguments_text(call.get("arguments", call.get("input"))),
            )
            if call.get("type") == _CUSTOM_CALL:
                self._builder.uses(features.CUSTOM_TOOLS)
            self._names[_string(call.get("call_id"))] = name
            self._builder.constant += rules.call
            self._builder.add_encoded("functions." + name)
            raw = rules.raw_arguments or call.get("type") == _CUSTOM_CALL
            self._builder.add_encoded(arguments if raw else compact_arguments(arguments))

    def _output(self, item: dict[str, Any]) -> None:
        name = self._names.get(_string(item.get("call_id")))
        if name is None:
            self._builder.uses(features.LONE_RESULT)
            name = ""
        self._builder.add_encoded("functions." + name)
        output = item.get("output")
        if isinstance(output, list):
            media = any(_type(part) in MEDIA_TYPES for part in output)
            self._builder.uses(features.RESULT_MEDIA if media else features.RESULT_PARTS)
        self._builder.add_text("tool", self._text_of(output))


def encrypted_tokens(content: Any) -> Range | None:
    """How many tokens encrypted reasoning may have, from its length; `None`: it is not in the log.

    >>> encrypted_tokens("x" * 3172)
    (289, 615)
    """
    if not isinstance(content, str) or len(content) < _ENVELOPE[0]:
        return None
    low, high = len(content) - _ENVELOPE[1], len(content) - _ENVELOPE[0]
    return max(0, int(low / _MOST_PER_TOKEN)), ceil(high / _LEAST_PER_TOKEN)


def _landmarks(given: list[Any]) -> tuple[int, int]:
    """The index at which the model's input begins (the last compaction), and that of the last user message (or -1)."""
    start, last_user = 0, -1
    for i, item in enumerate(given):
        if isinstance(item, dict):
            if item.get("role") == "user":
                last_user = i
            elif item.get("type") == "compaction":
                start = i
        elif isinstance(item, str):
            last_user = i
    return start, last_user


def _is_interim(given: list[Any], i: int) -> bool:
    """Whether an assistant text does not end its turn: a call or another text of the assistant follows."""
    if not isinstance(given[i], dict) or given[i].get("role") != "assistant" or i + 1 >= len(given):
        return False
    following = given[i + 1]
    return isinstance(following, dict) and (
        _type(following) in _CALLS or following.get("role") == "assistant"
    )


def _type(item: Any) -> str | None:
    kind = item.get("type") if isinstance(item, dict) else None
    return kind if isinstance(kind, str) else None


def _is_type(kind: Any) -> bool:
    """Whether it is a name, which may be shown; a sentence in its place is content of the log."""
    return isinstance(kind, str) and kind.isidentifier() and len(kind) <= _LONGEST_TYPE


def _calls_from(given: list[Any], start: int) -> list[dict[str, Any]]:
    """The consecutive function calls from `start` on: one turn of the model."""
    end = start
    while end < len(given) and _type(given[end]) in _CALLS:
        end += 1
    return given[start:end]


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
