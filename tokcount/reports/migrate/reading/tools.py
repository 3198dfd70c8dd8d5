"""The tools of a request, which of them it asks for, and the form of its answer, of either endpoint."""

from __future__ import annotations

from typing import Any, Final

from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.content import checked, known
from tokcount.reports.migrate.reading.hosted import HOSTED_CHOICES, HOSTED_TOOLS, finite, read_kind
from tokcount.reports.migrate.request import (
    Choice,
    Custom,
    Format,
    Function,
    Grammar,
    Hosted,
    Loss,
    Mode,
    Name,
    NotMigratedError,
    Tool,
)

BAD_TOOL: Final = (
    "a tool that the API refuses: without a valid name, or with other values than its fields take"
)
BAD_CHOICE: Final = "its value is not one that the API takes"
NO_TOOLS: Final = "the request offers no tools"
NOT_OFFERED: Final = "it names a tool that the request does not offer"
BAD_FORMAT: Final = "a form of the answer that the API refuses"
CREDENTIALS: Final = Loss("tools", "dropped", "credentials of a server are never written")
FUNCTIONS: Final = Loss("functions", "rewritten", "functions become tools")
FUNCTION_CALL: Final = Loss("function_call", "rewritten", "becomes tool_choice")
SCHEMA_HINT: Final = Loss(
    "response_format", "changed", "a JSON object with a schema becomes a JSON schema format"
)

MODES: Final[dict[str, Mode]] = {"none": "none", "auto": "auto", "required": "required", "any": "required"}
"""`any` is what Anthropic and Mistral call `required`."""


def read_tools(request: Json, losses: list[Loss]) -> list[Tool]:
    """The tools of `tools` and of the older `functions`. Raises `NotMigratedError` for one that the API refuses."""
    given = _listed(request.get("tools"))
    tools = [read_tool(tool) for tool in given]
    if any(tool.get("authorization") or tool.get("headers") for tool in given):
        losses.append(CREDENTIALS)
    functions = _listed(request.get("functions"))
    if functions:
        losses.append(FUNCTIONS)
    return tools + [_function(function) for function in functions]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise NotMigratedError(BAD_TOOL)
    return value


def read_tool(tool: Any) -> Tool:
    """A tool whose definition is nested, as chat has it, or flat, as Responses has it.

    Responses reads the tool itself: with a name of its own, the tool is complete (docs/framing-responses.md).
    """
    if not isinstance(tool, dict):
        raise NotMigratedError(BAD_TOOL)
    kind = tool.get("type", "function")
    if kind == "namespace":
        return _namespace(tool)
    if kind not in ("function", "custom"):
        return Hosted(*read_kind(tool, HOSTED_TOOLS, BAD_TOOL))
    nested = tool.get(kind)
    definition = nested if isinstance(nested, dict) and "name" not in tool else tool
    return _function(definition) if kind == "function" else _custom(definition)


def _namespace(tool: Json) -> Hosted:
    """Functions and custom tools under one name."""
    tools = [read_tool(inner) for inner in _listed(tool.get("tools"))]
    inside = [inner for inner in tools if not isinstance(inner, Hosted)]
    if len(inside) != len(tools) or not isinstance(tool.get("description"), str):
        raise NotMigratedError(BAD_TOOL)
    fields = {"name": checked(tool.get("name"), Name, BAD_TOOL), "description": tool["description"]}
    return Hosted("namespace", fields, inside)


def _function(definition: Any) -> Function:
    if not isinstance(definition, dict):
        raise NotMigratedError(BAD_TOOL)
    function: Function = checked(finite(definition, BAD_TOOL), Function, BAD_TOOL)
    return function


def _custom(definition: Json) -> Custom:
    shape = definition.get("format")
    nested = shape.get("grammar") if isinstance(shape, dict) else None
    has_grammar = isinstance(shape, dict) and shape.get("type") == "grammar"
    grammar = checked(nested or shape, Grammar, BAD_TOOL) if has_grammar else None
    fields = known(name=definition.get("name"), description=definition.get("description"))
    custom: Custom = checked({**fields, "grammar": grammar}, Custom, BAD_TOOL)
    return custom


def read_choice(request: Json, tools: list[Tool], losses: list[Loss]) -> Choice | None:
    """Which tools are asked for; `None` where nothing is asked, or nothing that the API takes."""
    key = "tool_choice" if request.get("tool_choice") is not None else "function_call"
    given = request.get(key)
    if given is None:
        return None
    choice = _choice(given)
    problem = _problem(choice, tools)
    if choice is None or problem:
        if given not in ("auto", "none") or tools:
            losses.append(Loss(key, "dropped", problem or BAD_CHOICE))
        return None
    if key == "function_call":
        losses.append(FUNCTION_CALL)
    return choice


def _problem(choice: Choice | None, tools: list[Tool]) -> str:
    """Why the API refuses a choice."""
    if choice is None:
        return BAD_CHOICE
    if not tools:
        return NO_TOOLS
    offered = {tool.name for tool in tools if not isinstance(tool, Hosted)}
    return NOT_OFFERED if any(name and name not in offered for _, name in choice.named) else ""


def _choice(given: Any) -> Choice | None:
    if isinstance(given, str):
        mode = MODES.get(given)
        return Choice(mode) if mode else None
    if not isinstance(given, dict):
        return None
    kind = given.get("type", "function")
    if kind == "allowed_tools":
        return _allowed(given)
    if isinstance(kind, str) and kind in MODES:
        return Choice(MODES[kind])
    named = _named(given)
    if named:
        return Choice("required", (named,), forced=True)
    try:
        kind, fields = read_kind(given, HOSTED_CHOICES, BAD_CHOICE)
    except NotMigratedError:
        return None
    return Choice("required", forced=True, hosted={"type": kind, **fields})


def _allowed(given: Json) -> Choice | None:
    nested = given.get("allowed_tools")
    allowed = nested if isinstance(nested, dict) else given
    mode, tools = allowed.get("mode"), allowed.get("tools")
    if mode not in ("auto", "required") or not isinstance(tools, list) or not tools:
        return None
    named = [_named(tool) for tool in tools]
    return Choice(mode, tuple(filter(None, named))) if all(named) else None


def _named(given: Any) -> tuple[str, str] | None:
    """Type and name of a tool in a choice: `{"type": "function", "function": {"name": …}}`, or the name in it."""
    if not isinstance(given, dict):
        return None
    kind = given.get("type", "function")
    nested = given.get(kind) if isinstance(kind, str) else None
    name = nested.get("name") if isinstance(nested, dict) else given.get("name")
    kind = "function" if kind == "tool" else kind
    return (kind, name) if kind in ("function", "custom") and isinstance(name, str) and name else None


def read_format(given: Any, losses: list[Loss]) -> Format | None:
    """The form of the answer, from `response_format` or from the `format` of `text`.

    A JSON object whose schema some servers take next to its type keeps the schema.
    """
    if given is None:
        return None
    if not isinstance(given, dict):
        raise NotMigratedError(BAD_FORMAT)
    kind, nested = given.get("type"), given.get("json_schema")
    schema = nested if isinstance(nested, dict) else given
    if kind == "json_object" and isinstance(given.get("schema"), dict):
        losses.append(SCHEMA_HINT)
        kind = "json_schema"
    shape: Format
    if kind != "json_schema":
        shape = checked({"type": kind}, Format, BAD_FORMAT)
        return shape
    fields = {name: schema.get(name) for name in ("name", "schema", "description", "strict")}
    named = known(**fields) if given.get("type") == "json_object" else {"name": None, **known(**fields)}
    shape = checked(finite({"type": kind, **named}, BAD_FORMAT), Format, BAD_FORMAT)
    return shape
