"""Streams assembled: the chunks of a chat, completions or Responses stream → the body of the response."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokcount.logs.adapt.usage import last_measured
from tokcount.logs.bytes.sse import events_of_text
from tokcount.logs.record import Kind
from tokcount.logs.scalars import Json, decoded

_BODIES = {"chat": "chat.completion", "completions": "text_completion"}


class ChoiceStream:
    """One choice of a chat or completions stream: its text and tool calls, fragment by fragment."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.texts: list[str] = []
        self.refusals: list[str] = []
        self.calls: dict[int, Json] = {}
        self.function: Json | None = None
        self.finish_reason: str | None = None

    def add(self, choice: Json) -> None:
        """Add one element of `choices`."""
        if isinstance(reason := choice.get("finish_reason"), str):
            self.finish_reason = reason
        if isinstance(text := choice.get("text"), str):
            self.texts.append(text)
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            return
        if isinstance(content := delta.get("content"), str):
            self.texts.append(content)
        if isinstance(refusal := delta.get("refusal"), str):
            self.refusals.append(refusal)
        if isinstance(function := delta.get("function_call"), dict):
            self.function = _with_fragment(self.function or {}, function)
        calls = delta.get("tool_calls")
        for position, call in enumerate(calls if isinstance(calls, list) else ()):
            if isinstance(call, dict):
                self._add_call(call, position)

    def _add_call(self, call: Json, position: int) -> None:
        index = call.get("index")
        index = index if isinstance(index, int) else position
        known = self.calls.setdefault(index, {"id": "", "type": "function", "function": {}})
        if isinstance(call.get("id"), str) and call["id"]:
            known["id"] = call["id"]
        if isinstance(function := call.get("function"), dict):
            known["function"] = _with_fragment(known["function"], function)

    def body(self, kind: Kind) -> Json:
        """The choice as in a response that was not streamed."""
        text = "".join(self.texts)
        if kind == "completions":
            return {"index": self.index, "text": text, "finish_reason": self.finish_reason}
        message: Json = {"role": "assistant", "content": text or None}
        if self.refusals:
            message["refusal"] = "".join(self.refusals)
        if self.calls:
            message["tool_calls"] = [self.calls[index] for index in sorted(self.calls)]
        if self.function:
            message["function_call"] = self.function
        return {"index": self.index, "message": message, "finish_reason": self.finish_reason}


def _with_fragment(known: Json, fragment: Json) -> Json:
    """A function call with one more fragment: the name comes once, the arguments in pieces."""
    name, arguments = fragment.get("name"), fragment.get("arguments")
    return {
        "name": name if isinstance(name, str) and name else known.get("name", ""),
        "arguments": known.get("arguments", "") + (arguments if isinstance(arguments, str) else ""),
    }


class Assembly:
    """One stream: chunks in, a response body out."""

    def __init__(self) -> None:
        self.kind: Kind | None = None
        self.metadata: Json = {}
        self.choices: dict[int, ChoiceStream] = {}
        self.final: Json | None = None
        self.texts: dict[tuple[Any, Any], list[str]] = {}

    def add(self, chunk: Json) -> None:
        """Add one chunk of either API."""
        if isinstance(kind := chunk.get("type"), str) and kind.startswith("response."):
            self._add_response_event(kind, chunk)
            return
        for name in ("id", "model", "created", "service_tier", "error"):
            if chunk.get(name):
                self.metadata[name] = chunk[name]
        if usage := chunk.get("usage"):
            self.metadata["usage"] = last_measured(self.metadata.get("usage"), usage)
        if chunk.get("object") == "text_completion":
            self.kind = "completions"
        elif self.kind is None and chunk.get("object"):
            self.kind = "chat"
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                index = choice.get("index")
                index = index if isinstance(index, int) else 0
                self.choices.setdefault(index, ChoiceStream(index)).add(choice)

    def _add_response_event(self, kind: str, event: Json) -> None:
        self.kind = "responses"
        response = event.get("response")
        if isinstance(response, dict):
            self.metadata = response
            if kind in ("response.completed", "response.incomplete", "response.failed"):
                self.final = response
        elif kind == "response.output_text.delta" and isinstance(event.get("delta"), str):
            place = (event.get("output_index"), event.get("content_index"))
            self.texts.setdefault(place if all(isinstance(n, int) for n in place) else (0, 0), []).append(
                event["delta"]
            )

    def body(self) -> Json:
        """The response body; for a stream that was cut off, with what had arrived until then."""
        if self.kind == "responses":
            return self.final or {**self.metadata, "object": "response", "output": self._output()}
        kind = self.kind or "chat"
        choices = [self.choices[index].body(kind) for index in sorted(self.choices)]
        return {**self.metadata, "object": _BODIES[kind], "choices": choices}

    def _output(self) -> list[Json]:
        return [
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "".join(pieces)}],
            }
            for pieces in self.texts.values()
        ]


def assemble(chunks: Iterable[object]) -> Json | None:
    """The response body of the chunks of one stream; `None` when there are none."""
    assembly, empty = Assembly(), True
    for chunk in chunks:
        if isinstance(chunk, dict):
            assembly.add(chunk)
            empty = False
    return None if empty else assembly.body()


def assemble_text(text: str) -> Json | None:
    """The response body of a captured event stream; `None` when no event holds a chunk."""
    return assemble(decoded(event.data) for event in events_of_text(text))


def is_chunk(value: object) -> bool:
    """Is this a chunk with a piece of an answer: of a chat or completions stream, or an event of a Responses stream?"""
    if not isinstance(value, dict):
        return False
    kind, choices = value.get("type"), value.get("choices")
    if isinstance(kind, str) and kind.startswith("response."):
        return True
    return isinstance(choices, list) and any(
        isinstance(choice, dict) and "delta" in choice for choice in choices
    )


def is_text_chunk(value: Json) -> bool:
    """The legacy API names chunks and whole answers alike; only the last chunk bills, and it has no choices."""
    return not value.get("usage") or value.get("choices") == []
