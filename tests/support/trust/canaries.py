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

from support.paths import FIXTURES, SAMPLES
from support.trust.canary_bodies import MARK, damaged, line, openai_bodies

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
        "prefixed.log": b"\n".join(b"2024-05-01 12:00:00 INFO " + line(body) for body in openai_bodies()[:3]),
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


def _stream() -> bytes:
    chunk = {"id": "c", "object": "chat.completion.chunk", "model": "gpt-4o"}
    words = [{**chunk, "choices": [{"index": 0, "delta": {"content": f" {MARK}"}}]} for _ in range(3)]
    return b"".join(b"data: " + line(word) + b"\n\n" for word in words) + f"data: {MARK}\n\n{MARK}\n".encode()


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


def _lines(values: list[Any]) -> bytes:
    return b"\n".join(map(line, values)) + b"\n"


def _marked_file(path: Path) -> bytes | None:
    text = path.read_text("utf-8")
    if path.suffix == ".csv":
        return _marked_table(text).encode()
    if path.suffix == ".yaml":
        return re.sub(r"(content[\\\":' ]+)(\w)", rf"\g<1>{MARK} \g<2>", text).encode()
    try:
        return line(marked(json.loads(text)))
    except ValueError:
        return b"\n".join(line(marked(json.loads(each))) for each in text.splitlines() if _is_json(each))


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
        return "\n".join(_marked_event(each) for each in value.split("\n"))
    return f"{value} {MARK}" if key in TEXT_KEYS or _is_prose(value) else value


def _marked_event(event: str) -> str:
    data = event.removeprefix("data: ")
    return f"data: {marked(data)}" if _is_json(data) else event


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
