"""Logs with a mark in every text that they hold; nothing that tokcount says may have it.

Text is what was sent to a model or came back: messages, prompts, answers, names of tools and what they describe, names
of files, metadata of a request. Labels are printed, because people look things up by them, and stay without a mark:
names and paths of logs, models, formats, tags, users and ids. Nor is a key, a type or an error code of one or two words
text; a sentence in its place is.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MARK = "Zq7CanaryXw9"
SENTENCE = f"{MARK} was here today"
"""For places where a name of one or two words would be shown: keys, types, error codes."""
FIXTURES = Path(__file__).resolve().parents[1] / "logs" / "fixtures"
SAMPLES = Path(__file__).resolve().parents[2] / "sample_logs"

TEXT_KEYS = frozenset(
    {"content", "text", "prompt", "completion", "arguments", "input", "output", "query", "instructions"}
)
LABEL_KEYS = frozenset(
    {"model", "role", "type", "object", "id", "user", "tags", "url", "metadata", "properties", "line_item"}
)


def forms_of_mark() -> list[bytes]:
    """The mark as it stands, and what base64 makes of it wherever it stands in what is encoded."""
    coded = (base64.b64encode(b"x" * shift + MARK.encode())[4:-4] for shift in range(3))
    return [MARK.encode(), *coded]


def write_logs(folder: Path) -> list[Path]:
    """All logs, below the folder."""
    logs: dict[str, bytes] = {
        "openai.jsonl": _lines(openai_bodies()),
        "openai-packed.jsonl.gz": gzip.compress(_lines(openai_bodies())),
        "openai-array.json": json.dumps(openai_bodies()[:3]).encode(),
        "python.log": "\n".join(map(repr, openai_bodies()[:3])).encode(),
        "prefixed.log": b"\n".join(
            b"2024-05-01 12:00:00 INFO " + _line(body) for body in openai_bodies()[:3]
        ),
        "stream.sse": _stream(),
        "prompts.csv": f"prompt,completion,model\n{MARK} a,{MARK} b,gpt-4o\n,{MARK},gpt-4o\n".encode(),
        "essay.txt": f"{MARK} is no log.\n\n{MARK}\n".encode(),
        **damaged(),
    }
    for path in (*FIXTURES.iterdir(), *SAMPLES.glob("*.jsonl")):
        if path.name != "expected.jsonl" and (marked := _marked_file(path)) is not None:
            logs[path.name] = marked
    written = []
    for name, data in logs.items():
        path = folder / name
        path.write_bytes(data)
        written.append(path)
    return [*written, _database(folder)]


def openai_bodies() -> list[dict[str, Any]]:
    """Requests and responses of every kind, a mark in each text."""
    return [
        {"model": "gpt-4o", "messages": _messages(), **_tools(), "metadata": {MARK: MARK}},
        {"request": _chat(), "response": _answer()},
        {"model": "gpt-4o", "messages": [{"role": "user", "content": MARK}], "functions": [_function()]},
        {"model": "text-davinci-003", "prompt": f"{MARK} once", "suffix": MARK, "stop": [MARK], SENTENCE: 1},
        {"model": "text-davinci-003", "prompt": [MARK, f"two {MARK}"], "echo": True},
        {
            "request": {"model": "text-davinci-003", "prompt": f"{MARK}:", "max_tokens": 9},
            "response": {
                "object": "text_completion",
                "model": "text-davinci-003",
                "choices": [{"text": f"{MARK} {MARK}", "index": 0, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 400, "completion_tokens": 400, "total_tokens": 800},
            },
        },
        {
            "model": "gpt-4o",
            "input": _items(),
            "instructions": MARK,
            "tools": [{**_function(), "type": "function"}],
        },
        {"model": "text-embedding-3-small", "input": [MARK, f"{MARK} two"]},
        {"custom_id": "one", "method": "POST", "url": "/v1/chat/completions", "body": _chat()},
        {"model": "gpt-4o", "messages": [{"role": MARK, "content": MARK, "name": MARK}]},
        {"model": "gpt-4o", "messages": [{"role": "user", "content": [{"type": SENTENCE, SENTENCE: MARK}]}]},
        {"model": "gpt-4o", "messages": [{"role": "user", "content": {"odd": MARK}}]},
        {"model": "gpt-4o", "messages": _messages(), "tools": [{"type": SENTENCE, MARK: {"name": MARK}}]},
        {"model": "gpt-4o", "input": [{"type": SENTENCE, "content": MARK}, {"role": MARK, "content": MARK}]},
        {
            "model": "gpt-4o",
            "input": MARK,
            "tools": [{"type": SENTENCE, "name": MARK}],
            "text": {"format": {"type": MARK}},
        },
        {"model": "gpt-4o", "messages": MARK},
        {"model": "gpt-4o", "messages": [MARK, 3, {"content": MARK}]},
        {"error": {"message": MARK, "type": SENTENCE, "param": MARK, "code": SENTENCE}},
        {SENTENCE: MARK, "x": MARK},
    ]


def damaged() -> dict[str, bytes]:
    """Logs that cannot be read, or only in part."""
    chat = _line(_chat())
    return {
        "cut.jsonl": chat + b"\n" + chat[:-20],
        "broken-lines.jsonl": b"\n".join([chat, f'{{"model": "gpt-4o", "{MARK}": {MARK}}}'.encode(), chat]),
        "latin.jsonl": f'{{"model": "gpt-4o", "prompt": "é {MARK}"}}'.encode("cp1252") + b"\xff\xfe",
        "cut.jsonl.gz": gzip.compress((chat + b"\n") * 50, mtime=0)[:-30],
        "nul.jsonl": chat + b"\0\0" + MARK.encode() + b"\n" + chat,
        "numbers.jsonl": f'{{"model": "gpt-4o", "prompt": "{MARK}", "max_tokens": {"9" * 5000}}}'.encode(),
        "deep.json": b"[" * 3_000 + b'"' + MARK.encode() + b'"',
        "binary.bin": b"\x89PNG\r\n" + MARK.encode(),
        "broken.db": b"SQLite format 3\x00" + MARK.encode() * 50,
        "broken.parquet": b"PAR1" + MARK.encode() * 50 + b"PAR1",
        "broken.zip": b"PK\x03\x04" + MARK.encode() * 50,
        "cassette.yaml": f"version: 1\ninteractions:\n- request: {{body: '{MARK}', uri: &a [*a, {MARK}\n".encode(),
        "table.csv": f'prompt,model\n"{MARK},gpt-4o\n{MARK}'.encode(),
    }


def _chat() -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": _messages(), **_tools(), "response_format": _format()}


def _messages() -> list[dict[str, Any]]:
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + MARK.encode() * 9).decode()
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": MARK, "arguments": json.dumps({MARK: MARK})},
    }
    return [
        {"role": "system", "content": f"You are {MARK}."},
        {
            "role": "user",
            "name": MARK,
            "content": f"{MARK} <|endoftext|> \N{CJK UNIFIED IDEOGRAPH-4E2D} {MARK}",
        },
        {"role": "assistant", "content": None, "refusal": MARK, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": json.dumps([MARK])},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": MARK},
                {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}},
                {
                    "type": "image_url",
                    "image_url": {"url": f"https://{MARK}.example/{MARK}.png", "detail": MARK},
                },
                {"type": "file", "file": {"filename": f"{MARK}.pdf", "file_data": MARK, "file_id": MARK}},
                {"type": "input_audio", "input_audio": {"data": picture, "format": MARK}},
            ],
        },
    ]


def _tools() -> dict[str, Any]:
    chosen = {"type": "function", "function": {"name": MARK}}
    return {"tools": [{"type": "function", "function": _function()}], "tool_choice": chosen}


def _function() -> dict[str, Any]:
    properties = {MARK: {"type": "string", "description": MARK, "enum": [MARK], "default": MARK, MARK: MARK}}
    parameters = {"type": "object", "properties": properties, "required": [MARK], "title": MARK}
    return {"name": MARK, "description": f"Does {MARK}.", "parameters": parameters}


def _format() -> dict[str, Any]:
    schema = {"name": MARK, "description": MARK, "schema": _function()["parameters"]}
    return {"type": "json_schema", "json_schema": schema}


def _answer() -> dict[str, Any]:
    message = {"role": "assistant", "content": f"{MARK}!", "annotations": [{"type": MARK, "title": MARK}]}
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": "stop",
        "logprobs": {"content": [{"token": MARK}]},
    }
    usage = {"prompt_tokens": 777, "completion_tokens": 9, "total_tokens": 786}
    return {"object": "chat.completion", "model": "gpt-4o-2024-08-06", "choices": [choice], "usage": usage}


def _items() -> list[dict[str, Any]]:
    return [
        {
            "role": "user",
            "content": [{"type": "input_text", "text": MARK}, {"type": "input_file", "filename": MARK}],
        },
        {"type": "function_call", "name": MARK, "arguments": f'{{"{MARK}": 1}}', "call_id": "c1"},
        {"type": "function_call_output", "call_id": "c1", "output": MARK},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": MARK}]},
    ]


def _stream() -> bytes:
    chunk = {"id": "c", "object": "chat.completion.chunk", "model": "gpt-4o"}
    words = [{**chunk, "choices": [{"index": 0, "delta": {"content": f" {MARK}"}}]} for _ in range(3)]
    return (
        b"".join(b"data: " + _line(word) + b"\n\n" for word in words) + f"data: {MARK}\n\n{MARK}\n".encode()
    )


def _database(folder: Path) -> Path:
    path = folder / "logs.db"
    connection = sqlite3.connect(path)
    connection.execute(
        "create table responses (id text, model text, prompt text, system text, response text)"
    )
    connection.execute("insert into responses values ('1', 'gpt-4o', ?, ?, ?)", [MARK, MARK, MARK])
    connection.commit()
    connection.close()
    return path


def _line(value: Any) -> bytes:
    return json.dumps(value).encode()


def _lines(values: list[Any]) -> bytes:
    return b"\n".join(map(_line, values)) + b"\n"


def _marked_file(path: Path) -> bytes | None:
    text = path.read_text("utf-8")
    if path.suffix == ".csv":
        return _marked_table(text).encode()
    if path.suffix == ".yaml":
        return re.sub(r"(content[\\\":' ]+)(\w)", rf"\g<1>{MARK} \g<2>", text).encode()
    try:
        return _line(marked(json.loads(text)))
    except ValueError:
        return b"\n".join(_line(marked(json.loads(line))) for line in text.splitlines() if _is_json(line))


def _marked_table(text: str) -> str:
    head, *rows = csv.reader(io.StringIO(text))
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(head)
    writer.writerows(marked(dict(zip(head, row, strict=True))).values() for row in rows)
    return made.getvalue()


def marked(value: Any, key: str = "") -> Any:
    """The value with a mark in its texts: what is prose, and whatever stands under the name of a text."""
    if isinstance(value, dict):
        return {name: each if name in LABEL_KEYS else marked(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [marked(each, key) for each in value]
    if not isinstance(value, str) or not value:
        return value
    if value[0] in "{[" and _is_json(value):
        return json.dumps(marked(json.loads(value), key))
    if value.startswith(("data:", "event:")):
        return "\n".join(_marked_event(line) for line in value.split("\n"))
    return f"{value} {MARK}" if key in TEXT_KEYS or _is_prose(value) else value


def _marked_event(line: str) -> str:
    data = line.removeprefix("data: ")
    return f"data: {marked(data)}" if _is_json(data) else line


def _is_prose(text: str) -> bool:
    return " " in text and not text[0].isdigit()


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def found_in(data: bytes) -> Iterator[str]:
    """What stands around each mark in the data."""
    for form in forms_of_mark():
        at = data.find(form)
        if at >= 0:
            yield repr(data[max(0, at - 150) : at + 60])
