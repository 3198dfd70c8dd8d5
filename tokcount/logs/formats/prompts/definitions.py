"""Definitions of tools and schemas of answers, without the messages of a request.

Source: the OpenAI API reference (tools, functions, response_format); JSON Schema.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tokcount.logs.adapt import Item, Json, Location, PromptFile, Rank, skipped, tools_of
from tokcount.logs.formats.prompts.kit import PromptFormat, prompt_item

_PART: Final = frozenset({"fragment"})
_SCHEMAS: Final = frozenset({"parameters", "input_schema", "inputSchema"})
"""Keys of the schema of a tool: OpenAI's, Anthropic's, and that of the Model Context Protocol."""


class Tools(PromptFormat):
    """`prompt.tools`: definitions of tools or functions, one or a list."""

    name = "prompt.tools"
    keys = (
        *(frozenset({key}) for key in ("tools", "functions")),
        frozenset({"type", "function"}),
        frozenset({"name", "parameters"}),
    )
    rank = Rank.LOOSE_BODY

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        listed = next((file[key] for key in ("tools", "functions") if key in file), [dict(file)])
        tools = tools_of(listed)
        if not (
            tools
            and isinstance(listed, list)
            and all(map(_is_definition, listed))
            and all(map(_is_tool, tools))
        ):
            return None
        if "parameters" in file and not _is_schema(file["parameters"]):
            return None
        request: Json = {"messages": [], "tools": tools}
        return [prompt_item(at, self.name, file, request, kind="chat", flags=_PART)]


class Schema(PromptFormat):
    """`prompt.schema`: a JSON schema, alone or with its name as in `response_format`."""

    name = "prompt.schema"
    keys = (
        frozenset({"$schema"}),
        frozenset({"type", "properties"}),
        frozenset({"name", "schema"}),
        frozenset({"json_schema"}),
    )
    rank = Rank.LOOSE_BODY

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        named = file.get("json_schema") if "json_schema" in file else file if "schema" in file else None
        if named is None and file.get("type", "object") == "object":
            named = {"name": str(file.get("title") or "response"), "schema": dict(file)}
        if not isinstance(named, dict) or not _is_schema(named.get("schema")):
            return None
        if not isinstance(named.get("name"), str):
            return [skipped(at, "unrecognised", "a response format whose schema has no name", self.name)]
        request: Json = {
            "messages": [],
            "response_format": {"type": "json_schema", "json_schema": dict(named)},
        }
        return [prompt_item(at, self.name, file, request, kind="chat", flags=_PART)]


def _is_definition(tool: Any) -> bool:
    """Does it say what a tool takes, or that it is one? A name alone is what many things have."""
    return isinstance(tool, dict) and ("function" in tool or not _SCHEMAS.isdisjoint(tool))


def _is_tool(tool: Json) -> bool:
    function = tool.get("function")
    return isinstance(function, dict) and isinstance(function.get("name"), str)


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict) and (isinstance(value.get("properties"), dict) or "$ref" in value)
