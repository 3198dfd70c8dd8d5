"""OpenCode and Kilo: exported sessions, single messages, and the database.

What is sent besides the conversation (instructions, tools, files) is not in them. Source: opencode
(session/message-v2.ts, storage).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    DatabaseFormat,
    Item,
    Json,
    Location,
    LogFormat,
    Turn,
    Usage,
    body_record,
    conversation_records,
    decoded,
    decoded_object,
    dig,
    objects,
    skipped,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_OPENCODE_USAGE = {
    "input": ("tokens.input",),
    "output": ("tokens.output",),
    "cached_input": ("tokens.cache.read",),
    "cache_write": ("tokens.cache.write",),
    "reasoning": ("tokens.reasoning",),
    "cost_usd": ("cost",),
}


def _usage(info: Json) -> Usage | None:
    """`input` excludes the cached tokens and `output` the reasoning tokens."""
    usage = usage_from(info, _OPENCODE_USAGE, apart=True)
    if usage is not None and usage.output is not None and usage.reasoning:
        usage.output, usage.apart_output = usage.output + usage.reasoning, usage.reasoning
    return usage


class OpenCodeExport(LogFormat):
    """`opencode.export`: a session with its messages and their parts."""

    name = "opencode.export"
    keys = (frozenset({"info", "messages"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        listed = value.get("messages")
        rows = objects(listed)
        if not rows or not all(isinstance(row.get("info"), dict) and "parts" in row for row in rows):
            return None
        failed = [row for row in rows if _has_failed(row["info"])]
        turns = [_opencode_turn(row["info"], row.get("parts")) for row in rows if row not in failed]
        metadata = CallMetadata(thread=text(dig(value, "info.id")))
        errors = [skipped(at, "error", "a failed call", self.name) for _ in failed]
        return [*errors, *(conversation_records(at, self.name, turns, metadata) if turns else ())]


class OpenCodeMessage(LogFormat):
    """`opencode.message`: one message of the storage folder; its parts are in other files."""

    name = "opencode.message"
    keys = (frozenset({"id", "sessionID", "role"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.get("role") != "assistant" or "tokens" not in value:
            return [skipped(at, "not_llm", "a message that is not an answer", self.name)]
        if _has_failed(value):
            return [skipped(at, "error", "a failed call", self.name)]
        turn = _opencode_turn(value, [])
        metadata = CallMetadata(
            id=turn.id,
            model=turn.model,
            provider=turn.provider,
            timestamp=turn.timestamp,
            usage=turn.usage,
            thread=text(value.get("sessionID")),
        )
        return [body_record(at, self.name, metadata=metadata)]


class OpenCodeDatabase(DatabaseFormat):
    """`opencode.message`, in the database of OpenCode and Kilo."""

    name = "opencode.message"
    tables = (frozenset({"session", "message", "part"}),)

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """The answers of each session; the line is the number of the session."""
        sessions = database.execute(
            "select session_id from message group by session_id order by min(rowid)"
        ).fetchall()
        for line, (session,) in enumerate(sessions, 1):
            rows = database.execute(
                "select id, data from message where session_id = ? order by time_created, rowid", (session,)
            ).fetchall()
            at = Location(source, line)
            answers = [(decoded_object(data), key) for key, data in rows]
            turns = [
                _opencode_turn(info, _parts_of(database, key))
                for info, key in answers
                if not _has_failed(info)
            ]
            for _ in range(len(answers) - len(turns)):
                yield skipped(at, "error", "a failed call", self.name)
            yield from conversation_records(at, self.name, turns, CallMetadata(thread=text(session)))


def _parts_of(database: sqlite3.Connection, message: object) -> list[Any]:
    rows = database.execute("select data from part where message_id = ? order by rowid", (message,))
    return [decoded(data) for (data,) in rows]


def _has_failed(info: Json) -> bool:
    """Did an answer end with an error before any token of it was billed?"""
    return bool(info.get("error")) and not dig(info, "tokens.input") and not dig(info, "tokens.output")


def _opencode_turn(info: Json, parts: object) -> Turn:
    texts = objects(parts)
    content = [
        {"type": "text", "text": part["text"]}
        for part in texts
        if part.get("type") == "text" and isinstance(part.get("text"), str)
    ]
    calls = [_opencode_tool(part) for part in texts if part.get("type") == "tool"]
    is_answer = info.get("role") == "assistant"
    return Turn(
        {"role": text(info.get("role")) or "user", "content": [*content, *calls]},
        usage=_usage(info) if is_answer else None,
        model=text(info.get("modelID")) or text(dig(info, "model.modelID")),
        provider=text(info.get("providerID")) or text(dig(info, "model.providerID")),
        id=text(info.get("id")),
        timestamp=timestamp(dig(info, "time.created")),
    )


def _opencode_tool(part: Json) -> Json:
    """A call with its result, as the parts of a UI message that the accounting of messages knows."""
    state = decoded_object(part.get("state"))
    return {
        "type": f"tool-{text(part.get('tool')) or ''}",
        "toolCallId": part.get("callID"),
        "input": state.get("input"),
        "output": state.get("output"),
    }
