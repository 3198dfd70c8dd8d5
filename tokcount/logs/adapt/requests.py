"""Requests as logs keep them → bodies in the shape of the API.

Messages in a string or in a prompt become the messages of a chat; a system prompt next to a prompt or to messages
becomes the first of them.
"""

from __future__ import annotations

from typing import Any

from tokcount.logs.record import Kind
from tokcount.logs.scalars import Json, decoded

SYSTEM_KEYS = (
    "system",
    "system_prompt",
    "systemPrompt",
    "system_message",
    "system_instruction",
    "system_instructions",
    "systemInstruction",
    "instructions",
    "developer_message",
    "developer_prompt",
)
"""Keys of a system prompt next to a prompt or to messages, tried in this order."""

CONVERSATION_KEYS = (
    *("conversation_id", "session_id", "thread_id", "chat_id", "dialog_id", "dialogue_id", "completion_id"),
    *("conversationId", "sessionId", "threadId", "chatId", "dialogId", "conversation", "session", "thread"),
    *("conversationid", "sessionid", "threadid", "chatid"),
)
"""Keys that name the conversation of a message that is logged alone, tried in this order."""

HISTORY_KEYS = ("history", "chat_history", "conversation_history", "message_history", "chatHistory")
"""Keys of the messages before a prompt, as messages or as pairs of question and answer."""

_SYSTEM = frozenset(SYSTEM_KEYS)
_SPEAKERS = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}
_ROLES = frozenset({"system", "developer", "user", "assistant"})
_OF_MESSAGES = frozenset({"content", "parts", "tool_calls", "function_call", "text", "name"})
"""Keys of which a message has one next to its role."""


def messages_in(value: object) -> list[Any] | None:
    """The messages in a list, in JSON text, in a body, in one message, or under the names of their roles."""
    found = decoded(value)
    if isinstance(found, dict):
        found = found["messages"] if "messages" in found else _of_object(found)
    if not isinstance(found, list) or not found:
        return None
    messages = [_with_role(item) for item in found]
    return messages if all(map(_is_message, messages)) else None


def _with_role(message: Any) -> Any:
    """The message with a role, where its type is the speaker (LangChain)."""
    if not isinstance(message, dict) or "role" in message:
        return message
    role = _SPEAKERS.get(str(message.get("type")))
    return (
        {"role": role, **{key: item for key, item in message.items() if key != "type"}} if role else message
    )


def begins_conversation(value: object) -> bool:
    """Is this the first message of a list that is one conversation, not one of several that the messages name?"""
    return (
        isinstance(value, dict)
        and "role" in value
        and "messages" not in value
        and value.keys().isdisjoint(CONVERSATION_KEYS)
    )


def _of_object(value: Json) -> list[Any]:
    """One message, or the texts of roles: `{"system": …, "user": …}`."""
    if "role" in value:
        return [value]
    if "user" not in value or not value.keys() <= _ROLES:
        return []
    return [{"role": role, "content": content} for role, content in value.items() if content]


def _is_message(value: object) -> bool:
    return (
        isinstance(value, dict) and isinstance(value.get("role"), str) and not _OF_MESSAGES.isdisjoint(value)
    )


def system_in(request: Json) -> Any:
    """The system prompt among the keys of a request: a text or parts."""
    return next(
        (given for key in SYSTEM_KEYS if (given := request.get(key)) and isinstance(given, str | list)), None
    )


def shaped(request: Json, kind: Kind) -> tuple[Json, Kind]:
    """The body and the endpoint of a request whose messages or system prompt are not where the API has them."""
    if kind == "chat":
        is_usual = type(request.get("messages")) is list and _SYSTEM.isdisjoint(request)
        return (request if is_usual else _chat(request)), kind
    if kind == "responses":
        return _responses(request), kind
    if kind in ("completions", "text"):
        return _prompt(request, kind)
    return request, kind


def is_plain_chat(request: Json) -> bool:
    """Are the messages where the API has them, each with a role and a text, the common case?"""
    messages = request.get("messages")
    if type(messages) is not list or not _SYSTEM.isdisjoint(request):
        return False
    for message in messages:
        if type(message) is not dict or type(message.get("content")) is not str:
            return False
        if "role" not in message or "additional_kwargs" in message:
            return False
    return True


def _chat(request: Json) -> Json:
    messages = request.get("messages")
    if type(messages) is not list:
        found = messages_in(messages)
        if found is None:
            return request
        request = {**request, "messages": found}
    return request if _SYSTEM.isdisjoint(request) else _with_system(request, request["messages"])


def _responses(request: Json) -> Json:
    given = request.get("input")
    found = messages_in(given) if isinstance(given, str | dict) else None
    if found is not None:
        request = {**request, "input": found}
    if "instructions" in request or _SYSTEM.isdisjoint(request) or (system := system_in(request)) is None:
        return request
    return _without_system(request, system) | {"instructions": system}


def _prompt(request: Json, kind: Kind) -> tuple[Json, Kind]:
    prompt = request.get("prompt")
    history = next((key for key in HISTORY_KEYS if request.get(key)), "")
    has_system = not _SYSTEM.isdisjoint(request) and system_in(request) is not None
    messages = None if prompt is None else messages_in(prompt)
    earlier = _history(request[history]) if history else []
    if messages is None and (_are_parts(prompt) or (isinstance(prompt, str) and (has_system or earlier))):
        messages = [{"role": "user", "content": prompt}]
    if messages is None:
        return request, kind
    rest = {
        key: value for key, value in request.items() if key != "prompt" and not (earlier and key == history)
    }
    messages = [*earlier, *messages]
    return _with_system({**rest, "messages": messages}, messages), "chat"


def _are_parts(prompt: object) -> bool:
    """Is a prompt a list of content parts?"""
    return (
        isinstance(prompt, list)
        and bool(prompt)
        and all(isinstance(part, dict) and isinstance(part.get("type"), str) for part in prompt)
    )


def _history(value: object) -> list[Any]:
    """The messages before a prompt; none when they have another form."""
    found = decoded(value)
    if messages := messages_in(found):
        return messages
    pairs = found if isinstance(found, list) else []
    if not all(_is_exchange(pair) for pair in pairs):
        return []
    return [
        {"role": role, "content": text}
        for pair in pairs
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]


def _is_exchange(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)


def _with_system(request: Json, messages: list[Any]) -> Json:
    """The request with its system prompt as the first message, unless that is there already."""
    system = system_in(request)
    if system is None:
        return request
    first = messages[0] if messages and isinstance(messages[0], dict) else {}
    if first.get("role") not in ("system", "developer") or first.get("content") != system:
        messages = [{"role": "system", "content": system}, *messages]
    return _without_system(request, system) | {"messages": messages}


def _without_system(request: Json, system: Any) -> Json:
    """The request without the keys that hold this system prompt."""
    return {key: value for key, value in request.items() if key not in _SYSTEM or value != system}


def without_answer(request: Json, response: Json) -> Json:
    """The request of a log that keeps the answer as the last message too: without that message."""
    messages = request.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    if not isinstance(last, dict) or last.get("role") != "assistant" or len(messages or ()) < 2:
        return request
    choices, content = response.get("choices"), last.get("content")
    if not content or not isinstance(choices, list):
        return request
    answers = [choice["message"] for choice in choices if isinstance(choice, dict) and "message" in choice]
    if any(isinstance(answer, dict) and answer.get("content") == content for answer in answers):
        return {**request, "messages": request["messages"][:-1]}
    return request
