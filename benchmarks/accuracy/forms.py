"""A recorded request in the forms that token counters take: Chat messages with tools, or a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]
TEXT_PARTS = frozenset({"text", "input_text", "output_text"})


class Form(NamedTuple):
    """A request as a Chat request: ``messages`` with their ``tools`` and ``tool_choice``, or a ``prompt`` alone."""

    messages: list[Json]
    tools: Sequence[Json] = ()
    tool_choice: Any = None
    prompt: list[str] | None = None


def form_of(kind: str, request: Json) -> Form | None:
    """The request as a Chat request; ``None`` for one that holds what Chat has no place for."""
    if kind == "completions":
        return _prompt(request.get("prompt"))
    if kind == "chat":
        return _chat(request)
    return _responses(request)


def text_of(content: Any) -> str | None:
    """The text of a message: a string, or text parts joined with nothing between; ``None`` for anything else."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        return None
    texts = [
        part.get("text") if isinstance(part, dict) and part.get("type") in TEXT_PARTS else None
        for part in content
    ]
    return None if None in texts else "".join(map(str, texts))


def _prompt(prompt: Any) -> Form | None:
    prompts = [prompt] if isinstance(prompt, str) else prompt
    if not isinstance(prompts, list) or not all(isinstance(text, str) for text in prompts):
        return None
    return Form([], prompt=prompts)


def _chat(request: Json) -> Form:
    """Tools as they are; the functions of 2023 as the tools that replaced them."""
    tools = request.get("tools") or [
        {"type": "function", "function": function} for function in request.get("functions") or []
    ]
    choice = request.get("tool_choice", request.get("function_call"))
    if isinstance(choice, dict) and "function" not in choice:
        choice = {"type": "function", "function": {"name": choice.get("name")}}
    return Form(request.get("messages") or [], tools, choice)


def _responses(request: Json) -> Form | None:
    given = request.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(items, list):
        return None
    messages = [_message(item) for item in items]
    tools = [_tool(tool) for tool in request.get("tools") or []]
    if None in messages or None in tools:
        return None
    told = [message for message in messages if message is not None]
    if request.get("instructions"):
        told.insert(0, {"role": "system", "content": request["instructions"]})
    choice = request.get("tool_choice")
    if isinstance(choice, dict):
        choice = {"type": "function", "function": {"name": choice.get("name")}}
    return Form(told, [tool for tool in tools if tool is not None], choice)


def _message(item: Json) -> Json | None:
    kind = item.get("type", "message")
    if kind == "message":
        text = text_of(item.get("content"))
        return None if text is None else {"role": item.get("role"), "content": text}
    if kind == "function_call":
        function = {"name": item.get("name"), "arguments": item.get("arguments")}
        call = {"id": item.get("call_id"), "type": "function", "function": function}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    if kind == "function_call_output" and isinstance(item.get("output"), str):
        return {"role": "tool", "tool_call_id": item.get("call_id"), "content": item["output"]}
    return None


def _tool(tool: Json) -> Json | None:
    if tool.get("type") != "function":
        return None
    return {"type": "function", "function": {key: value for key, value in tool.items() if key != "type"}}
