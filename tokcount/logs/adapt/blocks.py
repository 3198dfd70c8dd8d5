"""Messages whose content is a list of blocks, as other APIs and libraries write them → chat messages.

One table for all of them: Anthropic (`tool_use`, `tool_result`, `thinking`), OpenTelemetry (`tool_call`,
`tool_call_response`, `uri`, `blob`), the AI SDK (`tool-call`, `tool-result`; messages of its user interface have
`tool-NAME` parts with input and output), Gemini (`functionCall`, `functionResponse`), Bedrock (`toolUse`,
`toolResult`), PostHog (`function`, as in `tool_calls`) and LibreChat (`tool_call` with its output). Blocks and fields
that are in no table are carried along as they are, so that they are reported as not read.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from tokcount.logs.adapt.messages import compact, tool_call
from tokcount.logs.record import PART_KINDS
from tokcount.logs.scalars import Json, dig, text

Kind = Literal["text", "call", "result", "use", "thinking", "image", "audio", "file", "as it is"]
"""`use`: a call together with its result."""

_KINDS: Final[dict[str, Kind]] = {
    "text": "text",
    "input_text": "text",
    "output_text": "text",
    "tool_call": "call",
    "tool-call": "call",
    "tool_use": "call",
    "server_tool_use": "call",
    "mcp_tool_use": "call",
    "functionCall": "call",
    "tool_call_response": "result",
    "tool-result": "result",
    "tool_result": "result",
    "mcp_tool_result": "result",
    "functionResponse": "result",
    "tool-invocation": "use",
    "dynamic-tool": "use",
    "thinking": "thinking",
    "redacted_thinking": "thinking",
    "reasoning": "thinking",
    "image": "image",
    "document": "file",
    "file": "file",
    "blob": "file",
    "uri": "file",
}
"""`type` of a block → what it is."""

_WRAPPED: Final[dict[str, Kind]] = {
    "functionCall": "call",
    "functionResponse": "result",
    "toolUse": "call",
    "toolResult": "result",
    "toolInvocation": "use",
    "tool_call": "call",
    "inlineData": "file",
    "fileData": "file",
}
"""The only field of a block without a type → what is in it."""

_IDS: Final = ("id", "toolCallId", "tool_call_id", "tool_use_id", "toolUseId", "call_id")
_NAMES: Final = ("name", "toolName", "tool_name")
_ARGUMENTS: Final = ("arguments", "input", "args", "rawInput")
_RESULTS: Final = ("response", "result", "output", "content", "errorText")
_THOUGHTS: Final = ("thinking", "text", "content", "reasoning", "summary")
_COST_NOTHING: Final = frozenset(
    """
    type state isError is_error status error_code step index signature thoughtSignature thought encrypted data
    providerMetadata providerOptions providerExecuted callProviderMetadata resultProviderMetadata dynamic preliminary
    caller cache_control annotations experimental_providerMetadata title details willContinue scheduling role
    """.split()  # noqa: SIM905 - a list of words
)
"""Fields of blocks that the model does not read: states, signatures, metadata."""
_MESSAGE: Final = frozenset({"role", "content", "parts", "name", "tool_calls", "finish_reason"})


def is_foreign(block: object) -> bool:
    """Whether a block of a message's content has to be translated: it is not a part of the API."""
    if not isinstance(block, dict):
        return False
    named = block.get("type")
    if not isinstance(named, str):
        return not _WRAPPED.keys().isdisjoint(block)
    if named == "function":
        return isinstance(block.get("function"), dict)
    if PART_KINDS.get(named) == "text":
        return "text" not in block and "content" in block
    if named == "image":
        return "source" in block
    return (named in _KINDS and named not in PART_KINDS) or named.startswith("tool-")


def messages_of_blocks(message: Json, blocks: list[Any], flags: set[str]) -> list[Json]:
    """A message of blocks as chat messages: each result of a tool becomes a message of its own, before the others."""
    role = text(message.get("role")) or "user"
    role = "assistant" if role == "model" else role
    results: list[Json] = []
    calls: list[Json] = []
    parts: list[Any] = []
    for block in blocks:
        kind, fields = _kind_and_fields(block)
        if kind in ("call", "use"):
            calls.append(_call(fields, flags))
        if kind == "result" or (kind == "use" and _first(fields, _RESULTS)[1] is not None):
            results.append(_result(fields, is_use=kind == "use"))
        elif kind not in ("call", "use"):
            part = _part(kind, fields)
            if part != _NO_THOUGHT:
                parts.append(part)
    others = {name: value for name, value in message.items() if name not in _MESSAGE}
    if results and not parts and not calls:
        return [{**others, **result} for result in results]
    if isinstance(message.get("tool_calls"), list) and message["tool_calls"]:
        calls = _united(message["tool_calls"], calls)
    built: Json = {"role": role, "content": content_of(parts)}
    if text(message.get("name")):
        built["name"] = message["name"]
    if calls:
        built["tool_calls"] = calls
    built |= others
    return [built, *results] if calls and role == "assistant" else [*results, built]


def _united(listed: list[Any], calls: list[Json]) -> list[Any]:
    """The calls of a message, those among its blocks that it lists too only once."""
    known = {call.get("id") for call in listed if isinstance(call, dict) and isinstance(call.get("id"), str)}
    return [*listed, *(call for call in calls if not call["id"] or call["id"] not in known)]


def content_of(parts: list[Any]) -> Any:
    """The content of a message: one text is a plain string, as nearly every client sends it."""
    if not parts:
        return None
    only = parts[0] if len(parts) == 1 else None
    if isinstance(only, dict) and only.get("type") == "text" and only.keys() == {"type", "text"}:
        return only["text"]
    return parts


def part_of(block: Any) -> Any:
    """A block of the content of a result as a part of the API; an unknown one is unchanged."""
    kind, fields = _kind_and_fields(block)
    return _part(kind, fields)


def _kind_and_fields(block: Any) -> tuple[Kind, Any]:
    if isinstance(block, str):
        return "text", {"text": block}
    if not isinstance(block, dict):
        return "as it is", block
    if block.get("thought") is True:
        return "thinking", block
    named = block.get("type")
    if not isinstance(named, str):
        return _unwrapped(block)
    if named == "function" and isinstance(block.get("function"), dict):
        return "call", {"id": block.get("id"), **block["function"]}
    if named == "tool_call" and isinstance(called := block.get("tool_call"), dict):
        return ("use" if "output" in called else "call"), called
    if named == "tool-invocation" and isinstance(block.get("toolInvocation"), dict):
        return "use", block["toolInvocation"]
    if named not in _KINDS and named.startswith("tool-"):
        return "use", {"toolName": named.removeprefix("tool-"), **block}
    return _KINDS.get(named, "as it is"), block


def _unwrapped(block: Json) -> tuple[Kind, Json]:
    for name, kind in _WRAPPED.items():
        if isinstance(block.get(name), dict):
            others = {key: value for key, value in block.items() if key != name}
            return kind, {**others, **block[name]}
    return ("text", block) if isinstance(block.get("text"), str) else ("as it is", block)


def _first(fields: Json, names: tuple[str, ...]) -> tuple[str | None, Any]:
    """The first of the fields that holds something, and its name."""
    found = next((name for name in names if fields.get(name) is not None), None)
    return found, None if found is None else fields[found]


def _others(fields: Json, *known: tuple[str, ...]) -> Json:
    """The fields that no table knows."""
    named = _COST_NOTHING.union(*known)
    return {name: value for name, value in fields.items() if name not in named}


_NO_THOUGHT: Final = {"type": "thinking", "thinking": ""}
"""Reasoning that the log leaves out."""


def _call(fields: Json, flags: set[str]) -> Json:
    used, arguments = _first(fields, _ARGUMENTS)
    call = tool_call(_first(fields, _IDS)[1], _first(fields, _NAMES)[1], arguments, flags)
    return {**_others(fields, _IDS, _NAMES, _RESULTS, (used or "",)), **call}


def _result(fields: Json, *, is_use: bool) -> Json:
    used, output = _first(fields, _RESULTS)
    known = (_IDS, _NAMES, (used or "",), _ARGUMENTS if is_use else ())
    return {
        **_others(fields, *known),
        "role": "tool",
        "tool_call_id": text(_first(fields, _IDS)[1]) or "",
        "content": _output(output),
    }


def _output(output: Any) -> Any:
    """What a tool gave back: text, parts, or JSON."""
    if isinstance(output, dict) and output.keys() == {"type", "value"}:
        output = output["value"]
    if isinstance(output, list) and output and all(map(_is_block, output)):
        return content_of([part_of(item) for item in output])
    return "" if output is None else compact(output)


def _output_text(value: Any) -> str:
    """Texts in a list as one text (the reasoning of Mistral's models); anything else as JSON."""
    if isinstance(value, list) and all(isinstance(dig(item, "text"), str) for item in value):
        return "".join(item["text"] for item in value)
    return compact(value)


def _is_block(item: Any) -> bool:
    """A block with its type, or a text of Bedrock."""
    return isinstance(item, dict) and ("type" in item or item.keys() == {"text"})


def _part(kind: Kind, fields: Any) -> Any:
    if kind == "text":
        used, written = _first(fields, ("text", "content"))
        others = _others(fields, (used or "text",))
        return {**others, "type": "text", "text": written if isinstance(written, str | dict) else ""}
    if kind == "thinking":
        used, thought = _first(fields, _THOUGHTS)
        thought = thought if isinstance(thought, str) or thought is None else _output_text(thought)
        return {**_others(fields, (used or "",), _IDS), "type": "thinking", "thinking": thought or ""}
    if kind in ("image", "file"):
        return _media(fields)
    return fields


def _media(fields: Json) -> Json:
    """An image, an audio file or another file, from any of the APIs."""
    source = fields.get("source") if isinstance(fields.get("source"), dict) else {}
    where = text(fields.get("uri")) or text(fields.get("fileUri")) or text(dig(source, "url"))
    media = next(
        (
            found
            for holder in (fields, source)
            for name in ("mediaType", "mimeType", "mime_type", "media_type")
            if (found := text(dig(holder, name)))
        ),
        "",
    )
    data = next((found for name in ("image", "data", "content") if (found := text(fields.get(name)))), "")
    data = data or text(dig(source, "data")) or ""
    what = text(fields.get("modality")) or text(fields.get("type")) or ""
    if what == "image" or media.startswith("image/"):
        where = where or (data if data.startswith(("http", "data:")) else None)
        return {
            "type": "image_url",
            "image_url": {"url": where or f"data:{media or 'image/png'};base64,{data}"},
        }
    if what == "audio" or media.startswith("audio/"):
        return {"type": "input_audio", "input_audio": {"data": where or data}}
    named = text(fields.get("filename")) or text(fields.get("title")) or ""
    return {
        "type": "file",
        "file": {"file_id": text(fields.get("file_id")) or where or "", "filename": named},
    }
