"""Calls and stored conversations as records, when a log has no bodies of the API around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.adapt.answers import answer_of
from tokcount.logs.adapt.foreign.apis import api_of_request
from tokcount.logs.adapt.messages import chat_answer, chat_message, chat_messages, compact
from tokcount.logs.adapt.metadata import CallMetadata
from tokcount.logs.adapt.record_builder import body_record
from tokcount.logs.adapt.requests import SYSTEM_KEYS
from tokcount.logs.format import Location, Session
from tokcount.logs.record import Kind, Usage
from tokcount.logs.scalars import Json, decoded, dig, first, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.format import Item

MOST_OPEN = 10_000
"""Conversations that wait for more messages; beyond it the one that began first is complete."""


class Turn(msgspec.Struct):
    """A message of a stored conversation; an answer that was billed knows the numbers of its call."""

    message: Json
    usage: Usage | None = None
    model: str | None = None
    provider: str | None = None
    id: str | None = None
    timestamp: float | None = None


def conversation_records(
    at: Location, name: str, turns: list[Turn], metadata: CallMetadata, *, start: int = 0
) -> list[Item]:
    """The records of a stored conversation.

    An answer with usage is a call that re-sent everything before it: one record each, flagged `hidden_context`
    (clients add instructions and tools of their own). Without any usage the conversation is one record. `start` is
    the index of the first record.
    """
    answers = [
        place for place, turn in enumerate(turns) if turn.usage and turn.message.get("role") == "assistant"
    ]
    if not answers:
        named = next((turn.model for turn in reversed(turns) if turn.model), None)
        metadata.model = metadata.model or named
        metadata.conversation = True
        request = {"messages": [turn.message for turn in turns]} if turns else None
        return [body_record(at, name, kind="chat", request=request, metadata=metadata, index=start)]
    return [_answered(at, name, turns, place, metadata, index) for index, place in enumerate(answers, start)]


def _answered(
    at: Location, name: str, turns: list[Turn], place: int, metadata: CallMetadata, index: int
) -> Item:
    """The call whose answer is the turn at `place`."""
    turn = turns[place]
    known = msgspec.structs.replace(
        metadata,
        id=turn.id or (f"{metadata.id}:{index}" if metadata.id else None),
        model=turn.model or metadata.model,
        provider=turn.provider or metadata.provider,
        timestamp=turn.timestamp or metadata.timestamp,
        usage=turn.usage,
        flags={*metadata.flags, "hidden_context"},
    )
    before = [earlier.message for earlier in turns[:place]]
    return body_record(
        at,
        name,
        kind="chat",
        request={"messages": before} if before else None,
        response=chat_answer([turn.message]),
        metadata=known,
        index=index,
    )


class Place(msgspec.Struct):
    """Where a message of a conversation goes: the conversation, and the message if it is one."""

    conversation: str
    turn: Turn | None = None


class _Open(msgspec.Struct):
    at: Location
    turns: list[Turn] = []


class TurnsSession(Session):
    """Values that are messages: those of one conversation become its records at the end of the file.

    `place` reads one value; `None`: it is not of this format.
    """

    def __init__(
        self, name: str, place: Callable[[Json], Place | None], *, provider: str | None = None
    ) -> None:
        self._name, self._place, self._provider = name, place, provider
        self._open: dict[str, _Open] = {}

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        place = self._place(value)
        if place is None:
            return None
        known = self._open.setdefault(place.conversation, _Open(at))
        if place.turn is not None:
            known.turns.append(place.turn)
        if len(self._open) <= MOST_OPEN:
            return []
        return self._records(next(iter(self._open)))

    def finish(self) -> Iterable[Item]:
        """The conversations that are still open."""
        for conversation in list(self._open):
            yield from self._records(conversation)

    def _records(self, conversation: str) -> list[Item]:
        known = self._open.pop(conversation)
        metadata = CallMetadata(thread=conversation or None, provider=self._provider)
        return conversation_records(known.at, self._name, known.turns, metadata)


_PROMPTS = ("prompt", "question", "query", "input", "text", "args")
"""Keys under which an input that is not a body keeps its only text."""


def call_record(
    at: Location,
    name: str,
    asked: object,
    answered: object,
    *,
    metadata: CallMetadata,
    parameters: Json | None = None,
    index: int = 0,
) -> Item:
    """The record of a call of which a platform logged `asked` and `answered`.

    `asked` is a body, messages (of the API or of LangChain), or text; `answered` is a body, choices, messages, or
    text, as `answer_of` reads it; both may be JSON in a string. `parameters` join the body that `asked` gives, which
    takes precedence.
    """
    request = request_in(asked, metadata.flags)
    if request is not None:
        request = {**(parameters or {}), **request}
    kind: Kind = "completions" if request is not None and "prompt" in request else "chat"
    response = response_in(answered, kind, metadata.flags)
    return body_record(at, name, request=request, response=response, metadata=metadata, index=index)


def wrappers(calls: Iterable[str], parents: Mapping[str, str]) -> set[str]:
    """The spans above calls, by their ids: those among them that look like calls repeat the call inside.

    `parents`: span → the span around it.
    """
    found: set[str] = set()
    for call in calls:
        parent = parents.get(call, "")
        while parent and parent not in found:
            found.add(parent)
            parent = parents.get(parent, "")
    return found


def request_in(asked: object, flags: set[str]) -> Json | None:
    """The request body in what a platform logged of it: see `call_record`."""
    asked = decoded(asked)
    if isinstance(asked, list):
        return _listed(asked, flags)
    if isinstance(asked, str):
        return {"messages": [{"role": "user", "content": asked}]} if asked else None
    if not isinstance(asked, dict) or not asked:
        return None
    if "contents" in asked and api_of_request(asked) is not None:
        return asked
    messages = decoded(asked.get("messages"))
    if isinstance(messages, list):
        return {**asked, "messages": chat_messages(messages, flags)}
    if "role" in asked:
        return {"messages": [asked]}
    if isinstance(asked.get("prompt"), str) or ("input" in asked and not _OF_BODIES.isdisjoint(asked)):
        return asked
    found = decoded(first(asked, _PROMPTS))
    if isinstance(found, str | list):
        kept = {name: asked[name] for name in _KEPT if asked.get(name)}
        request = request_in(found, flags)
        return {**kept, **request} if request is not None else None
    return {"messages": [{"role": "user", "content": compact(asked)}]}


_OF_BODIES = frozenset({"model", "instructions", "tools"})
"""Keys next to `input` that make it a body of the Responses API."""
_KEPT = (*SYSTEM_KEYS, "tools", "response_format")
"""Keys next to a prompt of which the model reads the value."""


def _listed(asked: list[Any], flags: set[str]) -> Json | None:
    """Messages, items of the Responses API, or texts."""
    if not asked:
        return None
    items = [item for item in asked if isinstance(item, dict)]
    if any("role" not in item and text(item.get("type")) in _ITEMS for item in items):
        return {"input": asked}
    is_text = all(isinstance(item, str) for item in asked)
    return {"messages": asked if is_text else chat_messages(asked, flags)}


_ITEMS = frozenset({"message", "function_call", "function_call_output", "reasoning", "item_reference"})
"""Types of the items that only the Responses API has."""


def response_in(answered: object, kind: Kind, flags: set[str]) -> Json | None:
    """The response body in an answer of LangChain (messages, generations), or in one that `answer_of` reads."""
    found: Any = decoded(answered)
    if found in (None, "", {}, []):
        return None
    generations = found.get("generations") if isinstance(found, dict) else None
    called = found.get("llm_output") if isinstance(found, dict) else None
    if isinstance(generations, list) and generations:
        row = generations[0] if isinstance(generations[0], list) else generations
        found = [item.get("message") or item for item in row if isinstance(item, dict)]
    listed = found if isinstance(found, list) else [found]
    if listed and all(isinstance(item, dict) and text(item.get("type")) in _LANGCHAIN for item in listed):
        answer = chat_answer({"role": "assistant", **chat_message(item, flags)} for item in listed)
        known = {"model": dig(called, "model_name"), "usage": dig(called, "token_usage")}
        return {**answer, **{name: logged for name, logged in known.items() if logged}}
    return answer_of(found, kind)


_LANGCHAIN = frozenset({"ai", "assistant", "constructor"})
"""Types of LangChain's messages that are answers."""
