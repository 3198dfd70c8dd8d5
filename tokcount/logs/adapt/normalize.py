"""Normalise message content and set the flags it implies.

The counting rules read `content` that is text, a list of parts, or null. Logs hold objects, lists of strings, blocks
of other APIs and null messages; here they are converted where their meaning is known. What stays is reported as not
read by `tokcount.logs.accounting`.
"""

from __future__ import annotations

from typing import Any

from tokcount.logs.accounting.node import holds_something
from tokcount.logs.adapt.blocks import is_foreign, messages_of_blocks
from tokcount.logs.adapt.messages import chat_message
from tokcount.logs.record import MEDIA_TYPES, Record
from tokcount.logs.scalars import Json

_ANY_MEDIA = MEDIA_TYPES | {"video", "video_url", "computer_screenshot"}
"""With the types that no kind of `Part` describes."""

HIDDEN_STATE = ("previous_response_id", "conversation")
FUNCTION_TYPES = frozenset({"function", "custom", None})
"""Tools that are defined in the request; all others run at the API and add hidden text."""


def normalize(record: Record) -> Record:
    """The record with normalised content and the flags of its request.

    Messages that end with one of the assistant are not a request but a stored conversation.
    """
    request, flags = record.request, set[str]()
    if record.response is not None:
        _normalize_answers(record.response.get("choices"))
    if request is None:
        request = {}
    elif record.kind == "chat":
        request["messages"] = messages = _normal_items(request.get("messages"), flags)
        if record.response is None and messages and messages[-1].get("role") == "assistant":
            record.conversation = True
    elif record.kind == "responses":
        given = request.get("input")
        if isinstance(given, list | dict):
            request["input"] = _normal_items(given, flags)
        if _hides_context(request):
            flags.add("hidden_context")
    if flags:
        record.flags = tuple(sorted(flags.union(record.flags)))
    return record


def is_plain_answer(body: Json) -> bool:
    """Is every choice of a body a message with a text, the common case?"""
    choices = body.get("choices")
    if type(choices) is not list or not choices:
        return False
    for choice in choices:
        message = choice.get("message") if type(choice) is dict else None
        if type(message) is not dict or type(message.get("content")) is not str:
            return False
        if "additional_kwargs" in message:
            return False
    return True


def _normalize_answers(choices: Any) -> None:
    """The messages of an answer; results of tools among its blocks stay with it, as they are not part of it."""
    for choice in choices if isinstance(choices, list) else ():
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(message, dict):
            continue
        if type(message.get("content")) is str and "additional_kwargs" not in message:
            continue
        found = _normal_items([message], set())
        answers = [each for each in found if each.get("role") != "tool"] or found[:1]
        choice["message"] = answers[0] if answers else message
        if results := [each for each in found if each is not choice["message"]]:
            choice["message"]["results"] = results


def _normal_items(items: Any, flags: set[str]) -> list[Json]:
    """Messages or input items that are objects; bare text becomes a user message."""
    if not isinstance(items, list):
        items = [] if items is None else [items]
    regular = True
    for item in items:
        if type(item) is not dict:
            regular = False
            continue
        content = item.get("content")
        if ("role" not in item or "additional_kwargs" in item) and _is_langchain(item):
            regular = False
        elif type(content) is str:
            continue
        elif content is None:
            regular = regular and _CONTENTS.isdisjoint(item)
        elif not _normalize_content(item, content, flags):
            regular = False
    return items if regular else [message for item in items for message in _messages(item, flags)]


def _is_langchain(item: Json) -> bool:
    """Whether a message names its author as LangChain does."""
    return "lc" in item or item.get("type") in ("human", "ai") or "additional_kwargs" in item


_CONTENTS = frozenset({"parts", "text"})
"""Where messages without `content` have it."""


def _messages(item: Any, flags: set[str]) -> list[Json]:
    """A message or item in the shape of the API; some become several messages."""
    if item is None:
        return []
    if not isinstance(item, dict):
        if not isinstance(item, str):
            flags.add("odd_content")
        return [{"role": "user", "content": item}]
    if ("role" not in item or "additional_kwargs" in item) and _is_langchain(item):
        item = chat_message(item, flags)
    content, parts = item.get("content"), item.get("parts")
    if content is None and isinstance(parts, list | str) and parts:
        blocks = parts if isinstance(parts, list) else [parts]
    elif isinstance(content, list) and any(map(is_foreign, content)):
        blocks = content
    elif content is None and "role" in item and isinstance(item.get("text"), str):
        flags.add("odd_content")
        return [{**{name: value for name, value in item.items() if name != "text"}, "content": item["text"]}]
    else:
        return [item]
    messages = messages_of_blocks(item, blocks, flags)
    for message in messages:
        if isinstance(message["content"], list):
            _normalize_content(message, message["content"], flags)
    return messages


def _normalize_content(item: Json, content: Any, flags: set[str]) -> bool:
    """Whether a content that is not text is one of the API; text outside a part becomes one."""
    if isinstance(content, list):
        if any(not isinstance(part, dict) for part in content):
            item["content"] = content = [_part(part) for part in content if part is not None]
            flags.add("odd_content")
        kinds = [part.get("type") for part in content if isinstance(part, dict)]
        if any(kind in _ANY_MEDIA for kind in kinds if isinstance(kind, str)):
            flags.add("media")
        return not any(map(is_foreign, content))
    flags.add("odd_content")
    only = _only_text(content)
    if only is not None:
        item["content"] = only
    return True


def _part(part: Any) -> Any:
    return {"type": "text", "text": part} if isinstance(part, str) else part


def _only_text(content: Any) -> str | None:
    """The text of an object that holds nothing else (evaluation dumps: `{"answer": "…"}`, or a part outside a list)."""
    if not isinstance(content, dict):
        return None
    held = [value for key, value in content.items() if key != "type" and holds_something(value)]
    if len(held) == 1 and isinstance(held[0], dict):
        return _only_text(held[0])
    return held[0] if len(held) == 1 and isinstance(held[0], str) else None


def _hides_context(request: Json) -> bool:
    """Is part of the billed prompt not in this request?"""
    if any(request.get(key) for key in HIDDEN_STATE):
        return True
    prompt = request.get("prompt")
    if isinstance(prompt, dict) and prompt.get("id"):
        return True
    tools = request.get("tools")
    return isinstance(tools, list) and any(
        isinstance(tool, dict) and isinstance(kind := tool.get("type"), str) and kind not in FUNCTION_TYPES
        for tool in tools
    )
