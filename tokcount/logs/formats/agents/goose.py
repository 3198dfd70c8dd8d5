"""goose: sessions as JSON lines and in its database. Source: goose (session/session_storage.rs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    DatabaseFormat,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    RunInfo,
    Session,
    body_record,
    decoded,
    decoded_object,
    dig,
    text,
    usage_from,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_GOOSE_USAGE = {
    "input": ("accumulated_input_tokens", "input_tokens"),
    "output": ("accumulated_output_tokens", "output_tokens"),
    "total": ("accumulated_total_tokens", "total_tokens"),
}
"""Sums over the calls of the session."""


class Goose(GroupedLogFormat):
    """`goose.session`: a header with the sums, then the messages; one conversation."""

    name = "goose.session"
    keys = (
        frozenset({"working_dir", "description", "message_count"}),
        frozenset({"role", "created", "content"}),
    )
    accepts = JSON_ONLY

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a session is one file
        return _GooseSession()


class _GooseSession(Session):
    """The header and the messages so far."""

    def __init__(self) -> None:
        self._header: Json | None = None
        self._at: Location | None = None
        self._messages: list[Json] = []

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if "working_dir" in value:
            self._header, self._at = value, at
            return []
        if self._header is None:
            return None
        self._messages.append(_goose_message(value.get("role"), value.get("content")))
        return []

    def finish(self) -> Iterable[Item]:
        """The conversation, when the file ends."""
        if self._at is None or self._header is None:
            return []
        return [_goose_record(self._header, self._messages, self._at)]


class GooseDatabase(DatabaseFormat):
    """`goose.session`, in goose's database."""

    name = "goose.session"
    tables = (frozenset({"sessions", "messages"}),)

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """One conversation per session; the line is the number of the session."""
        cursor = database.execute("select * from sessions order by rowid")
        names = [column[0] for column in cursor.description]
        for line, values in enumerate(cursor.fetchall(), 1):
            row = dict(zip(names, values, strict=True))
            rows = database.execute(
                "select role, content_json from messages where session_id = ? order by rowid",
                (row.get("id"),),
            )
            messages = [_goose_message(role, decoded(content)) for role, content in rows]
            yield _goose_record(row, messages, Location(source, line))


def _goose_record(header: Json, messages: list[Json], at: Location) -> Item:
    metadata = CallMetadata(
        model=text(dig(decoded_object(header.get("model_config_json")), "model_name")),
        provider=text(header.get("provider_name")),
        id=text(header.get("id")),
        usage=usage_from(header, _GOOSE_USAGE),
        flags={"hidden_context"},
        conversation=True,
    )
    request = {"messages": messages} if messages else None
    return body_record(at, Goose.name, kind="chat", request=request, metadata=metadata)


def _goose_message(role: object, content: object) -> Json:
    """Goose's own parts for tools become those of the API of Anthropic, which all readers know."""
    parts = content if isinstance(content, list) else []
    return {"role": text(role) or "user", "content": [_goose_part(p) for p in parts if isinstance(p, dict)]}


def _goose_part(part: Json) -> Json:
    if part.get("type") == "toolRequest":
        call = decoded_object(dig(part, "toolCall.value"))
        return {
            "type": "tool_use",
            "id": part.get("id"),
            "name": call.get("name"),
            "input": call.get("arguments"),
        }
    if part.get("type") == "toolResponse":
        result = dig(part, "toolResult.value")
        content = dig(result, "content") if isinstance(result, dict) else result
        return {"type": "tool_result", "tool_use_id": part.get("id"), "content": content}
    return part
