"""A chat request, laid out as the API encodes it: message by message, definitions joined to the first."""

from __future__ import annotations

from typing import Any

from tokcount.framing.calls import Call, compact_arguments, parallel_calls, parallel_results, read_calls
from tokcount.framing.content import read_content
from tokcount.framing.families import Family
from tokcount.framing.images import add_media
from tokcount.framing.layout import Layout, LayoutBuilder
from tokcount.framing.tools.response_format import response_format
from tokcount.framing.tools.tool_set import OTHER_TOOLS, forced_name, tool_set

Json = dict[str, Any]

INSTRUCTION_ROLES = frozenset({"system", "developer"})
TOOL_ROLES = frozenset({"tool", "function"})
ESCAPED_UNTIL = 1_772_928_000.0
"""8 March 2026: results of parallel calls were escaped until 3 March, and not from 12 March on."""

SEARCHES = ("web_search_options", "data_sources", "dataSources")
"""Fields that let the API add what it finds to the prompt."""
_BEYOND_MESSAGES = ("tools", "functions", "response_format", *SEARCHES)
_NOTHING: tuple[Any, ...] = (None, [], "")
_PLAIN_ROLES = frozenset({"user", "system", "developer", "assistant"})


def layout_chat(
    request: Json, family: Family, *, roles: bool = False, timestamp: float | None = None, model: str = ""
) -> Layout:
    """Layout of a Chat Completions request under a family that frames."""
    messages = request.get("messages")
    if not isinstance(messages, list):
        messages = []
    plain = _layout_plain(messages, family, timestamp) if _is_messages_alone(request) else None
    if plain is None:
        return _Chat(messages, request, family, timestamp, model).finish(roles=roles)
    if roles:
        plain.roles = [message["role"] for message in messages]
    return plain


def _is_messages_alone(request: Json) -> bool:
    if request.keys().isdisjoint(_BEYOND_MESSAGES):
        return True
    return all(request.get(key) in _NOTHING for key in _BEYOND_MESSAGES)


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
        if content and role == "assistant":
            replies += 1
    constant = (
        family.primed(timestamp) + len(texts) * (family.per_message + 1) + replies * family.assistant_text
    )
    if family.doubt:
        return Layout(constant, texts, texts, "estimated", (family.doubt,))
    return Layout(constant, texts, texts)


class _Chat(LayoutBuilder):
    """One request on its way to a layout."""

    def __init__(
        self, messages: list[Any], request: Json, family: Family, timestamp: float | None, model: str
    ) -> None:
        super().__init__()
        self._family = family
        self._model = model
        self._timestamp = timestamp
        self._tools = tool_set(request, family.renderer)
        self._format = response_format(request.get("response_format"))
        self.constant = family.primed(timestamp)
        if family.doubt:
            self.mark_estimated(family.doubt)
        if any(request.get(key) is not None for key in SEARCHES):
            self.mark_partial("what a search finds is billed as input")
        usable = [message for message in messages if isinstance(message, dict)]
        if len(usable) < len(messages):
            self.mark_estimated("an entry of messages is not an object")
        leading = usable[0] if usable and _text(usable[0], "role") in INSTRUCTION_ROLES else None
        self._definitions(leading)
        self._choice(request)
        self._history(usable if leading is None else usable[1:])

    def _definitions(self, leading: Json | None) -> None:
        """Tools and the response format, joined to a leading system message or in a message of their own."""
        blocks = []
        if self._tools is not None:
            if self._tools.others:
                self.mark_partial(OTHER_TOOLS)
            for doubt in self._tools.doubts:
                self.mark_estimated(doubt)
            if self._tools.block:
                blocks.append(self._tools.block)
                self.constant += (
                    self._tools.hidden
                    + self._family.block
                    + self._family.hidden_for(described=self._tools.described)
                )
        if self._format is not None:
            blocks.append(self._format.text)
            if self._family.schema_reply and self._tools is None:
                self._name_schema()
        if blocks and self._family.definitions_doubt:
            self.mark_estimated(self._family.definitions_doubt)
        if leading is not None:
            self._message(leading, blocks)
        elif blocks:
            self.constant += self._family.per_message + 1
            self._joined(blocks)

    def _joined(self, blocks: list[str]) -> None:
        """Blocks of text with a blank line between; each begins with ``#``, so that it can be encoded alone."""
        for block in blocks[:-1]:
            self.add_encoded(block + "\n\n")
        self.add_encoded(blocks[-1])

    def _name_schema(self) -> None:
        if self._format is not None:
            self.constant += 2
            self.add_encoded(self._format.name)

    def _choice(self, request: Json) -> None:
        if self._tools is None:
            return
        choice = request.get("tool_choice", request.get("function_call"))
        name = forced_name(choice)
        if name and self._family.forced >= 0:
            self.constant += self._family.forced
            self.add_encoded("." + name)
        elif choice == "none":
            self.constant += self._family.none_choice

    def _history(self, messages: list[Json]) -> None:
        """Messages in order; a message with calls takes the results that follow it along."""
        last_user = max(
            (i for i, message in enumerate(messages) if message.get("role") == "user"), default=-1
        )
        taken = 0
        for i, message in enumerate(messages):
            if i < taken:
                continue
            calls = read_calls(message) if message.get("role") == "assistant" else []
            if not calls:
                self._message(message)
                continue
            taken = i + 1
            while taken < len(messages) and _text(messages[taken], "role") in TOOL_ROLES:
                taken += 1
            self.constant += self._family.open_call if i > last_user else self._family.closed_call
            self._called(message, calls, messages[i + 1 : taken])

    def _message(self, message: Json, blocks: list[str] | None = None) -> None:
        role = _text(message, "role")
        text = self._text_of(message)
        self.constant += self._family.per_message + 1
        if blocks:
            self.add_content_only(role, text)
            self.add_encoded(self._family.header + text + "\n\n")
            self._joined(blocks)
        else:
            self.add_text(role, text)
        self._name(message)
        if role in TOOL_ROLES:
            self.mark_estimated("a tool result without its call")
        if role == "assistant" and text:
            self.constant += self._family.assistant_text
            self._name_schema()

    def _name(self, message: Json) -> None:
        name = _text(message, "name")
        if name and self._family.name_is_role:
            self.constant -= 1
            self.add_encoded(name)
            self.mark_estimated("a name on a model of March 2023")
        elif name:
            self.add_encoded(":" + name)

    def _text_of(self, message: Json) -> str:
        """Content, or the refusal in its place; media are added to the constant."""
        text, media, odd = read_content(message.get("content"))
        if media:
            add_media(self, media, self._model, self._timestamp)
            if _text(message, "role") in TOOL_ROLES:
                self.mark_estimated("media in a tool result")
        if odd:
            self.mark_estimated("content that is neither text nor parts")
        if isinstance(message.get("audio"), dict):
            self.mark_partial("an audio reply that the API keeps")
        return text or _text(message, "refusal")

    def _called(self, message: Json, calls: list[Call], results: list[Json]) -> None:
        if text := self._text_of(message):
            self.constant += self._family.beside_call
            self.add_text("assistant", text)
            self.mark_estimated("text beside a tool call")
        self._name(message)
        if self._family.calls_doubt:
            self.mark_estimated(self._family.calls_doubt)
        if results and len(results) != len(calls):
            self.mark_estimated("tool calls and results that do not pair")
        if len(calls) == 1:
            self._single(calls[0], results)
        else:
            self._parallel(calls, results)

    def _single(self, call: Call, results: list[Json]) -> None:
        self.constant += self._family.call
        if not call.arguments.lstrip().startswith("{"):
            self.constant += self._family.odd_arguments
        self.add_encoded("functions." + call.name)
        self.add_encoded(compact_arguments(call.arguments))
        for result in results:
            self.constant += self._family.result
            self.add_encoded(call.name)
            self.add_text("tool", self._text_of(result))

    def _parallel(self, calls: list[Call], results: list[Json]) -> None:
        self.constant += self._family.parallel
        self.add_encoded(parallel_calls(calls))
        order = {call.id: i for i, call in enumerate(calls)}
        texts = [
            self._text_of(result)
            for result in sorted(
                results, key=lambda result: order.get(_text(result, "tool_call_id"), len(order))
            )
        ]
        for text in texts:
            self.add_content_only("tool", text)
        escaped = self._timestamp is not None and self._timestamp < ESCAPED_UNTIL
        self.add_encoded(parallel_results(texts, escaped=escaped))


def _text(message: Json, key: str) -> str:
    value = message.get(key)
    return value if isinstance(value, str) else ""
