"""The tools of a request: which functions it offers, and the block of text that shows them to the model.

Logs repeat their tool sets in every record, so a rendered set is kept, keyed by its JSON.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

from tokcount.counting.typescript import render_functions
from tokcount.counting.typescript_0613 import parameters_0613
from tokcount.counting import typescript

Renderer = Literal["typescript", "0613"]

CUSTOM = "tools other than functions are not counted"


class ToolSet(NamedTuple):
    """The functions of a request as text (``body``, without a heading) and what the rules ask about them."""

    body: str
    described: bool
    """The first function has a description."""
    functions: int
    reason: str
    """Why something is missing; empty: nothing is."""

    @property
    def block(self) -> str:
        """The body under the headings of Chat Completions."""
        return "# Tools\n\n## functions\n\n" + self.body


def tool_set(request: dict[str, Any], renderer: Renderer = "typescript") -> ToolSet | None:
    """The functions that ``tools`` and the older ``functions`` offer; ``None``: none are offered."""
    tools, functions = request.get("tools"), request.get("functions")
    if not tools and not functions:
        return None
    try:
        key = msgspec.json.encode((tools, functions))
    except (TypeError, ValueError, RecursionError):
        return _render(tools, functions, renderer)
    return _remembered(key, renderer)


@lru_cache(maxsize=1024)
def _remembered(key: bytes, renderer: Renderer) -> ToolSet | None:
    tools, functions = msgspec.json.decode(key)
    return _render(tools, functions, renderer)


def _render(tools: Any, functions: Any, renderer: Renderer) -> ToolSet | None:
    offered, others = offered_functions(tools, functions)
    if not offered and not others:
        return None
    render = parameters_0613 if renderer == "0613" else typescript.parameters
    body = render_functions(offered, render) if offered else ""
    description = offered[0].get("description") if offered else None
    described = isinstance(description, str) and bool(description.strip())
    return ToolSet(body, described, len(offered), CUSTOM if others else "")


def offered_functions(tools: Any, functions: Any = None) -> tuple[list[dict[str, Any]], int]:
    """Function definitions of both APIs (Chat nests them under ``function``), and the number of other entries."""
    offered: list[dict[str, Any]] = []
    others = 0
    for tool in tools if isinstance(tools, list) else []:
        function = tool.get("function", tool) if isinstance(tool, dict) else None
        if isinstance(function, dict) and tool.get("type", "function") == "function":
            offered.append(function)
        else:
            others += 1
    for function in functions if isinstance(functions, list) else []:
        if isinstance(function, dict):
            offered.append(function)
        else:
            others += 1
    return offered, others


def forced_name(choice: Any) -> str | None:
    """The function that ``tool_choice`` or ``function_call`` names; ``None`` for ``auto`` and the like."""
    if not isinstance(choice, dict):
        return None
    function = choice.get("function")
    name = function.get("name") if isinstance(function, dict) else choice.get("name")
    return name if isinstance(name, str) and name else None
