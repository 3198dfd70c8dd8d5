"""simonw/llm: both schemas of its database, and the JSON it prints."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from support.reading import CHAT_RESPONSE, TEXT_RESPONSE, answered, asked, records, used

from tokcount.logs.formats.clients.llm_db import Database
from tokcount.logs.record import Record

SCHEMA = """
create table responses (id text primary key, model text, prompt text, system text, prompt_json text,
  options_json text, response text, response_json text, conversation_id text, datetime_utc text,
  input_tokens integer, output_tokens integer, token_details text, resolved_model text);
create table conversations (id text primary key, name text, model text);
create table turns (id text primary key, thread_id text, parent_message_hash text, tip_message_hash text,
  model text, resolved_model text, options_json text, input_tokens integer, output_tokens integer,
  token_details text, datetime_utc text, response_json text);
create table messages (hash text primary key, parent_hash text, role text);
create table parts (id integer primary key, message_hash text, position integer, type text, tool_name text,
  text text, payload text);
create table fragments (id integer primary key, content text);
create table attachments (id text primary key, type text, url text);
"""


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


def insert(database: sqlite3.Connection, table: str, **values: Any) -> None:
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    database.execute(f"insert into {table} ({names}) values ({marks})", list(values.values()))  # noqa: S608


def read(database: sqlite3.Connection) -> list[Record]:
    found = list(Database().read_database(database, "logs.db"))
    assert all(isinstance(item, Record) for item in found)
    return [item for item in found if isinstance(item, Record)]


def message(
    database: sqlite3.Connection, key: str, parent: str | None, role: str, *parts: tuple[str, Any]
) -> None:
    """A message whose parts are `(type, text or payload)`."""
    insert(database, "messages", hash=key, parent_hash=parent, role=role)
    for position, (kind, content) in enumerate(parts):
        written = {"text": content} if isinstance(content, str) else {"payload": json.dumps(content)}
        insert(database, "parts", message_hash=key, position=position, type=kind, **written)


def test_an_old_row_holds_its_request_as_json(database: sqlite3.Connection) -> None:
    sent = {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]}
    insert(
        database,
        "responses",
        id="r1",
        model="gpt-4o-mini",
        prompt="hi",
        prompt_json=json.dumps(sent),
        response="Paris.",
        response_json=json.dumps(CHAT_RESPONSE),
        conversation_id="c1",
        datetime_utc="2024-05-29T13:46:19.963000",
        input_tokens=24,
        output_tokens=2,
        token_details=json.dumps({"prompt_tokens_details": {"cached_tokens": 3}}),
    )

    (found,) = read(database)

    assert (found.format, found.kind, found.id, found.thread) == ("llm.logs_db", "chat", "r1", "c1")
    assert asked(found)["messages"] == sent["messages"]
    assert answered(found) == ["Paris."]
    assert (used(found).input, used(found).output, used(found).cached_input) == (24, 2, 3)
    assert found.served_model == "gpt-4o-mini-2024-07-18"
    assert found.timestamp == pytest.approx(1716990379.963)


def test_an_old_row_without_its_request_has_the_last_turn(database: sqlite3.Connection) -> None:
    insert(database, "responses", id="r1", model="m", prompt="hi", system="s", response="yes")

    (found,) = read(database)

    assert [item["role"] for item in asked(found)["messages"]] == ["system", "user"]


def test_the_prompts_of_completion_models_are_joined_as_the_tool_joins_them(
    database: sqlite3.Connection,
) -> None:
    insert(
        database,
        "responses",
        id="r1",
        model="gpt-3.5-turbo-instruct",
        prompt_json='{"messages": ["one", "two"]}',
        response=" a joke",
        response_json=json.dumps(TEXT_RESPONSE),
    )

    (found,) = read(database)

    assert (found.kind, asked(found)["prompt"], answered(found)) == ("completions", "one\ntwo", [" a joke"])
    assert used(found).input == 8


def test_a_turn_follows_its_chain_of_messages(database: sqlite3.Connection) -> None:
    message(database, "a", None, "system", ("text", "Be brief."))
    message(database, "b", "a", "user", ("text", "weather?"))
    message(
        database,
        "c",
        "b",
        "assistant",
        ("tool_call", {"name": "get", "arguments": {"city": "Paris"}, "tool_call_id": "c1"}),
    )
    message(database, "d", "c", "tool", ("tool_result", {"output": "18C", "tool_call_id": "c1"}))
    message(database, "e", "d", "assistant", ("reasoning", "hm"), ("text", "18 degrees"))
    insert(
        database,
        "turns",
        id="t1",
        thread_id="th",
        parent_message_hash="d",
        tip_message_hash="e",
        model="gpt-4o",
        input_tokens=30,
        output_tokens=4,
        datetime_utc="2026-11-22T11:31:35+00:00",
    )

    (found,) = read(database)

    sent = asked(found)["messages"]
    assert [item["role"] for item in sent] == ["system", "user", "assistant", "tool"]
    assert sent[2]["tool_calls"][0]["function"] == {"name": "get", "arguments": '{"city":"Paris"}'}
    assert sent[3] == {"role": "tool", "tool_call_id": "c1", "content": "18C"}
    assert answered(found) == ["18 degrees"]
    assert found.flags == ("reserialised",)
    assert (used(found).input, found.thread) == (30, "th")


def test_text_may_borrow_from_fragments_and_images_from_attachments(database: sqlite3.Connection) -> None:
    insert(database, "fragments", id=7, content="a long file")
    insert(database, "attachments", id="at", type="image/png", url="https://x.test/a.png")
    text_ref = [{"literal": "Look: "}, {"fragment": 7}]
    message(
        database,
        "a",
        None,
        "user",
        ("text", {"text_ref": text_ref}),
        ("attachment", {"attachment": {"id": "at"}}),
    )
    insert(database, "turns", id="t1", parent_message_hash="a", model="gpt-4o")

    content = asked(read(database)[0])["messages"][0]["content"]

    assert content[0] == {"type": "text", "text": "Look: a long file"}
    assert content[1]["image_url"]["url"] == "https://x.test/a.png"


def test_a_call_in_both_schemas_is_read_once(database: sqlite3.Connection) -> None:
    message(database, "a", None, "user", ("text", "new"))
    insert(database, "turns", id="same", parent_message_hash="a", model="m")
    insert(database, "responses", id="same", model="m", prompt="old")
    insert(database, "responses", id="other", model="m", prompt="old")

    assert [found.id for found in read(database)] == ["same", "other"]


def test_a_chain_that_bites_its_tail_ends(database: sqlite3.Connection) -> None:
    message(database, "a", "b", "user", ("text", "x"))
    message(database, "b", "a", "user", ("text", "y"))
    insert(database, "turns", id="t1", parent_message_hash="b", tip_message_hash="missing", model="m")

    assert len(asked(read(database)[0])["messages"]) == 2


def test_printed_rows_continue_their_conversation() -> None:
    row: dict[str, Any] = {
        "id": "r1",
        "model": "gpt-4o-mini",
        "resolved_model": None,
        "prompt": "hi",
        "system": "s",
        "prompt_json": None,
        "options_json": {},
        "response": "Hello",
        "response_json": None,
        "conversation_id": "c1",
        "duration_ms": 5,
        "datetime_utc": "2024-05-29T13:46:19",
        "input_tokens": 8,
        "output_tokens": 1,
    }
    first, second = records(row, row | {"id": "r2", "prompt": "and?", "system": None})

    assert [item["role"] for item in asked(first)["messages"]] == ["system", "user"]
    assert [item["content"] for item in asked(second)["messages"]] == ["s", "hi", "Hello", "and?"]
    assert (first.format, used(first).input) == ("llm.logs_db", 8)
