"""What an answer shows of its request that the logged request lacks."""

from __future__ import annotations

from typing import Any, Final

from tokcount.logs.record import STATE_FIELDS
from tokcount.logs.scalars import Json

TOOLS_LACK: Final = "the answer calls a tool, but the logged request offers none"

_WITH_TOOLS: Final = ("tool_choice", "parallel_tool_calls")


def with_echo(request: Json, response: Json) -> Json:
    """A Responses request with the instructions, tools, text format and stored state that only its answer repeats.

    The answer repeats what the API received (OpenAI API reference, Response). A request that has all of them is
    returned as it is.
    """
    echoed: Json = {}
    if not request.get("instructions") and response.get("instructions"):
        echoed["instructions"] = response["instructions"]
    if not request.get("tools") and response.get("tools"):
        echoed["tools"] = response["tools"]
        echoed |= {name: response[name] for name in _WITH_TOOLS if name in response and name not in request}
    if not _schema(request) and _schema(response):
        echoed["text"] = response["text"]
    echoed |= {name: response[name] for name in STATE_FIELDS if response.get(name) and not request.get(name)}
    return {**request, **echoed} if echoed else request


def _schema(body: Json) -> Any:
    text = body.get("text")
    shape = text.get("format") if isinstance(text, dict) else None
    return shape if isinstance(shape, dict) and shape.get("type") == "json_schema" else None


def contradiction(request: Json, response: Json) -> str | None:
    """Why a request cannot be all that was sent, according to its answer; `None`: nothing speaks against it."""
    if not _calls_a_tool(response) or request.get("tools") or request.get("functions"):
        return None
    return None if _offers_by_items(request) else TOOLS_LACK


def _offers_by_items(request: Json) -> bool:
    """Whether input items of a Responses request offer tools."""
    given = request.get("input")
    return isinstance(given, list) and any(
        isinstance(item, dict) and item.get("type") in ("additional_tools", "tool_search_output")
        for item in given
    )


def _calls_a_tool(response: Json) -> bool:
    choices = response.get("choices")
    if type(choices) is list:
        for choice in choices:
            message = choice.get("message") if type(choice) is dict else None
            if type(message) is dict and (message.get("tool_calls") or message.get("function_call")):
                return True
    output = response.get("output")
    if type(output) is not list:
        return False
    return any(isinstance(item, dict) and _is_call(item.get("type")) for item in output)


def _is_call(kind: object) -> bool:
    """Whether only a tool of the request can bring about items of this type, its own or one that the API runs."""
    return isinstance(kind, str) and kind.endswith(("_call", "mcp_list_tools", "mcp_approval_request"))
