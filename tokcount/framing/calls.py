"""Tool calls and their results, in the form that the API shows to the model."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Call(NamedTuple):
    """One function call of an assistant message; `id` is empty when the log has none."""

    name: str
    arguments: str
    id: str


def read_calls(message: dict[str, Any]) -> list[Call]:
    """The calls of a message: those of `tool_calls` (functions and custom tools), then the older `function_call`."""
    calls: list[Call] = []
    entries = message.get("tool_calls")
    for entry in entries if isinstance(entries, list) else ():
        called = _called(entry)
        if called is not None:
            calls.append(_call(called, entry.get("id")))
    function = message.get("function_call")
    if isinstance(function, dict):
        calls.append(_call(function, None))
    return calls


def is_custom(entry: Any) -> bool:
    """Whether an element of `tool_calls` is a call of a custom tool, whose input is any text."""
    return (
        isinstance(entry, dict)
        and not isinstance(entry.get("function"), dict)
        and isinstance(entry.get("custom"), dict)
    )


def _called(entry: Any) -> dict[str, Any] | None:
    """The function or the custom tool that an element of `tool_calls` names."""
    if not isinstance(entry, dict):
        return None
    called = entry["custom"] if is_custom(entry) else entry.get("function")
    return called if isinstance(called, dict) else None


def _call(called: dict[str, Any], identity: Any) -> Call:
    arguments = called.get("arguments", called.get("input"))
    return Call(_text(called.get("name")), arguments_text(arguments), _text(identity))


def arguments_text(arguments: Any) -> str:
    """The arguments of a call as a text; some logs have them as an object."""
    if isinstance(arguments, str):
        return arguments
    return "" if arguments is None else compact(arguments)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def compact(value: Any) -> str:
    """JSON without spaces, non-ASCII characters unescaped: `{"city":"Zürich"}`."""
    return _COMPACT.encode(value)


def spaced(value: Any) -> str:
    """JSON with a space after `,` and `:`, non-ASCII characters unescaped: `{"city": "Zürich"}`."""
    return json.dumps(value, ensure_ascii=False)


def parsed(text: str) -> Any:
    """The value of a JSON text, or the text itself when it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def compact_arguments(arguments: str) -> str:
    """Arguments as the API repeats them: JSON reserialised without spaces, anything else unchanged.

    >>> compact_arguments('{"city": "Paris"}')
    '{"city":"Paris"}'
    """
    try:
        return compact(json.loads(arguments))
    except (ValueError, RecursionError):
        return arguments


def parallel_calls(calls: list[Call]) -> str:
    """Several calls of one message, as one call of a tool that runs them in parallel.

    >>> parallel_calls([Call("f", '{"a": 1}', ""), Call("g", "{}", "")])
    '{"tool_uses":[{"recipient_name":"functions.f","parameters":{"a":1}},{"recipient_name":"functions.g","parameters":{}}]}'
    """
    uses = [
        {"recipient_name": "functions." + call.name, "parameters": parsed(call.arguments)} for call in calls
    ]
    return compact({"tool_uses": uses})


def parallel_results(results: list[str], *, escaped: bool) -> str:
    r"""The results of parallel calls, as one JSON list; results that are JSON are values in it.

    >>> parallel_results(['{"temp":21}', "Grüezi"], escaped=True)
    '[{"temp": 21}, "Gr\\u00fcezi"]'
    """
    return json.dumps([parsed(result) for result in results], ensure_ascii=escaped)
