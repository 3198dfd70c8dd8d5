"""Texts that act where they are shown, and logs that have them in every place from which text reaches a report."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

ATTACKS: dict[str, str] = {
    "colour and cursor": "\x1b[31mred\x1b[2J\x1b[1;1H",
    "link (OSC 8)": "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07",
    "clipboard (OSC 52)": "\x1b]52;c;ZXZpbA==\x07",
    "title (OSC 0)": "\x1b]0;title\x1b\\",
    "device control": '\x1bP$q"p\x1b\\\x1b_G\x1b\\',
    "C1 controls": "\x9b31m \x9d52;c;x\x9c \x85next",
    "backspaces": "rm\x08\x08ls\r\x7f",
    "bidirectional override": "a\u202egpj.exe\u2066\u2069\u200f",
    "zero width": "a\u200bb\ufeffc\u2060\u00ad",
    "invisible letters": "\U000e0041\U000e007f\u180e",
    "line separators": "a\u2028b\u2029c\x0b\x0cd",
    "lone surrogate": "a\ud800b",
    "rich markup": "[bold red]x[/bold red] [link=http://evil.example]y[/link] [/] :skull: \\[",
    "formula": "=cmd|' /C calc'!A0",
    "formula with plus": "+1+cmd|' /C calc'!A0",
    "formula with minus": "-2+3+cmd|' /C calc'!A0",
    "formula with at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula behind white space": "\t=1+1",
    "formula behind a line break": "\r\n=1+1",
    "wide formula": "\uff1d1+1",
    "cells": 'a","b\n"c',
    "script": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "image that fails": "'><img src=x onerror=alert(1)>",
    "end of style and script": "</style></script></title><svg/onload=alert(1)>",
    "entities": "&lt;b&gt; &#x3c;i&#x3e; &evil;",
    "Markdown link": "[x](javascript:alert(1)) <http://evil.example> [x]: http://evil.example",
    "Markdown image": "![x](http://evil.example/pixel.png)",
    "Markdown table": "| a | b |\n|---|---|\n| c | d |",
    "Markdown code": "`` ` ``` ```\n~~~",
    "Markdown block": "# heading\n- item\n> quote\n1. one\n***\n===",
    "folded HTML": "<details><summary>x</summary><!--",
    "bare links": "https://evil.example www.evil.example mail@evil.example",
    "mentions": "@everyone #1 a/b#2",
    "error command": "::error file=x,line=1::y",
    "command behind a line break": "x\n::set-output name=a::b\n  ::add-mask::c",
    "escaped line break": "%0A::error::x%0D%25",
    "stopped commands": "::stop-commands::never",
    "old command": "##[error]x",
    "Azure command": "##vso[task.setvariable variable=a]b",
    "TeamCity command": "##teamcity[buildStatus text='x']",
    "end of CDATA": "]]><x/><![CDATA[",
    "XML": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "no XML characters": "\x00\x01\x1f\ufffe\uffff",
    "JSON": '"}],"budgets":[{"passed":true}],"x":[{"y":"\\',
}
"""What it does → the text."""


def write_logs(folder: Path) -> None:
    """A log with every attack in every field, and for each attack a log that has it in its name."""
    (folder / "fields.jsonl").write_bytes(
        b"".join(_line(body) for attack in ATTACKS.values() for body in bodies(attack))
    )
    (folder / "table.csv").write_text(_table(), encoding="utf-8", errors="replace")
    for number, attack in enumerate(ATTACKS.values()):
        name = attack.replace("/", "\u2215").replace("\0", "").encode("utf-8", "replace").decode()
        (folder / f"{name} {number}.jsonl").write_bytes(_line(_chat("gpt-4o")) + b"{cut")


def bodies(attack: str) -> list[dict[str, Any]]:
    """Records with the attack as model, user, id, tag, role, name of a tool and so on, and values that are skipped."""
    function = {
        "name": attack,
        "description": attack,
        "parameters": {"type": "object", "properties": {attack: {}}},
    }
    return [
        _chat(attack),
        _chat(f"gpt-4o-{attack}"),
        {**_chat("gpt-4o"), "user": attack, "id": attack, "metadata": {attack: attack}},
        {"request": _chat("gpt-4o"), "response": _answer(attack), "tags": [attack, attack * 2], "id": attack},
        {"model": "gpt-4o", "messages": [{"role": attack, "content": attack, "name": attack}]},
        {"model": "gpt-4o", "messages": [{"role": "user", "content": [{"type": attack, attack: attack}]}]},
        {**_chat("gpt-4o"), "tools": [{"type": "function", "function": function}], "tool_choice": attack},
        {**_chat("gpt-4o"), "tools": [{"type": attack, "name": attack}], "functions": [function]},
        {
            **_chat("gpt-4o"),
            "response_format": {"type": attack, "json_schema": {"name": attack, "schema": {}}},
        },
        {"model": "gpt-4o", "input": [{"type": attack, "content": attack}], "tools": [{"type": attack}]},
        {"model": attack, "prompt": attack, "object": attack, "created": attack, attack: attack},
        {"error": {"message": attack, "type": attack, "code": attack}},
        {attack: attack},
    ]


def _chat(model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "Hello there"}]}


def _answer(attack: str) -> dict[str, Any]:
    choices = [{"index": 0, "message": {"role": "assistant", "content": attack}, "finish_reason": attack}]
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    return {
        "object": "chat.completion",
        "model": attack,
        "choices": choices,
        "usage": usage,
        "service_tier": attack,
    }


def _table() -> str:
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(["prompt", "model", *ATTACKS.values()])
    writer.writerows([["Hello", attack, *ATTACKS.values()] for attack in ATTACKS.values()])
    return made.getvalue()


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"
