"""The OpenAI Agents SDK: exported traces and spans, and its session database.

Spans of type `generation` have the messages; spans of type `response` have only the id of the response and, where
the exporter adds it, the usage. Source: openai-agents-python (tracing/span_data.py, memory/sqlite_session.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    CallMetadata,
    DatabaseFormat,
    Item,
    Json,
    Location,
    LogFormat,
    body_record,
    call_record,
    decoded,
    decoded_object,
    label,
    metadata_from,
    skipped,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_METADATA = {
    "model": ("span_data.model",),
    "served_model": ("span_data.response.model",),
    "id": ("id",),
    "timestamp": ("started_at",),
    "thread": ("trace_id",),
}
_NOT_PARAMETERS = frozenset({"base_url", "model_impl"})


class Spans(LogFormat):
    """`openai.agents.span`."""

    name = "openai.agents.span"
    keys = (frozenset({"object", "id", "span_data"}), frozenset({"object", "id", "workflow_name"}))

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.get("object") not in ("trace", "trace.span"):
            return None
        span = decoded_object(value.get("span_data"))
        kind = text(span.get("type")) or "trace"
        if kind not in ("generation", "response"):
            return [
                skipped(at, "not_llm", f"a span that calls no model ({label(kind, 'unnamed')})", self.name)
            ]
        if value.get("error") and not (span.get("output") or span.get("response")):
            return [skipped(at, "error", "a failed call", self.name)]
        metadata = metadata_from(value, _METADATA)
        metadata.usage = usage_from(span.get("usage"), BODY_USAGE)
        answered = span.get("response") if kind == "response" else span.get("output")
        parameters = {
            name: item
            for name, item in decoded_object(span.get("model_config")).items()
            if name not in _NOT_PARAMETERS and item is not None
        }
        if kind == "response" and span.get("input"):
            return [_response_span(at, self.name, span, metadata)]
        return [
            call_record(at, self.name, span.get("input"), answered, metadata=metadata, parameters=parameters)
        ]


def _response_span(at: Location, name: str, span: Json, metadata: CallMetadata) -> Item:
    """A span with the input items and the response, which repeats the instructions and the tools."""
    response = decoded_object(span.get("response")) or None
    asked: Json = {"input": span.get("input")}
    for field in ("instructions", "tools", "tool_choice", "text", "reasoning", "model"):
        if response is not None and response.get(field):
            asked[field] = response[field]
    return body_record(at, name, kind="responses", request=asked, response=response, metadata=metadata)


class Sessions(DatabaseFormat):
    """`openai.agents.session`: the items of stored sessions, one conversation each."""

    name = "openai.agents.session"
    tables = (frozenset({"agent_sessions", "agent_messages"}),)

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """One record per session; the line is the number of the session."""
        sessions = database.execute("select session_id, created_at from agent_sessions order by rowid")
        for line, (session, created) in enumerate(sessions.fetchall(), 1):
            rows = database.execute(
                "select message_data from agent_messages where session_id = ? order by id", (session,)
            )
            items = [item for (data,) in rows if isinstance(item := decoded(data), dict)]
            metadata = CallMetadata(
                id=text(session), timestamp=timestamp(created, naive_utc=True), conversation=True
            )
            request = {"input": items} if items else None
            yield body_record(
                Location(source, line), self.name, kind="responses", request=request, metadata=metadata
            )
