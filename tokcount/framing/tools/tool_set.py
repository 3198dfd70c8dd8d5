"""The tools of a request: the functions it offers, and the text that shows them to the model.

Logs repeat their tool sets in every record, so a rendered set is cached under its JSON.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

from tokcount.framing.features import CUSTOM_TOOLS, GRAMMAR
from tokcount.framing.tools.schema_forms import tool_forms
from tokcount.framing.tools.schema_tree import Node, Schema
from tokcount.framing.tools.typescript import grammar_of, parameters, render_functions
from tokcount.framing.tools.typescript_0613 import parameters_0613

Renderer = Literal["typescript", "0613"]

OTHER_TOOLS = "tools other than functions are not counted"
_GRAMMAR = 47
"""Hidden text for a grammar: two recorded calls, one in Chat Completions and one in Responses."""


class ToolSet(NamedTuple):
    """The functions of a request as text, and what the framing rules need to know about them."""

    body: str
    """The definitions without a heading, as Responses shows them; empty without functions."""
    block: str
    """The same under the headings of Chat Completions."""
    described: bool
    """The first function has a description."""
    functions: int
    """Functions and custom tools in the text."""
    others: int
    """Hosted tools and unreadable ones; they are not in the text."""
    hidden: int
    """Tokens of the hidden text that the API adds for grammars of custom tools."""
    forms: tuple[str, ...]
    """Features of the definitions: `tokcount.framing.evidence` knows how well each is confirmed."""


def tool_set(
    request: dict[str, Any], renderer: Renderer = "typescript", *, flat: bool = False
) -> ToolSet | None:
    """The functions of `tools` and of the older `functions`; `None`: nothing is offered.

    `flat`: definitions as Responses takes them, in the tool itself.
    """
    tools, functions = request.get("tools"), request.get("functions")
    if not tools and not functions:
        return None
    try:
        key = msgspec.json.encode((tools, functions))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return _render(tools, functions, renderer, flat)
    return _remembered(key, renderer, flat)


@lru_cache(maxsize=1024)
def _remembered(key: bytes, renderer: Renderer, flat: bool) -> ToolSet | None:
    tools, functions = msgspec.json.decode(key)
    return _render(tools, functions, renderer, flat)


def _render(tools: Any, functions: Any, renderer: Renderer, flat: bool) -> ToolSet | None:
    offered, others = offered_functions(tools, functions, flat=flat)
    if not offered and not others:
        return None
    body = render_functions(offered, parameters_0613 if renderer == "0613" else parameters) if offered else ""
    forms: set[str] = set()
    for function in offered:
        if function.get("type") == "custom":
            forms.add(GRAMMAR if grammar_of(function) else CUSTOM_TOOLS)
        if not isinstance(function.get("name"), str):
            forms.add("a function without a name")
        forms |= tool_forms(function.get("parameters"))
    return ToolSet(
        body=body,
        block="# Tools\n\n## functions\n\n" + body if body else "",
        described=bool(offered) and bool(Node(offered[0]).text("description")),
        functions=len(offered),
        others=others,
        hidden=sum(
            _GRAMMAR for function in offered if function.get("type") == "custom" and grammar_of(function)
        ),
        forms=tuple(sorted(forms)),
    )


def offered_functions(tools: Any, functions: Any = None, *, flat: bool = False) -> tuple[list[Schema], int]:
    """Functions and custom tools (Chat nests their definitions, Responses does not) and the number of others."""
    offered: list[Schema] = []
    others = 0
    for tool in tools if isinstance(tools, list) else []:
        definition = _definition(tool, flat)
        if definition is None:
            others += 1
        else:
            offered.append(definition)
    for function in functions if isinstance(functions, list) else []:
        if isinstance(function, dict):
            offered.append(function)
        else:
            others += 1
    return offered, others


def _definition(tool: Any, flat: bool) -> Schema | None:
    """The definition of a function or a custom tool; `None`: it is neither.

    Responses reads the tool itself and ignores a definition nested in it, as Chat has them (96 of 96 recorded calls):
    with a name of its own the tool is complete.
    """
    if not isinstance(tool, dict):
        return None
    kind = tool.get("type", "function")
    if kind not in ("function", "custom"):
        return None
    definition = tool if flat and isinstance(tool.get("name"), str) else tool.get(kind, tool)
    if not isinstance(definition, dict):
        return None
    return {**definition, "type": "custom"} if kind == "custom" else definition


def forced_name(choice: Any) -> str | None:
    """The function that `tool_choice` or `function_call` names; `None` for `auto` and the like."""
    if not isinstance(choice, dict):
        return None
    function = choice.get("function")
    name = function.get("name") if isinstance(function, dict) else choice.get("name")
    return name if isinstance(name, str) and name else None
