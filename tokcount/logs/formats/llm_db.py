"""simonw/llm: its SQLite database in both schemas, and the JSON of ``llm logs --json``.

Up to 0.31 a call is a row of ``responses``; since 0.32 it is a row of ``turns``, whose messages form a chain of
hashes (``messages.parent_hash``) with their text in ``parts``. A database can hold both; a call whose id is in
both is read from ``turns``. Source: llm documentation (logging), llm/logs.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.bodies import Facts, body_record, chat_answer, facts_from, text_answer
from tokcount.logs.formats.interface import Place
from tokcount.logs.llm_turns import Turns
from tokcount.logs.values import BODY_USAGE, decoded, decoded_object, text, usage_from

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from tokcount.logs.formats.interface import Item
    from tokcount.logs.record import Json, Kind, Usage

_NAME = "llm.logs_db"

_FACTS = {
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


class Database:
    """``llm.logs_db``: the database file."""

    name = _NAME
    tables = (frozenset({"turns", "messages", "parts"}), frozenset({"responses", "conversations"}))

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """Turns first, then responses that are no turn; the line is the number of the row."""
        database.text_factory = lambda raw: raw.decode(errors="replace")
        there = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        known: set[str] = set()
        line = 0
        if {"turns", "messages", "parts"} <= there:
            turns = Turns(database)
            for row in _rows(database, "turns"):
                line += 1
                known.add(str(row.get("id")))
                yield _item(row, *turns.messages_of(row), turns.flags, Place(source=source, line=line))
        if "responses" in there:
            for row in _rows(database, "responses"):
                line += 1
                if str(row.get("id")) not in known:
                    yield from _responses_row(row, [], Place(source=source, line=line))


class LogsJson:
    """``llm.logs_db``, as ``llm logs --json`` prints it: rows of the old shape.

    New databases print no ``prompt_json``, only the last turn: earlier turns of a conversation are taken from the
    rows before it.
    """

    name = _NAME
    keys = (frozenset({"prompt", "response", "conversation_id", "datetime_utc"}),)
    grouped = True

    def matches(self, value: Json) -> bool:
        return "response_json" in value or "options_json" in value or "duration_ms" in value

    def read(self, value: Json, place: Place, group: Json) -> Iterable[Item]:
        history: list[Json] = group.setdefault(text(value.get("conversation_id")) or "", [])
        items = tuple(_responses_row(value, history, place))
        history += _turn(value)
        return items

    def finish(self, group: Json) -> Iterable[Item]:
        group.clear()
        return ()


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


def _responses_row(row: Json, history: list[Json], place: Place) -> Iterator[Item]:
    """A row of the old schema: the whole request in ``prompt_json``, else only the last turn in ``prompt``."""
    sent = decoded_object(row.get("prompt_json"))
    answer = row.get("response")
    answers = [{"role": "assistant", "content": answer}] if isinstance(answer, str) else []
    messages: list[Any] = [*history, *_turn({**row, "response": None})]
    if isinstance(sent.get("messages"), list):
        messages = sent["messages"]
    elif isinstance(sent.get("prompt"), str | list):
        messages = [{"role": "user", "content": sent["prompt"]}]
    elif isinstance(sent.get("input"), str | list):
        facts = _facts(row)
        response = decoded_object(row.get("response_json")) or chat_answer(answers)
        yield body_record(place, _NAME, kind="responses", request=sent, response=response, facts=facts)
        return
    yield _item(row, messages, answers, set(), place)


def _item(row: Json, messages: list[Any], answers: list[Json], flags: set[str], place: Place) -> Item:
    facts = _facts(row)
    facts.flags |= flags
    raw = decoded_object(row.get("response_json"))
    facts.served_model = text(raw.get("model")) or facts.served_model
    kind: Kind = "chat"
    if raw.get("object") == "text_completion" or (messages and all(isinstance(m, str) for m in messages)):
        kind = "completions"
    request: Json = {**_options(row), "messages": messages}
    if kind == "completions":
        request["prompt"] = "\n".join(said for message in messages if (said := _said(message)) is not None)
        response = text_answer(said for answer in answers if (said := _said(answer)) is not None)
    else:
        response = chat_answer(answers)
    return body_record(place, _NAME, kind=kind, request=request, response=response, facts=facts)


def _said(message: object) -> str | None:
    content = message.get("content") if isinstance(message, dict) else message
    return content if isinstance(content, str) else None


def _facts(row: Json) -> Facts:
    facts = facts_from(row, _FACTS, naive_utc=True)
    facts.usage = _usage(row)
    return facts


def _usage(row: Json) -> Usage | None:
    """The row's own columns; completion models leave them empty, then the answer's usage."""
    logged = usage_from(decoded_object(row.get("response_json")).get("usage"), BODY_USAGE, "response")
    return usage_from({**row, "token_details": decoded(row.get("token_details"))}, _USAGE) or logged


def _options(row: Json) -> Json:
    options = decoded_object(row.get("options_json"))
    return {name: item for name, item in options.items() if item is not None and name != "messages"}


FORMATS = (Database(), LogsJson())
