"""Streamed answers: chunks put together again into the response body they stand for.

A capture of a stream holds no prompt, only the answer and, when it was asked for, the usage in a last chunk with
no choices. Azure's first chunk has neither ``object`` nor choices, only ``prompt_filter_results``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tokcount.logs.bodies import body_record, failure, skipped
from tokcount.logs.formats.interface import OBJECT
from tokcount.logs.record import Json, Kind, Record
from tokcount.logs.sse import events_of_text
from tokcount.logs.values import decoded

if TYPE_CHECKING:
    from tokcount.logs.formats.interface import Item, Place

_OPEN_STREAMS = 256
"""Streams put together at the same time; when one more begins, the oldest is taken as finished."""

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
        """Take in one element of ``choices``."""
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
        """The choice as a response that was not streamed has it."""
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
    """A function call with one more fragment: the name stands once, the arguments come in pieces."""
    name, arguments = fragment.get("name"), fragment.get("arguments")
    return {
        "name": name if isinstance(name, str) and name else known.get("name", ""),
        "arguments": known.get("arguments", "") + (arguments if isinstance(arguments, str) else ""),
    }


class Assembly:
    """One stream: chunks in, a response body out."""

    def __init__(self) -> None:
        self.kind: Kind | None = None
        self.facts: Json = {}
        self.choices: dict[int, ChoiceStream] = {}
        self.final: Json | None = None
        self.texts: dict[tuple[Any, Any], list[str]] = {}

    def add(self, chunk: Json) -> None:
        """Take in one chunk of either API."""
        if isinstance(kind := chunk.get("type"), str) and kind.startswith("response."):
            self._add_response_event(kind, chunk)
            return
        for name in ("id", "model", "created", "usage", "service_tier", "error"):
            if chunk.get(name):
                self.facts[name] = chunk[name]
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
            self.facts = response
            if kind in ("response.completed", "response.incomplete", "response.failed"):
                self.final = response
        elif kind == "response.output_text.delta" and isinstance(event.get("delta"), str):
            place = (event.get("output_index"), event.get("content_index"))
            self.texts.setdefault(place if all(isinstance(n, int) for n in place) else (0, 0), []).append(
                event["delta"]
            )

    def body(self) -> Json:
        """The response body; for a stream that was cut off, with what had arrived."""
        if self.kind == "responses":
            return self.final or {**self.facts, "object": "response", "output": self._output()}
        kind = self.kind or "chat"
        choices = [self.choices[index].body(kind) for index in sorted(self.choices)]
        return {**self.facts, "object": _BODIES[kind], "choices": choices}

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
    """The response body of the chunks of one stream; ``None`` when there are none."""
    assembly, empty = Assembly(), True
    for chunk in chunks:
        if isinstance(chunk, dict):
            assembly.add(chunk)
            empty = False
    return None if empty else assembly.body()


def assemble_text(text: str) -> Json | None:
    """The response body of a captured event stream; ``None`` when no event holds a chunk."""
    return assemble(decoded(event.data) for event in events_of_text(text))


def _is_text_chunk(value: Json) -> bool:
    """The legacy API names chunks and whole answers alike; only the last chunk bills, and it has no choices."""
    return not value.get("usage") or value.get("choices") == []


class Streams:
    """Chunks as values: lines of a capture, elements of an array, data of events."""

    rank = OBJECT - 1
    accepts = ("json",)
    grouped = True
    name = "openai.stream"
    emits = ("openai.chat.stream", "openai.completions.stream", "openai.responses.stream")
    keys = (
        frozenset({"choices", "object"}),
        frozenset({"choices", "prompt_filter_results"}),
        frozenset({"type", "response"}),
        frozenset({"type", "sequence_number"}),
        frozenset({"type", "item_id"}),
        frozenset({"type", "output_index"}),
    )

    def matches(self, value: Json) -> bool:
        kind = value.get("type")
        if isinstance(kind, str) and kind.startswith("response."):
            return True
        if value.get("object") == "chat.completion.chunk":
            return True
        if value.get("object") == "" and "prompt_filter_results" in value:
            return True
        return value.get("object") == "text_completion" and _is_text_chunk(value)

    def read(self, value: Json, place: Place, group: Json) -> Iterable[Item]:
        streams: dict[str, tuple[Place, Assembly]] = group.setdefault("streams", {})
        key = self._key(value, group)
        if key not in streams and len(streams) >= _OPEN_STREAMS:
            yield self._item(*streams.pop(next(iter(streams))))
        streams.setdefault(key, (place, Assembly()))[1].add(value)

    def _key(self, value: Json, group: Json) -> str:
        """The stream of a chunk: its id, else the stream of the chunk before. A first chunk without an id (Azure's)
        belongs to the id that follows.
        """
        response = value.get("response")
        named = value.get("id") or (response.get("id") if isinstance(response, dict) else None)
        streams: dict[str, Any] = group["streams"]
        key = named if isinstance(named, str) and named else group.get("last", "")
        if key and "" in streams:
            streams[key] = streams.pop("")
        group["last"] = key
        return key

    def finish(self, group: Json) -> Iterable[Item]:
        for place, assembly in group.pop("streams", {}).values():
            yield self._item(place, assembly)
        group.clear()

    def _item(self, place: Place, assembly: Assembly) -> Item:
        body = assembly.body()
        name = f"openai.{assembly.kind or 'chat'}.stream"
        if error := failure(None, body):
            return skipped(place, "error", f"a failed stream ({error})", "openai.error")
        item = body_record(place, name, kind=assembly.kind or "chat", response=body)
        if isinstance(item, Record) and item.usage is not None:
            item.usage.source = "stream"
        return item


FORMATS = (Streams(),)
