"""Tool definitions as chat templates show them to the model.

Logs repeat their tools in every record, so what is shown is cached under its JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from tokcount.framing.calls import compact, spaced
from tokcount.framing.templates.rules import Definitions
from tokcount.framing.tools.schema_tree import Schema
from tokcount.framing.tools.tool_set import offered_functions
from tokcount.framing.tools.typescript import render_functions
from tokcount.framing.tools.typescript_harmony import parameters_harmony

_UNSHOWN = frozenset({"title", "additionalProperties", "propertyOrdering", "property_ordering", "$schema"})
"""Keywords of which neither name nor value is shown where values are shown one by one."""
_BY_NAME = frozenset({"properties", "$defs", "definitions"})
"""Keywords whose value has names of its own."""


class Shown(NamedTuple):
    """The functions of a request."""

    texts: tuple[str, ...]
    """What the model reads of them."""
    functions: int
    properties: int
    others: int
    """Hosted tools and unreadable ones; they are not in the texts."""


def definitions(request: dict[str, Any], form: Definitions) -> Shown | None:
    """The tools of `tools` and of the older `functions`, nested as in Chat or flat; `None`: nothing is offered."""
    tools, functions = request.get("tools"), request.get("functions")
    if not tools and not functions:
        return None
    try:
        key = msgspec.json.encode((tools, functions))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return _show(tools, functions, form)
    return _remembered(key, form)


@lru_cache(maxsize=1024)
def _remembered(key: bytes, form: Definitions) -> Shown:
    tools, functions = msgspec.json.decode(key)
    return _show(tools, functions, form)


def _show(tools: Any, functions: Any, form: Definitions) -> Shown:
    offered, others = offered_functions(tools, functions)
    return Shown(
        texts=tuple(_FORMS[form](offered)) if offered else (),
        functions=len(offered),
        properties=sum(_properties(function.get("parameters")) for function in offered),
        others=others,
    )


def _properties(schema: Any) -> int:
    """How many properties a schema has, at all depths."""
    if isinstance(schema, list):
        return sum(map(_properties, schema))
    if not isinstance(schema, dict):
        return 0
    own = schema.get("properties")
    return (len(own) if isinstance(own, dict) else 0) + sum(map(_properties, schema.values()))


def _ordered(function: Schema, *keys: str) -> Schema:
    return {key: function[key] for key in keys if function.get(key) is not None}


def _function(function: Schema) -> Schema:
    return _ordered(function, "name", "description", "parameters")


def _tool(function: Schema) -> Schema:
    return {"type": "function", "function": _function(function)}


def _list(offered: list[Schema]) -> list[str]:
    """One JSON list of tools."""
    return [spaced([_tool(function) for function in offered])]


def _lines(offered: list[Schema]) -> list[str]:
    """A line of JSON for each tool."""
    return ["\n".join(spaced(_tool(function)) for function in offered)]


def _functions(offered: list[Schema]) -> list[str]:
    """A line of JSON for the function of each tool."""
    return ["\n".join(spaced(_function(function)) for function in offered)]


def _invoke(offered: list[Schema]) -> list[str]:
    """A line of JSON between tags for each function, description first."""
    lines = [
        f"<function>{spaced(_ordered(_described(function), 'description', 'name', 'parameters'))}</function>"
        for function in offered
    ]
    return ["\n".join(["<functions>", *lines, "</functions>"])]


def _described(function: Schema) -> Schema:
    return {key: value for key, value in function.items() if key != "description" or value}


def _values(offered: list[Schema]) -> list[str]:
    """Each name, description and value of a keyword as a text of its own; the keywords cost nothing."""
    return [text for function in offered for text in _leaves(_function(function))]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _named(inner) if key in _BY_NAME else () if key in _UNSHOWN else _leaves(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _named(value: Any) -> Iterator[str]:
    for name, schema in value.items() if isinstance(value, dict) else ():
        yield name
        yield from _leaves(schema)


def _harmony(offered: list[Schema]) -> list[str]:
    """As TypeScript, in the form published for gpt-oss."""
    return ["# Tools\n\n## functions\n\n" + render_functions(offered, parameters_harmony)]


def _compact(offered: list[Schema]) -> list[str]:
    """JSON without spaces, about the least that a form can cost."""
    return [compact(_function(function)) for function in offered]


_FORMS: dict[Definitions, Callable[[list[Schema]], list[str]]] = {
    "list": _list,
    "lines": _lines,
    "functions": _functions,
    "invoke": _invoke,
    "values": _values,
    "harmony": _harmony,
    "unknown": _compact,
}
