"""Normalise message content and set the flags it implies.

The counting rules expect `content` to be text, a list of parts, or null. Logs hold objects, lists of strings and
null messages; here they are converted, and the record is flagged.
"""

from __future__ import annotations

from typing import Any

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
    request = record.request
    if request is None:
        return record
    flags = set[str]()
    if record.kind == "chat":
        request["messages"] = messages = _normal_items(request.get("messages"), flags)
        if record.response is None and messages and messages[-1].get("role") == "assistant":
            record.conversation = True
    elif record.kind == "responses":
        given = request.get("input")
        if isinstance(given, list):
            request["input"] = _normal_items(given, flags)
        if _hides_context(request):
            flags.add("hidden_context")
    if flags:
        record.flags = tuple(sorted(flags.union(record.flags)))
    return record


def _normal_items(items: Any, flags: set[str]) -> list[Json]:
    """Messages or input items that are objects; bare text becomes a user message."""
    if not isinstance(items, list):
        return []
    regular = True
    for item in items:
        if type(item) is not dict:
            regular = False
            continue
        content = item.get("content")
        if type(content) is not str and content is not None:
            _normalize_content(item, content, flags)
    return items if regular else _only_messages(items, flags)


def _only_messages(items: list[Any], flags: set[str]) -> list[Json]:
    kept: list[Json] = []
    for item in items:
        if isinstance(item, str):
            item = {"role": "user", "content": item}  # noqa: PLW2901
        if isinstance(item, dict):
            kept.append(item)
        elif item is not None:
            flags.add("odd_content")
    return kept


def _normalize_content(item: Json, content: Any, flags: set[str]) -> None:
    if isinstance(content, list):
        if any(not isinstance(part, dict) for part in content):
            item["content"] = content = [_part(part) for part in content if isinstance(part, dict | str)]
            flags.add("odd_content")
        if any(part.get("type") in _ANY_MEDIA for part in content if isinstance(part.get("type"), str)):
            flags.add("media")
        return
    flags.add("odd_content")
    item["content"] = _only_text(content)


def _part(part: Any) -> Json:
    return part if isinstance(part, dict) else {"type": "text", "text": part}


def _only_text(content: Any) -> str | None:
    """The only string in an object (evaluation dumps: `{"answer": "…"}`, or a part outside a list), else nothing."""
    if not isinstance(content, dict):
        return None
    texts = [value for key, value in content.items() if isinstance(value, str) and key != "type"]
    return texts[0] if len(texts) == 1 else None


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
