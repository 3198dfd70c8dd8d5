"""The messages of a chat request, also those of older models: functions without ids, names, several results."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tokcount.framing.calls import arguments_text, is_custom
from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.call_ids import BAD_CALL, CallIds, check_results
from tokcount.reports.migrate.reading.content import THINKING, checked, known, read_content, role_of
from tokcount.reports.migrate.reading.hosted_types import Location, Size
from tokcount.reports.migrate.reading.tools import read_choice, read_format, read_tools
from tokcount.reports.migrate.request import (
    AuthorName,
    Call,
    Content,
    Loss,
    Message,
    NotMigratedError,
    Request,
    Result,
    Text,
    Turn,
)

NO_MESSAGES: Final = "no messages"
BAD_NAME: Final = "a name of a message that the API refuses"
AUDIO_REPLY: Final = "a spoken answer that only the API has kept"
BAD_SEARCH: Final = "its value is not one that the API takes"
RESULTS: Final = ("tool", "function")


class _Search(msgspec.Struct, omit_defaults=True):
    search_context_size: Size | None = None
    user_location: Location | None = None


def read_chat(body: Json) -> Request:
    """A chat request without its parameters. Raises `NotMigratedError` for what the API would refuse."""
    request = Request()
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise NotMigratedError(NO_MESSAGES)
    reader = _Messages(request.losses)
    request.turns = [reader.read(message) for message in messages]
    check_results(request.turns)
    request.tools = read_tools(body, request.losses)
    request.choice = read_choice(body, request.tools, request.losses)
    request.format = read_format(body.get("response_format"), request.losses)
    request.search = _search(body.get("web_search_options"), request.losses)
    return request


def read_message(message: Json, losses: list[Loss]) -> Turn:
    """One message, such as an answer. Raises `NotMigratedError` for one that the API would refuse."""
    return _Messages(losses).read(message)


def _search(given: Any, losses: list[Loss]) -> Json | None:
    """What `web_search_options` asks for, in the fields of a Responses tool; chat nests the location once more."""
    if given is None:
        return None
    location = given.get("user_location") if isinstance(given, dict) else None
    nested = location.get("approximate") if isinstance(location, dict) else None
    size = given.get("search_context_size") if isinstance(given, dict) else 0
    fields = known(search_context_size=size, user_location=_located(nested or location))
    try:
        found: Json = msgspec.to_builtins(checked(fields, _Search, BAD_SEARCH))
    except NotMigratedError as error:
        losses.append(Loss("web_search_options", "dropped", str(error)))
        return None
    return found


def _located(location: Any) -> Any:
    return {"type": "approximate", **location} if isinstance(location, dict) else location


class _Messages:
    """Reads messages in order, each call with the id that its result has."""

    def __init__(self, losses: list[Loss]) -> None:
        self._losses = losses
        self._ids = CallIds(losses)

    def read(self, message: Any) -> Turn:
        """One message. Raises `NotMigratedError` for one that the API refuses."""
        if isinstance(message, dict) and message.get("role") in RESULTS:
            return self._result(message)
        role = role_of(message)
        calls = self._calls(message) if role == "assistant" else []
        name = checked(message.get("name") or None, AuthorName | None, BAD_NAME)
        return Message(role, self._content(message, alone=not calls), name, calls)

    def _content(self, message: Json, *, alone: bool) -> Content | None:
        """The content, or else the refusal; calls need neither."""
        if message.get("reasoning_content") or message.get("reasoning"):
            self._losses.append(THINKING)
        content, refusal = message.get("content"), message.get("refusal")
        if not content and isinstance(refusal, str) and refusal:
            return [Text(refusal, refusal=True)]
        if message.get("audio"):
            if not content:
                raise NotMigratedError(AUDIO_REPLY)
            self._losses.append(Loss("audio", "dropped", AUDIO_REPLY))
        return read_content(content, self._losses) if alone or content else None

    def _calls(self, message: Json) -> list[Call]:
        given = message.get("tool_calls")
        entries = [_entry(entry) for entry in given] if isinstance(given, list) else []
        function = message.get("function_call")
        if isinstance(function, dict):
            entries.append((None, function, False))
        return [self._call(*entry) for entry in entries]

    def _call(self, identity: Any, called: Json, custom: bool) -> Call:
        fields = {
            "id": self._ids.called(identity, called.get("name")),
            "name": called.get("name"),
            "arguments": arguments_text(called.get("arguments", called.get("input"))),
            "custom": custom,
        }
        call: Call = checked(fields, Call, BAD_CALL)
        return call

    def _result(self, message: Json) -> Result:
        call_id = self._ids.answered(message.get("tool_call_id"), message.get("name"))
        return Result(call_id, read_content(message.get("content"), self._losses))


def _entry(entry: Any) -> tuple[Any, Json, bool]:
    """Id and definition of an element of `tool_calls`, and whether it calls a custom tool."""
    if not isinstance(entry, dict):
        raise NotMigratedError(BAD_CALL)
    custom = is_custom(entry)
    called = entry.get("custom" if custom else "function")
    if not isinstance(called, dict):
        raise NotMigratedError(BAD_CALL)
    return entry.get("id"), called, custom
