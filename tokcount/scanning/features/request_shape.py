"""The shape of a request in one word, for reports that group by it: plain, tools, tool history, image, …"""

from __future__ import annotations

from typing import Any

from tokcount.logs.record import PART_KINDS, STATE_FIELDS, Kind

HISTORY_TYPES = frozenset(
    {"function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"}
)


def shape_of(kind: Kind, request: dict[str, Any] | None) -> str:
    """The first shape that fits, the most specific one first.

    `server-side state`, `image`, `audio`, `file`, `reasoning items`, `hosted tools`, `tool history`, `json_schema`,
    `forced tool`, `tools`, `name`, `parts`, `json_object`, `plain`; a request without messages is `completions`,
    `text` or `none`.
    """
    if request is None:
        return "none"
    if kind not in ("chat", "responses"):
        return kind
    if kind == "responses" and any(request.get(key) for key in STATE_FIELDS):
        return "server-side state"
    items = _items(request)
    return (
        _media_shape(items)
        or _item_shape(items)
        or _format_shape(request)
        or _tools_shape(request)
        or _message_shape(items, request)
    )


def _items(request: dict[str, Any]) -> list[dict[str, Any]]:
    items = request.get("messages", request.get("input"))
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _parts(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    contents = [item.get("content") for item in items]
    return [
        part
        for content in contents
        if isinstance(content, list)
        for part in content
        if isinstance(part, dict)
    ]


def _media_shape(items: list[dict[str, Any]]) -> str | None:
    found = {PART_KINDS.get(str(part.get("type"))) for part in _parts(items)}
    return next((shape for shape in ("image", "audio", "file") if shape in found), None)


def _item_shape(items: list[dict[str, Any]]) -> str | None:
    types = {str(item.get("type")) for item in items}
    if "reasoning" in types:
        return "reasoning items"
    calls = any(item.get("tool_calls") or item.get("function_call") for item in items)
    results = any(item.get("role") in ("tool", "function") for item in items)
    return "tool history" if calls or results or types & HISTORY_TYPES else None


def _format_shape(request: dict[str, Any]) -> str | None:
    text = request.get("text")
    form = text.get("format") if isinstance(text, dict) else request.get("response_format")
    return "json_schema" if isinstance(form, dict) and form.get("type") == "json_schema" else None


def _tools_shape(request: dict[str, Any]) -> str | None:
    tools = request.get("tools") or request.get("functions")
    if not isinstance(tools, list) or not tools:
        return None
    hosted = any(isinstance(tool, dict) and tool.get("type", "function") != "function" for tool in tools)
    if hosted and request.get("tools"):
        return "hosted tools"
    choice = request.get("tool_choice", request.get("function_call"))
    return "forced tool" if isinstance(choice, dict) else "tools"


def _message_shape(items: list[dict[str, Any]], request: dict[str, Any]) -> str:
    if any(item.get("name") for item in items):
        return "name"
    if any(isinstance(item.get("content"), list) for item in items):
        return "parts"
    form = request.get("response_format")
    return "json_object" if isinstance(form, dict) and form.get("type") == "json_object" else "plain"
