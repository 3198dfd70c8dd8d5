"""What a request asks for: its parameters by the names of the API reference, and what its messages contain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from tokcount.models.compatibility.rules import Endpoint, Input

CONTENT: Final[dict[str, frozenset[str]]] = {
    "completions": frozenset({"model", "prompt"}),
    "chat": frozenset({"model", "messages"}),
    "responses": frozenset({"model", "input", "instructions"}),
}
"""Fields of a request that are no parameters."""
NESTED: Final = ("reasoning", "text")
"""Objects of a Responses request whose fields are parameters: `reasoning.effort`."""
FORMATS: Final = ("response_format", "text.format")
INCLUDED_LOGPROBS: Final = "message.output_text.logprobs"
PARTS: Final[dict[str, Input]] = {
    "image_url": "image",
    "input_image": "image",
    "input_audio": "audio",
    "file": "file",
    "input_file": "file",
}
"""Type of a part of a message → what it is."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks for."""

    parameters: Mapping[str, Any]
    """By name. Of an output format the value is its type; of tools, their types."""
    inputs: frozenset[Input]
    """What its messages contain apart from text."""
    effort: str | None
    """The reasoning effort that it names."""


def asked(endpoint: Endpoint, body: Mapping[str, Any]) -> Asked:
    """What a request to an endpoint asks for. Parameters that are null ask for nothing."""
    content = CONTENT[endpoint]
    parameters: dict[str, Any] = {}
    for name, value in body.items():
        if value is None or name in content:
            continue
        if name in NESTED and endpoint == "responses" and isinstance(value, dict):
            parameters.update({f"{name}.{key}": inner for key, inner in value.items() if inner is not None})
        elif name == "tools":
            parameters.update(_tools(value))
        elif name == "include" and isinstance(value, list):
            parameters.update({f"include.{item}": True for item in value if item == INCLUDED_LOGPROBS})
        else:
            parameters[name] = value
    for name in FORMATS:
        if isinstance(parameters.get(name), dict):
            parameters[name] = parameters[name].get("type")
    effort = parameters.get("reasoning.effort", parameters.get("reasoning_effort"))
    return Asked(
        parameters=parameters,
        inputs=_inputs(body.get("messages") or body.get("input")),
        effort=effort if isinstance(effort, str) else None,
    )


def moved(parameters: Mapping[str, Any], source: Endpoint, target: Endpoint) -> Mapping[str, Any]:
    """The parameters for another endpoint, where a value alone decides what one becomes.

    A number of log probabilities becomes `top_logprobs`; a request to completions without a limit had one of 16 tokens.
    """
    if source != "completions" or target == source:
        return parameters
    changed = dict(parameters)
    count = changed.pop("logprobs", None)
    if count is not None and count is not False:
        changed |= {"logprobs": True, "top_logprobs": count}
    if "max_tokens" not in changed:
        changed[NO_LIMIT] = True
    return changed


NO_LIMIT: Final = "no max_tokens"
"""Stands for a completions request without `max_tokens`."""


def _tools(value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not value:
        return {}
    types = {tool.get("type", "function") for tool in value if isinstance(tool, dict)}
    return {"tools": tuple(sorted(kind for kind in types if isinstance(kind, str)))}


def _inputs(messages: Any) -> frozenset[Input]:
    if not isinstance(messages, list):
        return frozenset()
    contents = (message.get("content") for message in messages if isinstance(message, dict))
    return frozenset(kind for content in contents if isinstance(content, list) for kind in _kinds(content))


def _kinds(content: Iterable[Any]) -> Iterable[Input]:
    for part in content:
        kind = PARTS.get(part.get("type", "")) if isinstance(part, dict) else None
        if kind:
            yield kind
