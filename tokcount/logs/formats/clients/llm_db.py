"""simonw/llm: its SQLite database in both schemas, and the JSON of `llm logs --json`.

Up to 0.31 a call is a row of `responses`; since 0.32 it is a row of `turns`, whose messages form a chain of
hashes (`messages.parent_hash`) with their text in `parts`. A database can hold both; a call whose id is in
both is read from `turns`. Source: llm documentation (logging), llm/logs.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    BODY_USAGE,
    CallMetadata,
    DatabaseFormat,
    GroupedLogFormat,
    Item,
    Json,
    Kind,
    Location,
    RunInfo,
    Session,
    Usage,
    body_record,
    chat_answer,
    decoded,
    decoded_list,
    decoded_object,
    metadata_from,
    text,
    text_answer,
    tool_call,
    usage_from,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator


_KEPT_MESSAGES = 20_000
"""Messages kept for the turns that follow in the same conversation."""

_LONGEST_CHAIN = 100_000


class Turns:
    """Messages of the turns of one database, loaded as chains ask for them.

    `flags` are those of the turn that was asked for last.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._known: dict[str, tuple[str | None, list[Json], bool]] = {}
        self.flags: set[str] = set()

    def messages_of(self, turn: Json) -> tuple[list[Json], list[Json]]:
        """The messages that were sent, root first, and the messages of the answer."""
        self.flags = set()
        parent = text(turn.get("parent_message_hash"))
        sent = self._chain(parent, None)
        answered = self._chain(text(turn.get("tip_message_hash")), parent)
        return sent, [message for message in answered if message["role"] == "assistant"]

    def _chain(self, tip: str | None, stop: str | None) -> list[Json]:
        chain: list[list[Json]] = []
        seen: set[str] = set()
        while tip is not None and tip != stop and tip not in seen and len(seen) < _LONGEST_CHAIN:
            seen.add(tip)
            parent, messages, lossy = self._message(tip)
            if lossy:
                self.flags.add("reserialised")
            chain.append(messages)
            tip = parent
        return [message for messages in reversed(chain) for message in messages]

    def _message(self, key: str) -> tuple[str | None, list[Json], bool]:
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _KEPT_MESSAGES:
                self._known.clear()
            known = self._known[key] = self._load(key)
        return known

    def _load(self, key: str) -> tuple[str | None, list[Json], bool]:
        row = self._database.execute(
            "select parent_hash, role from messages where hash = ?", (key,)
        ).fetchone()
        if row is None:
            return None, [], False
        parts = self._database.execute(
            "select type, tool_name, text, payload from parts where message_hash = ? order by position",
            (key,),
        ).fetchall()
        flags: set[str] = set()
        return text(row[0]), self._built(text(row[1]) or "user", parts, flags), bool(flags)

    def _built(self, role: str, parts: list[tuple[Any, ...]], flags: set[str]) -> list[Json]:
        content: list[Json] = []
        calls: list[Json] = []
        results: list[Json] = []
        for kind, tool_name, written, packed in parts:
            payload = decoded_object(packed)
            if kind == "text":
                content.append({"type": "text", "text": self._text(written, payload)})
            elif kind == "tool_call":
                name = payload.get("name") or tool_name
                calls.append(tool_call(payload.get("tool_call_id"), name, payload.get("arguments"), flags))
            elif kind == "tool_result":
                results.append(_result(payload, written))
            elif kind == "attachment":
                content.append(self._attachment(payload))
        if results and not content and not calls:
            return results
        message: Json = {"role": role, "content": _plain(content)}
        if calls:
            message["tool_calls"] = calls
        return [*results, message]

    def _text(self, written: object, payload: Json) -> str:
        """The text of a part; where it refers to fragments, their text."""
        if isinstance(written, str):
            return written
        pieces = decoded_list(payload.get("text_ref"))
        return "".join(self._piece(piece) for piece in pieces if isinstance(piece, dict))

    def _piece(self, piece: Json) -> str:
        if isinstance(piece.get("literal"), str):
            return str(piece["literal"])
        fragment = piece.get("fragment")
        if not isinstance(fragment, int | str):
            return ""
        row = self._database.execute("select content from fragments where id = ?", (fragment,)).fetchone()
        return row[0] if row and isinstance(row[0], str) else ""

    def _attachment(self, payload: Json) -> Json:
        named = decoded_object(payload.get("attachment")).get("id")
        row = self._database.execute(
            "select type, url from attachments where id = ?", (text(named) or "",)
        ).fetchone()
        kind, url = row or (None, None)
        if (text(kind) or "image/").startswith("image/"):
            return {"type": "image_url", "image_url": {"url": text(url) or ""}}
        return {"type": "file", "file": {}}


def _result(payload: Json, written: object) -> Json:
    output = payload.get("output", written)
    return {
        "role": "tool",
        "tool_call_id": text(payload.get("tool_call_id")) or "",
        "content": output if isinstance(output, str) else "",
    }


def _plain(content: list[Json]) -> Any:
    if all(part["type"] == "text" for part in content):
        return "".join(part["text"] for part in content) if content else None
    return content


_NAME = "llm.logs_db"

_COLUMNS = frozenset({"response_json", "options_json", "duration_ms"})
"""Columns that only `llm logs --json` prints."""

_METADATA = {
    "model": ("model",),
    "served_model": ("resolved_model",),
    "id": ("id",),
    "timestamp": ("datetime_utc",),
    "thread": ("thread_id", "conversation_id"),
}

_USAGE = {
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "cached_input": (
        "token_details.prompt_tokens_details.cached_tokens",
        "token_details.input_tokens_details.cached_tokens",
    ),
    "reasoning": (
        "token_details.completion_tokens_details.reasoning_tokens",
        "token_details.output_tokens_details.reasoning_tokens",
    ),
}


class Database(DatabaseFormat):
    """`llm.logs_db`: the database file."""

    name = _NAME
    tables = (frozenset({"turns", "messages", "parts"}), frozenset({"responses", "conversations"}))

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """Turns first, then responses that are not in `turns`; the line is the row number."""
        there = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        known: set[str] = set()
        line = 0
        if {"turns", "messages", "parts"} <= there:
            turns = Turns(database)
            for row in _rows(database, "turns"):
                line += 1
                known.add(str(row.get("id")))
                yield _item(row, *turns.messages_of(row), turns.flags, Location(source=source, line=line))
        if "responses" in there:
            for row in _rows(database, "responses"):
                line += 1
                if str(row.get("id")) not in known:
                    yield _responses_row(row, [], Location(source=source, line=line))


class LogsJson(GroupedLogFormat):
    """`llm.logs_db`, as `llm logs --json` prints it: rows of the old shape.

    New databases print no `prompt_json`, only the last turn: earlier turns of a conversation are taken from the
    rows before it.
    """

    name = _NAME
    keys = (frozenset({"prompt", "response", "conversation_id", "datetime_utc"}),)

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a conversation is in one file
        return _RowSession()


class _RowSession(Session):
    """The turns of each conversation so far."""

    def __init__(self) -> None:
        self._histories: dict[str, list[Json]] = {}

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if _COLUMNS.isdisjoint(value):
            return None
        history = self._histories.setdefault(text(value.get("conversation_id")) or "", [])
        item = _responses_row(value, history, at)
        history += _turn(value)
        return [item]


def _rows(database: sqlite3.Connection, table: str) -> Iterator[Json]:
    cursor = database.execute(f"select * from {table} order by rowid")  # noqa: S608 - the names are ours
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def _turn(row: Json) -> list[Json]:
    system, prompt, answer = row.get("system"), row.get("prompt"), row.get("response")
    turn = [{"role": "system", "content": system}] if text(system) else []
    if isinstance(prompt, str):
        turn.append({"role": "user", "content": prompt})
    return [*turn, {"role": "assistant", "content": answer}] if isinstance(answer, str) else turn


def _responses_row(row: Json, history: list[Json], at: Location) -> Item:
    """A row of the old schema: the whole request in `prompt_json`, else only the last turn in `prompt`."""
    sent = decoded_object(row.get("prompt_json"))
    answer = row.get("response")
    answers = [{"role": "assistant", "content": answer}] if isinstance(answer, str) else []
    messages: list[Any] = [*history, *_turn({**row, "response": None})]
    if isinstance(sent.get("messages"), list):
        messages = sent["messages"]
    elif isinstance(sent.get("prompt"), str | list):
        messages = [{"role": "user", "content": sent["prompt"]}]
    elif isinstance(sent.get("input"), str | list):
        raw = decoded_object(row.get("response_json"))
        return body_record(
            at,
            _NAME,
            kind="responses",
            request=sent,
            response=raw or chat_answer(answers),
            metadata=_metadata(row, raw),
        )
    return _item(row, messages, answers, set(), at)


def _item(row: Json, messages: list[Any], answers: list[Json], flags: set[str], at: Location) -> Item:
    raw = decoded_object(row.get("response_json"))
    metadata = _metadata(row, raw)
    metadata.flags |= flags
    metadata.served_model = text(raw.get("model")) or metadata.served_model
    kind: Kind = "chat"
    if raw.get("object") == "text_completion" or (messages and all(isinstance(m, str) for m in messages)):
        kind = "completions"
    request: Json = {**_options(row), "messages": messages}
    if kind == "completions":
        request["prompt"] = "\n".join(
            content for message in messages if (content := _content_of(message)) is not None
        )
        response = text_answer(content for answer in answers if (content := _content_of(answer)) is not None)
    else:
        response = chat_answer(answers)
    return body_record(at, _NAME, kind=kind, request=request, response=response, metadata=metadata)


def _content_of(message: object) -> str | None:
    content = message.get("content") if isinstance(message, dict) else message
    return content if isinstance(content, str) else None


def _metadata(row: Json, raw: Json) -> CallMetadata:
    metadata = metadata_from(row, _METADATA, naive_utc=True)
    metadata.usage = _usage(row, raw)
    return metadata


def _usage(row: Json, raw: Json) -> Usage | None:
    """The row's own columns; completion models leave them empty, then the answer's usage."""
    logged = usage_from(raw.get("usage"), BODY_USAGE, "response")
    return usage_from({**row, "token_details": decoded(row.get("token_details"))}, _USAGE) or logged


def _options(row: Json) -> Json:
    options = decoded_object(row.get("options_json"))
    return {name: item for name, item in options.items() if item is not None and name != "messages"}
