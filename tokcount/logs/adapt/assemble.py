"""Streams assembled: the chunks of a chat, completions or Responses stream → the body of the response."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from tokcount.logs.adapt.foreign.apis import api_of_event
from tokcount.logs.adapt.usage import last_measured
from tokcount.logs.bytes.sse import events_of_text
from tokcount.logs.record import Kind
from tokcount.logs.scalars import Json, decoded, dig

_BODIES = {"chat": "chat.completion", "completions": "text_completion"}
_ARGUMENTS = {"function": "arguments", "custom": "input"}
_LAST_EVENTS = ("response.completed", "response.incomplete", "response.failed")
_FRAGMENTS: dict[str, tuple[str, str, str | None]] = {
    "output_text": ("message", "content", "output_text"),
    "refusal": ("message", "content", "refusal"),
    "reasoning_text": ("reasoning", "content", "reasoning_text"),
    "reasoning_summary_text": ("reasoning", "summary", "summary_text"),
    "function_call_arguments": ("function_call", "arguments", None),
    "mcp_call_arguments": ("mcp_call", "arguments", None),
    "custom_tool_call_input": ("custom_tool_call", "input", None),
    "code_interpreter_call_code": ("code_interpreter_call", "code", None),
}
"""Events with fragments of an output item: the type of the item, the field, and for a list the type of its parts
(OpenAI API reference, "Streaming events").
"""


class CallStream:
    """One call of a tool: its name comes once, its arguments (of a custom tool, its input) in fragments."""

    def __init__(self) -> None:
        self.id = ""
        self.kind = "function"
        self.name = ""
        self.fragments: list[str] = []

    def add(self, call: Json) -> None:
        """Add one element of `tool_calls`."""
        if isinstance(name := call.get("id"), str) and name:
            self.id = name
        if isinstance(call.get("custom"), dict):
            self.kind = "custom"
        if isinstance(called := call.get(self.kind), dict):
            self.add_fragment(called)

    def add_fragment(self, called: Json) -> None:
        """Add a fragment of what was called."""
        if isinstance(name := called.get("name"), str) and name:
            self.name = name
        if isinstance(fragment := called.get(_ARGUMENTS[self.kind]), str):
            self.fragments.append(fragment)

    def body(self) -> Json:
        """What was called, as in a response that was not streamed."""
        return {"name": self.name, _ARGUMENTS[self.kind]: "".join(self.fragments)}


class ChoiceStream:
    """One choice of a chat or completions stream: its texts and tool calls, fragment by fragment."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.texts: dict[str, list[str]] = {}
        """The fragments of each text of the message: `content`, `refusal`, and those that only some servers send."""
        self.others: Json = {}
        self.calls: dict[int, CallStream] = {}
        self.function: CallStream | None = None
        self.finish_reason: str | None = None

    def add(self, choice: Json) -> None:
        """Add one element of `choices`."""
        if isinstance(reason := choice.get("finish_reason"), str):
            self.finish_reason = reason
        if isinstance(text := choice.get("text"), str):
            self.texts.setdefault("content", []).append(text)
        delta = choice.get("delta")
        for name, value in delta.items() if isinstance(delta, dict) else ():
            self._add(name, value)

    def _add(self, name: str, value: Any) -> None:
        """Add one field of a delta."""
        if name == "tool_calls":
            for position, call in enumerate(value if isinstance(value, list) else ()):
                if isinstance(call, dict):
                    index = call.get("index")
                    self.calls.setdefault(index if isinstance(index, int) else position, CallStream()).add(
                        call
                    )
        elif name == "function_call" and isinstance(value, dict):
            self.function = self.function or CallStream()
            self.function.add_fragment(value)
        elif isinstance(value, str):
            self.texts.setdefault(name, []).append(value)
        elif isinstance(value, list):
            known = self.others.setdefault(name, [])
            if isinstance(known, list):
                known.extend(value)
        elif isinstance(value, dict):
            self.others[name] = value

    def body(self, kind: Kind) -> Json:
        """The choice as in a response that was not streamed."""
        texts = {name: "".join(fragments) for name, fragments in self.texts.items() if name != "role"}
        text = texts.pop("content", "")
        if kind == "completions":
            return {"index": self.index, "text": text, "finish_reason": self.finish_reason}
        others = {name: other for name, other in {**self.others, **texts}.items() if other}
        parts = others.pop("content", None)
        if parts and text:
            parts = [{"type": "text", "text": text}, *parts] if isinstance(parts, list) else text
        message: Json = {"role": "assistant", "content": parts or text or None, **others}
        if self.calls:
            message["tool_calls"] = [
                {"id": call.id, "type": call.kind, call.kind: call.body()}
                for _, call in sorted(self.calls.items())
            ]
        if self.function:
            message["function_call"] = self.function.body()
        return {"index": self.index, "message": message, "finish_reason": self.finish_reason}


class ResponseStream:
    """A stream of the Responses API: its last event holds the whole response; until then, items and fragments come."""

    def __init__(self) -> None:
        self.response: Json = {}
        self.is_final = False
        self.items: dict[int, Json] = {}
        self.fragments: dict[int, dict[tuple[int, str], list[str]]] = {}

    def add(self, kind: str, event: Json) -> None:
        """Add one event."""
        if isinstance(response := event.get("response"), dict):
            self.response = response
            self.is_final = self.is_final or kind in _LAST_EVENTS
        place = event.get("output_index")
        place = place if isinstance(place, int) else 0
        if isinstance(item := event.get("item"), dict):
            self.items[place] = item
            if kind == "response.output_item.done":
                self.fragments.pop(place, None)
        name = kind.removeprefix("response.").removesuffix(".delta")
        if name in _FRAGMENTS and isinstance(fragment := event.get("delta"), str):
            part = event.get("content_index", event.get("summary_index"))
            key = (part if isinstance(part, int) else 0, name)
            self.fragments.setdefault(place, {}).setdefault(key, []).append(fragment)

    def body(self) -> Json:
        """The response; of a stream that was cut off, what had arrived until then."""
        if self.is_final:
            return self.response
        output = [self._item(place) for place in sorted({*self.items, *self.fragments})]
        return {**self.response, "object": "response", "output": output}

    def _item(self, place: int) -> Json:
        """One item of the output; when it was cut off, with its fragments."""
        item = {**self.items.get(place, {})}
        for (_, name), fragments in sorted(self.fragments.get(place, {}).items()):
            kind, field, part = _FRAGMENTS[name]
            item.setdefault("type", kind)
            text = "".join(fragments)
            if part is None:
                item[field] = text
            else:
                known = item.get(field)
                written = {"type": part, "refusal" if part == "refusal" else "text": text}
                item[field] = [*(known if isinstance(known, list) else ()), written]
        return {"role": "assistant", **item} if item.get("type") == "message" else item


class Assembly:
    """One stream: chunks in, a response body out."""

    def __init__(self) -> None:
        self.kind: Kind | None = None
        self.metadata: Json = {}
        self.choices: dict[int, ChoiceStream] = {}
        self.response: ResponseStream | None = None
        self.has_ended = False

    def add(self, chunk: Json) -> None:
        """Add one chunk of either API."""
        if isinstance(kind := chunk.get("type"), str) and kind.startswith("response."):
            self._add_event(kind, chunk)
            return
        for name in ("id", "model", "created", "service_tier", "error"):
            if chunk.get(name):
                self.metadata[name] = chunk[name]
        if usage := chunk.get("usage") or dig(chunk, "x_groq.usage"):
            self.metadata["usage"] = last_measured(self.metadata.get("usage"), usage)
        if chunk.get("object") == "text_completion":
            self.kind = "completions"
        elif self.kind is None and chunk.get("object"):
            self.kind = "chat"
        choices = _choices(chunk)
        for index, choice in choices:
            self.choices.setdefault(index, ChoiceStream(index)).add(choice)
        self.has_ended = all(choice.finish_reason for choice in self.choices.values()) or not choices

    def _add_event(self, kind: str, event: Json) -> None:
        self.kind = "responses"
        self.response = self.response or ResponseStream()
        self.response.add(kind, event)
        self.has_ended = self.response.is_final

    def begins_again(self, chunk: Json) -> bool:
        """Does a chunk bring more of a choice that is finished? Then it is of another stream with the same id."""
        return any(
            index in self.choices and self.choices[index].finish_reason and _has_text(choice)
            for index, choice in _choices(chunk)
        )

    def body(self) -> Json:
        """The response body; for a stream that was cut off, with what had arrived until then."""
        if self.response is not None:
            return self.response.body()
        kind = self.kind or "chat"
        choices = [self.choices[index].body(kind) for index in sorted(self.choices)]
        return {**self.metadata, "object": _BODIES[kind], "choices": choices}


def _choices(chunk: Json) -> list[tuple[int, Json]]:
    """The choices of a chunk with their indices."""
    choices = chunk.get("choices")
    return [
        (index if isinstance(index := choice.get("index"), int) else 0, choice)
        for choice in (choices if isinstance(choices, list) else ())
        if isinstance(choice, dict)
    ]


def _has_text(choice: Json) -> bool:
    delta = choice.get("delta")
    delta = delta if isinstance(delta, dict) else {}
    return bool(choice.get("text") or delta.get("content") or delta.get("tool_calls"))


def assemble(chunks: Iterable[object]) -> Json | None:
    """The response body of the chunks of one stream, of any API; `None` when there are none."""
    objects = (chunk for chunk in chunks if isinstance(chunk, dict))
    first = next(objects, None)
    if first is None:
        return None
    if (api := api_of_event(first)) is not None:
        return api.response(api.joined(chain((first,), objects)))
    assembly = Assembly()
    for chunk in chain((first,), objects):
        assembly.add(chunk)
    return assembly.body()


def assemble_text(text: str) -> Json | None:
    """The response body of a captured event stream; `None` when no event holds a chunk."""
    return assemble(decoded(event.data) for event in events_of_text(text))


def is_chunk(value: object) -> bool:
    """Is this a chunk with a piece of an answer: of a chat, completions or Responses stream, or of another API?"""
    if not isinstance(value, dict):
        return False
    kind, choices = value.get("type"), value.get("choices")
    if isinstance(kind, str) and kind.startswith("response."):
        return True
    if isinstance(choices, list):
        return any(isinstance(choice, dict) and "delta" in choice for choice in choices)
    return api_of_event(value) is not None


def is_text_chunk(value: Json) -> bool:
    """The legacy API names chunks and whole answers alike; only the last chunk bills, and it has no choices."""
    return not value.get("usage") or value.get("choices") == []
