"""The calls of hosted tools that an answer reports: what is charged by the call, in addition to tokens."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from tokcount.logs.record import Record
from tokcount.logs.scalars import Json

CONTAINER_ID: Final = "container_id"
"""The column of a fingerprint of the first container that ran code; several calls can share one."""
SEARCH_MODEL: Final = "search_model"
"""The search that each call of a search model makes (OpenAI's guide to web search in chat completions)."""
SEARCH_OPTIONS: Final = "web_search_options"
"""A chat request that lets a model search, where nothing says how often it did."""
CODE: Final = "code_interpreter"
_SEARCH: Final = "web_search"
_NAMES: Final = {"computer": "computer_use"}
_NOT_HOSTED: Final = frozenset({"function", "custom", "custom_tool", "local_shell"})
_TOOL: Final = re.compile(r"([a-z_]{1,40})_call")
_SIZES: Final = frozenset({"4g", "16g", "64g"})
"""Memory of containers above the usual 1 GB."""


def hosted_calls(record: Record) -> str | None:
    """The calls of hosted tools as `web_search:2,file_search:1`, sorted; `None` where there are none.

    Of code that ran in containers, the number is that of the containers.
    """
    calls: dict[str, int] = {}
    response, usage = record.response, record.usage
    if record.kind == "responses" and response is not None:
        calls |= _reported(record.request or {}, response)
    model = record.served_model or record.model
    if model is not None and "-search-" in model:
        calls[SEARCH_MODEL] = 1 if usage is None else usage.requests
    elif usage is not None and usage.web_searches is not None:
        if not any(tool.startswith(_SEARCH) for tool in calls):
            calls[_SEARCH] = usage.web_searches
    elif record.kind == "chat" and record.request and record.request.get(SEARCH_OPTIONS) is not None:
        calls[SEARCH_OPTIONS] = 1
    if not calls:
        return None
    return ",".join(f"{tool}:{count}" for tool, count in sorted(calls.items()) if count) or None


def container_id(record: Record) -> int:
    """The fingerprint of the first container that ran code for an answer; 0 for none."""
    if record.kind != "responses" or record.response is None:
        return 0
    first = next(_containers(record.response), "")
    if not first:
        return 0
    digest = hashlib.blake2b(first.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _reported(request: Json, response: Json) -> Counter[str]:
    """The calls that the items of an answer report, or its `tool_usage`, which has the searches that are charged."""
    calls: Counter[str] = Counter()
    for kind, item in _items(response):
        match = _TOOL.fullmatch(kind)
        tool = match[1] if match else None
        if tool is None or tool in _NOT_HOSTED or tool in (CODE, "shell"):
            continue
        if tool != _SEARCH or _is_search(item):
            calls[_NAMES.get(tool, tool)] += 1
    searches = _tool_usage(response)
    if searches is not None:
        calls[_SEARCH] = searches
    tools = [*_tools(request), *_tools(response)]
    if calls[_SEARCH] and any(_type(tool).startswith("web_search_preview") for tool in tools):
        calls["web_search_preview"] = calls.pop(_SEARCH)
    containers = len(set(_containers(response)))
    if containers:
        calls[_sized(tools)] = containers
    return calls


def _is_search(item: Json) -> bool:
    """Only searches are charged, not the opening of a page or looking for a text in it."""
    action = item.get("action")
    return item.get("status") != "failed" and (
        not isinstance(action, dict) or _type(action) in ("", "search")
    )


def _tool_usage(response: Json) -> int | None:
    """The searches that the answer says are billed."""
    used = response.get("tool_usage")
    searched = used.get(_SEARCH) if isinstance(used, dict) else None
    count = searched.get("num_requests") if isinstance(searched, dict) else None
    return count if isinstance(count, int) and 0 <= count < 2**31 else None


def _containers(response: Json) -> Iterator[str]:
    """The containers in which an answer ran code or commands; `""` for one without a name."""
    for kind, item in _items(response):
        if kind == f"{CODE}_call":
            place: Any = item
        elif kind == "shell_call":
            place = item.get("environment")
        else:
            continue
        name = place.get("container_id") if isinstance(place, dict) else None
        if isinstance(name, str):
            yield name
        elif kind != "shell_call":
            yield ""


def _sized(tools: list[Json]) -> str:
    """The name of the tool with the memory of its container, where a call asks for more than usual."""
    for tool in tools:
        container = tool.get("container")
        size = container.get("memory_limit") if isinstance(container, dict) else None
        if isinstance(size, str) and size in _SIZES:
            return f"{CODE}_{size}"
    return CODE


def _items(response: Json) -> Iterator[tuple[str, Json]]:
    output = response.get("output")
    for item in output if isinstance(output, list) else ():
        if isinstance(item, dict):
            yield _type(item), item


def _tools(body: Json) -> list[Json]:
    tools = body.get("tools")
    return [tool for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []


def _type(value: Json) -> str:
    kind = value.get("type")
    return kind if isinstance(kind, str) else ""
