"""Tools, choices and items that only the Responses API has, with the values that it takes in their fields."""

from __future__ import annotations

import math
from typing import Any, Final, Literal

import msgspec

from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.content import checked
from tokcount.reports.migrate.reading.hosted_types import (
    Approval,
    CodeOutput,
    CodeStatus,
    Comparison,
    Connector,
    Container,
    Domains,
    Execution,
    FoundFile,
    ImageStatus,
    ListedTool,
    Location,
    Mask,
    Patch,
    Ranking,
    SearchAction,
    SearchStatus,
    ShellAction,
    Size,
    Status,
    ToolFilter,
)
from tokcount.reports.migrate.request import Filled, NotMigratedError


class Kind(msgspec.Struct, frozen=True):
    """Field → type of its values."""

    required: dict[str, Any] = {}
    optional: dict[str, Any] = {}


_SEARCH: Final = {"search_context_size": Size, "user_location": Location}

HOSTED_TOOLS: Final = {
    **dict.fromkeys(
        ("web_search", "web_search_2025_08_26"),
        Kind(optional={**_SEARCH, "filters": Domains, "external_web_access": bool}),
    ),
    **dict.fromkeys(
        ("web_search_preview", "web_search_preview_2025_03_11"),
        Kind(optional={**_SEARCH, "search_content_types": list[Literal["text", "image"]]}),
    ),
    "file_search": Kind(
        {"vector_store_ids": list[str]},
        {"filters": Comparison, "max_num_results": int, "ranking_options": Ranking},
    ),
    "code_interpreter": Kind({"container": Filled | Container}),
    "image_generation": Kind(
        optional={
            "action": Literal["generate", "edit", "auto"],
            "background": Literal["transparent", "opaque", "auto"],
            "input_fidelity": Literal["high", "low"],
            "input_image_mask": Mask,
            "model": Filled,
            "moderation": Literal["auto", "low"],
            "output_compression": int,
            "output_format": Literal["png", "webp", "jpeg", "gif", "svg"],
            "partial_images": int,
            "quality": Literal["low", "medium", "high", "xhigh", "max", "auto"],
            "size": Filled,
        }
    ),
    "mcp": Kind(
        {"server_label": Filled},
        {
            "server_url": Filled,
            "connector_id": Connector,
            "tunnel_id": Filled,
            "server_description": str,
            "require_approval": Literal["always", "never"] | Approval,
            "allowed_tools": list[str] | ToolFilter,
            "defer_loading": bool,
        },
    ),
    "computer": Kind(),
    "computer_use_preview": Kind(
        {
            "display_height": int,
            "display_width": int,
            "environment": Literal["windows", "mac", "linux", "ubuntu", "browser"],
        }
    ),
    "local_shell": Kind(),
    "shell": Kind(),
    "apply_patch": Kind(),
    "tool_search": Kind(optional={"description": str, "execution": Execution, "parameters": Json}),
    "programmatic_tool_calling": Kind(),
}
"""Type of a tool → its fields. The credentials of an `mcp` tool are never written."""

HOSTED_CHOICES: Final = {
    **dict.fromkeys(
        (
            *(
                "file_search",
                "web_search_preview",
                "web_search_preview_2025_03_11",
                "computer",
                "computer_use",
            ),
            *("computer_use_preview", "image_generation", "code_interpreter", "shell", "apply_patch"),
            "programmatic_tool_calling",
        ),
        Kind(),
    ),
    "mcp": Kind({"server_label": Filled}, {"name": str}),
}
"""Type of a hosted tool that `tool_choice` may force → its fields."""

HOSTED_ITEMS: Final = {
    "web_search_call": Kind({"id": Filled, "action": SearchAction, "status": SearchStatus}),
    "file_search_call": Kind(
        {"id": Filled, "queries": list[str], "status": SearchStatus}, {"results": list[FoundFile]}
    ),
    "code_interpreter_call": Kind(
        {
            "id": Filled,
            "code": str | None,
            "container_id": str,
            "outputs": list[CodeOutput] | None,
            "status": CodeStatus,
        }
    ),
    "image_generation_call": Kind({"id": Filled, "result": str | None, "status": ImageStatus}),
    "shell_call": Kind({"call_id": Filled, "action": ShellAction}, {"status": Status}),
    "apply_patch_call": Kind(
        {"call_id": Filled, "operation": Patch, "status": Literal["in_progress", "completed"]}
    ),
    "apply_patch_call_output": Kind(
        {"call_id": Filled, "status": Literal["completed", "failed"]}, {"output": str}
    ),
    "mcp_list_tools": Kind({"id": Filled, "server_label": str, "tools": list[ListedTool]}, {"error": str}),
    "mcp_approval_request": Kind({"id": Filled, "arguments": str, "name": str, "server_label": str}),
    "mcp_approval_response": Kind({"approval_request_id": Filled, "approve": bool}, {"reason": str}),
    "mcp_call": Kind(
        {"id": Filled, "arguments": str, "name": str, "server_label": str},
        {"approval_request_id": str, "output": str},
    ),
    "tool_search_call": Kind({"arguments": Any}, {"call_id": str, "execution": Execution, "status": Status}),
    "tool_search_output": Kind(optional={"call_id": str, "execution": Execution, "status": Status}),
    "additional_tools": Kind({"role": Literal["developer"]}),
}
"""Type of an item that the Responses API alone has, and that holds all of itself → its fields."""

WITH_TOOLS: Final = frozenset({"tool_search_output", "additional_tools"})
"""Types of items that offer tools of all types."""


def read_kind(given: Json, table: dict[str, Kind], reason: str) -> tuple[str, Json]:
    """The type of a tool, a choice or an item, and its fields. Raises `NotMigratedError` with `reason`."""
    name = given.get("type")
    kind = table.get(name) if isinstance(name, str) else None
    if kind is None or name is None:
        raise NotMigratedError(reason)
    fields = {}
    for field, allowed in {**kind.required, **kind.optional}.items():
        value = given.get(field)
        if value is not None or field in kind.required:
            fields[field] = msgspec.to_builtins(checked(finite(value, reason), allowed, reason))
    return name, fields


def finite(value: Any, reason: str) -> Any:
    """The value itself. Raises `NotMigratedError` when JSON has no number for something in it, or it is too deep."""
    try:
        whole = _is_finite(value)
    except RecursionError:
        whole = False
    if not whole:
        raise NotMigratedError(reason)
    return value


def _is_finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)
