"""The input items of a Responses request: messages, function calls with their outputs, reasoning, and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.counting.content import read_content
from tokcount.counting.images import add_media

if TYPE_CHECKING:
    from tokcount.counting.draft import Draft
    from tokcount.counting.families import Family
    from tokcount.counting.responses_rules import Rules

REASONING = "reasoning sent back to the model, of unknown length"
STORED = "items that only the server has"
CALLS = "function calls on this model"
LONE_OUTPUT = "a tool result without its call"
ODD_CONTENT = "content that is neither text nor parts"
ODD_ITEM = "an entry of input is not an object"

_REASONING_FRAME = 2


class Items:
    """Adds the items of one request to its draft."""

    def __init__(
        self, draft: Draft, request: dict[str, Any], family: Family, rules: Rules, model: str
    ) -> None:
        self._draft = draft
        self._family = family
        self._rules = rules
        self._model = model
        self._stored = request.get("store") is not False
        self._names: dict[str, str] = {}

    def add_instructions(self, instructions: Any) -> None:
        """Instructions are a leading system message; some logs hold them as items."""
        if isinstance(instructions, str) and instructions:
            self._message({"role": "system", "content": instructions})
        elif isinstance(instructions, list):
            self.add(instructions)

    def add(self, given: Any) -> None:
        """All items, in order; a text is one user message."""
        if isinstance(given, str):
            self._message({"role": "user", "content": given})
            return
        if not isinstance(given, list):
            if given is not None:
                self._draft.doubt(ODD_ITEM)
            return
        last_question = max((i for i, item in enumerate(given) if _is_question(item)), default=-1)
        i = 0
        while i < len(given):
            turn = _calls_from(given, i)
            if turn:
                self._calls(turn)
                i += len(turn)
                continue
            self._item(given[i], old=i < last_question)
            i += 1

    def _item(self, item: Any, *, old: bool) -> None:
        if isinstance(item, str):
            self._message({"role": "user", "content": item})
            return
        if not isinstance(item, dict):
            self._draft.doubt(ODD_ITEM)
            return
        kind = item.get("type") or "message"
        if kind == "message":
            self._message(item)
        elif kind == "function_call_output":
            self._output(item)
        elif kind == "reasoning":
            if self._rules.old_reasoning or not old:
                self._draft.constant += _REASONING_FRAME
                self._draft.miss(REASONING)
        elif kind == "item_reference":
            self._draft.miss(STORED)
        else:
            self._draft.miss(f"{kind if isinstance(kind, str) else 'unknown'} items are not counted")

    def _message(self, item: dict[str, Any]) -> None:
        role = item.get("role")
        role = role if isinstance(role, str) else "user"
        text = self._text_of(item.get("content"))
        self._draft.constant += self._family.per_message + 1
        self._draft.say(role, text)
        if role == "assistant" and text:
            self._draft.constant += self._family.assistant_text

    def _text_of(self, content: Any) -> str:
        text, media, odd = read_content(content)
        if media:
            add_media(self._draft, media, self._model)
        if odd:
            self._draft.doubt(ODD_CONTENT)
        return text

    def _calls(self, turn: list[dict[str, Any]]) -> None:
        rules = self._rules
        if rules.call_basis != "exact":
            self._draft.doubt(CALLS)
        if len(turn) > 1:
            self._draft.constant += rules.parallel
        elif turn[0].get("id") and self._stored:
            self._draft.constant += rules.stored_call
        for call in turn:
            name, arguments = _string(call.get("name")), _string(call.get("arguments"))
            self._names[_string(call.get("call_id"))] = name
            self._draft.constant += rules.call
            self._draft.encode("functions." + name)
            self._draft.encode(arguments)

    def _output(self, item: dict[str, Any]) -> None:
        name = self._names.get(_string(item.get("call_id")))
        if name is None:
            self._draft.doubt(LONE_OUTPUT)
            name = ""
        self._draft.encode("functions." + name)
        self._draft.say("tool", self._text_of(item.get("output")))


def _is_question(item: Any) -> bool:
    return isinstance(item, str) or (isinstance(item, dict) and item.get("role") == "user")


def _calls_from(given: list[Any], start: int) -> list[dict[str, Any]]:
    """The function calls that follow each other from ``start`` on: one turn of the model."""
    turn: list[dict[str, Any]] = []
    for item in given[start:]:
        if not isinstance(item, dict) or item.get("type") != "function_call":
            break
        turn.append(item)
    return turn


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
