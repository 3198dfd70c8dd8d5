"""A chat request, laid out as the API encodes it: one block a message, definitions joined to the first."""

from __future__ import annotations

from typing import Any

from tokcount.counting import calls
from tokcount.counting.content import read_content
from tokcount.counting.draft import Draft
from tokcount.counting.families import Family
from tokcount.counting.layout import Layout
from tokcount.counting.schemas import ResponseFormat, response_format
from tokcount.counting.tools import ToolSet, forced_name, tool_set

INSTRUCTION_ROLES = frozenset({"system", "developer"})
TOOL_ROLES = frozenset({"tool", "function"})
_PLAIN_ROLES = frozenset({"user", "system", "developer", "assistant"})
ESCAPED_UNTIL = 1_773_532_800.0
"""15 March 2026: parallel results with other than ASCII were escaped until 18 February, and not from 8 April on."""


def layout_chat(
    request: dict[str, Any], family: Family, *, roles: bool = False, timestamp: float | None = None, model: str = ""
) -> Layout:
    """Layout of a Chat Completions request under a family that frames."""
    messages = request.get("messages")
    if not isinstance(messages, list):
        messages = []
    if not (request.get("tools") or request.get("functions") or request.get("response_format")):
        plain = _layout_plain(messages, family, timestamp)
        if plain is not None:
            if roles:
                plain.roles = [message["role"] for message in messages]
            return plain
    return _Chat(messages, request, family, timestamp, model).finish(roles=roles)


def _layout_plain(messages: list[Any], family: Family, timestamp: float | None) -> Layout | None:
    """The common case: every message is a role and a string. ``None``: it is not."""
    texts: list[str] = []
    replies = 0
    for message in messages:
        if type(message) is not dict or len(message) != 2:
            return None
        content, role = message.get("content"), message.get("role")
        if type(content) is not str or type(role) is not str or role not in _PLAIN_ROLES:
            return None
        texts.append(content)
        if role == "assistant":
            replies += 1
    constant = family.primed(timestamp) + len(texts) * (family.per_message + 1) + replies * family.assistant_text
    if family.doubt:
        return Layout(constant, texts, texts, "estimated", (family.doubt,))
    return Layout(constant, texts, texts)


class _Chat(Draft):
    """One request on its way to a layout."""

    def __init__(
        self, messages: list[Any], request: dict[str, Any], family: Family, timestamp: float | None, model: str
    ) -> None:
        super().__init__()
        self._family = family
        self._timestamp = timestamp
        self._model = model
        self._calls: dict[str, calls.Call] = {}
        self._group: dict[str, str] | None = None
        self.constant = family.primed(timestamp)
        self._tools = tool_set(request, family.renderer)
        self._format = response_format(request.get("response_format"))
        if family.doubt:
            self.doubt(family.doubt)
        usable = [message for message in messages if isinstance(message, dict)]
        if len(usable) < len(messages):
            self.doubt("an entry of messages is not an object")
        self._blocks(usable)
        self._choice(request)
        self._history(usable)

    def _blocks(self, messages: list[dict[str, Any]]) -> None:
        """Tool definitions and the response format: joined to a leading system message, or a message of their own."""
        parts = []
        if self._tools is not None:
            parts.append(self._tools.block)
            self.constant += self._family.block
            self.constant += self._family.hidden if self._tools.described else self._family.hidden_undescribed
            if self._tools.reason:
                self.miss(self._tools.reason)
        if self._format is not None:
            parts.append(self._format.text)
            if self._family.schema_reply and self._tools is None:
                self._name_schema()
        if not parts:
            return
        self._leading = bool(messages) and messages[0].get("role") in INSTRUCTION_ROLES
        self._joined = "\n\n".join(parts)
        if not self._leading:
            self.constant += self._family.per_message + 1
            self.encode(self._joined)

    _leading = False
    _joined = ""

    def _name_schema(self) -> None:
        assert self._format is not None
        self.constant += 2
        self.encode(self._format.name)

    def _choice(self, request: dict[str, Any]) -> None:
        choice = request.get("tool_choice", request.get("function_call"))
        if self._tools is None:
            return
        name = forced_name(choice)
        if name is not None and self._family.forced >= 0:
            self.constant += self._family.forced
            self.encode("." + name)
        elif choice == "none":
            self.constant += self._family.none_choice

    def _history(self, messages: list[dict[str, Any]]) -> None:
        i = 0
        while i < len(messages):
            message = messages[i]
            found = calls.read_calls(message) if message.get("role") == "assistant" else []
            if not found:
                self._message(message, first=i == 0)
                i += 1
                continue
            j = i + 1
            while j < len(messages) and messages[j].get("role") in TOOL_ROLES:
                j += 1
            self._calls_and_results(message, found, messages[i + 1 : j])
            i = j

    def _message(self, message: dict[str, Any], *, first: bool = False) -> None:
        role = message.get("role")
        role = role if isinstance(role, str) else ""
        text = self._text_of(message)
        if role in TOOL_ROLES:
            self.doubt("a tool result without its call")
        self.constant += self._family.per_message + 1
        if first and self._leading:
            self.remember(role, text)
            self.encode(self._family.header + text + "\n\n" + self._joined)
        else:
            self.say(role, text)
        name = message.get("name")
        if isinstance(name, str) and name:
            self.encode(":" + name)
        if role == "assistant" and text:
            self.constant += self._family.assistant_text
            if self._format is not None:
                self._name_schema()

    def _text_of(self, message: dict[str, Any]) -> str:
        text, media, odd = read_content(message.get("content"))
        refusal = message.get("refusal")
        if not text and isinstance(refusal, str):
            text = refusal
        for part in media:
            self._media(part)
        if odd:
            self.doubt("content that is neither text nor parts")
        return text

    def _media(self, part: dict[str, Any]) -> None:
        try:
            from tokcount.counting.images import media_tokens
        except ImportError:
            self.miss("media")
            return
        tokens, basis, reason = media_tokens(part, self._model)
        self.constant += tokens
        if basis == "partial":
            self.miss(reason or "media")
        elif basis == "estimated":
            self.doubt(reason or "media")

    def _calls_and_results(
        self, message: dict[str, Any], found: list[calls.Call], results: list[dict[str, Any]]
    ) -> None:
        text = self._text_of(message)
        if text:
            self.constant += self._family.beside_call
            self.say("assistant", text)
        name = message.get("name")
        if isinstance(name, str) and name:
            self.encode(":" + name)
        if len(found) == 1:
            self._one_call(found[0], results)
        else:
            self._parallel(found, results)

    def _one_call(self, call: calls.Call, results: list[dict[str, Any]]) -> None:
        self.constant += self._family.call
        self.encode("functions." + call.name)
        self.encode(calls.compact_arguments(call.arguments))
        for result in results:
            self.constant += self._family.result
            self.encode(call.name)
            self.say("tool", self._text_of(result))

    def _parallel(self, found: list[calls.Call], results: list[dict[str, Any]]) -> None:
        self.constant += self._family.parallel
        self.encode(calls.parallel_calls(found))
        order = {call.id: i for i, call in enumerate(found)}
        results = sorted(results, key=lambda r: order.get(r.get("tool_call_id"), len(order)))
        texts = [self._text_of(result) for result in results]
        for text in texts:
            self.remember("tool", text)
        escaped = self._timestamp is not None and self._timestamp < ESCAPED_UNTIL
        self.encode(calls.parallel_results(texts, escaped=escaped))
