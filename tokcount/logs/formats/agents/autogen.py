"""AutoGen: the event log of version 0.4 and the database of `runtime_logging`.

Source: autogen_core (logging.py), autogen 0.2 (logger/sqlite_logger.py).
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
    body_of,
    body_record,
    call_record,
    failure,
    label,
    money,
    skipped,
    text,
    timestamp,
    truth,
    usage_from,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


class Events(LogFormat):
    """`autogen.llm_call`; the messages of a streamed call are in an event before it."""

    name = "autogen.llm_call"
    keys = (frozenset({"type", "agent_id"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        kind = text(value.get("type")) or ""
        if kind not in ("LLMCall", "LLMStreamEnd"):
            return [skipped(at, "not_llm", f"an event of another type ({label(kind, 'unnamed')})", self.name)]
        metadata = CallMetadata(usage=usage_from(value, BODY_USAGE), user=text(value.get("agent_id")))
        if kind == "LLMStreamEnd":
            metadata.flags.add("hidden_context")
        asked = {name: value[name] for name in ("messages", "tools") if value.get(name)}
        return [call_record(at, self.name, asked, value.get("response"), metadata=metadata)]


class Database(DatabaseFormat):
    """`autogen.logs_db`."""

    name = "autogen.logs_db"
    tables = (frozenset({"chat_completions", "oai_clients"}), frozenset({"chat_completions", "agents"}))

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """The rows of `chat_completions`; the line is the row number."""
        columns = "invocation_id, request, response, is_cached, cost, start_time, session_id"
        rows = database.execute(f"select {columns} from chat_completions order by id")  # noqa: S608 - names of ours
        for line, (identity, sent, received, cached, cost, started, session) in enumerate(rows, 1):
            at = Location(source, line)
            request, response = body_of(sent), body_of(received)
            if response is None and isinstance(received, str):
                yield skipped(at, "error", "a failed call", self.name)
                continue
            if error := failure(None, response):
                yield skipped(at, "error", f"a failed call ({error})", self.name)
                continue
            metadata = CallMetadata(
                id=text(identity), timestamp=timestamp(started, naive_utc=True), thread=text(session)
            )
            if truth(cached):
                metadata.flags.add("cached_reply")
            item = body_record(at, self.name, request=request, response=response, metadata=metadata)
            usage = getattr(item, "usage", None)
            if usage is not None:
                usage.cost_usd = money(cost)
            yield item
