"""What an answer shows of its request that the logged request lacks."""

from __future__ import annotations

from typing import Any, Final

from tokcount.logs.scalars import Json

TOOLS_LACK: Final = "the answer calls a tool, but the logged request offers none"

_WITH_TOOLS: Final = ("tool_choice", "parallel_tool_calls")


def with_echo(request: Json, response: Json) -> Json:
    """A Responses request with the instructions, tools and text format that only its answer repeats.

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
    return any(isinstance(item, dict) and item.get("type") in _CALLS for item in output)


_CALLS: Final = ("function_call", "custom_tool_call")
"""Items of an answer that only a tool of the request can bring about."""
