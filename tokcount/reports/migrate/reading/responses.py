"""The instructions and items of a Responses request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tokcount.framing.calls import arguments_text
from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.call_ids import BAD_CALL, CallIds, check_results
from tokcount.reports.migrate.reading.content import THINKING, checked, read_content, role_of
from tokcount.reports.migrate.reading.hosted import HOSTED_ITEMS, WITH_TOOLS, read_kind
from tokcount.reports.migrate.reading.tools import read_choice, read_format, read_tools
from tokcount.reports.migrate.request import (
    Call,
    Item,
    Loss,
    Message,
    NotMigratedError,
    Phase,
    Request,
    Result,
    Turn,
)

NO_INPUT: Final = "no input"
BAD_ITEM: Final = "an item that the API refuses, or of a type that is not known"
INSTRUCTIONS: Final = Loss("instructions", "rewritten", "items of the instructions become items of the input")
STORED: Final = {
    "previous_response_id": "it continues a response that is stored at the API, not in the log",
    "conversation": "it continues a conversation that is stored at the API, not in the log",
    "prompt": "its prompt is stored at the API, not in the log",
}
"""Field → why a request with it cannot be sent anew."""
OPAQUE: Final = {
    "item_reference": "an item that is stored at the API, not in the log",
    "compaction": "a history that the old model compacted; only the API can read it",
    "compaction_trigger": "a history that the old model compacts",
}
"""Type of an item → why a request with it cannot be sent to another model."""


def read_responses(body: Json) -> Request:
    """A Responses request without its parameters. Raises `NotMigratedError` for what the API would refuse."""
    for field, reason in STORED.items():
        if body.get(field):
            raise NotMigratedError(reason)
    request = Request(strict=None)
    items = _Items(request.turns, request.losses)
    instructions = body.get("instructions")
    if isinstance(instructions, list):
        request.losses.append(INSTRUCTIONS)
        items.read(instructions)
    elif isinstance(instructions, str):
        request.instructions = instructions
    items.read(body.get("input"))
    check_results(request.turns)
    if not request.turns:
        raise NotMigratedError(NO_INPUT)
    text = body.get("text")
    request.tools = read_tools(body, request.losses)
    request.choice = read_choice(body, request.tools, request.losses)
    request.format = read_format(text.get("format") if isinstance(text, dict) else None, request.losses)
    return request


def read_items(given: list[Any], losses: list[Loss]) -> list[Turn]:
    """Items, such as those of an answer. Raises `NotMigratedError` for one that is not known."""
    turns: list[Turn] = []
    _Items(turns, losses).read(given)
    return turns


class _Items:
    """Reads items in order; calls become part of the assistant's message before them."""

    def __init__(self, turns: list[Turn], losses: list[Loss]) -> None:
        self._turns = turns
        self._losses = losses
        self._ids = CallIds(losses)
        self._readers: Final[dict[str, Callable[[Json], None]]] = {
            "message": self._message,
            "function_call": self._call,
            "custom_tool_call": self._call,
            "function_call_output": self._result,
            "custom_tool_call_output": self._result,
        }

    def read(self, given: Any) -> None:
        """A text, which is one message of the user, or a list of items."""
        items = [given] if isinstance(given, str) else given
        if not isinstance(items, list):
            raise NotMigratedError(NO_INPUT)
        for item in items:
            self._item({"role": "user", "content": item} if isinstance(item, str) else item)

    def _item(self, item: Any) -> None:
        if not isinstance(item, dict):
            raise NotMigratedError(BAD_ITEM)
        kind = item.get("type") or "message"
        if not isinstance(kind, str):
            raise NotMigratedError(BAD_ITEM)
        if kind in OPAQUE:
            raise NotMigratedError(OPAQUE[kind])
        if kind == "reasoning":  # other models cannot read it, and it is not stored for the new request
            self._losses.append(THINKING)
            return
        read = self._readers.get(kind)
        if read is not None:
            read(item)
        else:
            name, fields = read_kind(item, HOSTED_ITEMS, BAD_ITEM)
            tools = read_tools(item, []) if name in WITH_TOOLS else None
            self._turns.append(Item(name, fields, tools))

    def _message(self, item: Json) -> None:
        role = role_of(item)
        if role == "assistant" and item.get("content") == []:
            return  # not shown to the model
        phase = item.get("phase") if role == "assistant" else None
        content = read_content(item.get("content"), self._losses)
        self._turns.append(Message(role, content, phase=checked(phase, Phase | None, BAD_ITEM)))

    def _call(self, item: Json) -> None:
        fields = {
            "id": self._ids.called(item.get("call_id"), item.get("name")),
            "name": item.get("name"),
            "arguments": arguments_text(item.get("arguments", item.get("input"))),
            "custom": item.get("type") == "custom_tool_call",
            "namespace": item.get("namespace"),
        }
        call = checked(fields, Call, BAD_CALL)
        last = self._turns[-1] if self._turns else None
        if isinstance(last, Message) and last.role == "assistant" and last.content != "":
            last.calls = [*last.calls, call]
        else:
            self._turns.append(Message("assistant", calls=[call]))

    def _result(self, item: Json) -> None:
        call_id = self._ids.answered(item.get("call_id"))
        content = read_content(item.get("output"), self._losses)
        self._turns.append(Result(call_id, content))
