"""Anthropic's Messages API, also on Vertex AI, Azure and Amazon Bedrock.

Source: Anthropic's API reference (Messages, Streaming, Tool use, Structured outputs).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tokcount.logs.adapt.foreign.api import Api, answer, function, plain, schema_format
from tokcount.logs.adapt.messages import carried
from tokcount.logs.adapt.usage import last_measured
from tokcount.logs.scalars import Json, dig, objects

FINISHED: Final = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
"""Why an answer ended → the same in the chat endpoint."""

_CHOICES: Final = {"auto": "auto", "any": "required", "none": "none"}
_TRANSLATED: Final = frozenset(
    """
    messages system tools tool_choice stop_sequences output_config output_format mcp_servers
    """.split()  # noqa: SIM905 - a list of words
)
_ROLES: Final = frozenset({"user", "assistant", "system"})
_OF_ANSWERS: Final = frozenset(
    """
    id type role content model usage stop_reason stop_sequence stop_details container diagnostics context_management
    """.split()  # noqa: SIM905 - a list of words
)
_OF_TOOLS: Final = frozenset({"type", "name", "description", "input_schema", "eager_input_streaming"})
_EVENTS: Final = frozenset(
    """
    message_start content_block_start content_block_delta content_block_stop message_delta message_stop ping
    """.split()  # noqa: SIM905 - a list of words
)


class Messages(Api):
    """Messages with blocks, a system prompt next to them, and tools with an `input_schema`."""

    name = "anthropic.messages"
    provider = "anthropic"
    free = frozenset({"anthropic_version", "anthropic_beta"})

    def is_request(self, body: Json) -> bool:
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            return False
        if "anthropic_version" in body or any("input_schema" in tool for tool in objects(body.get("tools"))):
            return True
        model = body.get("model")
        is_claude = isinstance(model, str) and (model.startswith("claude") or "anthropic.claude" in model)
        if not is_claude or ("max_tokens" not in body and "system" not in body):
            return False
        return _role(messages[0]) == "user" and all(_role(each) in _ROLES for each in messages)

    def is_response(self, body: Json) -> bool:
        if body.get("type") != "message" or body.get("role") != "assistant":
            return False
        return isinstance(body.get("content"), list) and ("stop_reason" in body or "usage" in body)

    def is_event(self, chunk: Json) -> bool:
        kind = chunk.get("type")
        return isinstance(kind, str) and kind in _EVENTS

    def request(self, body: Json, flags: set[str]) -> Json:
        system = body.get("system")
        built: Json = {name: value for name, value in body.items() if name not in _TRANSLATED | self.free}
        built["messages"] = [
            *([{"role": "system", "content": system}] if system else []),
            *(body["messages"] if isinstance(body.get("messages"), list) else []),
        ]
        tools = [_tool(tool) for tool in objects(body.get("tools"))]
        tools += [{**server, "type": "mcp"} for server in objects(body.get("mcp_servers"))]
        if tools:
            built["tools"] = tools
        if any(tool.get("type") != "function" for tool in tools):
            flags.add("hidden_context")
        if isinstance(choice := body.get("tool_choice"), dict):
            built |= _choice(choice)
        if body.get("stop_sequences"):
            built["stop"] = body["stop_sequences"]
        schema = dig(body, "output_config.format.schema") or dig(body, "output_format.schema")
        if isinstance(schema, dict):
            built["response_format"] = schema_format(schema)
        return built

    def response(self, body: Json) -> Json:
        if body.get("error"):
            return {"error": body["error"]}
        message = {"role": "assistant", "content": plain(body["content"])}
        reason = body.get("stop_reason")
        return answer(
            [
                {
                    "message": message,
                    "finish_reason": FINISHED.get(reason) if isinstance(reason, str) else None,
                }
            ],
            id=body.get("id"),
            model=body.get("model"),
            usage=body.get("usage"),
            **carried(body, _OF_ANSWERS),
        )

    def joined(self, chunks: Iterable[Json]) -> Json:
        stream = _Stream()
        for chunk in chunks:
            stream.add(chunk)
        return stream.body()


def _role(message: object) -> str | None:
    role = message.get("role") if isinstance(message, dict) else None
    return role if isinstance(role, str) else None


def _tool(tool: Json) -> Json:
    """A tool with a schema as a function; tools that the API defines or runs itself stay as they are."""
    if "input_schema" not in tool:
        return tool
    others = carried(tool, _OF_TOOLS)
    return function(tool.get("name"), tool.get("description"), tool["input_schema"], others)


def _choice(choice: Json) -> Json:
    """`tool_choice` and whether several calls at once are allowed."""
    kind = choice.get("type")
    chosen: Any = _CHOICES.get(kind) if isinstance(kind, str) else None
    if kind == "tool":
        chosen = {"type": "function", "function": {"name": choice.get("name")}}
    built: Json = {} if chosen is None else {"tool_choice": chosen}
    if choice.get("disable_parallel_tool_use") is True:
        built["parallel_tool_calls"] = False
    return built


_FRAGMENTS: Final = {
    "text_delta": ("text", "text"),
    "thinking_delta": ("thinking", "thinking"),
    "input_json_delta": ("partial_json", "input"),
    "compaction_delta": ("content", "content"),
}
"""Type of a delta → its field with a fragment, and the field of the block that the fragments make up."""


class _Stream:
    """The events of one answer. The usage begins with the message and is completed by a later event."""

    def __init__(self) -> None:
        self.message: Json = {"type": "message", "role": "assistant"}
        self.usage: object = None
        self.blocks: dict[object, Json] = {}
        self.fragments: dict[tuple[object, str], list[str]] = {}

    def add(self, event: Json) -> None:
        kind, place, delta = event.get("type"), event.get("index"), event.get("delta")
        place = place if isinstance(place, int) else 0
        if isinstance(message := event.get("message"), dict):
            self.message |= message
            self.usage = last_measured(self.usage, message.get("usage"))
        if isinstance(block := event.get("content_block"), dict):
            self.blocks[place] = block
        if kind == "error":
            self.message["error"] = event.get("error")
        if event.get("usage"):
            self.usage = last_measured(self.usage, event["usage"])
        if not isinstance(delta, dict):
            return
        if kind == "message_delta":
            self.message |= {name: value for name, value in delta.items() if value is not None}
        else:
            self._add_fragment(place, delta)

    def _add_fragment(self, place: int, delta: Json) -> None:
        """A delta without its type is named by the field that it has."""
        known = delta.get("type")
        for named, (source, field) in _FRAGMENTS.items():
            if (known == named or known is None) and isinstance(fragment := delta.get(source), str):
                self.fragments.setdefault((place, field), []).append(fragment)
                return

    def body(self) -> Json:
        for (place, field), fragments in self.fragments.items():
            kind = "tool_use" if field == "input" else field
            block = self.blocks.setdefault(place, {"type": kind})
            begun = block.get(field)
            self.blocks[place] = {
                **block,
                field: (begun if isinstance(begun, str) else "") + "".join(fragments),
            }
        blocks = [self.blocks[place] for place in sorted(self.blocks, key=str)]
        return {**self.message, "content": blocks, **({"usage": self.usage} if self.usage else {})}
