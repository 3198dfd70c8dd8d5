"""Tools, choices and items that only the Responses API has: their fields, and the values that it takes.

Source: openai/openai-openapi (Tool, ToolChoiceParam, InputItem) and the request types of the openai package made from
it, version 3.54. Fields that are not here are left out of new requests.
"""

from __future__ import annotations

import math
from typing import Any, Final, Literal

import msgspec

from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.content import checked
from tokcount.reports.migrate.request import Filled, NotMigratedError

Status = Literal["in_progress", "completed", "incomplete"]
Execution = Literal["server", "client"]
Size = Literal["low", "medium", "high"]


class Location(msgspec.Struct, omit_defaults=True):
    """Where a search is made from."""

    type: Literal["approximate"]
    city: str | None = None
    country: str | None = None
    region: str | None = None
    timezone: str | None = None


class Kind(msgspec.Struct, frozen=True):
    """Field → type of its values; `defaults`: what the API takes a required field for where it is missing."""

    required: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    defaults: Json = {}


_SEARCH: Final = {"search_context_size": Size, "user_location": Location}

HOSTED_TOOLS: Final = {
    **dict.fromkeys(
        ("web_search", "web_search_2025_08_26"),
        Kind(optional={**_SEARCH, "filters": Json, "external_web_access": bool}),
    ),
    **dict.fromkeys(
        ("web_search_preview", "web_search_preview_2025_03_11"),
        Kind(optional={**_SEARCH, "search_content_types": list[Literal["text", "image"]]}),
    ),
    "file_search": Kind(
        {"vector_store_ids": list[str]}, {"filters": Json, "max_num_results": int, "ranking_options": Json}
    ),
    "code_interpreter": Kind({"container": Filled | Json}),
    "image_generation": Kind(
        optional={
            "action": Literal["generate", "edit", "auto"],
            "background": Literal["transparent", "opaque", "auto"],
            "input_fidelity": Literal["high", "low"],
            "input_image_mask": Json,
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
            "connector_id": Filled,
            "tunnel_id": Filled,
            "server_description": str,
            "require_approval": Literal["always", "never"] | Json,
            "allowed_tools": list[str] | Json,
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
    "shell": Kind(optional={"environment": Json}),
    "apply_patch": Kind(),
    "tool_search": Kind(optional={"description": str, "execution": Execution, "parameters": Json}),
    "namespace": Kind({"name": Filled, "description": str, "tools": list[Json]}),
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
    "web_search_call": Kind({"id": Filled, "action": Json, "status": str}),
    "file_search_call": Kind({"id": Filled, "queries": list[str], "status": str}, {"results": list[Json]}),
    "code_interpreter_call": Kind(
        {"id": Filled, "code": str | None, "container_id": str, "outputs": list[Json] | None, "status": str}
    ),
    "image_generation_call": Kind({"id": Filled, "result": str | None, "status": str}),
    "computer_call": Kind(
        {"id": Filled, "call_id": Filled, "pending_safety_checks": list[Json], "status": Status},
        {"action": Json, "actions": list[Json]},
        {"pending_safety_checks": []},
    ),
    "computer_call_output": Kind(
        {"call_id": Filled, "output": Json}, {"acknowledged_safety_checks": list[Json], "status": Status}
    ),
    "local_shell_call": Kind({"id": Filled, "call_id": Filled, "action": Json, "status": Status}),
    "local_shell_call_output": Kind({"id": Filled, "output": str}, {"status": Status}),
    "shell_call": Kind({"call_id": Filled, "action": Json}, {"environment": Json, "status": Status}),
    "shell_call_output": Kind(
        {"call_id": Filled, "output": list[Json]}, {"max_output_length": int, "status": Status}
    ),
    "apply_patch_call": Kind(
        {"call_id": Filled, "operation": Json, "status": Literal["in_progress", "completed"]}
    ),
    "apply_patch_call_output": Kind(
        {"call_id": Filled, "status": Literal["completed", "failed"]}, {"output": str}
    ),
    "mcp_list_tools": Kind({"id": Filled, "server_label": str, "tools": list[Json]}, {"error": str}),
    "mcp_approval_request": Kind({"id": Filled, "arguments": str, "name": str, "server_label": str}),
    "mcp_approval_response": Kind({"approval_request_id": Filled, "approve": bool}, {"reason": str}),
    "mcp_call": Kind(
        {"id": Filled, "arguments": str, "name": str, "server_label": str},
        {"approval_request_id": str, "error": Json, "output": str},
    ),
    "tool_search_call": Kind({"arguments": Any}, {"call_id": str, "execution": Execution, "status": Status}),
    "tool_search_output": Kind(
        {"tools": list[Json]}, {"call_id": str, "execution": Execution, "status": Status}
    ),
    "additional_tools": Kind({"role": Literal["developer"], "tools": list[Json]}),
}
"""Type of an item that the Responses API alone has, and that holds all of itself → its fields."""


def read_kind(given: Json, table: dict[str, Kind], reason: str) -> tuple[str, Json]:
    """The type of a tool, a choice or an item, and its fields. Raises `NotMigratedError` with `reason`."""
    name = given.get("type")
    kind = table.get(name) if isinstance(name, str) else None
    if kind is None or name is None:
        raise NotMigratedError(reason)
    fields = {}
    for field, allowed in {**kind.required, **kind.optional}.items():
        value = _filled(given.get(field, kind.defaults.get(field)))
        if value is not None or field in kind.required:
            fields[field] = msgspec.to_builtins(checked(finite(value, reason), allowed, reason))
    return name, fields


def _filled(value: Any) -> Any:
    """A value without the nulls in it, which some clients write for fields that are not there."""
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items() if inner is not None}
    return [_filled(inner) for inner in value] if isinstance(value, list) else value


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
