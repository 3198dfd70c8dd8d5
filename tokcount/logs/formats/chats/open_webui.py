"""Open WebUI: exported chats and its database.

The shown branch is the path from the root to `currentId`; `messages` repeats it. Source: open-webui
(backend/open_webui/models/chats.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    JSON_ONLY,
    CallMetadata,
    DatabaseFormat,
    Item,
    Json,
    Location,
    LogFormat,
    Turn,
    conversation_records,
    decoded_object,
    dig,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_NAME = "open_webui.chat"
_USAGE = {
    **BODY_USAGE,
    "input": (*BODY_USAGE["input"], "prompt_eval_count"),
    "output": (*BODY_USAGE["output"], "eval_count"),
}
"""The last of each is what Ollama reports."""


class Chats(LogFormat):
    """`open_webui.chat`."""

    name = _NAME
    keys = (frozenset({"chat", "user_id"}), frozenset({"history", "models"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        chat = value["chat"] if isinstance(value.get("chat"), dict) else value
        if not isinstance(dig(chat, "history.messages"), dict):
            return None
        return _chat(chat, at, text(value.get("id")), text(value.get("user_id")))


class Database(DatabaseFormat):
    """`open_webui.chat`, in the database."""

    name = _NAME
    tables = (frozenset({"chat", "user", "model"}), frozenset({"chat", "auth", "user"}))

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """The records of each chat; the line is the number of the chat."""
        rows = database.execute("select id, user_id, chat from chat order by rowid")
        for line, (identity, user, chat) in enumerate(rows, 1):
            yield from _chat(decoded_object(chat), Location(source, line), text(identity), text(user))


def _chat(chat: Json, at: Location, identity: str | None, user: str | None) -> list[Item]:
    turns = [_turn(message) for message in _path(decoded_object(chat.get("history")))]
    system = text(dig(chat, "params.system")) or text(chat.get("system"))
    if system:
        turns.insert(0, Turn({"role": "system", "content": dig(chat, "params.system") or chat.get("system")}))
    models = chat.get("models")
    metadata = CallMetadata(
        model=text(models[0]) if isinstance(models, list) and models else None,
        id=identity,
        thread=identity,
        user=user,
    )
    return conversation_records(at, _NAME, turns, metadata)


def _path(history: Json) -> list[Json]:
    """The messages from the root to the current one."""
    messages = decoded_object(history.get("messages"))
    node = messages.get(text(history.get("currentId")) or "")
    path: list[Json] = []
    while isinstance(node, dict) and len(path) < len(messages):
        path.append(node)
        node = messages.get(text(node.get("parentId")) or "")
    return path[::-1] if path else [item for item in messages.values() if isinstance(item, dict)]


def _turn(message: Json) -> Turn:
    files = message.get("files")
    images = [_image(item) for item in files if isinstance(item, dict)] if isinstance(files, list) else []
    content = message.get("content")
    if images:
        content = [{"type": "text", "text": content if isinstance(content, str) else ""}, *images]
    role = text(message.get("role")) or "user"
    return Turn(
        {"role": role, "content": content},
        usage=usage_from(message.get("usage") or message.get("info"), _USAGE)
        if role == "assistant"
        else None,
        model=text(message.get("model")),
        id=text(message.get("id")),
        timestamp=timestamp(message.get("timestamp")),
    )


def _image(file: Json) -> Json:
    if file.get("type") == "image":
        return {"type": "image_url", "image_url": {"url": text(file.get("url")) or ""}}
    return {"type": "file", "file": {}}
