"""Chat Completions requests, laid out as the API encodes them: message by message, tool definitions in the first."""

from __future__ import annotations

from typing import Any

from tokcount.framing import features
from tokcount.framing.calls import (
    Call,
    compact_arguments,
    is_custom,
    parallel_calls,
    parallel_results,
    read_calls,
)
from tokcount.framing.content import INSTRUCTION_ROLES, REASONING, TOOL_ROLES, read_content, reasoning_of
from tokcount.framing.family import Family, chat_rules
from tokcount.framing.images import add_media
from tokcount.framing.layout import UNDATED, Layout, LayoutBuilder
from tokcount.framing.tools.response_format import response_format
from tokcount.framing.tools.tool_set import OTHER_TOOLS, forced_name, tool_set
from tokcount.logs.accounting.unread import Unread, unread_around, unread_request
from tokcount.logs.scalars import Json

SEARCHES = ("web_search_options", "data_sources", "dataSources")
"""Fields that let the API add what it finds to the prompt."""
_BEYOND_MESSAGES = ("tools", "functions", "response_format", *SEARCHES)
_NOTHING: tuple[Any, ...] = (None, [], "")
_PLAIN_ROLES = frozenset({"user", "system", "developer", "assistant"})


def layout_chat(
    request: Json,
    family: Family,
    *,
    roles: bool = False,
    timestamp: float | None = None,
    model: str = "",
    unread: Unread | None = None,
) -> Layout:
    """The layout of a Chat Completions request; `unread`: what is known of it from another layout."""
    messages = request.get("messages")
    if not isinstance(messages, list):
        messages = []
    plain = _layout_plain(messages, family, timestamp, model) if _is_messages_alone(request) else None
    if plain is None:
        laid = _Chat(messages, request, family, timestamp, model).finish(roles=roles)
        return laid.mark_unread(unread_request("chat", request) if unread is None else unread)
    if roles:
        plain.roles = [message["role"] for message in messages]
    return plain.mark_unread(unread_around("chat", request))


def _is_messages_alone(request: Json) -> bool:
    if request.keys().isdisjoint(_BEYOND_MESSAGES):
        return True
    return all(request.get(key) in _NOTHING for key in _BEYOND_MESSAGES)


def _layout_plain(messages: list[Any], family: Family, timestamp: float | None, model: str) -> Layout | None:
    """The layout of messages that are all a role and a string, the common case; `None`: they are not."""
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
    times = chat_rules(family, model)
    rules = times.at(timestamp) if times.bounds else times.rules[0]
    constant = rules.priming + len(texts) * (rules.per_message + 1) + replies * rules.assistant_text
    used = features.PLAIN_HISTORY if replies else features.PLAIN
    laid = Layout(constant, texts, texts, features=used, plain=True)
    if family.estimated:
        laid.basis, laid.reasons = "estimated", (family.estimated,)
    elif timestamp is None and "priming" in times.varied:
        laid.basis, laid.reasons = "estimated", (UNDATED,)
    return laid


class _Chat(LayoutBuilder):
    """Builds the layout of one request."""

    def __init__(
        self, messages: list[Any], request: Json, family: Family, timestamp: float | None, model: str
    ) -> None:
        super().__init__()
        self._family = family
        self._times = chat_rules(family, model)
        self._framing = self._times.at(timestamp)
        self._model = model
        self._timestamp = timestamp
        self._tools = tool_set(request, family.chat.renderer)
        self._format = response_format(request.get("response_format"))
        self.constant = self._framing.priming
        self._dated("priming")
        if family.estimated:
            self.mark_estimated(family.estimated)
        if any(request.get(key) is not None for key in SEARCHES):
            self.mark_partial("what a search finds is billed as input")
        usable = [message for message in messages if isinstance(message, dict)]
        leading = usable[0] if usable and _text(usable[0], "role") in INSTRUCTION_ROLES else None
        self._definitions(leading)
        self._choice(request)
        self._history(usable if leading is None else usable[1:])

    def _definitions(self, leading: Json | None) -> None:
        """Adds tools and the response format, joined to a leading system message or in a message of their own."""
        blocks = []
        if self._tools is not None:
            if self._tools.others:
                self.mark_partial(OTHER_TOOLS)
            self.uses(*self._tools.forms)
            if self._tools.block:
                self.uses(features.TOOLS)
                blocks.append(self._tools.block)
                self.constant += (
                    self._tools.hidden
                    + self._framing.block
                    + self._framing.hidden_for(described=self._tools.described)
                )
        if self._format is not None:
            blocks.append(self._format.text)
            self.uses(*self._format.forms, features.SCHEMA_WITH_TOOLS if self._tools else features.SCHEMA)
            if self._framing.reply_names_schema and self._tools is None:
                self._name_schema()
        if leading is not None:
            self._message(leading, blocks)
        elif blocks:
            self.constant += self._framing.per_message + 1
            self._joined(blocks)

    def _joined(self, blocks: list[str]) -> None:
        """Adds blocks of text separated by an empty line; each begins with `#`, so it can be encoded on its own."""
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
        if name:
            self.uses(features.FORCED)
        elif isinstance(choice, str) and choice in features.CHOICES:
            self.uses(f"tool_choice: {choice}")
        if name and self._framing.forced >= 0:
            self.constant += self._framing.forced
            self.add_encoded("." + name)
        elif choice == "none":
            self.constant += self._framing.none_choice
        elif choice == "required":
            self.constant += self._framing.required
            self._dated("required")

    def _dated(self, rule: str) -> None:
        """Says that a rule changed over time, where the log does not say when the request was made."""
        if self._timestamp is None and rule in self._times.varied:
            self.mark_estimated(UNDATED)

    def _history(self, messages: list[Json]) -> None:
        """Adds messages in order; a message with calls is added together with the results that follow it."""
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
            self.constant += (
                self._framing.call_after_last_user if i > last_user else self._framing.call_before_last_user
            )
            self._called(message, calls, messages[i + 1 : taken])

    def _message(self, message: Json, blocks: list[str] | None = None) -> None:
        role = _text(message, "role")
        text = self._text_of(message)
        self.constant += self._framing.per_message + 1
        if blocks:
            self.add_content_only(role, text)
            self.add_encoded(self._framing.header + text + "\n\n")
            self._joined(blocks)
        else:
            self.add_text(role, text)
        self._name(message)
        if role in TOOL_ROLES:
            self.uses(features.LONE_RESULT)
        if role == "assistant":
            self.uses(features.ASSISTANT_TEXT if text else features.EMPTY_ASSISTANT)
            if text and self._format is not None:
                self.uses(features.SCHEMA_WITH_HISTORY)
        if role == "assistant" and (text or message.get("content") == ""):
            self.constant += self._framing.assistant_text
            self._name_schema()

    def _name(self, message: Json) -> None:
        name = _text(message, "name")
        if name:
            self.uses(features.NAME)
        if name and self._framing.name_replaces_role:
            self.constant -= 1
            self.add_encoded(name)
        elif name:
            self.add_encoded(":" + name)

    def _text_of(self, message: Json) -> str:
        """The content, or else the refusal; adds media to the constant."""
        text, media, doubt = read_content(message.get("content"))
        if type(message.get("content")) is list:
            self.uses(features.RESULT_PARTS if _text(message, "role") in TOOL_ROLES else features.TEXT_PARTS)
        if media:
            add_media(self, media, self._family, self._model, self._timestamp)
            if _text(message, "role") in TOOL_ROLES:
                self.uses(features.RESULT_MEDIA)
        if doubt:
            self.mark_estimated(doubt)
        if isinstance(message.get("audio"), dict):
            self.mark_partial("an audio reply that the API keeps")
        if thought := reasoning_of(message):
            self.add_text("assistant", thought)
            self.mark_estimated(REASONING)
        return text or _text(message, "refusal")

    def _called(self, message: Json, calls: list[Call], results: list[Json]) -> None:
        if text := self._text_of(message):
            self.constant += self._framing.text_with_call
            self.add_text("assistant", text)
            self._name(message)  # the text is a message of its own
            self.uses(features.TEXT_WITH_CALL)
        self._name(message)
        self.uses(features.CALL if len(calls) == 1 else features.PARALLEL_CALLS)
        if self._tools is None:
            self.uses(features.CALLS_ALONE)
        entries = message.get("tool_calls")
        if isinstance(entries, list) and any(map(is_custom, entries)):
            self.mark_estimated("calls of custom tools")
        if results and len(results) != len(calls):
            self.uses(features.UNMATCHED)
        if len(calls) == 1:
            self._single(calls[0], results)
        else:
            self._parallel(calls, results)

    def _single(self, call: Call, results: list[Json]) -> None:
        self.constant += self._framing.call
        if not call.arguments.lstrip().startswith("{"):
            self.uses(features.OTHER_ARGUMENTS)
        self.add_encoded("functions." + call.name)
        self.add_encoded(compact_arguments(call.arguments))
        for result in results:
            self.constant += self._framing.result
            self.add_encoded(call.name)
            self.add_text("tool", self._text_of(result))

    def _parallel(self, calls: list[Call], results: list[Json]) -> None:
        self.constant += self._framing.parallel
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
        if not all(text.isascii() for text in texts):
            self._dated("escaped_results")
        self.add_encoded(parallel_results(texts, escaped=self._framing.escaped_results))


def _text(message: Json, key: str) -> str:
    value = message.get(key)
    return value if isinstance(value, str) else ""
