"""Requests and responses of the OpenAI API, and damaged logs of them, with a mark in every text."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

MARK = "Zq7CanaryXw9"
SENTENCE = f"{MARK} was here today"
"""For places where a name of one or two words would be shown: keys, types, error codes."""


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
    chat = line(_chat())
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


def line(value: Any) -> bytes:
    """A value as one line of JSON, without its end."""
    return json.dumps(value).encode()
