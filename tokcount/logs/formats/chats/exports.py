"""Exports of chat applications: LibreChat, LobeChat, TypingMind, LM Studio, Claude, Copilot Chat.

Source: the export code of each application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    BODY_USAGE,
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    Turn,
    call_record,
    conversation_records,
    dig,
    first,
    number,
    objects,
    text,
    timestamp,
    tool_call,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_MESSAGES = 1_000_000


def _system(content: object) -> list[Turn]:
    return [Turn({"role": "system", "content": content})] if isinstance(content, str) and content else []


class LibreChat(LogFormat):
    """`librechat.export`: messages one after the other, or as a tree whose last branch was shown."""

    name = "librechat.export"
    keys = (frozenset({"conversationId", "endpoint", "messages"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        turns = _system(dig(value, "options.promptPrefix") or dig(value, "options.system"))
        turns += [self._turn(message) for message in _branch(objects(value.get("messages")))]
        metadata = CallMetadata(
            model=text(dig(value, "options.model")),
            id=text(value.get("conversationId")),
            thread=text(value.get("conversationId")),
        )
        return conversation_records(at, self.name, turns, metadata)

    def _turn(self, message: Json) -> Turn:
        role = "user" if message.get("isCreatedByUser") else "assistant"
        content = message.get("text") or message.get("content")
        return Turn(
            {"role": role, "content": content},
            model=text(message.get("model")) if role == "assistant" else None,
            id=text(message.get("messageId")),
            timestamp=timestamp(message.get("createdAt")),
        )


def _branch(messages: list[Json]) -> list[Json]:
    """The messages in order; with `children`, from the first message down the last child of each."""
    if not any(message.get("children") for message in messages):
        return messages
    path: list[Json] = []
    level = messages
    while level and len(path) < _MOST_MESSAGES:
        path.append(level[-1])
        level = objects(level[-1].get("children"))
    return path


class LobeChat(LogFormat):
    """`lobechat.export`: sessions with their settings, and the messages of all of them in one list."""

    name = "lobechat.export"
    keys = (frozenset({"exportType", "state"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        sessions = {text(item.get("id")): item for item in objects(dig(value, "state.sessions"))}
        grouped: dict[str, list[Json]] = {}
        for message in objects(dig(value, "state.messages")):
            key = text(message.get("topicId")) or text(message.get("sessionId")) or ""
            grouped.setdefault(key, []).append(message)
        items: list[Item] = []
        for key, messages in grouped.items():
            settings = sessions.get(text(messages[0].get("sessionId")), {})
            turns = _system(dig(settings, "config.systemRole")) + [self._turn(each) for each in messages]
            metadata = CallMetadata(
                model=text(dig(settings, "config.model")), id=key or None, thread=key or None
            )
            items += conversation_records(at, self.name, turns, metadata, start=len(items))
        return items

    def _turn(self, message: Json) -> Turn:
        return Turn(
            {
                "role": text(message.get("role")) or "user",
                "content": message.get("content"),
                **_called(message),
            },
            model=text(message.get("model")) or text(dig(message, "extra.fromModel")),
            provider=text(message.get("provider")) or text(dig(message, "extra.fromProvider")),
            id=text(message.get("id")),
            timestamp=timestamp(message.get("createdAt")),
        )


def _called(message: Json) -> Json:
    """The tools that an answer of LobeChat calls; its plugins send them as `IDENTIFIER____API`."""
    calls = [
        tool_call(
            tool.get("id"), f"{tool.get('identifier')}____{tool.get('apiName')}", tool.get("arguments"), set()
        )
        for tool in objects(message.get("tools"))
    ]
    return {"tool_calls": calls} if calls else {}


class TypingMind(LogFormat):
    """`typingmind.export`."""

    name = "typingmind.export"
    keys = (frozenset({"data"}), frozenset({"chats"}), frozenset({"chatID", "messages"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        chats = [value] if "chatID" in value else objects(first(value, ("data.chats", "chats")))
        if not chats or not all("chatID" in chat and "messages" in chat for chat in chats):
            return None
        items: list[Item] = []
        for chat in chats:
            turns = _system(dig(chat, "chatParams.systemMessage"))
            turns += [self._turn(message) for message in objects(chat.get("messages"))]
            metadata = CallMetadata(
                model=text(dig(chat, "modelInfo.id")) or text(chat.get("model")),
                id=text(chat.get("chatID")),
                thread=text(chat.get("chatID")),
                timestamp=timestamp(chat.get("createdAt")),
            )
            items += conversation_records(at, self.name, turns, metadata, start=len(items))
        return items

    def _turn(self, message: Json) -> Turn:
        role = text(message.get("role")) or "user"
        return Turn(
            {"role": role, "content": message.get("content")},
            usage=usage_from(message.get("usage"), BODY_USAGE) if role == "assistant" else None,
            model=text(message.get("model")),
            id=text(message.get("uuid")),
            timestamp=timestamp(message.get("createdAt")),
        )


_LM_STUDIO_USAGE = {"input": ("promptTokensCount",), "output": ("predictedTokensCount",)}


class LmStudio(LogFormat):
    """`lmstudio.conversation`: every message has versions, of which one is selected."""

    name = "lmstudio.conversation"
    keys = (
        frozenset({"messages", "systemPrompt", "pinned"}),
        frozenset({"messages", "tokenCount", "pinned"}),
    )
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        turns = _system(value.get("systemPrompt"))
        turns += [self._turn(version) for m in objects(value.get("messages")) if (version := _selected(m))]
        metadata = CallMetadata(
            model=text(dig(value, "lastUsedModel.identifier")), timestamp=timestamp(value.get("createdAt"))
        )
        return conversation_records(at, self.name, turns, metadata)

    def _turn(self, version: Json) -> Turn:
        role = text(version.get("role")) or "user"
        steps = [step for step in objects(version.get("steps")) if step.get("type") == "contentBlock"]
        parts: list[Any] = [part for step in steps for part in objects(step.get("content"))]
        info: Json = next(
            (step["genInfo"] for step in reversed(steps) if isinstance(step.get("genInfo"), dict)), {}
        )
        return Turn(
            {"role": role, "content": parts or version.get("content")},
            usage=usage_from(info.get("stats"), _LM_STUDIO_USAGE),
            model=text(info.get("identifier")) or text(info.get("indexedModelIdentifier")),
        )


def _selected(message: Json) -> Json | None:
    versions = objects(message.get("versions"))
    chosen = number(message.get("currentlySelected")) or 0
    return versions[chosen] if chosen < len(versions) else None


class Claude(LogFormat):
    """`claude_ai.export`: conversations of claude.ai; another vendor's models."""

    name = "claude_ai.export"
    keys = (frozenset({"uuid", "chat_messages"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        turns = [self._turn(message) for message in objects(value.get("chat_messages"))]
        metadata = CallMetadata(
            provider="anthropic",
            model=text(value.get("model")),
            id=text(value.get("uuid")),
            thread=text(value.get("uuid")),
            timestamp=timestamp(value.get("created_at")),
        )
        return conversation_records(at, self.name, turns, metadata)

    def _turn(self, message: Json) -> Turn:
        role = "user" if message.get("sender") == "human" else "assistant"
        content = message.get("content") or message.get("text")
        attached = [
            {"type": "text", "text": file["extracted_content"]}
            for file in objects(message.get("attachments"))
            if isinstance(file.get("extracted_content"), str)
        ]
        if attached:
            parts = content if isinstance(content, list) else [{"type": "text", "text": text(content) or ""}]
            content = [*parts, *attached]
        return Turn({"role": role, "content": content}, id=text(message.get("uuid")))


class CopilotChat(LogFormat):
    """`vscode.copilot_chat`: a session of the chat view; every request is a call with the turns before it."""

    name = "vscode.copilot_chat"
    keys = (frozenset({"requests", "responderUsername"}), frozenset({"requests", "requesterUsername"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        history: list[Json] = []
        items: list[Item] = []
        for request in objects(value.get("requests")):
            history.append({"role": "user", "content": dig(request, "message.text")})
            items.append(self._call(request, list(history), at, len(items)))
            history.append({"role": "assistant", "content": _written(request)})
        return items

    def _call(self, request: Json, messages: list[Json], at: Location, index: int) -> Item:
        metadata = CallMetadata(
            model=(text(request.get("modelId")) or "").rpartition("/")[2] or None,
            id=text(request.get("requestId")),
            timestamp=timestamp(request.get("timestamp")),
            flags={"hidden_context"},
        )
        return call_record(at, self.name, messages, _written(request), metadata=metadata, index=index)


def _written(request: Json) -> str:
    """The text of an answer; its other parts are edits and progress of the editor."""
    parts = [part.get("value") for part in objects(request.get("response"))]
    return "".join(part for part in parts if isinstance(part, str))
