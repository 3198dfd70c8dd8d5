"""Amazon Bedrock's `Converse`, which takes the same body for the models of all vendors.

Source: the Amazon Bedrock API reference (Converse, ConverseStream).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tokcount.logs.adapt.foreign.anthropic import FINISHED
from tokcount.logs.adapt.foreign.api import Api, answer, function, plain, schema_format
from tokcount.logs.adapt.messages import carried, compact
from tokcount.logs.adapt.usage import last_measured
from tokcount.logs.scalars import Json, decoded, dig, objects, text

_MARKS: Final = (
    "inferenceConfig",
    "toolConfig",
    "additionalModelRequestFields",
    "guardrailConfig",
    "modelId",
)
_SETTINGS: Final = {
    "temperature": "temperature",
    "topP": "top_p",
    "maxTokens": "max_tokens",
    "stopSequences": "stop",
}
_TRANSLATED: Final = frozenset(
    """
    messages system inferenceConfig toolConfig outputConfig promptVariables additionalModelRequestFields modelId
    """.split()  # noqa: SIM905 - a list of words
)
_EVENTS: Final = ("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop")
_METRICS: Final = frozenset({"amazon-bedrock-invocationMetrics"})
"""What Bedrock adds to the last event of InvokeModelWithResponseStream."""
_OF_ANSWERS: Final = frozenset(
    """
    output stopReason usage metrics trace additionalModelResponseFields performanceConfig serviceTier
    """.split()  # noqa: SIM905 - a list of words
)
_OF_TOOLS: Final = frozenset({"name", "description", "inputSchema"})


class Converse(Api):
    """Messages with blocks that name no type, and tools under `toolConfig`."""

    name = "bedrock.converse"
    provider = "bedrock"
    free = frozenset(
        """
        guardrailConfig projectIdentifier additionalModelResponseFieldPaths requestMetadata performanceConfig
        serviceTier schemaVersion
        """.split()  # noqa: SIM905 - a list of words
    )

    def is_request(self, body: Json) -> bool:
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            return False
        return any(name in body for name in _MARKS) or ("model" not in body and _is_untyped(messages[0]))

    def is_response(self, body: Json) -> bool:
        return isinstance(dig(body, "output.message.content"), list)

    def is_event(self, chunk: Json) -> bool:
        return len(chunk.keys() - _METRICS) == 1 and (
            any(isinstance(chunk.get(name), dict) for name in _EVENTS)
            or isinstance(dig(chunk, "metadata.usage"), dict)
        )

    def request(self, body: Json, flags: set[str]) -> Json:
        further = body.get("additionalModelRequestFields")
        further = further if isinstance(further, dict) else {}
        built: Json = {name: value for name, value in body.items() if name not in _TRANSLATED | self.free}
        built = {**{name: value for name, value in further.items() if name != "tools"}, **built}
        system = body.get("system")
        system = [{"text": system}] if isinstance(system, str) else system
        instructed = [{"role": "system", "content": plain(_blocks(system))}] if system else []
        messages = body["messages"] if isinstance(body.get("messages"), list) else []
        built["messages"] = [*instructed, *map(_message, messages)]
        if model := text(body.get("modelId")):
            built["model"] = model.rpartition("/")[2]
        settings = body.get("inferenceConfig")
        if isinstance(settings, dict):
            built |= {name: settings[setting] for setting, name in _SETTINGS.items() if setting in settings}
        tools = [tool for each in objects(dig(body, "toolConfig.tools")) if (tool := _tool(each))]
        tools += objects(further.get("tools"))
        if tools:
            built["tools"] = tools
            built |= _choice(dig(body, "toolConfig.toolChoice"))
        if body.get("promptVariables") or any(tool.get("type") != "function" for tool in tools):
            flags.add("hidden_context")
        shape = dig(body, "outputConfig.textFormat.structure.jsonSchema")
        if isinstance(shape, dict):
            schema = decoded(shape.get("schema"))
            built["response_format"] = schema_format(schema, shape.get("name"), shape.get("description"))
        return built

    def response(self, body: Json) -> Json:
        message = {**_message(body["output"]["message"]), "role": "assistant"}
        reason = body.get("stopReason")
        finish = FINISHED.get(reason, "content_filter") if isinstance(reason, str) else None
        choice: Json = {"message": message, "finish_reason": finish}
        return answer([choice], usage=body.get("usage"), **carried(body, _OF_ANSWERS))

    def joined(self, chunks: Iterable[Json]) -> Json:
        blocks: dict[str, _Block] = {}
        body: Json = {}
        for chunk in chunks:
            for event in (chunk.get("contentBlockStart"), chunk.get("contentBlockDelta")):
                if isinstance(event, dict):
                    blocks.setdefault(str(event.get("contentBlockIndex")), _Block()).add(event)
            if isinstance(reason := dig(chunk, "messageStop.stopReason"), str):
                body["stopReason"] = reason
            if usage := dig(chunk, "metadata.usage"):
                body["usage"] = last_measured(body.get("usage"), usage)
        content = [made for block in blocks.values() if (made := block.body())]
        return {"output": {"message": {"role": "assistant", "content": content}}, **body}


_FRAGMENTS: Final = ("text", "reasoningContent.text", "toolUse.input")


class _Block:
    """One block of a stream, fragment by fragment."""

    def __init__(self) -> None:
        self.called: Json = {}
        self.fragments: dict[str, list[str]] = {}

    def add(self, event: Json) -> None:
        """Add the beginning of the block, or a delta."""
        if isinstance(called := dig(event, "start.toolUse"), dict):
            self.called = called
        for path in _FRAGMENTS:
            if isinstance(fragment := dig(event.get("delta"), path), str):
                self.fragments.setdefault(path, []).append(fragment)

    def body(self) -> Json:
        """The block as in an answer that was not streamed; nothing if nothing of it came."""
        texts = {path: "".join(fragments) for path, fragments in self.fragments.items()}
        if self.called or "toolUse.input" in texts:
            return {"toolUse": {**self.called, "input": texts.get("toolUse.input") or "{}"}}
        if "reasoningContent.text" in texts:
            return {"reasoningContent": {"reasoningText": {"text": texts["reasoningContent.text"]}}}
        return {"text": texts["text"]} if "text" in texts else {}


def _is_untyped(message: object) -> bool:
    """Is the content of a message a list of blocks without types?"""
    content = objects(message.get("content")) if isinstance(message, dict) else []
    return bool(content) and all("type" not in block and not _KEYS.isdisjoint(block) for block in content)


_KEYS: Final = frozenset(
    {"text", "image", "document", "video", "audio", "toolUse", "toolResult", "cachePoint"}
)


def _message(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    return {**message, "content": plain(_blocks(message.get("content")))}


def _blocks(content: Any) -> Any:
    """The blocks of a content with their types; marks of the cache are none of the text."""
    if not isinstance(content, list):
        return content
    made = [_block(block) if isinstance(block, dict) else block for block in content]
    return [block for block in made if block is not None]


def _block(block: Json) -> Json | None:
    if "type" in block:
        return block
    if "cachePoint" in block:
        return None
    if isinstance(block.get("text"), str):
        return {"type": "text", **block}
    for name in ("image", "document"):
        if isinstance(media := block.get(name), dict):
            return _media(name, media)
    if isinstance(thought := block.get("reasoningContent"), dict):
        return {"type": "thinking", "thinking": dig(thought, "reasoningText.text") or ""}
    if isinstance(guarded := dig(block, "guardContent.text.text"), str):
        return {"type": "text", "text": guarded}
    if isinstance(cited := dig(block, "citationsContent.content"), list):
        return {"type": "text", "text": "".join(str(each.get("text", "")) for each in objects(cited))}
    if isinstance(result := block.get("toolResult"), dict):
        return {"toolResult": {**result, "content": _results(result.get("content"))}}
    return block


def _results(content: Any) -> Any:
    """What a tool gave back; JSON is sent as its text."""
    if not isinstance(content, list):
        return content
    texts = [
        {"text": compact(block["json"])} if isinstance(block, dict) and "json" in block else block
        for block in content
    ]
    return _blocks(texts)


def _media(kind: str, media: Json) -> Json:
    """An image or a document as the Messages API writes it; a text to be cited costs more than a text."""
    form, data = text(media.get("format")) or "", dig(media, "source.bytes")
    if kind == "image":
        source = {"type": "base64", "media_type": f"image/{form or 'png'}", "data": data or ""}
        return {"type": "image", "source": source}
    written = dig(media, "source.text")
    if isinstance(written, str) and not dig(media, "citations.enabled"):
        return {"type": "text", "text": written}
    source = {"media_type": form, "data": data or written}
    return {"type": "document", "title": media.get("name"), "source": source}


def _tool(tool: Json) -> Json | None:
    specified = tool.get("toolSpec")
    if not isinstance(specified, dict):
        return None if "cachePoint" in tool else {"type": "system_tool", **tool}
    schema = decoded(dig(specified, "inputSchema.json"))
    others = carried(specified, _OF_TOOLS)
    return function(specified.get("name"), specified.get("description"), schema, others)


def _choice(choice: Any) -> Json:
    if not isinstance(choice, dict):
        return {}
    if isinstance(name := dig(choice, "tool.name"), str):
        return {"tool_choice": {"type": "function", "function": {"name": name}}}
    return {"tool_choice": "required"} if "any" in choice else {"tool_choice": "auto"}
